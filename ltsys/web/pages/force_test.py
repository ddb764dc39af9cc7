"""A force test from a strategy's page: one marked order of a dollar or two, watched to its end."""

import secrets
from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from ltsys.domain.errors import LtsysError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd, exact
from ltsys.domain.pricing import MIN_MARKETABLE_BUY
from ltsys.ports.dashboard import DashboardReads
from ltsys.ports.tasks import BrokerUnavailableError
from ltsys.usecases.force_test import queue_force_test
from ltsys.web.pages.frame import PageError, Visiting, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.strategy import found, owned

router = APIRouter(route_class=PageRoute)
MOST: Final = Usd.of(100)


@router.post("/strategies/{strategy_id}/force-test")
def start(strategy_id: str, seen: Visiting, size: Annotated[str, Form()] = "2") -> Response:
    name = owned(seen, strategy_id)
    amount = _size(size)
    own = seen.own
    try:
        key = queue_force_test(
            name,
            run_id=secrets.token_hex(8),
            size=amount,
            store=own.store,
            market_data=own.market_data,
            clock=own.clock,
        )
    except LtsysError as error:
        raise PageError(409, f"The test could not start: {error}.") from error
    with suppress(BrokerUnavailableError):  # the row waits; the next sweep finds it
        own.tasks.send("execution.execute_order", *key)
    return RedirectResponse(f"/strategies/{name}/force-test/{key[1]}", 303)


@router.get("/strategies/{strategy_id}/force-test/{source_trade_id}")
def follow(strategy_id: str, source_trade_id: str, seen: Visiting) -> Response:
    """On to the order as soon as there is one; until then the page looks again by itself."""
    mine = seen.own.queries.as_user(seen.caller.user_id)
    order_id = mine.force_test(StrategyId(strategy_id), source_trade_id)
    if order_id is not None:
        return RedirectResponse(f"/orders/{order_id}", 303)

    def read(books: DashboardReads) -> dict[str, object]:
        return {"row": found(books, seen, StrategyId(strategy_id))}

    return page(seen, "force_test.html", read, title="Force test", here="/strategies")


def _size(text: str) -> Usd:
    try:
        amount = Usd(exact(text.strip().removeprefix("$")))
    except ValueError:
        raise PageError(422, f"The size {text[:40]!r} is not an amount of dollars.") from None
    if not MIN_MARKETABLE_BUY <= amount <= MOST:
        raise PageError(422, f"The size {amount} is not within {MIN_MARKETABLE_BUY} and {MOST}.")
    return amount
