"""The limits: each at its exact boundary, in one order, with both numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from live_made import MIDNIGHT, NO_LIMITS, NOON, a_state

from ltsys.domain.denial import DenialCode
from ltsys.domain.ledger import Balances
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.risk import check_cash, check_limits, next_midnight, rolled_over

TEN = Usd.of(10)
CENT = Usd.of("0.01")
MICRO = timedelta(microseconds=1)
BUSY = a_state(
    balances=Balances(available=Usd.of(900), reserved=Usd.of(30), position=Usd.of(50)),
    peak_equity=Usd.of(1000),
    daily_spent=Usd.of(20),
    consecutive_losses=2,
)

# what is compared once the order of $10 is counted
BOUNDARIES = [
    ("daily_budget", DenialCode.DAILY_BUDGET_EXCEEDED, Usd.of(60)),
    ("max_position_size", DenialCode.MAX_POSITION_SIZE_EXCEEDED, TEN),
    ("max_total_exposure", DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED, Usd.of(90)),
]


@pytest.mark.parametrize(("rule", "code", "would_be"), BOUNDARIES)
def test_a_limit_is_passed_exactly_and_denied_a_cent_above(rule, code, would_be):
    """Both numbers stand in the denial (L30, L32)."""
    at = replace(NO_LIMITS, **{rule: would_be})
    below = replace(NO_LIMITS, **{rule: would_be - CENT})

    passes = check_limits(TEN, rules=at, state=BUSY)
    denial = check_limits(TEN, rules=below, state=BUSY)

    assert passes is None
    assert (denial.code, denial.would_be, denial.limit) == (
        code,
        would_be.amount,
        (would_be - CENT).amount,
    )
    assert str(would_be) in denial.text
    assert str(would_be - CENT) in str(denial)


@pytest.mark.parametrize(("rule", "code", "_"), BOUNDARIES)
def test_none_is_no_limit_and_zero_is_zero(rule, code, _):
    """L14, L31."""
    denial = check_limits(CENT, rules=replace(NO_LIMITS, **{rule: ZERO_USD}), state=a_state())

    assert denial.code is code
    assert check_limits(Usd.of(10**9), rules=NO_LIMITS, state=BUSY) is None


@pytest.mark.parametrize(("losses", "trips"), [(4, False), (5, True), (6, True)])
def test_a_run_of_losses_trips_at_its_limit(losses, trips):
    """L34."""
    state = a_state(consecutive_losses=losses)

    denial = check_limits(CENT, rules=replace(NO_LIMITS, max_consecutive_losses=5), state=state)

    assert bool(denial) is trips
    if denial:
        assert (denial.would_be, denial.limit) == (Decimal(losses), Decimal(5))


@pytest.mark.parametrize(("equity", "trips"), [("800.01", False), ("800", True), ("1200", False)])
def test_a_drawdown_trips_at_its_limit(equity, trips):
    """Of the peak; above the peak there is none (L34)."""
    state = a_state(balances=Balances(available=Usd.of(equity)), peak_equity=Usd.of(1000))

    rules = replace(NO_LIMITS, max_drawdown_ratio=Decimal("0.2"))
    denial = check_limits(CENT, rules=rules, state=state)

    assert bool(denial) is trips
    if denial:
        assert denial.code is DenialCode.MAX_DRAWDOWN_REACHED
        assert (denial.would_be, denial.limit) == (Decimal("0.2"), Decimal("0.2"))


def test_without_a_peak_there_is_no_drawdown():
    state = a_state(balances=Balances(), peak_equity=ZERO_USD)

    assert state.drawdown_ratio == 0


@pytest.mark.parametrize(("available", "passes"), [("10", True), ("9.99", False), ("0", False)])
def test_what_is_set_aside_must_be_there(available, passes):
    """L18, L35."""
    state = a_state(balances=Balances(available=Usd.of(available)))

    denial = check_cash(TEN, state)

    assert (denial is None) is passes
    if denial:
        assert denial.code is DenialCode.INSUFFICIENT_CASH
        assert (denial.would_be, denial.limit) == (Decimal(10), Decimal(available))


def test_of_many_reasons_it_is_always_the_first():
    """In the order of the codes, so that one order gets one reason (L32)."""
    limits = {
        "daily_budget": ZERO_USD,
        "max_position_size": ZERO_USD,
        "max_total_exposure": ZERO_USD,
        "max_consecutive_losses": 1,
        "max_drawdown_ratio": Decimal("0.01"),
    }
    rules = replace(NO_LIMITS, **limits)
    found = []
    for name in limits:
        found.append(check_limits(TEN, rules=rules, state=BUSY).code)
        rules = replace(rules, **{name: None})

    codes = [*DenialCode]
    assert found == sorted(found, key=codes.index)
    assert len(set(found)) == len(limits)
    assert check_limits(TEN, rules=rules, state=BUSY) is None


def test_a_day_rolls_over_exactly_once_at_midnight():
    """L33."""
    spent = a_state(daily_spent=TEN)

    before = rolled_over(spent, MIDNIGHT - MICRO)
    at = rolled_over(spent, MIDNIGHT)
    again = rolled_over(replace(at, daily_spent=CENT), MIDNIGHT + MICRO)

    assert before == spent
    assert (at.daily_spent, at.daily_reset_at) == (ZERO_USD, MIDNIGHT + timedelta(days=1))
    assert again.daily_spent == CENT


def test_a_row_that_was_never_reset_rolls_over():
    """NULL is not "some other day" (L33, L37)."""
    rolled = rolled_over(a_state(daily_spent=TEN, daily_reset_at=None), NOON)

    assert (rolled.daily_spent, rolled.daily_reset_at) == (ZERO_USD, MIDNIGHT)


def test_a_strategy_that_was_paused_for_days_rolls_over_once():
    """L33."""
    late = NOON + timedelta(days=10)

    rolled = rolled_over(a_state(daily_spent=TEN, is_paused=True), late)

    assert rolled.daily_spent == ZERO_USD
    assert rolled.daily_reset_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert rolled_over(rolled, late) == rolled


@pytest.mark.parametrize("moment", [NOON, MIDNIGHT - MICRO, MIDNIGHT - timedelta(hours=24)])
def test_midnight_is_the_first_after_the_moment(moment):
    assert next_midnight(moment) == MIDNIGHT
