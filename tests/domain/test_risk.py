"""The limits: each at its exact boundary, in one order, with both numbers."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from live_made import MARCH, MIDNIGHT, MONDAY, NO_LIMITS, NOON, YES, a_book, a_market, a_state
from situations import a_situation, a_stake

from ltsys.domain.denial import DenialCode, first_denial
from ltsys.domain.draft import Draft, drafted
from ltsys.domain.ledger import Balances
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.risk import (
    cash_checks,
    limit_checks,
    next_midnight,
    next_monday,
    next_month,
    rolled_over,
    spent,
)
from ltsys.domain.strategy import RiskRules

TEN = Usd.of(10)
CENT = Usd.of("0.01")
MICRO = timedelta(microseconds=1)
DAY = timedelta(days=1)
BUSY = a_state(
    balances=Balances(available=Usd.of(920), reserved=Usd.of(30), position=Usd.of(50)),
    peak_equity=Usd.of(1250),
    daily_spent=Usd.of(20),
    weekly_spent=Usd.of(120),
    monthly_spent=Usd.of(220),
    daily_result=Usd.of(-7),
    consecutive_losses=2,
)
HELD = a_situation(
    state=BUSY,
    open_positions=6,
    stakes=(a_stake(cost="5"), a_stake(reserved="6"), a_stake(2, cost="7")),
)

# an order of $10 on top of what BUSY and HELD say
AT_MOST = {
    "daily_budget": (DenialCode.DAILY_BUDGET_EXCEEDED, Usd.of(60)),
    "weekly_budget": (DenialCode.WEEKLY_BUDGET_EXCEEDED, Usd.of(160)),
    "monthly_budget": (DenialCode.MONTHLY_BUDGET_EXCEEDED, Usd.of(260)),
    "max_position_size": (DenialCode.MAX_POSITION_SIZE_EXCEEDED, TEN),
    "max_equity_ratio": (DenialCode.MAX_EQUITY_SHARE_EXCEEDED, Decimal("0.01")),
    "max_total_exposure": (DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED, Usd.of(90)),
    "max_market_exposure": (DenialCode.MAX_MARKET_EXPOSURE_EXCEEDED, Usd.of(21)),
    "max_event_exposure": (DenialCode.MAX_EVENT_EXPOSURE_EXCEEDED, Usd.of(28)),
    "max_market_positions": (DenialCode.MAX_MARKET_POSITIONS_REACHED, 3),
    "max_event_positions": (DenialCode.MAX_EVENT_POSITIONS_REACHED, 4),
    "max_positions": (DenialCode.MAX_POSITIONS_REACHED, 7),
}
ZERO = {Usd: ZERO_USD, int: 0, Decimal: Decimal(0)}
STEP = {Usd: CENT, int: 1, Decimal: Decimal("0.0001")}
REACHED = {
    "max_daily_loss": (DenialCode.DAILY_LOSS_LIMIT_REACHED, Usd.of(7)),
    "max_consecutive_losses": (DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED, 2),
    "max_drawdown_ratio": (DenialCode.MAX_DRAWDOWN_REACHED, Decimal("0.2")),
}
LIMITS = AT_MOST | REACHED


def of_ten() -> Draft:
    draft = drafted(HELD, a_market(), a_book())
    assert draft is not None
    assert draft.reserve == TEN
    return draft


def denied(situation=HELD, **rules):
    return first_denial(limit_checks(replace(situation, rules=RiskRules(**rules)), of_ten()))


@pytest.mark.parametrize("rule", AT_MOST)
def test_a_limit_is_passed_exactly_and_denied_a_step_below(rule):
    """Both numbers stand in the denial (L30, L32)."""
    code, limit = AT_MOST[rule]
    less = limit - STEP[type(limit)]

    denial = denied(**{rule: less})

    assert denied(**{rule: limit}) is None
    assert denial.code is code
    assert denial.would_be > denial.limit
    assert str(denial.limit.normalize()).rstrip("0").rstrip(".") in denial.text.replace(",", "")


@pytest.mark.parametrize("rule", REACHED)
def test_what_reaches_its_limit_stops_there(rule):
    """L32, L34."""
    code, limit = REACHED[rule]

    denial = denied(**{rule: limit})

    assert denied(**{rule: limit + STEP[type(limit)]}) is None
    assert denial.code is code
    assert denial.would_be == denial.limit


@pytest.mark.parametrize("rule", LIMITS)
def test_zero_is_a_limit_of_zero(rule):
    """L14."""
    fresh = a_situation(state=a_state(balances=Balances(available=Usd.of(900))))
    _, limit = LIMITS[rule]

    denial = denied(
        fresh, **{rule: type(limit)(ZERO_USD.amount) if type(limit) is Usd else type(limit)(0)}
    )

    assert denial.code is LIMITS[rule][0]


def test_none_is_no_limit():
    """A fresh strategy has the limits that it shows, and no other (L14, L31)."""
    assert denied() is None
    assert (
        RiskRules(**{f.name: False if f.type == "bool" else f.default for f in fields(RiskRules)})
        == NO_LIMITS
    )
    assert [*limit_checks(HELD, of_ten())] == []


def test_of_many_reasons_it_is_always_the_first():
    """In the order of the codes, so that one order gets one reason (L32)."""
    rules = {
        "max_daily_loss": CENT,
        **{rule: limit - STEP[type(limit)] for rule, (_, limit) in AT_MOST.items()},
        **{rule: limit for rule, (_, limit) in REACHED.items() if rule != "max_daily_loss"},
    }
    found = []
    while denial := denied(**rules):
        found.append(denial.code)
        rules.pop(next(rule for rule, (code, _) in LIMITS.items() if code is denial.code))

    assert found == sorted(found, key=[*DenialCode].index)
    assert len(found) == len(LIMITS)


def test_exposure_counts_the_headroom_for_fees_of_what_works():
    """Reserved money is at risk as a whole, the order's own headroom too (L30)."""
    market = a_market(fee_rate=Decimal("0.04"))
    draft = drafted(HELD, market, a_book())
    situation = replace(HELD, rules=RiskRules(max_total_exposure=Usd.of("90.39")))

    denial = first_denial(limit_checks(situation, draft))

    assert draft.spend == TEN
    assert draft.reserve == Usd.of("10.4")
    assert denial.would_be == Decimal("90.4")


