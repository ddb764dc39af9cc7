"""Bet sizes by example and by property; the recorded answers are in test_vectors_sizing."""

from dataclasses import replace
from decimal import Decimal

import pytest
from domain_made import a_wallet
from hypothesis import given
from hypothesis import strategies as st

from ltsys.domain.ft_wallet import AllocationMethod, CopyTerms
from ltsys.domain.money import Usd
from ltsys.domain.sizing import Bet, bet_size

BET = Bet(
    win_rate=Decimal("0.65"),
    price=Decimal("0.40"),
    edge=Decimal("0.10"),
    conviction=Decimal(2),
    bankroll=Usd.of(100),
    probability=Decimal("0.80"),
)
RATIOS = st.decimals(min_value=-1, max_value=2, places=4)


def sized(method, bet=BET, **rules) -> Decimal:
    rules = {"bet_size": Usd.of(2), "max_bet": Usd.of(100), **rules}
    return bet_size(a_wallet(allocation_method=method, **rules), bet).amount


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (AllocationMethod.FIXED, "2.00"),
        (AllocationMethod.KELLY, "4.17"),
        (AllocationMethod.EDGE_SCALED, "3.00"),
        (AllocationMethod.TIERED, "3.00"),
        (AllocationMethod.CONVICTION, "4.00"),
        (AllocationMethod.ML_SCALED, "1.60"),
        (AllocationMethod.CONFIDENCE, "2.59"),
        (AllocationMethod.WHALE, "2.13"),
    ],
)
def test_each_method_sizes_as_the_rules_say(method, expected):
    """FT_RULES §5, worked out by hand."""
    assert sized(method) == Decimal(expected)


def test_kelly_near_a_price_of_one_bets_the_minimum():
    """LESSONS L39."""
    at_limit = replace(BET, price=Decimal("0.99"))

    assert sized(AllocationMethod.KELLY, at_limit, min_bet=Usd.of("0.75")) == Decimal("0.75")


def test_the_minimum_wins_where_the_caps_cross():
    assert sized(AllocationMethod.FIXED, min_bet=Usd.of(5), max_bet=Usd.of(3)) == 5


def test_zero_caps_weight_and_kelly_fraction_mean_the_defaults():
    """FT_RULES §5: falsy is the default, unlike everywhere else (LESSONS L14)."""
    zero = Usd.of(0)

    assert sized(AllocationMethod.FIXED, bet_size=Usd.of(50), max_bet=zero) == 10
    assert sized(AllocationMethod.FIXED, bet_size=zero, min_bet=zero) == Decimal("0.50")
    assert sized(AllocationMethod.FIXED, bet_allocation_weight=Decimal(0)) == 2
    assert sized(AllocationMethod.KELLY, kelly_fraction=Decimal(0)) == Decimal("4.17")


def test_half_a_cent_rounds_up():
    assert sized(AllocationMethod.FIXED, bet_size=Usd.of("1.005")) == Decimal("1.01")


def test_a_fixed_rate_takes_its_share_of_the_leaders_notional():
    bet = replace(BET, leader_notional=Usd.of(200))

    assert sized(AllocationMethod.FIXED_RATE, bet, copy_terms=CopyTerms(rate=Decimal("0.05"))) == 10


@pytest.mark.parametrize(
    ("exposure", "expected"),
    [(Usd.of(1000), "20"), (Usd.of(100_000), "2"), (Usd.of(1), "80"), (None, "2")],
)
def test_a_budgeted_rate_is_clamped_and_least_when_the_exposure_is_unknown(exposure, expected):
    """FT_RULES §5, LESSONS L18."""
    terms = CopyTerms(budget=Usd.of(100), rate_min=Decimal("0.01"), rate_max=Decimal("0.40"))
    bet = replace(BET, leader_notional=Usd.of(200), leader_exposure=exposure)

    assert sized(AllocationMethod.BUDGETED_DYNAMIC, bet, copy_terms=terms) == Decimal(expected)


@given(method=st.sampled_from(AllocationMethod), edge=RATIOS, win_rate=RATIOS, conviction=RATIOS)
def test_a_bet_is_whole_cents_within_the_caps_whatever_is_believed(
    method, edge, win_rate, conviction
):
    bet = replace(BET, edge=edge, win_rate=win_rate, conviction=conviction)

    amount = sized(method, bet)

    assert Decimal("0.50") <= amount <= 100
    assert amount == amount.quantize(Decimal("0.01"))
