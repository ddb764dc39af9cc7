"""Limits by name: what they take, when a change loosens, and what makes no sense."""

from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltsys.domain.errors import SettingsError
from ltsys.domain.money import Usd
from ltsys.domain.rule_change import LIMITS, Unit, changed, loosened, nonsense, parsed
from ltsys.domain.strategy import RiskRules

NONE = RiskRules()
DOLLAR = Usd.of(1)
FLOORS = {"min_order_size", "min_depth_ratio", "min_edge"}
NUMBERS = [name for name in LIMITS if LIMITS[name].unit is not Unit.FLAG]


def value(name: str, number: str):
    return parsed(name, number)


def test_every_limit_of_a_strategy_can_be_named():
    """L31."""
    assert {*LIMITS} == {field.name for field in fields(RiskRules)}


@pytest.mark.parametrize("name", NUMBERS)
def test_none_is_no_limit_and_one_is_one(name):
    """L14."""
    assert parsed(name, "None") is None
    assert changed(NONE, {name: parsed(name, "0.5" if name == "max_tolerance" else "1")}) != NONE


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("daily_budget", "much", "'much' is no dollars, and not `none`"),
        ("daily_budget", "-1", "-1 is under 0"),
        ("daily_budget", "NaN", "is no dollars"),
        ("max_drawdown_ratio", "20", "over 1, the most it may be (a ratio: 0.20 is 20 %)"),
        ("max_positions", "1.5", "1.5 is not a whole number"),
        ("max_consecutive_losses", "0", "0 is under 1"),
        ("raises_to_minimum", "maybe", "neither yes nor no"),
        ("max_hope", "1", "there is no limit 'max_hope'; there are: daily_budget"),
    ],
)
def test_what_a_limit_cannot_be_is_refused_with_the_reason(name, text, sentence):
    """L39."""
    with pytest.raises(SettingsError) as refused:
        parsed(name, text)

    assert sentence in str(refused.value)


def test_a_name_that_is_no_limit_changes_nothing():
    with pytest.raises(SettingsError, match="there is no limit 'is_paused'"):
        changed(NONE, {"is_paused": False})


@pytest.mark.parametrize("name", NUMBERS)
def test_a_limit_is_loosened_in_one_direction_only(name):
    """Lowering risk is instant, raising it is not (L61)."""
    low, high = (changed(NONE, {name: value(name, text)}) for text in steps(name))

    tighter, looser = (low, high) if name not in FLOORS else (high, low)
    assert loosened(tighter, looser) == (name,)
    assert loosened(looser, tighter) == ()
    assert loosened(low, low) == ()
    assert loosened(low, NONE) == (name,)
    assert loosened(NONE, low) == ((name,) if name == "max_tolerance" else ())


def steps(name: str) -> tuple[str, str]:
    return ("1", "2") if LIMITS[name].unit in {Unit.COUNT, Unit.DOLLARS} else ("0.1", "0.2")


def test_raising_small_orders_loosens():
    """They were not placed before."""
    raising = RiskRules(raises_to_minimum=True)

    assert loosened(NONE, raising) == ("raises_to_minimum",)
    assert loosened(raising, NONE) == ()


@given(st.data())
def test_tightening_some_and_loosening_others_names_the_loosened(data):
    names = data.draw(st.lists(st.sampled_from(NUMBERS), unique=True))
    before = changed(NONE, {name: value(name, steps(name)[0]) for name in names})
    after = changed(before, {name: value(name, steps(name)[1]) for name in names})

    assert {*loosened(before, after)} == {*names} - FLOORS
    assert {*loosened(after, before)} == {*names} & FLOORS


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"weekly_budget": Usd.of("0.5")}, "weekly budget: $0.50 is under $1.00"),
        ({"max_event_exposure": Usd.of(4)}, "max event exposure: $4.00 is under $5.00"),
        (
            {"min_order_size": Usd.of(9), "max_position_size": Usd.of(8)},
            "min order size: $9.00 is over the max position size of $8.00",
        ),
        ({"max_equity_ratio": Decimal("0.01")}, "max equity ratio: 1.00% of $100.00 is under"),
    ],
)
def test_limits_under_which_nothing_could_be_bought_make_no_sense(rules, sentence):
    """L39: caps below minimums."""
    smallest = Usd.of(5) if "max_event_exposure" in rules else Usd.of("1.50")
    if "weekly_budget" in rules:
        smallest = Usd.of("0.2")

    (reason,) = nonsense(RiskRules(**rules), smallest=smallest, capital=Usd.of(100))

    assert reason.startswith(sentence)


def test_no_limits_make_sense():
    assert not [*nonsense(NONE, smallest=DOLLAR, capital=Usd.of(100))]
