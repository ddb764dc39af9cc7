"""/api/lt/orders and /api/lt/signals: what became of each signal, and why."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from ltsys.domain.denial import DenialCode
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.order import OrderStatus, readers_word
from ltsys.domain.strategy import Mode
from ltsys.ports.queries import (
    AlertRow,
    AttemptRow,
    EventRow,
    FillRow,
    LogRow,
    LooksRow,
    OrderDetails,
    OrderRow,
    PostingRow,
    Queries,
    SignalRow,
    WantedOrders,
)
from ltsys.usecases.queries import statuses_of_word, why
from ltsys.web.api.asking import Own, Reader, own_strategy
from ltsys.web.api.derived import facts_of, shape_of
from ltsys.web.api.lists import After, Limit, Listed, listed, timed_place
from ltsys.web.api.numbers import (
    Count,
    Dollars,
    Moment,
    Name,
    PerShare,
    Ratio,
    ShareCount,
    text,
)
from ltsys.web.api.problems import NoSuchThingError, documented
from ltsys.web.market_link import market_url

router = APIRouter(tags=["orders"])

Word = Literal["PENDING", "PARTIAL", "FILLED", "REJECTED", "CANCELED"]
_SECRET = frozenset({"signature", "owner"})

EventShape = shape_of(EventRow, "OrderEvent")
FillShape = shape_of(FillRow, "Fill")
AttemptShape = shape_of(AttemptRow, "Attempt")
LooksShape = shape_of(LooksRow, "Looks")
PostingShape = shape_of(PostingRow, "Posting")
AlertShape = shape_of(AlertRow, "OrderAlert")
LogShape = shape_of(LogRow, "OrderLog")


class OrderShape(BaseModel):
    """What became of one signal."""

    order_id: str = Field(description="Ours; the venue's are in the attempts.")
    strategy_id: str
    status: Word = Field(description="The word that readers know the state by.")
    state: OrderStatus
    why: str = Field(description="How it came to its state, in one sentence.")
    mode: Mode = Field(description="Whose money: live, shadow, or a force test.")
    is_force_test: bool
    market_title: str = Field(description="Empty where the market is not known.")
    market_url: str | None = Field(
        description="Its page on polymarket.com, or a search for its title; null without one."
    )
    token_label: str = Field(examples=["Yes"])
    signal_price_usd: PerShare = Field(description="Dollars a share: the FT entry price.")
    signal_size_usd: Dollars = Field(description="Dollars that the FT order bet.")
    limit_price_usd: PerShare | None = Field(
        description="Dollars a share: the most it may buy at; null before it was planned."
    )
    filled_usd: Dollars
    filled_shares: ShareCount
    filled_price_usd: PerShare | None = Field(
        description="Dollars a share, mean over the fills; null before one."
    )
    fees_usd: Dollars
    slippage_ratio: Ratio | None = Field(description="Fill against signal price; positive is worse")
    fill_rate_ratio: Ratio | None = Field(description="Of the dollars asked for.")
    latency_ms: Count | None = Field(
        description="Milliseconds from the committed FT order to the venue's answer."
    )
    outcome: Literal["OPEN", "WON", "LOST", "VOID", "SOLD"] | None = Field(
        description="Of the shares that it bought; null while it holds none."
    )
    pnl_usd: Dollars | None = Field(description="Dollars, fees included; null while it is open.")
    denial_code: str | None = Field(description="Of a closed list; null unless we refused.")
    denial_text: str | None = Field(description="The same as a sentence with both numbers.")
    attempt: int = Field(ge=1)
    parked_at: Moment | None = Field(description="UTC, since when it waits for an operator.")
    signal_at: Moment = Field(description="UTC, venue time.")
    created_at: Moment


class OrderPage(BaseModel):
    """An order with everything that is known of it; signatures and keys are left out."""

    order: OrderShape
    reserved_usd: Dollars = Field(description="Dollars that it still holds aside.")
    attempts: list[AttemptShape]  # type: ignore[valid-type]  # follows from its record
    looks: LooksShape  # type: ignore[valid-type]  # follows from its record
    events: list[EventShape]  # type: ignore[valid-type]  # follows from its record
    fills: list[FillShape]  # type: ignore[valid-type]  # follows from its record
    postings: list[PostingShape]  # type: ignore[valid-type]  # follows from its record
    alerts: list[AlertShape]  # type: ignore[valid-type]  # follows from its record
    logs: list[LogShape]  # type: ignore[valid-type]  # follows from its record


class SignalShape(BaseModel):
    """How far a signal has come; poll it until `outcome` is no longer queued."""

    strategy_id: str
    source_trade_id: str
    outcome: Literal["queued", "executed", "skipped", "failed"]
    reason: str | None = Field(description="Why it was skipped or failed.")
    is_force_test: bool
    seen_at: Moment
    order_id: str | None = Field(description="Null while it waits.")
    order_url: str | None = Field(description="Where the order can be read.")


@router.get("/orders", responses=documented(404))
def list_orders(
    _: Reader,
    queries: Own,
    request: Request,
    strategy_id: Annotated[Name | None, Query(description="Only of this strategy.")] = None,
    status: Annotated[Word | None, Query(description="Only these.")] = None,
    denial_code: Annotated[DenialCode | None, Query(description="Only those denied so.")] = None,
    is_force_test: Annotated[bool | None, Query(description="Only tests, or none.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Listed[OrderShape]:
    """Your orders, newest first."""
    if strategy_id is not None:
        own_strategy(strategy_id, queries)
    wanted = WantedOrders(
        strategy_id=None if strategy_id is None else StrategyId(strategy_id),
        statuses=None if status is None else statuses_of_word(status),
        denial_code=denial_code,
        is_force_test=is_force_test,
    )
    return _page(wanted, queries, request, after, limit)


@router.get("/strategies/{strategy_id}/orders", tags=["strategies"], responses=documented(404))
def list_orders_of(
    strategy_id: Annotated[Name, Path()],
    _: Reader,
    queries: Own,
    request: Request,
    status: Annotated[Word | None, Query(description="Only these.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Listed[OrderShape]:
    """The orders of one strategy, newest first."""
    row = own_strategy(strategy_id, queries)
    wanted = WantedOrders(
        strategy_id=row.strategy.strategy_id,
        statuses=None if status is None else statuses_of_word(status),
    )
    return _page(wanted, queries, request, after, limit)


@router.get("/orders/{order_id}", responses=documented(404))
def show_order(
    order_id: Annotated[Name, Path(description="lto_… as the list shows it.")],
    _: Reader,
    queries: Own,
) -> OrderPage:
    """Everything known of one order, from its history to the ledger."""
    found = queries.order(LtOrderId(order_id))
    if found is None:
        raise NoSuchThingError(f"there is no order {order_id}")
    return _details(found)


@router.get("/signals/{strategy_id}/{source_trade_id}", responses=documented(404))
def show_signal(
    strategy_id: Annotated[Name, Path()],
    source_trade_id: Annotated[Name, Path()],
    _: Reader,
    queries: Own,
) -> SignalShape:
    """How far one signal has come."""
    found = queries.signal(StrategyId(strategy_id), source_trade_id)
    if found is None:
        raise NoSuchThingError(f"{strategy_id} has no signal {source_trade_id}")
    return _signal(found)


def shown(row: OrderRow) -> OrderShape:
    """An order as the API shows it."""
    return OrderShape.model_validate(
        {
            "order_id": row.lt_order_id,
            "strategy_id": row.strategy_id,
            "status": readers_word(row.status),
            "state": row.status,
            "why": why(row),
            "mode": row.mode,
            "is_force_test": row.is_force_test,
            "market_title": row.title,
            "market_url": market_url(row),
            "token_label": row.token_label,
            "signal_price_usd": text(row.signal_price),
            "signal_size_usd": text(row.signal_size),
            "limit_price_usd": text(row.limit_price),
            "filled_usd": text(row.executed),
            "filled_shares": text(row.executed_shares),
            "filled_price_usd": text(row.executed_price),
            "fees_usd": text(row.fees),
            "slippage_ratio": text(row.slippage_ratio),
            "fill_rate_ratio": text(row.fill_rate),
            "latency_ms": row.latency_ms,
            "outcome": row.outcome,
            "pnl_usd": text(row.pnl),
            "denial_code": row.denial_code,
            "denial_text": row.denial_text,
            "attempt": row.attempt,
            "parked_at": row.parked_at,
            "signal_at": row.signal_at,
            "created_at": row.created_at,
        }
    )


def _page(
    wanted: WantedOrders, queries: Queries, request: Request, after: str | None, limit: int
) -> Listed[OrderShape]:
    return listed(queries.order_page(wanted, after=timed_place(after), limit=limit), shown, request)


def _details(found: OrderDetails) -> OrderPage:
    facts = facts_of(found)
    facts["order"] = shown(found.order)
    facts["attempts"] = [
        {**facts_of(each), "envelope": _unsigned(each.envelope)} for each in found.attempts
    ]
    return OrderPage.model_validate(facts)


def _unsigned(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """What was signed, without the signature and the API key (LESSONS L62)."""
    return {
        key: _unsigned(value) if isinstance(value, Mapping) else value
        for key, value in envelope.items()
        if key not in _SECRET
    }


def _signal(row: SignalRow) -> SignalShape:
    order_id = row.lt_order_id
    return SignalShape.model_validate(
        {
            "strategy_id": row.strategy_id,
            "source_trade_id": row.source_trade_id,
            "outcome": row.outcome,
            "reason": row.skip_reason,
            "is_force_test": row.is_force_test,
            "seen_at": row.seen_at,
            "order_id": order_id,
            "order_url": None if order_id is None else f"/api/lt/orders/{order_id}",
        }
    )
