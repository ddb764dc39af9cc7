"""/api/lt/execute, /resolve, /redemptions/process and /force-test: work for the queues.

Each answers 202 with what to watch. What waits in a row is found by a sweep although the broker
does not answer; what waits in none is not accepted then.
"""

import secrets
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import ConditionId, StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.pricing import MIN_MARKETABLE_BUY
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.queue_signals import queue_signals
from ltsys.web.api.asking import Doing, Own, System, Trader, own_strategy, remind
from ltsys.web.api.numbers import AskedDollars, Name
from ltsys.web.api.problems import NoSuchThingError, documented

router = APIRouter(tags=["actions"])
_MOST_TEST = Usd.of(100)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OfStrategy(_Asked):
    """Whose."""

    strategy_id: Name | None = Field(None, description="Null means all of your strategies.")


class OfMarket(_Asked):
    """Which market."""

    condition_id: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")] | None = Field(
        None, description="Null means every market in which you hold something."
    )


class Test(_Asked):
    """A marked order through the whole live path; its money is booked apart."""

    strategy_id: Name
    size_usd: AskedDollars = Field("2", description="Dollars, 1 to 100.")


class Accepted(BaseModel):
    """The work is on its way."""

    accepted_count: int = Field(ge=0, description="How many tasks were sent, or rows wait.")
    ids: list[str] = Field(description="What they are about: signals, markets or an order's trade.")
    watch_url: str = Field(description="Where to see what becomes of it.")
    note: str = Field(description="What happens now, in one sentence.")


@router.post(
    "/execute", status_code=202, response_model=Accepted, responses=documented(400, 404, 409)
)
def execute(body: OfStrategy, _: Trader, queries: Own, own: System, doing: Doing) -> Response:
    """Decide about every waiting signal now, instead of at the next tick."""

    def act() -> Accepted:
        strategy_id = None if body.strategy_id is None else StrategyId(body.strategy_id)
        if strategy_id is not None:
            own_strategy(strategy_id, queries)
        queue_signals(store=own.store, clock=own.clock)
        waiting = queries.waiting_signals(strategy_id)
        for key in waiting:
            remind(own, "execution.execute_order", *key)
        watched = "" if strategy_id is None else f"?strategy_id={strategy_id}"
        return Accepted(
            accepted_count=len(waiting),
            ids=[":".join(key) for key in waiting[:100]],
            watch_url=f"/api/lt/orders{watched}",
            note=f"{len(waiting)} waiting signals are decided about now",
        )

    return doing(act, status=202)


@router.post(
    "/resolve", status_code=202, response_model=Accepted, responses=documented(400, 404, 409)
)
def resolve(body: OfMarket, _: Trader, queries: Own, own: System, doing: Doing) -> Response:
    """Look whether markets in which you hold something have an outcome, and book it."""

    def act() -> Accepted:
        held = queries.open_conditions(None)
        wanted = held if body.condition_id is None else (ConditionId(body.condition_id),)
        if body.condition_id is not None and body.condition_id not in held:
            raise NoSuchThingError(f"you hold nothing in a market {body.condition_id}")
        for condition_id in wanted:
            own.tasks.send("resolution.resolve_market", condition_id)
        return Accepted(
            accepted_count=len(wanted),
            ids=list(wanted[:100]),
            watch_url="/api/lt/logs?stage=resolve",
            note=f"{len(wanted)} markets are asked for their outcome now",
        )

    return doing(act, status=202)


@router.post(
    "/redemptions/process", status_code=202, response_model=Accepted, responses=documented(400, 409)
)
def process_redemptions(_: Trader, own: System, doing: Doing) -> Response:
    """Release every payout whose cooldown is over.

    Winning shares are turned into dollars by the venue itself or by hand; ltsys sees that it
    happened when it compares the books, and sends no redemption of its own yet.
    """

    def act() -> Accepted:
        own.tasks.send("resolution.settle_payouts")
        return Accepted(
            accepted_count=1,
            ids=[],
            watch_url="/api/lt/strategies",
            note="payouts whose cooldown is over become available; nothing is sent to the chain",
        )

    return doing(act, status=202)


@router.post(
    "/force-test", status_code=202, response_model=Accepted, responses=documented(400, 404, 409)
)
def force_test(body: Test, _: Trader, queries: Own, own: System, doing: Doing) -> Response:
    """Send one marked order of a dollar or two down the whole live path.

    It costs real money on the real venue; no balance, limit or counter of the strategy moves.
    """

    def act() -> Accepted:
        row = own_strategy(body.strategy_id, queries)
        key = queue_force_test(
            row.strategy.strategy_id,
            run_id=secrets.token_hex(8),
            size=_size(body.size_usd),
            store=own.store,
            market_data=own.market_data,
            clock=own.clock,
        )
        remind(own, "execution.execute_order", *key)
        return Accepted(
            accepted_count=1,
            ids=[key[1]],
            watch_url=f"/api/lt/signals/{key[0]}/{key[1]}",
            note="the test waits in the outbox and is decided about next",
        )

    return doing(act, status=202)


def _size(said: str) -> Usd:
    size = Usd.of(said)
    if not MIN_MARKETABLE_BUY <= size <= _MOST_TEST:
        raise SettingsError(f"size_usd: {size} is not within {MIN_MARKETABLE_BUY} and {_MOST_TEST}")
    return size
