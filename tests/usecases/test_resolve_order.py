"""An operator's word is checked against the venue's (L03, L27)."""

from dataclasses import replace

import pytest
from trading_floor import accepted, events, parked, parked_alert

from ltsys.domain.errors import (
    OutcomeUnknownError,
    RefusedError,
    VenueUnavailableError,
)
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import FillStatus, Killed, VenueOrderStatus
from ltsys.usecases.resolve_order import Word, declare_ended, declare_killed, look_again

TEN = Usd.of(10)
LOST = OutcomeUnknownError("timed out")
KILLED = Killed(text="no match")
BOB = Word(operator="bob", reason="the venue's support says so")


def test_an_operator_may_say_that_an_order_never_was(floor):
    """Who, when and why are written down; the money is available again (L03, L27)."""
    order = parked(floor)

    ended = declare_killed(order.lt_order_id, BOB, desk=floor.desk)

    assert ended.status is floor.order(order).status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)
    assert parked_alert(floor, order) is None
    assert floor.store.tables.order_events_log[-1].detail == str(BOB)
    assert str(BOB) in floor.messages("operator")[-1]
    assert floor.outcome((order.strategy_id, order.source_trade_id)) == ("failed", str(BOB))


def say_killed(floor, order):
    with pytest.raises(RefusedError) as refused:
        declare_killed(order.lt_order_id, BOB, desk=floor.desk)
    return str(refused.value)


@pytest.mark.parametrize("status", [VenueOrderStatus.LIVE, VenueOrderStatus.MATCHED])
def test_an_order_that_the_venue_holds_cannot_be_declared_killed(floor, status):
    """L03."""
    order = parked(floor)
    floor.shows(order, status)

    assert f"shows {order.lt_order_id} as {status}" in say_killed(floor, order)
    assert floor.balances.reserved == TEN


def test_an_order_with_fills_cannot_be_declared_killed(floor):
    """Whether we count them, the venue lists them, or its answer named them (L20)."""
    counted = floor.execute(1, accepted("10"))
    floor.reports(counted, 1, shares="10")
    counted = floor.track(counted)
    listed = floor.execute(2, LOST)
    floor.reports(listed, 2)
    named = floor.execute(3, accepted("10"))

    assert "$4.00 of" in say_killed(floor, counted)
    assert "lists 1 fills" in say_killed(floor, listed)
    assert "said that $10.00 matched" in say_killed(floor, named)


def test_an_order_that_is_over_or_on_its_way_cannot_be_declared_killed(floor):
    """L03."""
    over = floor.execute(1, KILLED)
    waiting = floor.execute(2, VenueUnavailableError("425"))

    assert "is canceled already" in say_killed(floor, over)
    assert "waits to be posted" in say_killed(floor, waiting)
    assert "there is no order" in say_killed(floor, replace(over, lt_order_id="lto_none"))


def test_an_order_whose_fills_all_failed_was_matched_and_is_canceled(floor):
    """L23: it is partially filled with nothing; no kill can follow a match."""
    order = floor.execute(1, accepted())
    floor.stream(order, 1, shares="10", status=FillStatus.MATCHED)
    order = floor.stream(order, 1, shares="10", status=FillStatus.FAILED)
    assert (order.status, order.executed) == (OrderStatus.PARTIALLY_FILLED, ZERO_USD)

    ended = declare_killed(order.lt_order_id, BOB, desk=floor.desk)

    assert ended.status is floor.order(order).status is OrderStatus.CANCELED
    assert (floor.balances.available, floor.balances.reserved) == (Usd.of(1000), ZERO_USD)
    floor.check_books()


def test_nobody_is_believed_while_the_venue_cannot_be_asked(floor):
    """L54."""
    order = parked(floor)
    floor.venue.outage = VenueUnavailableError("503")

    with pytest.raises(VenueUnavailableError):
        declare_killed(order.lt_order_id, BOB, desk=floor.desk)

    assert floor.order(order) == order


def test_what_is_filled_stays_when_the_rest_is_declared_over(floor):
    """L24, L27."""
    order = floor.execute(1, accepted("10"))
    floor.reports(order, 1, shares="10")
    order = floor.track(order)

    ended = declare_ended(order.lt_order_id, BOB, desk=floor.desk)

    assert (ended.status, ended.executed) == (OrderStatus.CANCELED, Usd.of(4))
    assert (floor.balances.available, floor.balances.reserved) == (Usd.of(996), ZERO_USD)


def test_an_order_with_uncounted_fills_is_not_over(floor):
    """L20."""
    order = floor.execute(1, accepted("10"))
    floor.reports(order, 1, shares="10")

    with pytest.raises(RefusedError, match="lists 1 fills"):
        declare_ended(order.lt_order_id, BOB, desk=floor.desk)


def test_a_look_asks_at_once_and_parks_again_what_it_does_not_settle(floor):
    """L27."""
    order = parked(floor)

    again = look_again(order.lt_order_id, BOB, desk=floor.desk)

    assert again.status is OrderStatus.UNKNOWN
    assert events(floor, order)[-2:] == ["unpark", "park"]
    assert parked_alert(floor, order).count == 1


def test_a_look_settles_what_can_be_settled_by_now(floor):
    """L05."""
    order = parked(floor)
    floor.venue.held.clear()

    again = look_again(order.lt_order_id, BOB, desk=floor.desk)

    assert again.status is OrderStatus.CANCELED
    assert parked_alert(floor, order) is None
