"""Circuit breakers: which rules make sense, and what is said of one that tripped."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import NOON, a_breaker, a_rule

from ltsys.domain.breaker import BreakerKind, Resume, explained, loosens

K = BreakerKind
LATER = NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"threshold": None}, "a threshold is missing"),
        ({"threshold": "-0.1"}, "too small"),
        ({"kind": K.LIQUIDITY, "threshold": "0"}, "too small"),
        ({"kind": K.DRAWDOWN, "threshold": "0", "strategy_id": None}, "too small"),
        ({"threshold": "50"}, "over 1: it is no percentage"),
        ({"kind": K.SPREAD, "threshold": "2"}, "over 1"),
        ({"kind": K.DRAWDOWN, "threshold": "0.2"}, "its risk limit"),
        (
            {"kind": K.CONSECUTIVE_LOSSES, "strategy_id": None, "threshold": "5"},
            "window of as many",
        ),
        ({"window": 0}, "not within 1 and 1000"),
        ({"window": 1001}, "not within 1 and 1000"),
        ({"kind": K.SPREAD, "threshold": "0.1", "window": 5}, "has no window"),
        ({"resume": Resume.AFTER_A_TIME}, "seconds to wait"),
        ({"resume_after_s": 60}, "seconds to wait"),
        ({"resume": Resume.AFTER_A_TIME, "resume_after_s": 0}, "no time to wait"),
        ({"resume": Resume.WHEN_CLEAR}, "brings no news"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_reason(rule, reason):
    """L39."""
    with pytest.raises(ValueError, match=reason):
        a_rule(**rule)


def test_a_threshold_of_zero_is_zero():
    """Any rejection at all (L14)."""
    assert a_rule(threshold="0").threshold == 0


def test_a_strategy_takes_its_limit_as_the_threshold():
    """One number has one place (L31)."""
    rule = a_rule(kind=K.DRAWDOWN, threshold=None, resume=Resume.AFTER_A_TIME, resume_after_s=60)

    assert rule.threshold is None


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, "stopped until a person clears it"),
        (
            {"resume": Resume.AFTER_A_TIME, "resumes_at": LATER},
            "stopped until 2026-02-20 12:10:00 UTC",
        ),
        ({"resume": Resume.WHEN_CLEAR}, "stopped until the next book is better"),
    ],
)
def test_one_sentence_says_the_cause_both_numbers_and_what_resumes(changes, ending):
    """L32."""
    said = explained(a_breaker(**changes))

    assert said.startswith("rejections of LT_FT_TEST: 60.00% of the last 10 answers")
    assert "over 50.00%" in said
    assert said.endswith(ending)


def test_a_breaker_of_all_says_so():
    breaker = a_breaker(strategy_id=None)

    assert explained(breaker).startswith("rejections of all strategies: ")
    assert breaker.key == "breaker:global:rejections"


@pytest.mark.parametrize(("late_s", "is_due"), [(-1, False), (0, True), (1, True)])
def test_a_time_is_over_at_its_moment(late_s, is_due):
    breaker = a_breaker(resume=Resume.AFTER_A_TIME, resumes_at=LATER)
    now = LATER + timedelta(seconds=late_s)

    assert breaker.is_due(now) is is_due
    assert not a_breaker().is_due(now)
    assert not replace(breaker, cleared_at=LATER).is_due(now)


@pytest.mark.parametrize(
    ("after", "is_looser"),
    [
        ({}, False),
        ({"threshold": "0.4"}, False),
        ({"threshold": "0.6"}, True),
        ({"window": 20}, True),
        ({"window": 5}, True),
        ({"resume": Resume.AFTER_A_TIME, "resume_after_s": 3600}, True),
        (None, True),
    ],
)
def test_letting_more_through_is_looser(after, is_looser):
    """Raising risk needs a word more than lowering it (L61)."""
    before = a_rule(window=10)
    changed = None if after is None else a_rule(**{"window": 10, **after})

    assert loosens(before, changed) is is_looser
    assert not loosens(None, before)


def test_less_liquidity_is_looser():
    """L61."""
    deep, thin = (a_rule(K.LIQUIDITY, threshold) for threshold in ("100", "50"))

    assert loosens(deep, thin)
    assert not loosens(thin, deep)
    assert Decimal(50) == thin.threshold
