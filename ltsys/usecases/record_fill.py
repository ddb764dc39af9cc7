"""Count a fill: the one place where fills become money, whoever reports them (LESSONS L20, L22)."""

from dataclasses import replace
from datetime import datetime

from ltsys.domain.alert import Alert, Severity, parked_key
from ltsys.domain.breaker import FILL_KINDS
from ltsys.domain.errors import MalformedAnswerError
from ltsys.domain.fees import taker_fee
from ltsys.domain.live_order import Fill, LiveOrder, with_fill, without_fill
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.risk import rolled_over, spent
from ltsys.domain.source_trade import Side
from ltsys.domain.strategy import Mode, RiskState
from ltsys.domain.venue import FillStatus, VenueFill
from ltsys.ports.records import LogEntry, Tracking
from ltsys.ports.store import Transaction
from ltsys.usecases.bookkeeping import book_posting, give_back, restate
from ltsys.usecases.trip_breakers import trip_by_news

_RANK = {
    FillStatus.MATCHED: 0,
    FillStatus.RETRYING: 1,
    FillStatus.MINED: 2,
    FillStatus.CONFIRMED: 3,
    FillStatus.FAILED: 3,
}
"""A status only moves forward; the two last are final (LESSONS L22, L23)."""

_DOUBTED = frozenset(
    {
        OrderStatus.PLANNED,
        OrderStatus.SUBMITTING,
        OrderStatus.DENIED,
        OrderStatus.REJECTED,
        OrderStatus.CANCELED,
    }
)
"""Statuses in which the signal may not count as executed yet."""


def record_fill(
    reported: VenueFill,
    tracking: Tracking,
    *,
    now: datetime,
    look_at: datetime,
    tx: Transaction,
) -> Tracking:
    """The fill is counted once, in its newest status; returns what is known of the order then.

    Whoever reports it, the answer to a post, a poll, the stream or a reconciliation, comes here
    with the strategy's lock (`lock_tracking`) and saves nothing itself. An order that moved by
    it is looked at again at `look_at`, machine time, or when the caller says so later. Raises
    MalformedAnswerError for a fill that cannot be this order's (LESSONS L07).
    """
    _refuse_foreign(reported, tracking.order)
    known = next((f for f in tracking.fills if _same(f.venue, reported)), None)
    if known is None:
        if reported.status is FillStatus.FAILED:
            return tracking
        return _count(reported, tracking, now, look_at, tx)
    if _RANK[reported.status] <= _RANK[known.status]:
        return tracking
    changed = replace(known, venue=replace(known.venue, status=reported.status))
    tx.move_fill(changed)
    fills = tuple(changed if f is known else f for f in tracking.fills)
    tracking = replace(tracking, fills=fills)
    if changed.status is FillStatus.FAILED:
        today = replace(tracking, state=rolled_over(tracking.state, now))
        return _reverse(changed, today, look_at, tx)
    return tracking


def _refuse_foreign(reported: VenueFill, order: LiveOrder) -> None:
    if (reported.token_id, reported.side) != (order.token_id, Side.BUY):
        raise MalformedAnswerError(
            f"{reported.trade_id} is a {reported.side} of token {reported.token_id}; "
            f"{order.lt_order_id} buys {order.token_id}"
        )


def _count(
    reported: VenueFill,
    tracking: Tracking,
    now: datetime,
    look_at: datetime,
    tx: Transaction,
) -> Tracking:
    before = tracking.order
    fill = priced(reported, tracking.market)
    counted, posting = with_fill(before, fill)
    today = rolled_over(tracking.state, max(now, reported.matched_at))
    state = _spent(counted, book_posting(counted, posting, today, tx), fill, fill.cost)
    state = restate(before, counted, state, cause=posting.cause, tx=tx)
    order, state = give_back(counted, state, tx)
    tx.save_state(order.strategy_id, state)
    tx.add_fill(order, fill)
    event = OrderEvent.FILL_ALL if order.status is OrderStatus.FILLED else OrderEvent.FILL_PART
    detail = f"{fill.venue.shares.count} shares at {fill.venue.price.per_share}"
    tx.move_order(before, order, event, detail=detail, next_check_at=look_at)
    if before.status in _DOUBTED:
        # the answer to the post was lost, late or wrong: the fill says that it was executed
        key = (order.strategy_id, order.source_trade_id)
        tx.finish_signal(key, outcome="executed", reason=None)
    tx.log(_entry(order, fill, f"filled {detail} for {fill.cost}, fee {fill.fee}"))
    _tell(tracking, tx)
    if order.mode is Mode.LIVE:
        trip_by_news(order.strategy_id, FILL_KINDS, tracking.breakers, tx)
    fills = (*tracking.fills, fill)
    return replace(tracking, order=order, state=state, fills=fills, parked_at=None)


def _reverse(fill: Fill, tracking: Tracking, look_at: datetime, tx: Transaction) -> Tracking:
    """All that the fill touched is as if it had never been (LESSONS L23); people are told."""
    before = tracking.order
    order, posting = without_fill(before, fill)
    state = book_posting(order, posting, tracking.state, tx)
    state = _spent(order, state, fill, -fill.cost)
    state = restate(before, order, state, cause=posting.cause, tx=tx)
    tx.save_state(order.strategy_id, state)
    tx.move_order(
        before, order, OrderEvent.UNFILL, detail="failed to settle", next_check_at=look_at
    )
    message = f"a fill of {fill.cost} failed to settle and was taken back"
    tx.log(replace(_entry(order, fill, message), level="ERROR"))
    tx.raise_alert(
        Alert(
            key=f"fill_failed:{order.lt_order_id}",
            severity=Severity.WARNING if order.payout is None else Severity.CRITICAL,
            text=f"{order.lt_order_id} of {order.strategy_id}: {message} ({order.outcome})",
            strategy_id=order.strategy_id,
            lt_order_id=order.lt_order_id,
        )
    )
    _tell(tracking, tx)
    return replace(tracking, order=order, state=state, parked_at=None)


def _tell(tracking: Tracking, tx: Transaction) -> None:
    """Nobody waits for an operator any more."""
    if tracking.parked_at is not None:
        tx.clear_alert(parked_key(tracking.order.lt_order_id))


def priced(reported: VenueFill, market: Market | None) -> Fill:
    """What a fill cost: its dollars, and the taker's fee by the market's formula (VENUE §11).

    Dollars are cut to the millionth, as the venue's integers are.
    """
    fee = ZERO_USD
    if market is not None and reported.is_taker:
        fee = taker_fee(
            reported.shares, reported.price, rate=market.fee_rate, exponent=market.fee_exponent
        )
    return Fill(venue=reported, cost=(reported.price * reported.shares).rounded_down(), fee=fee)


def _spent(order: LiveOrder, state: RiskState, fill: Fill, cost: Usd) -> RiskState:
    """Spending counts fills in the day, week and month of their match; tests do not (L33, L36)."""
    if not order.book.has_capital:
        return state
    return spent(state, cost, matched_at=fill.venue.matched_at)


def _same(known: VenueFill, reported: VenueFill) -> bool:
    return known.trade_id == reported.trade_id and known.order_id == reported.order_id


def _entry(order: LiveOrder, fill: Fill, message: str) -> LogEntry:
    return LogEntry(
        stage="fill",
        message=message,
        strategy_id=order.strategy_id,
        trace_id=order.source_trade_id,
        lt_order_id=order.lt_order_id,
        order_id=fill.venue.order_id,
        extra={"trade_id": fill.venue.trade_id, "status": fill.status},
    )
