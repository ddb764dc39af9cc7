"""What trips a breaker: the number that readings make, at the limit and beside it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import NO_LIMITS, STRATEGY, a_book, a_breaker, a_rule, a_state

from ltsys.domain.breaker import NEWS_KINDS, BreakerKind, Resume
from ltsys.domain.ledger import Balances
from ltsys.domain.market import BookLevel
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.tripping import (
    book_readings,
    cleared_by_book,
    measured,
    of_book,
    of_results,
    tripped,
)

K = BreakerKind
THRESHOLDS = {
    K.MEAN_SLIPPAGE: "0.02",
    K.WORST_SLIPPAGE: "0.05",
    K.SPREAD: "0.10",
    K.LATENCY: "900",
    K.LIQUIDITY: "50",
    K.REJECTIONS: "0.5",
    K.CONSECUTIVE_LOSSES: "3",
    K.DRAWDOWN: "0.2",
}


def rule_of(kind, **changes):
    """Of all strategies, in the usual measure."""
    usual = {"strategy_id": None, "threshold": THRESHOLDS[kind]}
    if kind is K.CONSECUTIVE_LOSSES:
        usual["window"] = int(THRESHOLDS[kind])
    return a_rule(kind, **{**usual, **changes})


def decimals(*texts):
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("kind", "just_within", "just_beyond"),
    [
        (K.MEAN_SLIPPAGE, "0.02", "0.020001"),
        (K.WORST_SLIPPAGE, "0.05", "0.050001"),
        (K.SPREAD, "0.10", "0.11"),
        (K.LATENCY, "900", "901"),
        (K.LIQUIDITY, "50", "49.99"),
        (K.REJECTIONS, "0.5", "0.51"),
        (K.CONSECUTIVE_LOSSES, "2", "3"),
        (K.DRAWDOWN, "0.199999", "0.2"),
    ],
)
def test_each_kind_trips_beyond_its_threshold_and_says_both_numbers(kind, just_within, just_beyond):
    """L32, L34."""
    rule = rule_of(kind)

    trip = tripped(rule, Decimal(just_beyond))

    assert tripped(rule, Decimal(just_within)) is None
    assert tripped(rule, None) is None
    assert (trip.value, trip.threshold) == (Decimal(just_beyond), rule.threshold)
    assert len([word for word in trip.cause.split() if any(c.isdigit() for c in word)]) >= 2


@pytest.mark.parametrize(
    ("kind", "window", "readings", "number"),
    [
        (K.MEAN_SLIPPAGE, 3, ("0.03", "0.00", "0.03", "9"), "0.02"),
        (K.MEAN_SLIPPAGE, 3, ("0.03", "0.03"), None),
        (K.WORST_SLIPPAGE, 3, ("0.01", "0.04", "-0.02", "9"), "0.04"),
        (K.WORST_SLIPPAGE, 3, ("0.01",), "0.01"),
        (K.WORST_SLIPPAGE, 3, (), None),
        (K.REJECTIONS, 4, ("1", "0", "0", "1"), "0.5"),
        (K.REJECTIONS, 4, ("1", "1", "1"), None),
        (K.LATENCY, 20, (*map(str, range(1, 21)), "9999"), "19"),
        (K.LATENCY, 1, ("700",), "700"),
        (K.LATENCY, 2, ("700",), None),
        (K.DRAWDOWN, 1, ("0.3",), "0.3"),
        (K.DRAWDOWN, 1, (), None),
    ],
)
def test_a_window_gives_one_number_once_it_is_full_enough(kind, window, readings, number):
    """One rejection is no rate, but one awful fill is an awful fill."""
    found = measured(rule_of(kind, window=window), decimals(*readings))

    assert found == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("readings", "run"),
    [((), 0), (("0", "1", "1"), 0), (("1", "1", "0", "1"), 2), (("1", "1", "1"), 3)],
)
def test_a_run_of_losses_ends_at_the_first_other_result(readings, run):
    assert measured(rule_of(K.CONSECUTIVE_LOSSES), decimals(*readings)) == run


@given(
    kind=st.sampled_from(sorted(NEWS_KINDS - {K.CONSECUTIVE_LOSSES})),
    readings=st.lists(st.decimals(0, 2000, places=3), min_size=1, max_size=30),
    window=st.integers(1, 30),
)
def test_a_number_lies_among_its_readings_and_older_ones_change_nothing(kind, readings, window):
    rule = rule_of(kind, window=1 if kind is K.DRAWDOWN else window)

    found = measured(rule, readings)

    if found is not None:
        last = readings[: rule.window]
        assert min(last) - Decimal("1e-9") <= found <= max(last) + Decimal("1e-9")
        assert found == measured(rule, last)


def losing(losses: int, equity: str):
    return a_state(
        consecutive_losses=losses,
        balances=Balances(available=Usd.of(equity)),
        peak_equity=Usd.of(1000),
    )


LIMITS = replace(NO_LIMITS, max_consecutive_losses=3, max_drawdown_ratio=Decimal("0.2"))


@pytest.mark.parametrize(
    ("losses", "equity", "kinds"),
    [
        (2, "900", []),
        (3, "900", [K.CONSECUTIVE_LOSSES]),
        (2, "800", [K.DRAWDOWN]),
        (4, "500", [K.CONSECUTIVE_LOSSES, K.DRAWDOWN]),
    ],
)
def test_a_strategys_results_trip_at_its_limits(losses, equity, kinds):
    """L34."""
    trips = of_results(STRATEGY, LIMITS, losing(losses, equity), ())

    assert [trip.rule.kind for trip in trips] == kinds
    assert all(trip.rule.resume is Resume.BY_HAND for trip in trips)
    assert all(trip.rule.strategy_id == STRATEGY for trip in trips)


def test_without_a_limit_no_result_trips():
    """No hidden breakers (L31)."""
    assert of_results(STRATEGY, NO_LIMITS, losing(99, "1"), ()) == ()


def test_a_kept_rule_of_the_strategy_says_what_resumes():
    own = a_rule(K.DRAWDOWN, None, resume=Resume.AFTER_A_TIME, resume_after_s=60)
    of_all = rule_of(K.DRAWDOWN, resume=Resume.AFTER_A_TIME, resume_after_s=5)

    (trip,) = of_results(STRATEGY, LIMITS, losing(0, "800"), (of_all, own))

    assert trip.rule is own
    assert trip.threshold == Decimal("0.2")


def test_a_book_is_read_for_its_spread_and_what_it_offers_within_the_limit():
    levels = [("0.40", "100"), ("0.41", "100"), ("0.50", "1000")]
    asks = tuple(BookLevel(price=Price.of(p), shares=Shares.of(n)) for p, n in reversed(levels))
    book = replace(a_book(bid="0.35"), asks=asks)

    found = book_readings(book, Price.of("0.41"))

    assert found == {K.SPREAD: Decimal("0.05"), K.LIQUIDITY: Decimal("81.00")}


def test_a_book_says_nothing_of_what_it_has_not():
    """A missing price is no price (L42)."""
    assert book_readings(None, Price.of("0.41")) == {}
    assert book_readings(a_book(bid=None), None) == {}
    assert book_readings(a_book(ask=None), Price.of("0.41")) == {K.LIQUIDITY: 0}


def test_a_bad_book_trips_the_rules_that_look_at_books_alone():
    rules = [rule_of(K.SPREAD), rule_of(K.LIQUIDITY), rule_of(K.REJECTIONS)]
    bad = {K.SPREAD: Decimal("0.2"), K.LIQUIDITY: Decimal(10), K.REJECTIONS: Decimal(1)}

    assert [trip.rule.kind for trip in of_book(rules, bad)] == [K.SPREAD, K.LIQUIDITY]
    assert of_book(rules, {}) == ()


def test_a_better_book_ends_only_what_waits_for_one():
    """L34."""
    waiting = a_breaker(kind=K.SPREAD, threshold=Decimal("0.1"), resume=Resume.WHEN_CLEAR)
    by_hand = replace(waiting, strategy_id=None, resume=Resume.BY_HAND)
    thin = replace(waiting, kind=K.LIQUIDITY, threshold=Decimal(50))

    good = {K.SPREAD: Decimal("0.1")}

    assert cleared_by_book((waiting, by_hand, thin), good) == (waiting,)
    assert cleared_by_book((waiting, by_hand, thin), {K.SPREAD: Decimal("0.11")}) == ()
