"""Dollars, shares and prices cannot be mistaken for one another (L40)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Price, Shares, Usd, exact

AMOUNTS = st.decimals("-1e9", "1e9", places=9)


@pytest.mark.parametrize("kind", [Usd, Shares, Price])
@pytest.mark.parametrize("value", [0.5, float("nan"), "NaN", "Infinity", "a", "", None])
def test_no_money_is_made_of_a_float_or_of_nonsense(kind, value):
    """L40."""
    with pytest.raises(ValueError, match=r"float|number|finite"):
        kind.of(value)


@pytest.mark.parametrize("value", ["0.5", 5, Decimal("0.5")])
def test_text_integers_and_decimals_are_exact(value):
    assert exact(value) == Decimal(value)


@pytest.mark.parametrize(
    "mix",
    [
        lambda: Usd.of(1) + Shares.of(1),
        lambda: Shares.of(1) + Usd.of(1),
        lambda: Usd.of(1) - Decimal(1),
        lambda: Usd.of(1) * Usd.of(1),
        lambda: Usd.of(1) < Shares.of(1),
        lambda: Price.of("0.5") * Usd.of(1),
        lambda: Price.of("0.5") + Price.of("0.4"),
        lambda: Shares.of(1) * 2,
    ],
)
def test_unlike_things_do_not_mix(mix):
    """A −$5.81 loss was once booked as −$581 (L40)."""
    with pytest.raises((TypeError, AttributeError)):
        mix()


def test_unlike_things_are_not_equal():
    """L40."""
    assert Usd.of(1) != Shares.of(1)
    assert ZERO_USD != ZERO_SHARES


@pytest.mark.parametrize("value", ["0", "1", "-0.1", "1.01", "40", "99"])
def test_a_price_lies_between_nothing_and_a_dollar(value):
    """Percent and cent scales are refused (L43)."""
    with pytest.raises(ValueError, match=r"outside \(0, 1\)"):
        Price.of(value)


def test_nobody_holds_less_than_no_shares():
    """L12."""
    with pytest.raises(ValueError, match="less than 0"):
        Shares.of(1) - Shares.of(2)


def test_a_price_times_shares_is_dollars_and_back():
    assert Price.of("0.4") * Shares.of(25) == Usd.of(10)
    assert Price.of("0.4").shares_for(Usd.of(10)) == Shares.of(25)
    assert Shares.of(25).paying(Decimal("0.5")) == Usd.of("12.5")


@given(AMOUNTS)
def test_rounding_says_whom_it_favours(amount):
    """A spend never grows, a reserve never falls short (L11)."""
    money = Usd(amount)

    down, up = money.rounded_down(), money.rounded_up()

    assert abs(down.amount) <= abs(amount) <= abs(up.amount)
    assert abs(money.rounded().amount - amount) <= Decimal("0.0000005")
    assert down == down.rounded_down()


@given(st.integers(-(10**15), 10**15))
def test_the_venues_units_are_millionths(units):
    assert Usd.from_units(units).amount * 1_000_000 == units


def test_ratios_to_nothing_are_refused():
    for ratio in (lambda: Usd.of(1).over(ZERO_USD), lambda: Shares.of(1).over(ZERO_SHARES)):
        with pytest.raises(ZeroDivisionError):
            ratio()
    assert Usd.of(1).over(Usd.of(4)) == Shares.of(1).over(Shares.of(4)) == Decimal("0.25")


@pytest.mark.parametrize(
    ("amount", "text"), [("5.815", "$5.82"), ("-5.81", "-$5.81"), ("0", "$0.00")]
)
def test_dollars_are_shown_in_cents_with_their_sign(amount, text):
    assert str(Usd.of(amount)) == text


def test_nothing_is_false_and_something_true():
    assert not ZERO_USD
    assert not ZERO_SHARES
    assert Usd.of(-1)
    assert Shares.of("0.000001")
