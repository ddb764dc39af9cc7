"""Raising a limit is typed and waits; lowering it holds at once (LESSONS L61)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import NO_LIMITS, STRATEGY, WALLET, a_wallet
from trading_floor import Floor, accepted

from ltsys.adapters.memory.tables import WalletRow
from ltsys.domain.change import ChangeStatus
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.money import Usd
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.request_change import change_limits, confirm_change, withdraw_change
from ltsys.usecases.sync_ft_changes import sync_ft_changes

LIMITS = replace(NO_LIMITS, daily_budget=Usd.of(100), max_position_size=Usd.of(20))
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def floor() -> Floor:
    return Floor(rules=LIMITS)


def rules(floor):
    return floor.store.tables.lt_strategies[STRATEGY].rules


def change(floor, typed=STRATEGY, **changes):
    return change_limits(STRATEGY, changes, by="ann", typed=typed, oversight=floor.oversight)


def test_a_lower_limit_holds_at_once(floor):
    """Nothing has to be typed (L61)."""
    made = change(floor, typed="", daily_budget=Usd.of(50))

    assert rules(floor).daily_budget == Usd.of(50)
    assert made.waiting == ()


def test_a_higher_limit_waits_its_time(floor):
    """L61."""
    made = change(floor, daily_budget=Usd.of(500), max_position_size=Usd.of(10))
    at_once = rules(floor)
    floor.clock.move(TEN_MINUTES)
    apply_changes(oversight=floor.oversight)

    assert (at_once.daily_budget, at_once.max_position_size) == (Usd.of(100), Usd.of(10))
    assert rules(floor).daily_budget == Usd.of(500)
    assert [str(each.request) for each in made.waiting] == ["daily_budget from 100 to 500"]


def test_no_limit_at_all_is_looser_too(floor):
    """L61."""
    change(floor, daily_budget=None)
    floor.clock.move(TEN_MINUTES)
    apply_changes(oversight=floor.oversight)

    assert rules(floor).daily_budget is None


def test_an_untyped_raise_changes_nothing_not_even_what_it_lowers(floor):
    """L61."""
    with pytest.raises(RefusedError, match=f"type {STRATEGY} to confirm"):
        change(floor, typed="y", daily_budget=Usd.of(500), max_position_size=Usd.of(10))

    assert rules(floor) == LIMITS


def test_lowering_takes_back_what_waits_to_raise(floor):
    """L61."""
    (waiting,) = change(floor, daily_budget=Usd.of(500)).waiting
    change(floor, daily_budget=Usd.of(40))
    floor.clock.move(TEN_MINUTES)
    apply_changes(oversight=floor.oversight)

    ended = floor.store.tables.lt_pending_changes[waiting.change_id]
    assert ended.status is ChangeStatus.REPLACED
    assert rules(floor).daily_budget == Usd.of(40)


def test_a_change_that_makes_no_sense_by_then_is_refused(floor):
    """L39."""
    floor.clock.move(timedelta(0))
    (waiting,) = change(floor, max_position_size=Usd.of(30)).waiting
    change(floor, min_order_size=Usd.of(15))
    floor.store.tables.lt_strategies[STRATEGY] = replace(
        floor.store.tables.lt_strategies[STRATEGY],
        rules=replace(rules(floor), min_order_size=Usd.of(40)),
    )
    floor.clock.move(TEN_MINUTES)
    apply_changes(oversight=floor.oversight)

    ended = floor.store.tables.lt_pending_changes[waiting.change_id]
    assert ended.status is ChangeStatus.REFUSED
    assert "over the max position size" in ended.why


def test_limits_without_sense_are_refused_before_anything_waits(floor):
    """L39."""
    with pytest.raises(SettingsError, match="nothing could ever be bought"):
        change(floor, daily_budget=Usd.of("0.10"))

    assert floor.store.tables.lt_pending_changes == {}


# FT changes


def wallet_is(floor, **settings) -> None:
    """Somebody changed the FT wallet."""
    row: WalletRow = floor.store.tables.ft_wallets[WALLET]
    floor.store.tables.ft_wallets[WALLET] = replace(row, wallet=a_wallet(**settings))


def sync(floor) -> int:
    return sync_ft_changes(store=floor.store, clock=floor.clock)


@pytest.fixture
def capped() -> Floor:
    """Its owner took over a fixed bet of $10."""
    floor = Floor(bet_cap=Usd.of(10))
    sync(floor)
    return floor


def test_a_followed_change_is_logged_with_before_and_after(capped):
    wallet_is(capped, min_conviction=2)

    assert (sync(capped), sync(capped)) == (1, 0)
    assert capped.messages("ft_change") == ["FT_TEST: min_conviction 0 → 2 (followed)"]
    assert capped.store.tables.lt_pending_changes == {}


def test_larger_bets_of_the_wallet_are_cut_until_the_owner_confirms(capped):
    """Allocation never follows without the owner."""
    wallet_is(capped, bet_size=Usd.of(40))
    sync(capped)
    sync(capped)

    order = capped.execute(1, accepted("10"), size=Usd.of(40))

    (proposal,) = capped.store.tables.lt_pending_changes.values()
    assert proposal.status is ChangeStatus.PROPOSED
    assert order.plan.spend == Usd.of(10)
    assert order.signal_size == Usd.of(40)
    (told,) = capped.store.tables.lt_alerts.values()
    assert "may bet up to $40.00 now" in told.alert.text


def test_a_proposal_that_nobody_confirms_never_takes_effect(capped):
    """L61."""
    wallet_is(capped, bet_size=Usd.of(40))
    sync(capped)
    capped.clock.move(timedelta(days=30))
    apply_changes(oversight=capped.oversight)

    assert capped.store.tables.lt_strategies[STRATEGY].strategy.bet_cap == Usd.of(10)


def test_a_confirmed_proposal_takes_effect_after_its_time(capped):
    """L61."""
    wallet_is(capped, bet_size=Usd.of(40))
    sync(capped)
    with pytest.raises(RefusedError, match="type"):
        confirm_change(1, by="ann", typed="", oversight=capped.oversight)
    confirm_change(1, by="ann", typed=STRATEGY, oversight=capped.oversight)
    apply_changes(oversight=capped.oversight)
    early = capped.store.tables.lt_strategies[STRATEGY].strategy.bet_cap
    capped.clock.move(TEN_MINUTES)
    apply_changes(oversight=capped.oversight)

    assert early == Usd.of(10)
    assert capped.store.tables.lt_strategies[STRATEGY].strategy.bet_cap == Usd.of(40)
    assert capped.store.tables.lt_alerts == {}


def test_a_proposal_goes_with_its_cause(capped):
    wallet_is(capped, bet_size=Usd.of(40))
    sync(capped)
    wallet_is(capped)
    sync(capped)

    (proposal,) = capped.store.tables.lt_pending_changes.values()
    assert proposal.status is ChangeStatus.WITHDRAWN
    assert capped.store.tables.lt_alerts == {}


def test_a_smaller_bet_follows_by_itself(capped):
    wallet_is(capped, bet_size=Usd.of(5))
    sync(capped)

    order = capped.execute(1, accepted("5"), size=Usd.of(5))

    assert order.plan.spend == Usd.of(5)
    assert capped.store.tables.lt_pending_changes == {}


def test_the_wallets_balance_is_never_the_strategys_capital(capped):
    """Capital never follows."""
    wallet_is(capped, starting_balance=Usd.of(9000))
    sync(capped)

    assert capped.store.tables.lt_strategies[STRATEGY].strategy.initial_capital == Usd.of(1000)
    assert "not followed" in capped.messages("ft_change")[-1]


def test_withdrawing_what_is_not_there_is_refused(floor):
    with pytest.raises(RefusedError, match="no change 7"):
        withdraw_change(7, by="ann", why="?", oversight=floor.oversight)
