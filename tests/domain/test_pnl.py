"""Gains of virtual and real orders, and the identity between the two."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.pnl import (
    OpenTotal,
    cash,
    ft_pnl,
    max_drawdown,
    open_pnl,
    realized_pnl,
    sharpe,
    total_open,
)
from ltsys.domain.source_trade import Side

CENT = Decimal("0.01")
FILLS = st.lists(
    st.tuples(
        st.decimals(min_value="0.01", max_value=10_000, places=2),
        st.decimals(min_value="0.001", max_value="0.999", places=3),
    ),
    min_size=1,
    max_size=20,
)
PAYOUTS = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)])


def usd(*amounts):
    return [Usd.of(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("side", "payout", "expected"),
    [
        (Side.BUY, 1, "30"),
        (Side.BUY, 0, "-10"),
        (Side.BUY, Decimal("0.5"), "10"),
        (Side.SELL, 1, "2.5"),
        (Side.SELL, 0, "-7.5"),
    ],
)
def test_a_virtual_order_gains_as_the_rules_say(side, payout, expected):
    """FT_RULES §9."""
    gain = ft_pnl(side=side, size=Usd.of(10), entry_price=Decimal("0.25"), payout=Decimal(payout))

    assert gain == Usd.of(expected)


def test_a_won_buy_at_a_price_of_zero_gains_nothing():
    """FT_RULES §9: 0 if p ≤ 0."""
    nothing = Decimal(0)

    won = ft_pnl(side=Side.BUY, size=Usd.of(10), entry_price=nothing, payout=Decimal(1))
    lost = ft_pnl(side=Side.BUY, size=Usd.of(10), entry_price=nothing, payout=nothing)

    assert (won, lost) == (ZERO_USD, Usd.of(-10))


@given(fills=FILLS, payout=PAYOUTS)
def test_real_and_virtual_gains_are_one_at_the_same_cost_and_average_price(fills, payout):
    """LESSONS L41: LT equals FT to far below a cent once size = cost and p = average price."""
    shares = Shares(sum(count for count, _ in fills))
    cost = Usd(sum(count * price for count, price in fills))
    average = cost.amount / shares.count

    real = realized_pnl(shares=shares, cost=cost, payout_per_share=payout)
    virtual = ft_pnl(side=Side.BUY, size=cost, entry_price=average, payout=payout)

    assert abs((real - virtual).amount) < Decimal("1e-15")


@given(fills=FILLS, payout=PAYOUTS)
def test_gains_of_fills_add_up_to_the_gain_of_the_position(fills, payout):
    """LESSONS L41: Σ over orders = position."""
    parts = [
        realized_pnl(shares=Shares(count), cost=Usd(count * price), payout_per_share=payout)
        for count, price in fills
    ]

    shares = Shares(sum(count for count, _ in fills))
    cost = Usd(sum(count * price for count, price in fills))
    whole = realized_pnl(shares=shares, cost=cost, payout_per_share=payout)

    assert sum(parts, ZERO_USD) == whole


def test_an_open_position_without_a_price_has_no_gain_and_a_total_says_so():
    """LESSONS L42: price 0 is a price, a missing one is None."""
    held = {"shares": Shares.of(10), "cost": Usd.of(4)}

    gains = [open_pnl(**held, price=price) for price in (None, Decimal(0), Decimal("0.5"))]

    assert gains == [None, Usd.of(-4), Usd.of(1)]
    assert total_open(gains) == OpenTotal(known=Usd.of(-3), unpriced_count=1)


def test_virtual_cash_never_falls_below_zero():
    assert cash(starting=Usd.of(10), realized=Usd.of(-20), exposure=Usd.of(1)) == ZERO_USD
    assert cash(starting=Usd.of(10), realized=Usd.of(2), exposure=Usd.of(3)) == Usd.of(9)


def test_a_sharpe_needs_two_trades_and_some_spread():
    """FT_RULES §9: mean ÷ sample standard deviation."""
    assert sharpe(usd(1)) is None
    assert sharpe(usd(1, 1)) is None
    assert sharpe(usd(1, 3)).quantize(CENT) == Decimal("1.41")


def test_a_drawdown_is_a_ratio_of_the_peak_it_fell_from():
    """FT_RULES §9: of that peak, not of the highest ever."""
    assert max_drawdown(Usd.of(100), usd(100, -100, 900, -200)) == Decimal("0.5")
    assert max_drawdown(Usd.of(100), usd(-25)) == Decimal("0.25")
    assert max_drawdown(Usd.of(100), []) == 0
    assert max_drawdown(ZERO_USD, usd(-1)) == 0
