"""What nothing settles waits for a person, with its money set aside (L03, L27)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import YES
from trading_floor import accepted, events, parked, parked_alert

from ltsys.domain.alert import Severity
from ltsys.domain.errors import (
    OutcomeUnknownError,
)
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import Killed
from ltsys.usecases.record_answer import record_answer
from ltsys.usecases.track_order import due_orders

TEN = Usd.of(10)
MINUTE = timedelta(minutes=1)
LOST = OutcomeUnknownError("timed out")
KILLED = Killed(text="no match")


def test_an_order_that_nothing_settles_is_parked_with_its_money_and_told(floor):
    """No more looks, a critical alert that says what is known (L03, L27)."""
    order = parked(floor)

    told = parked_alert(floor, order)
    assert (order.status, floor.balances.reserved) == (OrderStatus.UNKNOWN, TEN)
    assert floor.row((order.strategy_id, order.source_trade_id)).parked_at == floor.clock.wall()
    assert floor.row((order.strategy_id, order.source_trade_id)).next_check_at is None
    assert due_orders(desk=replace(floor.desk)) == ()
    assert told.alert.severity is Severity.CRITICAL
    assert "our books hold 0 shares of its token, the venue 25" in told.alert.text
    assert events(floor, order)[-1] == "park"


@pytest.mark.parametrize(
    ("looks", "waits"), [(8, 14 * MINUTE), (3, 20 * MINUTE)], ids=["too soon", "too few looks"]
)
def test_an_order_is_parked_neither_too_soon_nor_unseen(floor, looks, waits):
    """An outage of an hour is no look (L05, L54)."""
    order = floor.execute(1, LOST)
    floor.venue.held[YES] = Shares.of(25)
    for _ in range(looks - 1):
        floor.track(order)
    floor.clock.move(waits)

    floor.track(order)

    assert floor.row((order.strategy_id, order.source_trade_id)).parked_at is None
    assert floor.row((order.strategy_id, order.source_trade_id)).next_check_at is not None


def test_an_accepted_order_whose_fills_never_show_is_parked(floor):
    """Every order ends, or somebody is told (L27)."""
    order = parked(floor, accepted("10"))

    assert order.status is OrderStatus.LIVE
    assert parked_alert(floor, order) is not None


def test_a_second_look_at_a_parked_order_tells_nobody_again(floor):
    """L64."""
    order = parked(floor)
    since = floor.row((order.strategy_id, order.source_trade_id)).parked_at
    floor.clock.move(MINUTE)

    floor.track(order)

    assert floor.row((order.strategy_id, order.source_trade_id)).parked_at == since
    assert parked_alert(floor, order).count == 1
    assert events(floor, order).count("park") == 1


def test_a_fill_settles_a_parked_order_and_clears_its_alert(floor):
    """The stream or a reconciliation may still bring it (L05, L22)."""
    order = parked(floor)
    floor.reports(order, matched_at=floor.clock.now())

    order = floor.track(order)

    assert (order.status, order.executed) == (OrderStatus.FILLED, TEN)
    assert floor.row((order.strategy_id, order.source_trade_id)).parked_at is None
    assert parked_alert(floor, order) is None


def test_a_late_answer_settles_a_parked_order_and_clears_its_alert(floor):
    """L03."""
    order = parked(floor)

    record_answer(order.lt_order_id, order.order_id, KILLED, desk=floor.desk)

    assert floor.order(order).status is OrderStatus.CANCELED
    assert (
        parked_alert(floor, order),
        floor.row((order.strategy_id, order.source_trade_id)).parked_at,
    ) == (None, None)
    assert floor.balances.reserved == ZERO_USD
