"""An operator's word on an order that the venue's answers do not settle (VENUE §3.5).

Nobody's word stands against the venue's: it is asked first, and an outage is no answer.
"""

from dataclasses import dataclass, replace

from ltsys.domain.alert import parked_key
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import LtOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.order import ENDED, OrderEvent, OrderStatus
from ltsys.domain.venue import FillStatus, VenueOrderStatus
from ltsys.ports.records import LogEntry, PreparedOrder, Tracking
from ltsys.ports.store import Transaction
from ltsys.usecases.bookkeeping import end_if_over
from ltsys.usecases.desk import Desk
from ltsys.usecases.track_order import Look, look_at, track_order

_OVER = frozenset({VenueOrderStatus.CANCELED, VenueOrderStatus.INVALID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Who says it, and why; both are written down."""

    operator: str
    reason: str

    def __str__(self) -> str:
        return f"{self.operator}: {self.reason}"


def declare_killed(lt_order_id: LtOrderId, word: Word, *, desk: Desk) -> LiveOrder:
    """The order never was, or found nothing: what it held aside is available again.

    Raises RefusedError where anything of it is filled or the venue still holds it, and
    VenueUnavailableError or MalformedAnswerError where the venue cannot be asked.
    """
    order, attempts = read_order(lt_order_id, desk)
    _refuse_settled(order)
    refuse_filled(order)
    refuse_held(order, look_at(order, attempts, desk=desk))
    # one whose fills all failed to settle did match once: it is cancelled
    was_matched = order.status is OrderStatus.PARTIALLY_FILLED
    return _end(order, OrderEvent.CANCEL if was_matched else OrderEvent.KILL, word, desk)


def declare_ended(lt_order_id: LtOrderId, word: Word, *, desk: Desk) -> LiveOrder:
    """What is filled stays, and what the order still held aside is available again.

    Raises as `declare_killed`, but for fills that are counted already.
    """
    order, attempts = read_order(lt_order_id, desk)
    _refuse_settled(order)
    look = look_at(order, attempts, desk=desk)
    with desk.store.transaction() as tx:
        tracking = tx.lock_tracking(lt_order_id)
    counted = {fill.venue.trade_id for fill in tracking.fills} if tracking else set()
    new = tuple(fill for fill in look.fills if fill.trade_id not in counted)
    refuse_held(order, replace(look, fills=new), may_have_matched=True)
    return _end(order, OrderEvent.CANCEL, word, desk)


def look_again(lt_order_id: LtOrderId, word: Word, *, desk: Desk) -> LiveOrder:
    """The venue is asked at once, and further on if that does not settle the order.

    Raises RefusedError for an order that was never posted, and as `track_order`.
    """
    order, _ = read_order(lt_order_id, desk)
    with desk.store.transaction() as tx:
        tracking = _locked(order, tx)
        if tracking.parked_at is not None:
            again = order.moved(OrderEvent.UNPARK)
            wall = desk.clock.wall()
            event, text = OrderEvent.UNPARK, str(word)
            tx.move_order(order, again, event, detail=text, next_check_at=wall)
            tx.clear_alert(parked_key(lt_order_id))
        tx.log(entry(order, f"asked about by {word}"))
    track_order(lt_order_id, desk=desk)
    return read_order(lt_order_id, desk)[0]


def read_order(lt_order_id: LtOrderId, desk: Desk) -> tuple[LiveOrder, tuple[PreparedOrder, ...]]:
    """The order with its envelopes. Raises RefusedError where it was never posted."""
    with desk.store.reading() as tx:
        order, attempts = tx.order(lt_order_id), tx.attempts(lt_order_id)
    if order is None:
        raise RefusedError(f"there is no order {lt_order_id} that was ever planned")
    if not attempts or order.status is OrderStatus.PLANNED:
        raise RefusedError(f"{lt_order_id} waits to be posted; pause its strategy to stop it")
    return order, attempts


def refuse_filled(order: LiveOrder) -> None:
    """Raises RefusedError where something of the order is known to have matched."""
    if order.executed_shares:
        raise RefusedError(f"{order.executed} of {order.lt_order_id} is filled")
    if order.matched_at_once:
        raise RefusedError(
            f"the answer to {order.lt_order_id} said that {order.matched_at_once} matched"
        )


def refuse_held(order: LiveOrder, look: Look, *, may_have_matched: bool = False) -> None:
    """Raises RefusedError where the venue lists fills that are not counted, or holds the order."""
    name = order.lt_order_id
    fills = [fill for fill in look.fills if fill.status is not FillStatus.FAILED]
    if fills:
        raise RefusedError(f"the venue lists {len(fills)} fills of {name}: look again first")
    shown = look.shown
    if shown is None:
        return
    if shown.status not in _OVER:
        raise RefusedError(f"the venue shows {name} as {shown.status}")
    if shown.matched and not may_have_matched:
        raise RefusedError(f"the venue says that {shown.matched.count:f} shares of {name} matched")


def _refuse_settled(order: LiveOrder) -> None:
    if order.status in ENDED:
        raise RefusedError(f"{order.lt_order_id} is {order.status} already")
    if order.status is OrderStatus.SUBMITTING:
        raise RefusedError(f"{order.lt_order_id} is on its way; its answer may still come")


def _end(order: LiveOrder, event: OrderEvent, word: Word, desk: Desk) -> LiveOrder:
    with desk.store.transaction() as tx:
        tracking = _locked(order, tx)
        ended = end_if_over(order.moved(event), tracking.state, tx)
        tx.move_order(order, ended, event, detail=str(word), next_check_at=desk.clock.wall())
        key = (order.strategy_id, order.source_trade_id)
        if not order.executed_shares:
            tx.finish_signal(key, outcome="failed", reason=str(word))
        tx.clear_alert(parked_key(order.lt_order_id))
        tx.log(entry(ended, f"declared {ended.status} by {word}"))
    return ended


def _locked(order: LiveOrder, tx: Transaction) -> Tracking:
    """Raises RefusedError when the order moved while the venue was asked."""
    tracking = tx.lock_tracking(order.lt_order_id)
    if tracking is None or not is_as_seen(order, tracking.order):
        raise RefusedError(f"{order.lt_order_id} moved meanwhile: look at it again")
    return tracking


def is_as_seen(before: LiveOrder, now: LiveOrder) -> bool:
    """Whether nothing happened to the order but looks."""
    return replace(before, check_count=0) == replace(now, check_count=0)


def entry(order: LiveOrder, message: str) -> LogEntry:
    """What an operator did, for the log."""
    return LogEntry(
        stage="operator",
        message=message,
        level="WARNING",
        strategy_id=order.strategy_id,
        trace_id=order.source_trade_id,
        lt_order_id=order.lt_order_id,
        order_id=order.order_id,
    )
