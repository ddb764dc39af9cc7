"""Three quarters of a recorded hour: seven leaders, ten wallets, live strategies behind them."""

import pytest
from agreement import (
    assert_fills_agree,
    assert_forward_tests_agree,
    assert_live_equals_forward_test,
    assert_live_trading_agrees,
    assert_nothing_is_amiss,
)
from recorded_hour import Hour
from replayed import Check, check, replay

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def independent(hour: Hour) -> Check:
    followed = hour.replayed.books.followed
    return check(hour.recording, wallets=hour.wallets, followed=followed)


def test_the_recorded_hour_ends_without_duplicates_losses_or_drift(hour):
    assert_nothing_is_amiss(hour.replayed)


def test_the_recorded_hour_is_worth_checking(hour, independent):
    """Most wallets trade, most reasons occur, leaders sell: agreement is not on emptiness."""
    answer = independent.answer
    reasons = set().union(*answer.reasons.values())
    ends = {order.outcome for orders in answer.orders.values() for order in orders}

    assert sum(bool(orders) for orders in answer.orders.values()) >= 5
    assert reasons >= {"taken", "closed", "not_a_buy", "price_out_of_range", "insufficient_edge"}
    assert reasons >= {"low_trade_count", "after_market_end"}
    assert ends >= {"WON", "LOST", "SOLD", "OPEN"}
    assert hour.replayed.report["fills"] > 20


def test_the_recorded_hour_gives_the_forward_tests_that_the_rules_give(hour, independent):
    assert_forward_tests_agree(hour.replayed, independent)


def test_the_recorded_hour_books_every_fill_of_the_venue(hour):
    assert_fills_agree(hour.replayed)


def test_the_recorded_hour_gives_the_live_profit_that_the_venues_fills_give(hour, independent):
    assert_live_trading_agrees(hour.replayed, independent)


def test_the_recorded_hour_pays_live_what_a_forward_test_of_that_size_pays(hour, independent):
    assert_live_equals_forward_test(hour.replayed, independent)


def test_the_recorded_hour_played_again_adds_nothing(hour):
    """The same trades over the same data are all known: not one order, fill or cent more (L56)."""
    again = replay(hour.recording, wallets=hour.wallets, data_dir=hour.data_dir)

    first = hour.replayed.books
    assert again.code == 0
    assert again.books == first
    assert again.report["ft_orders"] == hour.replayed.report["ft_orders"]
