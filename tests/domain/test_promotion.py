"""The bars of a promotion, each with its value and limit, and what sends a strategy back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import NOON, a_wallet

from ltsys.domain.ft_settings import Following, differences, settings_of
from ltsys.domain.ft_wallet import AllocationMethod
from ltsys.domain.money import Usd
from ltsys.domain.promotion import Gates, Health, Record, breach, gate_checks
from ltsys.domain.sizing import Bet, bet_size, largest_bet

GOOD = Record(
    since=NOON - timedelta(days=8),
    ended_count=40,
    filled_count=39,
    ft_count=40,
    asked=Usd.of(400),
    filled=Usd.of(390),
    slippage=Decimal("0.001"),
    resolved_count=30,
    lt_staked=Usd.of(300),
    lt_result=Usd.of(30),
    ft_staked=Usd.of(300),
    ft_result=Usd.of(33),
)
WELL = Health(compared_at=NOON, drill_at=NOON - timedelta(days=2), drill_passed=True)


def failed(record=GOOD, health=WELL, gates=None) -> list[str]:
    found = gate_checks(record, health, gates or Gates(), now=NOON, wall=NOON)
    return [check.name for check in found if not check.is_passed]


def test_a_strategy_that_showed_everything_may_go_on():
    assert failed() == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"since": NOON - timedelta(days=7) + timedelta(seconds=1)}, "days in the stage"),
        ({"ended_count": 19}, "orders that ended"),
        ({"filled": Usd.of(350)}, "fill rate"),
        ({"asked": Usd.of(0)}, "fill rate"),
        ({"slippage": Decimal("0.0051")}, "mean slippage"),
        ({"slippage": None}, "mean slippage"),
        ({"filled_count": 37}, "FT orders executed"),
        ({"lt_result": Usd.of(10)}, "result gap of FT and LT"),
        ({"ft_staked": Usd.of(0)}, "result gap of FT and LT"),
    ],
)
def test_each_bar_holds_alone_and_the_unknown_passes_none(change, name):
    """Fail safe (L18)."""
    assert failed(replace(GOOD, **change)) == [name]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"compared_at": None}, "books agree with the venue"),
        ({"compared_at": NOON - timedelta(seconds=301)}, "books agree with the venue"),
        ({"drift": "one share more"}, "books agree with the venue"),
        ({"drill_at": None}, "drill"),
        ({"drill_passed": False}, "drill"),
        ({"drill_at": NOON - timedelta(days=31)}, "drill"),
        ({"obstacles": ("paused: holiday",)}, "free to trade"),
    ],
)
def test_what_surrounds_a_strategy_holds_it_back_too(change, name):
    assert failed(health=replace(WELL, **change)) == [name]


def test_every_check_shows_its_value_beside_its_limit():
    """L32."""
    found = gate_checks(GOOD, WELL, Gates(), now=NOON, wall=NOON)

    shown = {check.name: (check.value, check.limit) for check in found}
    assert shown["fill rate"] == ("97.50%", "at least 90.00%")
    assert shown["days in the stage"] == ("8", "at least 7")
    assert shown["drill"] == ("passed 2 days ago", "passed at most 30 days ago")


def test_a_breach_names_its_numbers():
    slipped = replace(GOOD, slippage=Decimal("0.012"))

    assert breach(GOOD, WELL, Gates()) is None
    assert breach(slipped, WELL, Gates()) == (
        "a mean slippage of 1.20% over 39 orders is over the limit of 0.50%"
    )
    assert breach(replace(slipped, filled_count=9), WELL, Gates()) is None
    assert "differ" in breach(GOOD, replace(WELL, drift="one share more"), Gates())
    assert breach(GOOD, replace(WELL, breaches=("kill by ann",)), Gates()) == "kill by ann"
    assert breach(GOOD, replace(WELL, obstacles=("paused",)), Gates()) is None


RATIOS = st.decimals(min_value=0, max_value=1, places=4)


@given(
    method=st.sampled_from(AllocationMethod),
    sizes=st.tuples(*[st.decimals(min_value=0, max_value=500, places=2)] * 3),
    bet=st.builds(
        Bet,
        win_rate=RATIOS,
        price=st.decimals(min_value="0.001", max_value="0.999", places=3),
        edge=RATIOS,
        conviction=st.decimals(min_value=0, max_value=20, places=2),
        bankroll=st.decimals(min_value=0, max_value=100_000, places=2).map(Usd),
        probability=st.none() | RATIOS,
        leader_notional=st.decimals(min_value=0, max_value=100_000, places=2).map(Usd),
    ),
)
def test_no_bet_is_larger_than_the_largest(method, sizes, bet):
    """So a cap on it bounds every order of the settings that an owner took over."""
    base, least, most = map(Usd, sizes)
    wallet = a_wallet(allocation_method=method, bet_size=base, min_bet=least, max_bet=most)

    assert bet_size(wallet, bet) <= largest_bet(wallet)


def test_settings_say_whether_they_are_followed():
    """Capital and allocation never follow without the owner."""
    before = settings_of(a_wallet())
    after = settings_of(
        a_wallet(min_edge=Decimal("0.1"), bet_size=Usd.of(50), starting_balance=Usd.of(9000))
    )

    found = {each.name: each.following for each in differences(before, after)}

    assert found == {
        "min_edge": Following.FOLLOWED,
        "bet_size": Following.UP_TO_THE_CAP,
        "starting_balance": Following.NOT_FOLLOWED,
    }
