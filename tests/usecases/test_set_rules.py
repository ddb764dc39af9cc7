"""Changing limits, and starting their counters."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import MARKET, MIDNIGHT, MONDAY, NO_LIMITS, NOON, STRATEGY, a_wallet, an_ended_market
from trading_floor import accepted

from ltsys.domain.errors import SettingsError, VenueUnavailableError
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.launch_strategy import pause_strategy
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.set_rules import set_rules
from ltsys.usecases.start_periods import start_periods

TEN = Usd.of(10)
DAY = timedelta(days=1)


def change(floor, strategy_id=STRATEGY, **changes):
    now = floor.clock.now()
    with floor.store.transaction() as tx:
        return set_rules(strategy_id, changes, by="ann", now=now, tx=tx)


def test_a_changed_limit_holds_from_the_next_decision_on(floor):
    """L14, L31."""
    floor.execute(1, accepted("10"))

    rules = change(floor, max_position_size=Usd.of(5))

    key = floor.signal(2)
    execute_order(key, desk=floor.desk)
    assert rules == replace(NO_LIMITS, max_position_size=Usd.of(5))
    assert floor.outcome(key) == ("skipped", "MAX_POSITION_SIZE_EXCEEDED")
    assert floor.messages("limits") == ["max_position_size none → $5.00, by ann"]


def test_a_change_to_what_it_is_leaves_no_trace(floor):
    change(floor, max_positions=None)

    assert not floor.messages("limits")


def test_nonsense_changes_nothing(new_floor):
    """L39."""
    floor = new_floor(wallet=a_wallet(min_bet=Usd.of(3)))

    with pytest.raises(SettingsError, match=r"size: \$2.00 is under \$3.00.*; max equity ratio:"):
        change(floor, max_position_size=Usd.of(2), max_equity_ratio=Decimal("0.001"))

    assert floor.store.tables.lt_strategies[STRATEGY].rules == NO_LIMITS


def test_a_strategy_that_does_not_exist_has_no_limits(floor):
    with pytest.raises(SettingsError, match="there is no strategy LT_NOBODY"):
        change(floor, "LT_NOBODY")


def test_a_new_day_starts_for_idle_and_paused_strategies_once(floor):
    """So that screens are right (L33)."""
    floor.change_state(daily_spent=TEN, weekly_spent=TEN, monthly_spent=TEN)
    pause_strategy(STRATEGY, "lunch", store=floor.store)
    floor.clock.move(MIDNIGHT - NOON)

    counts = [start_periods(store=floor.store, clock=floor.clock) for _ in range(2)]

    assert counts == [1, 0]
    assert (floor.state.daily_spent, floor.state.weekly_spent) == (ZERO_USD, TEN)
    assert floor.state.daily_reset_at == MIDNIGHT + DAY
    assert floor.state.weekly_reset_at == MONDAY
    assert len(floor.messages("limits")) == 1


def test_a_row_that_was_never_reset_is_swept_too(floor):
    """NULL is overdue (L33)."""
    floor.change_state(weekly_spent=TEN, weekly_reset_at=None)

    start_periods(store=floor.store, clock=floor.clock)

    assert (floor.state.weekly_spent, floor.state.weekly_reset_at) == (ZERO_USD, MONDAY)


def lost(floor, number: int = 1, **match):
    order = floor.track(floor.execute(number, accepted()))
    floor.reports(order, number, **match)
    floor.track(order)
    return order


def test_the_days_loss_stops_new_orders_until_midnight(new_floor):
    """Results of the UTC day, fees included (L32, L33)."""
    floor = new_floor(rules=replace(NO_LIMITS, max_daily_loss=TEN))
    lost(floor)
    floor.market_data.shown[MARKET] = an_ended_market("0", "1")
    resolve_market(MARKET, store=floor.store, market_data=floor.market_data, clock=floor.clock)
    floor.tables_market(floor.market_data.shown[MARKET])

    assert floor.state.daily_result == -TEN
    start_periods(store=floor.store, clock=floor.clock)
    assert floor.state.daily_result == -TEN
    floor.clock.move(MIDNIGHT - NOON)
    start_periods(store=floor.store, clock=floor.clock)
    assert floor.state.daily_result == ZERO_USD


def test_cash_that_was_read_long_ago_is_read_again_before_it_denies(floor):
    """L18."""
    floor.venue.cash = Usd.of(12)
    with floor.store.transaction() as tx:
        tx.note_collateral(floor.desk.account, Usd.of(1), read_at=floor.clock.wall())
    floor.clock.move(timedelta(seconds=6))

    order = floor.execute(1, accepted())

    assert order.reserved == TEN


def test_cash_that_was_just_read_denies_at_once(floor):
    """L35: once, and the venue is not asked for every signal."""
    with floor.store.transaction() as tx:
        tx.note_collateral(floor.desk.account, Usd.of(1), read_at=floor.clock.wall())
    key = floor.signal()

    execute_order(key, desk=floor.desk)

    assert floor.outcome(key) == ("skipped", "WALLET_BALANCE_EXCEEDED")


def test_cash_that_cannot_be_read_is_unknown_and_denies(floor):
    """Fail closed (L18)."""
    tables = floor.store.tables
    account = tables.wallets[floor.desk.account]
    tables.wallets[floor.desk.account] = replace(account, collateral=None, collateral_at=None)
    floor.venue.outage, floor.venue.silent = VenueUnavailableError("down"), "balance"
    key = floor.signal()

    execute_order(key, desk=floor.desk)

    assert floor.outcome(key) == ("skipped", "WALLET_BALANCE_UNKNOWN")


def test_what_works_counts_against_the_wallet(floor):
    """The venue's own gate: cash ≥ working + unsettled + this order (L30)."""
    with floor.store.transaction() as tx:
        tx.note_collateral(floor.desk.account, Usd.of(15), read_at=floor.clock.wall())
    floor.execute(1, accepted())
    key = floor.signal(2)

    execute_order(key, desk=floor.desk)

    assert floor.outcome(key) == ("skipped", "WALLET_BALANCE_EXCEEDED")
