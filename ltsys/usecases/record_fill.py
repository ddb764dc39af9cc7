"""Count a fill: the one place where fills become money, whoever reports them (LESSONS L20, L22)."""

from dataclasses import replace
from datetime import datetime, timedelta

from ltsys.domain.fees import taker_fee
from ltsys.domain.live_order import Fill, LiveOrder, with_fill, without_fill
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.risk import rolled_over
from ltsys.domain.strategy import Mode, RiskState
from ltsys.domain.venue import FillStatus, VenueFill
from ltsys.ports.records import LogEntry, Tracking
from ltsys.ports.store import Transaction
from ltsys.usecases.bookkeeping import book_posting

_RANK = {
    FillStatus.MATCHED: 0,
    FillStatus.RETRYING: 1,
    FillStatus.MINED: 2,
    FillStatus.CONFIRMED: 3,
    FillStatus.FAILED: 3,
}
"""A status only moves forward; the two last are final (LESSONS L22, L23)."""


def record_fill(
    reported: VenueFill, tracking: Tracking, *, now: datetime, tx: Transaction
) -> Tracking:
    """The fill is counted once, in its newest status; returns what is known of the order then.

    The caller holds the strategy's lock (`lock_tracking`) and saves nothing itself.
    """
    known = next((f for f in tracking.fills if _same(f.venue, reported)), None)
    if known is None:
        if reported.status is FillStatus.FAILED:
            return tracking
        return _count(reported, tracking, now, tx)
    if _RANK[reported.status] <= _RANK[known.status]:
        return tracking
    changed = replace(known, venue=reported)
    tx.move_fill(changed)
    fills = tuple(changed if f is known else f for f in tracking.fills)
    tracking = replace(tracking, fills=fills)
    return _reverse(known, tracking, tx) if changed.status is FillStatus.FAILED else tracking


def _count(reported: VenueFill, tracking: Tracking, now: datetime, tx: Transaction) -> Tracking:
    before = tracking.order
    fill = priced(reported, tracking.market)
    order, posting = with_fill(before, fill)
    state = book_posting(order, posting, rolled_over(tracking.state, now), tx)
    state = _spent(order, state, fill.cost)
    tx.add_fill(order, fill)
    tx.save_state(order.strategy_id, state)
    event = OrderEvent.FILL_ALL if order.status is OrderStatus.FILLED else OrderEvent.FILL_PART
    detail = f"{fill.venue.shares.count} shares at {fill.venue.price.per_share}"
    tx.move_order(before, order, event, detail=detail, next_check_at=None)
    if before.status is OrderStatus.SUBMITTING:
        # the answer to the post was lost or is late: the fill says that the signal was executed
        key = (order.strategy_id, order.source_trade_id)
        tx.finish_signal(key, outcome="executed", reason=None)
    tx.log(_entry(order, fill, f"filled {detail} for {fill.cost}, fee {fill.fee}"))
    return replace(tracking, order=order, state=state, fills=(*tracking.fills, fill))


def _reverse(fill: Fill, tracking: Tracking, tx: Transaction) -> Tracking:
    before = tracking.order
    order, posting = without_fill(before, fill)
    state = book_posting(order, posting, tracking.state, tx)
    state = _unspent(order, state, fill)
    tx.save_state(order.strategy_id, state)
    tx.move_order(before, order, OrderEvent.UNFILL, detail="failed to settle", next_check_at=None)
    entry = _entry(order, fill, f"a fill of {fill.cost} failed to settle and was taken back")
    tx.log(replace(entry, level="ERROR"))
    return replace(tracking, order=order, state=state)


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


def _spent(order: LiveOrder, state: RiskState, cost: Usd) -> RiskState:
    """Daily spending counts fills, of live orders only (LESSONS L33, L36)."""
    if order.mode is not Mode.LIVE:
        return state
    spent = max(ZERO_USD, state.daily_spent + cost)
    return replace(state, daily_spent=spent)


def _unspent(order: LiveOrder, state: RiskState, fill: Fill) -> RiskState:
    """Only a fill of the day that is being counted gives back to its budget (LESSONS L33)."""
    resets_at = state.daily_reset_at
    if resets_at is not None and fill.venue.matched_at < resets_at - timedelta(days=1):
        return state
    return _spent(order, state, -fill.cost)


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
