"""What the venue charges (VENUE §11)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import a_market

from ltsys.domain.fees import highest_fee, taker_fee
from ltsys.domain.money import Price, Shares, Usd

ONE = Decimal(1)


@pytest.mark.parametrize(
    ("shares", "price", "rate", "fee"),
    [
        ("100", "0.5", "0.07", "1.75"),
        ("100", "0.5", "0.05", "1.25"),
        ("100", "0.9", "0.04", "0.36"),
        ("100", "0.5", "0", "0"),
        ("0.01", "0.01", "0.04", "0"),
        ("25.5", "0.39", "0.05", "0.30332"),
    ],
)
def test_fees_are_those_of_the_venues_formula(shares, price, rate, fee):
    """To five decimals of a dollar (L47)."""
    charged = taker_fee(Shares.of(shares), Price.of(price), rate=Decimal(rate), exponent=ONE)

    assert charged == Usd.of(fee)


def test_an_exponent_bends_the_curve():
    """L47."""
    fee = taker_fee(Shares.of(100), Price.of("0.5"), rate=Decimal("0.04"), exponent=Decimal(2))

    assert fee == Usd.of("0.25")


@given(
    limit=st.integers(1, 9_999),
    better=st.integers(0, 9_998),
    cents=st.integers(100, 10_000_000),
    rate=st.sampled_from(["0", "0.04", "0.05", "0.07"]),
    exponent=st.sampled_from(["1", "1.5", "2"]),
)
def test_no_fill_is_charged_more_than_was_set_aside(limit, better, cents, rate, exponent):
    """At the limit or at any better price, for the whole spend (L11, L47)."""
    spend = Usd.of(Decimal(cents) / 100)
    price = Price(Decimal(max(1, limit - better)) / 10_000)
    market = a_market(fee_rate=Decimal(rate), fee_exponent=Decimal(exponent))

    fee = taker_fee(
        price.shares_for(spend), price, rate=market.fee_rate, exponent=market.fee_exponent
    )

    assert fee <= highest_fee(spend, market)
