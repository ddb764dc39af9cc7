"""Cancel what works at the venue. What a cancel answers is a hint; the look decides (VENUE §7)."""

from ltsys.domain.errors import OutcomeUnknownError, VenueUnavailableError
from ltsys.domain.ids import LtOrderId, VenueOrderId
from ltsys.domain.order import WORKING
from ltsys.domain.venue import VenueOrder
from ltsys.ports import Venue
from ltsys.ports.records import LogEntry
from ltsys.usecases.desk import Desk
from ltsys.usecases.track_order import track_order


def cancel_at_venue(venue: Venue) -> tuple[VenueOrder, ...]:
    """Everything of our account was asked to be canceled; returns what still works, as it looks.

    Neither database nor broker is asked. An order on its way may come to the venue later: look
    again. Raises VenueUnavailableError, OutcomeUnknownError and MalformedAnswerError.
    """
    venue.cancel_all()
    return venue.open_orders()


def orders_to_cancel(*, desk: Desk, limit: int = 1_000) -> tuple[LtOrderId, ...]:
    """Working orders under a kill, each handed out to one canceler at a time."""
    asked_before = desk.clock.wall() - desk.patience.cancel_again_after
    with desk.store.transaction() as tx:
        return tx.orders_to_cancel(asked_before, limit)


def cancel_order(lt_order_id: LtOrderId, *, desk: Desk) -> None:
    """The venue was asked to cancel a working order, and then what became of it.

    A fill that crossed the cancel counts (LESSONS L24); an order that still works afterwards is
    asked again while the kill stands. Raises as `track_order`.
    """
    with desk.store.reading() as tx:
        order = tx.order(lt_order_id)
    if order is None or order.order_id is None or order.status not in WORKING:
        return
    said = _ask(order.order_id, desk)
    with desk.store.transaction() as tx:
        tx.log(
            LogEntry(
                stage="cancel",
                message=f"asked to cancel, the venue said: {said}",
                strategy_id=order.strategy_id,
                trace_id=order.source_trade_id,
                lt_order_id=lt_order_id,
                order_id=order.order_id,
            )
        )
    track_order(lt_order_id, desk=desk)


def _ask(order_id: VenueOrderId, desk: Desk) -> str:
    try:
        answer = desk.venue.cancel(order_id)
    except (VenueUnavailableError, OutcomeUnknownError) as error:
        return f"nothing clear: {error}"
    return "canceled" if answer.is_canceled else f"not canceled: {answer.reason}"
