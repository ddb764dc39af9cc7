"""Cancel what works at the venue. What a cancel answers is a hint; the look decides (VENUE §7)."""

from dataclasses import dataclass

from ltsys.domain.errors import OutcomeUnknownError, VenueUnavailableError
from ltsys.domain.ids import LtOrderId, VenueOrderId
from ltsys.domain.order import WORKING
from ltsys.domain.venue import VenueOrder
from ltsys.ports import OrderVenue, Venue
from ltsys.ports.records import LogEntry
from ltsys.usecases.desk import Desk
from ltsys.usecases.track_order import track_order


@dataclass(frozen=True, slots=True, kw_only=True)
class AtVenue:
    """What one request to cancel everything came to, by the venue's own word."""

    canceled: frozenset[VenueOrderId]
    left: tuple[VenueOrder, ...]
    """Read afterwards: what it still works."""


def cancel_at_venue(venue: Venue) -> AtVenue:
    """Everything that works for our account was asked to be canceled, whoever placed it.

    Neither database nor broker is asked. An order on its way may come to the venue later: look
    again. Raises VenueUnavailableError, OutcomeUnknownError and MalformedAnswerError.
    """
    answers = venue.cancel_all()
    canceled = frozenset(name for name, answer in answers.items() if answer.is_canceled)
    return AtVenue(canceled=canceled, left=venue.open_orders())


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
    said = _ask(order.order_id, desk.venue_of(order))
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


def _ask(order_id: VenueOrderId, venue: OrderVenue) -> str:
    try:
        answer = venue.cancel(order_id)
    except (VenueUnavailableError, OutcomeUnknownError) as error:
        return f"nothing clear: {error}"
    return "canceled" if answer.is_canceled else f"not canceled: {answer.reason}"