@pytest.mark.parametrize(("equity", "trips"), [("800.01", False), ("800", True), ("1200", False)])
def test_a_drawdown_trips_at_its_limit(equity, trips):
    """Of the peak; above the peak there is none (L34)."""
    state = a_state(balances=Balances(available=Usd.of(equity)), peak_equity=Usd.of(1000))

    denial = denied(a_situation(state=state), max_drawdown_ratio=Decimal("0.2"))

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

    denial = first_denial(cash_checks(TEN, state))

    assert (denial is None) is passes
    if denial:
        assert denial.code is DenialCode.INSUFFICIENT_CASH
        assert (denial.would_be, denial.limit) == (Decimal(10), Decimal(available))


SPENT = a_state(daily_spent=TEN, weekly_spent=TEN, monthly_spent=TEN, daily_result=-TEN)


@pytest.mark.parametrize(
    ("counter", "resets_at", "next_at"),
    [
        ("daily_spent", MIDNIGHT, MIDNIGHT + DAY),
        ("daily_result", MIDNIGHT, MIDNIGHT + DAY),
        ("weekly_spent", MONDAY, MONDAY + 7 * DAY),
        ("monthly_spent", MARCH, datetime(2026, 4, 1, tzinfo=UTC)),
    ],
)
def test_a_counter_starts_anew_exactly_once(counter, resets_at, next_at):
    """Of the UTC day, the ISO week and the month (L33)."""
    before = rolled_over(SPENT, resets_at - MICRO)
    at = rolled_over(SPENT, resets_at)
    again = rolled_over(replace(at, **{counter: CENT}), next_at - MICRO)
    later = rolled_over(again, next_at)

    assert getattr(before, counter) == getattr(SPENT, counter)
    assert getattr(at, counter) == ZERO_USD
    assert getattr(again, counter) == CENT
    assert getattr(later, counter) == ZERO_USD


def test_a_row_that_was_never_reset_starts_anew():
    """NULL is not "some other day" (L33, L37)."""
    never = replace(SPENT, daily_reset_at=None, weekly_reset_at=None, monthly_reset_at=None)

    rolled = rolled_over(never, NOON)

    assert rolled == a_state(weekly_reset_at=MONDAY, monthly_reset_at=MARCH)


def test_a_strategy_that_was_paused_for_days_starts_anew_once():
    """L33."""
    late = NOON + 10 * DAY

    rolled = rolled_over(replace(SPENT, is_paused=True), late)

    assert (rolled.daily_spent, rolled.weekly_spent, rolled.monthly_spent) == (ZERO_USD,) * 3
    assert rolled.daily_reset_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert rolled.weekly_reset_at == datetime(2026, 3, 9, tzinfo=UTC)
    assert rolled.monthly_reset_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert rolled_over(rolled, late) == rolled


def test_a_fill_counts_in_the_periods_of_its_match():
    """One of yesterday belongs to the week and the month, not to the day (L33)."""
    yesterday = spent(a_state(), TEN, matched_at=MIDNIGHT - DAY - MICRO)
    last_week = spent(a_state(), TEN, matched_at=MONDAY - 7 * DAY - MICRO)
    last_month = spent(a_state(), TEN, matched_at=datetime(2026, 1, 31, 23, tzinfo=UTC))

    assert (yesterday.daily_spent, yesterday.weekly_spent) == (ZERO_USD, TEN)
    assert (last_week.weekly_spent, last_week.monthly_spent) == (ZERO_USD, TEN)
    assert last_month == a_state()


def test_what_was_spent_before_a_reset_cannot_be_earned_back():
    """A reversed fill takes back at most what the counter holds (L23, L33)."""
    state = spent(a_state(daily_spent=CENT), -TEN, matched_at=NOON)

    assert state.daily_spent == ZERO_USD


@pytest.mark.parametrize("moment", [NOON, MIDNIGHT - MICRO, MIDNIGHT - DAY])
def test_midnight_is_the_first_after_the_moment(moment):
    assert next_midnight(moment) == MIDNIGHT


@pytest.mark.parametrize("moment", [MONDAY - 7 * DAY, NOON, MONDAY - MICRO])
def test_a_week_ends_at_the_midnight_before_monday(moment):
    assert next_monday(moment) == MONDAY


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (NOON, MARCH),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_month_ends_at_the_midnight_of_the_first(moment, month):
    assert next_month(moment) == month


def test_the_order_at_hand_is_of_the_first_outcome():
    """As its market says (L07)."""
    assert of_ten().stake(YES).is_yes is True
