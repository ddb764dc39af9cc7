"""Ask the venue what the wallet has, so that no order is planned on cash that is not there."""

from ltsys.domain.ids import Address
from ltsys.usecases.desk import Desk


def read_collateral(*, desk: Desk) -> None:
    """The wallet's cash stands in its row, as of the moment before it was asked (VENUE §10).

    Raises VenueUnavailableError, MalformedAnswerError.
    """
    read_at = desk.clock.wall()
    cash = desk.venue.balance().cash
    with desk.store.transaction() as tx:
        tx.note_collateral(Address(desk.account), cash, read_at=read_at)
