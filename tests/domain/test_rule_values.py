"""Rules by their names: what a person may write, and what it becomes."""

import re
from dataclasses import fields
from decimal import Decimal

import pytest
from test_planning import a_situation

from ltsys.domain.errors import SettingsError
from ltsys.domain.money import Usd
from ltsys.domain.rule_values import parse_rule, rule_names, with_rules
from ltsys.domain.strategy import RiskRules
from ltsys.domain.venue import TimeInForce


def under(*texts: str):
    return with_rules(a_situation(), dict(parse_rule(text) for text in texts))


def test_every_limit_can_be_named():
    """L31."""
    assert {each.name for each in fields(RiskRules)} < {*rule_names()}


def test_values_become_what_the_rule_holds():
    found = under(
        "daily_budget=$1,050.50",
        "max_positions = 3",
        "max_drawdown_ratio=0.25",
        "raises_to_minimum=true",
        "slippage_tolerance=0.02",
        "time_in_force=fok",
        "max_signal_age_s=60",
    )

    assert found.rules.daily_budget == Usd.of("1050.50")
    assert (found.rules.max_positions, found.rules.raises_to_minimum) == (3, True)
    assert found.rules.max_drawdown_ratio == Decimal("0.25")
    assert found.strategy.slippage_tolerance == Decimal("0.02")
    assert found.strategy.time_in_force is TimeInForce.FOK
    assert found.strategy.max_signal_age_s == 60
    assert found.signal == a_situation().signal


def test_none_is_no_limit_and_zero_is_zero():
    """L14."""
    limited = with_rules(a_situation(), {"max_position_size": "5"})

    assert under("max_position_size=0").rules.max_position_size == Usd.of(0)
    assert with_rules(limited, dict([parse_rule("max_position_size=none")])) == a_situation()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("max_position_size", "is not name=value"),
        ("=5", "'=5' is not name=value"),
        ("max_size=5", "there is no rule 'max_size'; there are: slippage_tolerance"),
        ("daily_budget=many", "daily_budget: 'many' is no dollars"),
        ("daily_budget=-1", "daily_budget: -1 is under 0"),
        ("daily_budget=NaN", "'NaN' is no dollars"),
        ("max_drawdown_ratio=20", "max_drawdown_ratio: 20 is over 1"),
        ("max_positions=1.5", "max_positions: 1.5 is not a whole number"),
        ("raises_to_minimum=perhaps", "neither yes nor no"),
        ("time_in_force=GTC", "neither FAK nor FOK"),
        ("slippage_tolerance=0.6", "slippage_tolerance: 0.6 is over 0.5"),
        ("max_signal_age_s=0", "max_signal_age_s: 0 is under 1"),
        ("slippage_tolerance=none", "slippage_tolerance always has a value"),
        ("capital=5", "there is no rule 'capital'"),
    ],
)
def test_nonsense_is_refused_with_the_reason(text, sentence):
    """L39."""
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        parse_rule(text)
