"""Ask the venue what became of an order, and book what it says (DESIGN §4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ltsys.domain.alert import Alert, Severity, parked_key
from ltsys.domain.ids import LtOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import ZERO_SHARES, ZERO_USD
from ltsys.domain.order import ENDED, TRANSITIONS, OrderEvent, OrderStatus
from ltsys.domain.tracking import AT_ONCE, Evidence, NextStep, conclude, needs_balance
from ltsys.domain.venue import FillStatus, VenueFill, VenueOrder
from ltsys.ports.records import LogEntry, PreparedOrder, Sighting, Tracking
from ltsys.ports.store import Transaction
from ltsys.usecases.bookkeeping import end_if_over
from ltsys.usecases.desk import Desk
from ltsys.usecases.execute_order import post_and_record
from ltsys.usecases.record_fill import record_fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the venue shows of one order at one moment, of all its attempts."""

    fills: tuple[VenueFill, ...]
    shown: VenueOrder | None
    """Its newest attempt; an earlier one has definitely ended."""


def track_order(lt_order_id: LtOrderId, *, desk: Desk) -> None:
    """The order's fills are counted and, where the venue's answers settle it, it has ended.

    Otherwise it is looked at again later, ever less often, until it is parked for an operator.
    Raises VenueUnavailableError and MalformedAnswerError: nothing follows from them, and the
    order stays as it was (L54).
    """
    with desk.store.reading() as tx:
        order = tx.order(lt_order_id)
        attempts = tx.attempts(lt_order_id)
    if order is None or not attempts or order.status is OrderStatus.PLANNED:
        return
    look = look_at(order, attempts, desk=desk)
    step = _record(order, attempts[-1], look, desk)
    if step is NextStep.REPOST:
        post_and_record(order, attempts[-1].signed, desk=desk)


def due_orders(*, desk: Desk, limit: int = 1_000) -> tuple[LtOrderId, ...]:
    """Orders whose next look at the venue is due; each is put off, so that one looks at a time."""
    with desk.store.transaction() as tx:
        return tx.due_orders(desk.clock.wall(), limit)


def look_at(order: LiveOrder, attempts: Sequence[PreparedOrder], *, desk: Desk) -> Look:
    """Trades first: a fully matched order may not be shown any more (VENUE §3.5).

    Raises VenueUnavailableError and MalformedAnswerError.
    """
    since = order.plan.planned_at if len(attempts) == 1 else order.signal_at
    fills = tuple(
        fill
        for attempt in attempts
        for fill in desk.venue_of(order).fills(attempt.signed.order_id, order.condition_id, since)
    )
    can_rest = order.plan.time_in_force not in AT_ONCE
    is_told = order.matched_at_once is not None and bool(fills) and not can_rest
    shown = None if is_told else desk.venue_of(order).order(attempts[-1].signed.order_id)
    return Look(fills=fills, shown=shown)


def _record(
    order: LiveOrder, prepared: PreparedOrder, look: Look, desk: Desk
) -> OrderEvent | NextStep:
    now, wall = desk.clock.now(), desk.clock.wall()
    evidence = _evidence(order, prepared, look, now, desk)
    with desk.store.transaction() as tx:
        tracking = tx.lock_tracking(order.lt_order_id)
        if tracking is None or tracking.order.attempt != order.attempt:
            return NextStep.WAIT
        for fill in look.fills:
            tracking = record_fill(fill, tracking, now=now, look_at=wall, tx=tx)
        tracking = _give_up_the_answer(tracking, tx)
        if tracking.state.is_paused or tracking.halts or tracking.breakers.tripped:
            evidence = replace(evidence, repost_identical=False)
        posted_at = tracking.posted_at or wall
        is_overdue = wall - posted_at >= desk.patience.park_after
        evidence = replace(evidence, is_overdue=is_overdue)
        step = conclude(tracking.order, evidence)
        _settle(tracking, step, _sighting(look, evidence), desk, tx)
        return step


def _evidence(
    order: LiveOrder, prepared: PreparedOrder, look: Look, now: datetime, desk: Desk
) -> Evidence:
    """The balance is compared only where nothing else can tell, and outside any transaction."""
    is_fresh = now - order.plan.planned_at <= desk.patience.repost_within
    ours = [fill for fill in look.fills if fill.order_id == prepared.signed.order_id]
    failed = [fill for fill in ours if fill.status is FillStatus.FAILED]
    evidence = Evidence(
        shown=look.shown,
        was_seen=prepared.state == "seen",
        check_count=order.check_count,
        held_here=None,
        held_there=None,
        repost_identical=desk.repost_identical and is_fresh,
        repost_after_checks=desk.patience.repost_after_checks,
        conclude_after_checks=desk.patience.conclude_after_checks,
        failed=sum(((f.price * f.shares).rounded_down() for f in failed), ZERO_USD),
        failed_shares=sum((f.shares for f in failed), ZERO_SHARES),
    )
    if look.fills or not needs_balance(order, evidence):
        return evidence
    held_there = desk.venue_of(order).shares(order.token_id)
    with desk.store.transaction() as tx:
        held_here = tx.held_shares(order)
    return replace(evidence, held_here=held_here, held_there=held_there)


