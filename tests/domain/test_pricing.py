"""Amounts and prices that the venue accepts, for every tick size."""

import json
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.pricing import (
    MIN_MARKETABLE_BUY,
    below_minimum,
    buy_units,
    derived_salt,
    limit_price,
    sell_units,
)

TICKS = tuple(map(Decimal, ("0.1", "0.01", "0.005", "0.0025", "0.001", "0.0001")))
ticks = st.sampled_from(TICKS)
tolerances = st.decimals(0, 1, places=4)
spends = st.decimals("0.000001", "1000000", places=6).map(Usd)
signals = st.decimals("0.000001", "0.999999", places=9).map(Price)


@st.composite
def grid_prices(draw):
    tick = draw(ticks)
    return tick, Price(draw(st.integers(1, int(1 / tick) - 1)) * tick)


@given(signals, tolerances, ticks)
def test_a_limit_price_is_the_highest_on_the_grid_within_the_tolerance(signal, tolerance, tick):
    """L10, L15: on tick, inside [tick, 1 − tick], never above the tolerated price."""
    limit = limit_price(signal, tolerance, tick)

    ceiling = signal.per_share * (1 + tolerance)
    if limit is None:
        assert ceiling < tick
        return
    assert limit.per_share % tick == 0
    assert tick <= limit.per_share <= 1 - tick
    assert limit.per_share <= ceiling
    assert limit.per_share + tick > min(ceiling, 1 - tick)


def test_a_tolerance_of_zero_means_zero():
    """L14: slippage 0 must not become a default."""
    assert limit_price(Price.of("0.52"), Decimal(0), Decimal("0.01")) == Price.of("0.52")


@pytest.mark.parametrize("tick", ["0", "1", "-0.01", "0.03"])
def test_a_tick_that_does_not_divide_one_is_refused(tick):
    with pytest.raises(ValueError, match="does not divide"):
        limit_price(Price.of("0.5"), Decimal(0), Decimal(tick))


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="below 0"):
        limit_price(Price.of("0.5"), Decimal("-0.01"), Decimal("0.01"))


@given(spends, grid_prices())
def test_a_marketable_buy_passes_the_gate_and_never_costs_more_than_it_may(spend, tick_and_price):
    """L10, L11: cents of dollars, 4 decimals of shares, never above what was reserved."""
    _, price = tick_and_price

    maker, taker = buy_units(spend, price, marketable=True)

    assert maker % 10_000 == 0
    assert taker % 100 == 0
    assert Usd.from_units(maker) <= spend
    assert (maker == 0) == (taker == 0)


@given(st.integers(200, 100_000_000), grid_prices())
def test_the_implied_price_of_a_marketable_buy_rounds_to_the_limit(cents, tick_and_price):
    """L10: from two dollars on, maker ÷ taker is within half a tick above the limit price."""
    tick, price = tick_and_price

    maker, taker = buy_units(Usd(Decimal(cents) / 100), price, marketable=True)

    assert maker == cents * 10_000
    excess = Decimal(maker) / taker - price.per_share
    assert Decimal("-1e-20") <= excess < tick / 2


@given(spends, grid_prices())
def test_a_resting_buy_is_exactly_on_the_grid(spend, tick_and_price):
    """L10, L11: hundredths of shares at exactly the limit price, within the spend."""
    _, price = tick_and_price

    maker, taker = buy_units(spend, price, marketable=False)

    assert taker % 10_000 == 0
    assert maker == taker * price.per_share
    assert Usd.from_units(maker) <= spend


@given(st.decimals("0", "1000000", places=6).map(Shares), grid_prices())
def test_a_sale_is_never_of_more_shares_than_held(shares, tick_and_price):
    """L12: rounded down to hundredths; dollars within 4 decimals, less than a tick below."""
    tick, price = tick_and_price

    maker, taker = sell_units(shares, price)

    assert maker % 10_000 == 0
    assert taker % 100 == 0
    assert Shares.from_units(maker) <= shares
    assume(maker)
    shortfall = price.per_share - Decimal(taker) / maker
    assert shortfall * Decimal(maker) / 1_000_000 < Decimal("0.0001")
    assert shortfall < tick or maker < 1_000_000


@given(st.decimals("0.01", "1000000", places=2).map(Shares), grid_prices())
def test_a_resting_sale_is_exactly_on_the_grid(shares, tick_and_price):
    """L10: a SELL that rests asks its price to the last decimal."""
    _, price = tick_and_price

    maker, taker = sell_units(shares, price, marketable=False)

    assert Decimal(taker) == maker * price.per_share


def test_the_worked_examples_of_the_venue_come_out():
    """VENUE §4.5: the SDK's own figures, cut to what the venue's gate accepts."""
    assert buy_units(Usd.of(10), Price.of("0.52"), marketable=True) == (10_000_000, 19_230_700)
    assert buy_units(Usd.of("5.2624"), Price.of("0.52"), marketable=False) == (5262400, 10120000)
    assert sell_units(Shares.of("100.07"), Price.of("0.29")) == (100_070_000, 29_020_300)


@pytest.mark.parametrize("spend", ["0", "-1", "0.009"])
def test_a_spend_of_less_than_a_cent_buys_nothing(spend):
    assert buy_units(Usd.of(spend), Price.of("0.5"), marketable=True) == (0, 0)


def test_the_minimum_is_one_dollar_and_one_dollar_passes():
    """VENUE §5.2: a marketable BUY is at least $1."""
    assert below_minimum(Usd.of("0.99"))
    assert not below_minimum(MIN_MARKETABLE_BUY)


@given(st.text(), st.text(), st.integers(1, 99))
def test_a_salt_is_derived_and_survives_json(account, intent, attempt):
    """VENUE §3.4: the same attempt has the same salt, and a double holds it exactly."""
    salt = derived_salt(account, intent, attempt)

    assert salt == derived_salt(account, intent, attempt)
    assert 0 <= salt < 2**53
    assert int(float(salt)) == json.loads(json.dumps(salt)) == salt


def test_another_attempt_has_another_salt():
    salts = {derived_salt("a", "i", attempt) for attempt in range(100)}
    assert len(salts) == 100
