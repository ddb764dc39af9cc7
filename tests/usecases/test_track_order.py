"""Fills of an order are counted once, and every order ends (DESIGN §4)."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import a_market
from trading_floor import accepted

from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import FillStatus

TEN = Usd.of(10)
SECOND = timedelta(seconds=1)


def track_often(floor, order, times: int = 6):
    for _ in range(times):
        floor.clock.move(60 * SECOND)
        order = floor.track(order)
    return order


def test_a_fill_becomes_a_position_with_its_fee(floor):
    """Dollars, shares and the fee of the fill, not of the order (L20, L47)."""
    floor.tables_market(a_market(fee_rate=Decimal("0.05")))
    order = floor.execute(1, accepted())
    floor.reports(order, shares="25.5", price="0.39")

    order = floor.track(order)

    assert order.executed == Usd.of("9.945")
    assert order.executed_shares == Shares.of("25.5")
    assert order.fees == floor.balances.fees == Usd.of("0.30332")
    assert floor.balances.position == Usd.of("9.945")
    assert floor.state.daily_spent == Usd.of("9.945")


def test_a_whole_fill_ends_the_order_and_releases_the_rest_once(floor):
    """A cent of dust is no reason to wait (L24)."""
    floor.tables_market(a_market(fee_rate=Decimal("0.05")))
    order = floor.execute(1, accepted())
    floor.reports(order)

    orders = [floor.track(order) for _ in range(3)]

    assert {each.status for each in orders} == {OrderStatus.FILLED}
    assert floor.balances.reserved == ZERO_USD
    assert floor.balances.available == Usd.of("989.70")
    assert floor.row((order.strategy_id, order.source_trade_id)).next_check_at is None


def test_a_makers_fill_costs_no_fee(floor):
    """Takers only (L47)."""
    floor.tables_market(a_market(fee_rate=Decimal("0.05")))
    order = floor.execute(1, accepted())
    floor.reports(order, is_taker=False)

    assert floor.track(order).fees == ZERO_USD


@pytest.mark.parametrize("order_of_arrival", [*itertools.permutations((1, 2, 3))])
def test_fills_count_once_in_whatever_order_they_arrive(floor, order_of_arrival):
    """By poll after poll, all at once or one by one (L22)."""
    order = floor.execute(1, accepted())
    shares = {1: "5", 2: "7.5", 3: "12.5"}

    for number in order_of_arrival:
        floor.reports(order, number, shares=shares[number])
        for _ in range(2):
            order = floor.track(order)

    assert (order.executed, order.executed_shares) == (TEN, Shares.of(25))
    assert order.status is OrderStatus.FILLED
    assert len(floor.store.tables.lt_fills) == 3


def test_a_fill_that_is_seen_before_the_answer_counts_and_the_answer_changes_nothing(floor):
    """The stream may be faster than the post (L22)."""
    answer = accepted("10")

    def race(signed):
        floor.reports(replace(only_order(floor), order_id=signed.order_id))
        floor.track(only_order(floor))
        return answer(signed)

    order = floor.execute(1, race)

    assert order.status is OrderStatus.FILLED
    assert floor.balances.position == TEN
    assert floor.outcome((order.strategy_id, order.source_trade_id)) == ("executed", None)


def only_order(floor):
    (row,) = floor.store.tables.lt_orders.values()
    return row.order


def test_a_partial_immediate_order_is_over_once_its_amount_is_complete(floor):
    """The rest goes back once, not on every pass (L24)."""
    order = floor.execute(1, accepted("4"))
    floor.reports(order, 1, shares="5")
    early = floor.track(order)
    floor.reports(order, 2, shares="5")

    late = [floor.track(order) for _ in range(3)]

    assert early.status is OrderStatus.PARTIALLY_FILLED
    assert early.reserved == Usd.of(8)
    assert {each.status for each in late} == {OrderStatus.CANCELED}
    assert late[-1].executed == Usd.of(4)
    assert (floor.balances.available, floor.balances.reserved) == (Usd.of(996), ZERO_USD)


def test_a_fill_may_cross_the_end_of_its_order(floor):
    """It is counted, from what is available (L24)."""
    order = floor.execute(1, accepted("4"))
    floor.reports(order, 1, shares="10", status=FillStatus.MATCHED)
    ended = floor.track(order)
    floor.reports(order, 2, shares="5")

    order = floor.track(order)

    assert ended.status is order.status is OrderStatus.CANCELED
    assert order.executed == Usd.of(6)
    assert floor.balances.available == Usd.of(994)


def test_a_spend_limited_buy_may_get_more_shares_than_it_signed(floor):
    """What happened is recorded (L26)."""
    order = floor.execute(1, accepted())
    floor.reports(order, shares="40", price="0.25")

    order = floor.track(order)

    assert order.executed_shares == Shares.of(40)
    assert order.status is OrderStatus.FILLED


def test_a_failed_fill_takes_back_all_it_touched(floor):
    """Position, cash, fee, budget (L23)."""
    floor.tables_market(a_market(fee_rate=Decimal("0.05")))
    order = floor.execute(1, accepted())
    floor.reports(order, status=FillStatus.MATCHED)
    filled = floor.track(order)
    floor.reports(order, status=FillStatus.FAILED)

    orders = [floor.track(order) for _ in range(3)]

    assert filled.executed == TEN
    assert {(o.executed, o.executed_shares, o.fees) for o in orders} == {
        (ZERO_USD, ZERO_SHARES, ZERO_USD)
    }
    assert floor.balances.available == floor.balances.equity == Usd.of(1000)
    assert floor.state.daily_spent == ZERO_USD
    assert any("failed to settle" in message for message in floor.messages("fill"))


def test_a_status_only_moves_forward(floor):
    """A late report of an older state changes nothing (L22, L23)."""
    order = floor.execute(1, accepted())
    for status in (FillStatus.CONFIRMED, FillStatus.MINED, FillStatus.MATCHED, FillStatus.FAILED):
        floor.reports(order, status=status)
        order = floor.track(order)

    (fill,) = floor.store.tables.lt_fills.values()
    assert fill.fill.status is FillStatus.CONFIRMED
    assert order.executed == TEN


def test_a_fill_that_failed_before_anybody_saw_it_is_never_money(floor):
    """L23."""
    order = floor.execute(1, accepted())
    floor.reports(order, status=FillStatus.FAILED)

    order = floor.track(order)

    assert order.executed == ZERO_USD
    assert floor.balances.position == ZERO_USD


def test_an_order_whose_only_match_failed_unseen_ends(floor):
    """Every order ends; what was set aside goes back (L23, L27)."""
    order = floor.execute(1, accepted("10"))
    floor.reports(order, status=FillStatus.FAILED)

    order = track_often(floor, order)

    assert order.status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)


def test_an_order_of_which_a_part_failed_ends(floor):
    """What the answer said was matched will never be complete; the order still ends (L27)."""
    order = floor.execute(1, accepted("10"))
    floor.reports(order, 1, shares="10", status=FillStatus.MATCHED)
    floor.track(order)
    floor.reports(order, 1, shares="10", status=FillStatus.FAILED)
    floor.reports(order, 2, shares="15")

    order = track_often(floor, order)

    assert order.executed == Usd.of(6)
    assert order.status is OrderStatus.CANCELED
    assert (floor.balances.available, floor.balances.reserved) == (Usd.of(994), ZERO_USD)


def test_yesterdays_fill_that_fails_today_leaves_todays_spending(floor):
    """The budget counts the fills of the day (L33)."""
    old = floor.execute(1, accepted())
    floor.reports(old, 1, status=FillStatus.MATCHED)
    floor.track(old)
    floor.clock.move(timedelta(hours=13))
    tomorrow = floor.clock.now()
    new = floor.execute(2, accepted(), order_time=tomorrow)
    floor.reports(new, 2, matched_at=tomorrow)
    floor.track(new)
    floor.reports(old, 1, status=FillStatus.FAILED)

    floor.track(old)

    assert floor.state.daily_spent == TEN


def test_money_of_provisional_fills_is_looked_at_until_it_is_final(floor):
    """MATCHED is provisional, CONFIRMED final (L23)."""
    order = floor.execute(1, accepted())
    key = (order.strategy_id, order.source_trade_id)
    floor.reports(order, status=FillStatus.MATCHED)
    floor.track(order)
    provisional = floor.row(key).next_check_at
    floor.reports(order, status=FillStatus.CONFIRMED)
    floor.track(order)

    assert provisional is not None
    assert floor.row(key).next_check_at is None