def _sighting(look: Look, evidence: Evidence) -> Sighting:
    return Sighting(
        shown=look.shown.status if look.shown else None,
        matched=look.shown.matched if look.shown else None,
        fill_count=len(look.fills),
        failed_count=sum(fill.status is FillStatus.FAILED for fill in look.fills),
        held_here=evidence.held_here,
        held_there=evidence.held_there,
    )


def _give_up_the_answer(tracking: Tracking, tx: Transaction) -> Tracking:
    """An order still submitting when it is looked at has lost its answer (LESSONS L03)."""
    order = tracking.order
    if order.status is not OrderStatus.SUBMITTING:
        return tracking
    lost = order.moved(OrderEvent.LOSE_ANSWER)
    detail = "no answer was recorded"
    tx.move_order(order, lost, OrderEvent.LOSE_ANSWER, detail=detail, next_check_at=None)
    key = (order.strategy_id, order.source_trade_id)
    tx.finish_signal(key, outcome="executed", reason=None)
    tx.log(replace(_entry(lost, f"unknown: {detail}"), level="WARNING"))
    return replace(tracking, order=lost)


def _settle(
    tracking: Tracking,
    step: OrderEvent | NextStep,
    seen: Sighting,
    desk: Desk,
    tx: Transaction,
) -> None:
    before = tracking.order
    event = step if isinstance(step, OrderEvent) else None
    order = before if event is None else _moved(before, event, tx)
    ended = end_if_over(order, tracking.state, tx)
    is_over = ended.status in ENDED and all(f.status.is_final for f in tracking.fills)
    is_parked = step is NextStep.PARK
    pause = desk.patience.pause(before.check_count)
    next_check_at = None if is_over or is_parked else desk.clock.wall() + pause
    is_new = is_parked and tracking.parked_at is None
    tx.note_checked(
        before,
        ended,
        OrderEvent.PARK if is_new else event,
        next_check_at=next_check_at,
        seen=seen,
        is_parked=is_parked,
    )
    if is_new:
        _park(tracking, seen, tx)
    elif tracking.parked_at is not None and not is_parked:
        tx.clear_alert(parked_key(before.lt_order_id))
    if ended.status is not before.status:
        tx.log(_entry(ended, f"{event}: {ended.executed} filled of {ended.plan.spend}"))
    elif not is_over and before.check_count + 1 == desk.patience.warn_after_checks:
        message = f"still {ended.status} after {desk.patience.warn_after_checks} looks"
        tx.log(replace(_entry(ended, message), level="WARNING"))


def _park(tracking: Tracking, seen: Sighting, tx: Transaction) -> None:
    """Nobody asks any more; a person is told what is known (LESSONS L27)."""
    order = tracking.order
    text = (
        f"{order.lt_order_id} of {order.strategy_id} waits for an operator: {_known(order, seen)}"
    )
    tx.log(replace(_entry(order, text), level="ERROR"))
    tx.raise_alert(
        Alert(
            key=parked_key(order.lt_order_id),
            severity=Severity.CRITICAL,
            text=f"{text}; see `lt orders show {order.lt_order_id}`",
            strategy_id=order.strategy_id,
            lt_order_id=order.lt_order_id,
        )
    )


def _known(order: LiveOrder, seen: Sighting) -> str:
    """What the looks found, in words."""
    shown = f"shows it as {seen.shown}" if seen.shown else "does not show it"
    balance = "balances were not compared"
    if seen.held_here is not None and seen.held_there is not None:
        balance = (
            f"our books hold {seen.held_here.count:f} shares of its token, "
            f"the venue {seen.held_there.count:f}"
        )
    return (
        f"still {order.status} after {order.check_count + 1} looks, the venue {shown} and lists "
        f"{seen.fill_count} fills, {balance}; {order.executed} is filled and "
        f"{order.reserved} stays reserved"
    )


def _moved(order: LiveOrder, event: OrderEvent, tx: Transaction) -> LiveOrder:
    """The order after the event; one that the table does not know is warned of, not obeyed."""
    if (order.status, event) in TRANSITIONS:
        return order.moved(event)
    message = f"{event} has no place in an order that is {order.status}"
    tx.log(replace(_entry(order, message), level="ERROR"))
    return order


def _entry(order: LiveOrder, message: str) -> LogEntry:
    return LogEntry(
        stage="track",
        message=message,
        strategy_id=order.strategy_id,
        trace_id=order.source_trade_id,
        lt_order_id=order.lt_order_id,
        order_id=order.order_id,
    )
