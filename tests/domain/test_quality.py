"""How an order followed its signal, and the dead-market guard."""

from datetime import timedelta
from decimal import Decimal

import pytest
from domain_made import NOON
from hypothesis import given
from hypothesis import strategies as st

from ltsys.domain.ft_wallet import DeadMarketGuard
from ltsys.domain.money import Price, Shares
from ltsys.domain.quality import (
    DeadMarketReason,
    average_price,
    dead_market,
    fill_rate,
    latency_ms,
    slippage_ratio,
)
from ltsys.domain.source_trade import Side


def test_slippage_is_positive_when_it_is_worse_for_us():
    prices = {"signal": Price.of("0.40"), "fill": Price.of("0.42")}

    assert slippage_ratio(side=Side.BUY, **prices) == Decimal("0.05")
    assert slippage_ratio(side=Side.SELL, **prices) == Decimal("-0.05")


@given(filled=st.decimals(0, 1000, places=2), wanted=st.decimals(0, 1000, places=2))
def test_a_fill_rate_is_shown_between_zero_and_one(filled, wanted):
    """LESSONS L26: a BUY may match more than it signed for."""
    assert 0 <= fill_rate(filled=Shares(filled), wanted=Shares(wanted)) <= 1


def test_a_half_filled_order_has_a_rate_of_one_half():
    assert fill_rate(filled=Shares.of(5), wanted=Shares.of(10)) == Decimal("0.5")


def test_a_latency_is_whole_milliseconds():
    assert latency_ms(since=NOON, until=NOON + timedelta(microseconds=1_500_900)) == 1500


def test_an_average_price_is_weighted_by_shares_and_none_without_a_fill():
    """LESSONS L20, L42."""
    fills = [(Shares.of(30), Price.of("0.2")), (Shares.of(10), Price.of("0.4"))]

    assert average_price(fills) == Decimal("0.25")
    assert average_price([]) is None


@pytest.mark.parametrize(
    ("signal", "mid", "expected"),
    [
        ("0.05", "0.0399", DeadMarketReason.BELOW_FLOOR),
        ("0.05", "0.04", None),
        ("0.0499", "0.0399", None),
        ("0.50", "0.10", None),
        ("0.50", "0.0999", DeadMarketReason.DRIFTED),
        ("0.50", "0.90", None),
        ("0.50", None, DeadMarketReason.NO_MID_PRICE),
    ],
)
def test_a_dead_market_is_recognised_at_its_exact_limits(signal, mid, expected):
    """FT_RULES §9; without a mid price the guard denies (LESSONS L18, L32)."""
    found = dead_market(
        signal_price=Decimal(signal),
        mid=None if mid is None else Decimal(mid),
        guard=DeadMarketGuard(),
    )

    assert (found and found.reason) == expected
    assert found is None or found.text.endswith(".")


def test_a_guard_that_is_switched_off_lets_everything_pass():
    guard = DeadMarketGuard(is_enabled=False)

    assert dead_market(signal_price=Decimal("0.5"), mid=None, guard=guard) is None
