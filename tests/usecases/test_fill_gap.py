"""Nothing is denied for what could have been asked (L18, L19, L54)."""

from live_made import MARKET, YES
from trading_floor import accepted

from ltsys.domain.denial import DenialCode
from ltsys.domain.errors import VenueUnavailableError
from ltsys.domain.order import OrderStatus
from ltsys.usecases.execute_order import execute_order


def test_a_market_that_nobody_learnt_yet_is_asked_about_at_once(floor):
    """A second delivery may come before the tick that learns new markets (L56)."""
    floor.store.tables.markets.clear()

    order = floor.execute(1, accepted())

    assert MARKET in floor.store.tables.markets
    assert order.status is OrderStatus.LIVE


def test_a_venue_that_does_not_answer_leaves_the_denial_as_it_is(floor):
    """L18: fail closed."""
    key = floor.signal()
    floor.store.tables.markets.clear()
    floor.market_data.book_later(YES, VenueUnavailableError("503"))

    execute_order(key, desk=floor.desk)

    assert floor.row(key).denial.code is DenialCode.MARKET_UNKNOWN
    assert not floor.store.tables.markets
