"""Write down what the venue answered to a post (DESIGN §4, T3)."""

from datetime import datetime
from typing import assert_never

from ltsys.domain.alert import parked_key
from ltsys.domain.breaker import ANSWER_KINDS
from ltsys.domain.errors import (
    OutcomeUnknownError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.ids import LtOrderId, VenueOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.order import ENDED, TRANSITIONS, OrderEvent
from ltsys.domain.quality import latency_ms
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import Accepted, AlreadySeen, Killed, PostAnswer
from ltsys.ports.records import LogEntry, Tracking
from ltsys.ports.store import Transaction
from ltsys.usecases.bookkeeping import end_if_over
from ltsys.usecases.desk import Desk
from ltsys.usecases.trip_breakers import trip_by_news

Answer = PostAnswer | VenueRejectedError | VenueUnavailableError | OutcomeUnknownError


def record_answer(
    lt_order_id: LtOrderId, order_id: VenueOrderId, answer: Answer, *, desk: Desk
) -> LtOrderId | None:
    """The order has moved as the answer says; returns it if its fills are to be looked for.

    An answer that comes after the order moved on by other news (a fill that was seen first,
    a sweep that gave the answer up) changes only what the table of transitions allows.
    """
    event, state, text = _reading(answer)
    wall = desk.clock.wall()
    with desk.store.transaction() as tx:
        tracking = tx.lock_tracking(lt_order_id, with_fills=False)
        if tracking is None:
            return None
        matched = answer.matched_usd if isinstance(answer, Accepted) else None
        tx.save_answer(order_id, state=state, text=text, matched=matched, answered_at=wall)
        is_newest = tracking.order.order_id == order_id
        if not is_newest or (tracking.order.status, event) not in TRANSITIONS:
            # of an attempt that was given up, it says nothing about the one that followed
            if is_newest and event in _ACKNOWLEDGED:
                told_ms = latency_ms(since=tracking.queued_at, until=wall)
                tx.note_latency(lt_order_id, told_ms)
            _log(tracking.order, f"late answer without effect: {text}", wall, tracking, tx)
            return None
        _move(tracking, event, text, wall, desk, tx)
    return lt_order_id if event is OrderEvent.ACCEPT else None


def _reading(answer: Answer) -> tuple[OrderEvent, str, str]:
    """What an answer means: the event, the envelope's state, and words for people."""
    match answer:
        case Accepted(status=status):
            return OrderEvent.ACCEPT, "accepted", status.value
        case Killed(text=text):
            return OrderEvent.KILL, "killed", text
        case AlreadySeen(text=text):
            # seen is neither filled nor rejected (LESSONS L04): ask what became of it
            return OrderEvent.LOSE_ANSWER, "seen", text
        case VenueRejectedError():
            return OrderEvent.REJECT, "rejected", str(answer)
        case VenueUnavailableError():
            return OrderEvent.POSTPONE, "unavailable", str(answer)
        case OutcomeUnknownError():
            return OrderEvent.LOSE_ANSWER, "unknown", str(answer)
    assert_never(answer)


def _move(
    tracking: Tracking,
    event: OrderEvent,
    text: str,
    wall: datetime,
    desk: Desk,
    tx: Transaction,
) -> None:
    before = tracking.order
    order = end_if_over(before.moved(event), tracking.state, tx)
    # an order that was unknown before keeps its distance: nothing is asked in a tight loop
    pause = desk.patience.pause(before.check_count)
    next_check_at = None if order.status in ENDED else wall + pause
    told_ms = latency_ms(since=tracking.queued_at, until=wall)
    tx.move_order(
        before,
        order,
        event,
        detail=text,
        next_check_at=next_check_at,
        latency_ms=told_ms if event in _ACKNOWLEDGED else None,
    )
    key = (order.strategy_id, order.source_trade_id)
    match event:
        case OrderEvent.ACCEPT | OrderEvent.LOSE_ANSWER:
            tx.finish_signal(key, outcome="executed", reason=None)
        case OrderEvent.KILL | OrderEvent.REJECT:
            tx.finish_signal(key, outcome="failed", reason=text)
        case _:
            pass
    if tracking.parked_at is not None:
        tx.clear_alert(parked_key(order.lt_order_id))
    _log(order, f"{event}: {text}", wall, tracking, tx)
    if event in _ACKNOWLEDGED and order.mode is Mode.LIVE:
        trip_by_news(order.strategy_id, ANSWER_KINDS, tracking.breakers, tx)


_ACKNOWLEDGED = frozenset({OrderEvent.ACCEPT, OrderEvent.KILL, OrderEvent.REJECT})


def _log(
    order: LiveOrder, message: str, wall: datetime, tracking: Tracking, tx: Transaction
) -> None:
    tx.log(
        LogEntry(
            stage="post",
            message=message,
            strategy_id=order.strategy_id,
            trace_id=order.source_trade_id,
            lt_order_id=order.lt_order_id,
            order_id=order.order_id,
            elapsed_ms=latency_ms(since=tracking.queued_at, until=wall),
        )
    )
