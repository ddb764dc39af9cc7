"""Launching, pausing and testing strategies; wallets, accounts and leaders."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    ACCOUNT,
    LEADER,
    NO_LIMITS,
    NOON,
    OTHER_LEADER,
    STRATEGY,
    YES,
    a_book,
    a_strategy,
    a_trade,
    a_wallet,
    an_ft_order,
)
from trading_floor import accepted

from ltsys.domain.errors import SettingsError
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.trader import ClosedPosition, LeaderboardRow
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.launch_strategy import launch_strategy, pause_strategy, resume_strategy
from ltsys.usecases.queue_signals import due_signals, queue_signals
from ltsys.usecases.refresh_traders import LEADERBOARD_POOL, refresh_pool, refresh_trader

DAY = timedelta(days=1)


def test_a_fresh_strategy_has_its_capital_and_only_the_limits_it_shows(floor):
    """Ten bets of a tenth each go through in one go (L31)."""
    for number in range(100):
        floor.execute(number, accepted())

    assert len(floor.venue.posted) == 100
    assert floor.balances.available == ZERO_USD
    assert floor.store.tables.lt_strategies[STRATEGY].rules == NO_LIMITS


def test_a_second_launch_changes_nothing(floor):
    """L38."""
    before = floor.store.tables

    is_new = launch_strategy(
        a_strategy(initial_capital=Usd.of(5)),
        replace(NO_LIMITS, daily_budget=ZERO_USD),
        store=floor.store,
    )

    assert not is_new
    assert floor.store.tables == before


def test_a_strategy_needs_an_active_wallet(floor):
    """L39."""
    broken = a_wallet(wallet_id="FT_BROKEN", starting_balance=Usd.of(-1))
    add_ft_wallet(broken, leader_pool=None, store=floor.store)

    for wallet_id in ("FT_NONE", "FT_BROKEN"):
        strategy = a_strategy(strategy_id=f"LT_{wallet_id}", ft_wallet_id=wallet_id)
        with pytest.raises(SettingsError, match=wallet_id):
            launch_strategy(strategy, NO_LIMITS, store=floor.store)

    assert list(floor.store.tables.lt_strategies) == [STRATEGY]


def test_a_strategy_needs_a_known_trading_account(floor):
    """L39."""
    stranger = "0x" + "9" * 40

    with pytest.raises(SettingsError, match=stranger):
        launch_strategy(
            a_strategy(strategy_id="LT_OTHER", user_id="other", wallet_address=stranger),
            NO_LIMITS,
            store=floor.store,
        )

    assert list(floor.store.tables.lt_strategies) == [STRATEGY]


def test_a_pause_denies_new_orders_and_a_resumption_takes_them_again(floor):
    """With the reason that a person gave (L32, L34)."""
    pause_strategy(STRATEGY, "lunch", store=floor.store)
    floor.change_state(consecutive_losses=3)
    denied = floor.execute(1)
    resume_strategy(STRATEGY, store=floor.store)

    order = floor.execute(2, accepted())

    assert denied is None
    assert "lunch" in floor.row((STRATEGY, "trade-1")).denial.text
    assert order.status is OrderStatus.LIVE
    assert floor.state.consecutive_losses == 0
    assert floor.messages("strategy")[1:] == ["paused: lunch", "resumed"]


def test_nobody_pauses_what_does_not_exist(floor):
    with pytest.raises(SettingsError, match="LT_NONE"):
        pause_strategy("LT_NONE", "?", store=floor.store)
    with pytest.raises(SettingsError, match="LT_NONE"):
        resume_strategy("LT_NONE", store=floor.store)


def a_test_order(floor, run_id="1"):
    return queue_force_test(
        STRATEGY,
        run_id=run_id,
        size=Usd.of(2),
        store=floor.store,
        market_data=floor.desk.market_data,
        clock=floor.clock,
    )


def test_a_force_test_buys_at_the_best_ask_of_an_open_market(floor):
    """L36."""
    key = a_test_order(floor)
    floor.venue.answers.append(accepted())

    execute_order(key, desk=floor.desk)

    order = floor.row(key).order
    assert key == (STRATEGY, "force:1")
    assert order.signal_price.per_share == Decimal("0.40")
    assert order.plan.spend == Usd.of(2)
    assert floor.balances.reserved == ZERO_USD


@pytest.mark.parametrize(
    "book", [None, a_book(bid=None), a_book(ask=None), a_book(bid="0.95", ask="0.96")]
)
def test_a_force_test_needs_a_market_to_test_in(floor, book):
    """L18."""
    floor.market_data.books.clear()
    if book is not None:
        floor.market_data.books[YES] = book

    with pytest.raises(SettingsError, match="two-sided book"):
        a_test_order(floor)

    assert floor.store.tables.lt_seen_trades == {}


def test_a_force_test_needs_a_strategy(floor):
    with pytest.raises(SettingsError, match="LT_NONE"):
        queue_force_test(
            "LT_NONE",
            run_id="1",
            size=Usd.of(2),
            store=floor.store,
            market_data=floor.desk.market_data,
            clock=floor.clock,
        )


def test_signals_are_queued_once_and_told_of_again_when_nobody_moves(floor):
    """The broker may be emptied at any moment (L58)."""
    key = floor.signal()
    again = queue_signals(store=floor.store, clock=floor.clock)
    soon = due_signals(desk=floor.desk)
    floor.clock.move(timedelta(seconds=16))

    later = due_signals(desk=floor.desk)

    assert (again, soon, later) == ((), (), (key,))


def test_orders_that_another_system_wrote_are_queued(floor):
    """LTSYS_FT_SOURCE=external (DESIGN §4)."""
    with floor.store.transaction():
        pass
    tables = floor.store.tables
    order = an_ft_order()
    tables.ft_orders[order.ft_order_id] = order

    queued = queue_signals(store=floor.store, clock=floor.clock)

    assert queued == ((STRATEGY, "trade-1"),)


def test_a_wallet_whose_rules_make_no_sense_is_kept_with_the_reason(floor):
    """It does not trade, and says why (L39)."""
    broken = a_wallet(wallet_id="FT_B", bet_size=Usd.of(-1), price_min=Decimal(2))

    results = [add_ft_wallet(broken, leader_pool=None, store=floor.store) for _ in range(2)]

    row = floor.store.tables.ft_wallets["FT_B"]
    (message,) = floor.messages("wallet")
    assert results == [True, False]
    assert "The bet size -$1.00 is below $0.00." in row.problem
    assert message.startswith("FT_B does not trade: ")


def test_an_account_is_known_by_where_its_key_is_kept(floor):
    """Never the key (L62)."""
    for _ in range(2):
        add_account("ann", ACCOUNT, signature_type=2, key_reference="env:KEY", store=floor.store)

    assert floor.store.tables.wallets[ACCOUNT].key_reference == "env:KEY"


def test_a_leaders_statistics_are_those_of_this_moment(floor):
    """L42: nothing known is None."""

    def closed(pnl: str, days: int):
        return ClosedPosition(
            condition_id="0x" + "1" * 64,
            token_id=YES,
            realized_pnl=Usd.of(pnl),
            closed_at=NOON - days * DAY,
        )

    floor.feed.positions[LEADER] = (closed("5", 1), closed("-5", 2), closed("1", 40))
    with floor.store.transaction() as tx:
        old = a_trade(2, traded_at=NOON - 40 * DAY, shares=Shares.of(500))
        tx.add_source_trades(LEADER, [a_trade(1), old], cursor_at=NOON)

    for trader in (LEADER, OTHER_LEADER):
        refresh_trader(trader, watch=floor.watch)

    known = floor.store.tables.traders[LEADER].statistics
    nothing = floor.store.tables.traders[OTHER_LEADER].statistics
    assert (known.win_rate_30d, known.resolved_count_30d) == (Decimal("0.5"), 2)
    assert known.resolved_count == 3
    assert (known.average_trade_30d, known.average_trade) == (Usd.of(100), Usd.of(150))
    assert (nothing.win_rate, nothing.resolved_count, nothing.average_trade) == (None, None, None)


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        (LEADERBOARD_POOL, {"month-pnl", "week-vol", "day-vol"}),
        ("rotation_1d", {"day-pnl"}),
        ("rotation_7d", set()),
    ],
)
def test_a_pool_holds_todays_leaders_of_its_boards(floor, pool, expected):
    """Read when it is due and not more often (L53)."""

    def row(name):
        return LeaderboardRow(trader=name, pnl=Usd.of(1), volume=Usd.of(1))

    floor.feed.boards = {
        ("MONTH", "PNL"): (row("month-pnl"), row("day-vol")),
        ("WEEK", "VOL"): (row("week-vol"),),
        ("DAY", "VOL"): (row("day-vol"),),
        ("DAY", "PNL"): (row("day-pnl"),),
    }

    counts = []
    for wait in (0 * DAY, timedelta(minutes=1), DAY):
        floor.clock.move(wait)
        counts.append(refresh_pool(pool, watch=floor.watch))

    assert counts == [len(expected), 0, len(expected)]
    assert set(floor.store.tables.leader_pools[pool]) == expected
