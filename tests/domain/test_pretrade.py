"""What the book says of an order: depth, slippage, edge, size and tolerance."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import a_book, a_market, a_signal, a_strategy
from situations import a_situation

from ltsys.domain.denial import DenialCode
from ltsys.domain.draft import drafted, tolerance
from ltsys.domain.live_order import Plan
from ltsys.domain.market import BookLevel
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd
from ltsys.domain.planning import plan_order
from ltsys.domain.pretrade import walk
from ltsys.domain.pricing import MIN_MARKETABLE_BUY
from ltsys.domain.strategy import RiskRules
from ltsys.domain.volatility import swing, volatility


def levels(*offers: tuple[str, str]) -> tuple[BookLevel, ...]:
    return tuple(BookLevel(price=Price.of(p), shares=Shares.of(s)) for p, s in offers)


DEEP = replace(a_book(bid="0.38"), asks=levels(("0.40", "10"), ("0.39", "10"), ("0.41", "99")))
NEVER = {"code": None}


def verdict(book=DEEP, signal=None, market=None, **rules):
    return plan_order(
        a_situation(
            book=book,
            signal=signal or a_signal(),
            market=market or a_market(),
            rules=RiskRules(**rules),
            strategy=a_strategy(slippage_tolerance=Decimal("0.03")),
        )
    )


def test_a_walk_takes_the_cheapest_first_and_stops_at_the_limit():
    """By value, not by place (L17)."""
    found = walk(DEEP, limit=Price.of("0.40"), spend=Usd.of(5))

    assert found.depth == Usd.of("7.9")
    assert found.spent == Usd.of(5)
    assert found.shares == Shares.of("12.75")
    assert found.average_price == Price.of("0.392157")


def test_a_walk_that_finds_nothing_has_no_price():
    """A missing price is None (L42)."""
    found = walk(DEEP, limit=Price.of("0.38"), spend=Usd.of(5))

    assert (found.depth, found.spent, found.average_price) == (ZERO_USD, ZERO_USD, None)


offers = st.lists(
    st.tuples(st.integers(1, 99), st.integers(1, 1000)).map(
        lambda n: BookLevel(price=Price.of(Decimal(n[0]) / 100), shares=Shares.of(n[1]))
    ),
    max_size=8,
)


@given(offers, st.integers(1, 99), st.integers(1, 100_000))
def test_a_walk_spends_no_more_than_asked_and_pays_no_more_than_the_limit(asks, cents, spend):
    """L11, L15."""
    limit, wanted = Price.of(Decimal(cents) / 100), Usd.of(Decimal(spend) / 100)

    found = walk(replace(a_book(), asks=tuple(asks)), limit=limit, spend=wanted)

    assert found.spent == min(wanted, found.depth)
    if found.average_price is not None:
        assert found.average_price <= limit


def test_depth_must_cover_the_order():
    """$7.90 are on offer at 40 ¢ or less, and $40.59 more at 41 ¢ (L18)."""
    small, large = a_signal(size=Usd.of("48.49")), a_signal(size=Usd.of("48.50"))

    assert isinstance(verdict(signal=small, min_depth_ratio=Decimal(1)), Plan)
    denial = verdict(signal=large, min_depth_ratio=Decimal(1))
    assert denial.code is DenialCode.INSUFFICIENT_DEPTH
    assert (denial.would_be, denial.limit) == (Decimal("48.49"), Decimal("48.50"))


def test_slippage_is_estimated_for_the_exact_size():
    """The first dollars are cheap, the whole order is not."""
    small, large = a_signal(size=Usd.of("3.9")), a_signal(size=Usd.of(40))

    assert isinstance(verdict(signal=small, max_slippage_ratio=Decimal(0)), Plan)
    denial = verdict(signal=large, max_slippage_ratio=Decimal(0))
    assert denial.code is DenialCode.SLIPPAGE_TOO_HIGH
    assert "%" in denial.text


@pytest.mark.parametrize("rule", ["max_slippage_ratio", "min_edge"])
def test_what_cannot_be_estimated_is_denied(rule):
    """Nothing is on offer within the limit (L18)."""
    dear = replace(a_book(bid="0.38"), asks=levels(("0.50", "99")))
    signal = a_signal(probability=Decimal("0.9"))

    denial = verdict(dear, signal, **{rule: Decimal("0.1")})

    assert "not known" in denial.text
    assert isinstance(verdict(dear, signal), Plan)


def test_the_edge_pays_for_price_and_fee():
    """0.50 − 0.40 − 0.04 × 0.24 a share (VENUE §11)."""
    signal, taxed = a_signal(probability=Decimal("0.5")), a_market(fee_rate=Decimal("0.04"))
    flat = a_book(ask="0.40")

    assert isinstance(verdict(flat, signal, taxed, min_edge=Decimal("0.0904")), Plan)
    denial = verdict(flat, signal, taxed, min_edge=Decimal("0.0905"))
    assert denial.code is DenialCode.INSUFFICIENT_EDGE
    assert denial.would_be == Decimal("0.09040")


def test_without_a_probability_no_edge_is_asked_for():
    assert isinstance(verdict(min_edge=Decimal(1)), Plan)


def test_a_spread_is_passed_exactly():
    assert isinstance(verdict(max_spread=Decimal("0.01")), Plan)
    assert verdict(max_spread=Decimal("0.0099")).code is DenialCode.SPREAD_TOO_WIDE


def test_an_order_is_raised_to_the_minimum_only_where_that_is_asked_for():
    """And every limit is asked about the raised order (L11)."""
    small = a_signal(size=Usd.of("0.40"))

    raised = verdict(signal=small, raises_to_minimum=True)
    refused = verdict(signal=small, raises_to_minimum=True, max_position_size=Usd.of("0.99"))

    assert raised.spend == MIN_MARKETABLE_BUY
    assert verdict(signal=small).code is DenialCode.BELOW_VENUE_MINIMUM
    assert refused.code is DenialCode.MAX_POSITION_SIZE_EXCEEDED


PRICES = tuple(Price.of(p) for p in ("0.30", "0.50", "0.30", "0.50", "0.40"))


def test_volatility_is_the_deviation_of_recent_prices():
    """A hundred cents squared over four: ten cents."""
    assert volatility(PRICES) == Decimal("0.1")
    assert volatility(PRICES[:4]) is None


def test_an_unknown_volatility_is_the_highest_there_can_be():
    """√(0.5 · 0.5) at even odds (L18)."""
    assert swing((), Price.of("0.5")) == Decimal("0.5")
    assert swing(PRICES, Price.of("0.5")) == Decimal("0.1")


@pytest.mark.parametrize(
    ("target", "spend"), [("0.2", "10"), ("0.1", "10"), ("0.05", "5"), ("0", "0")]
)
def test_a_size_shrinks_in_a_market_that_swings_more_than_the_target(target, spend):
    situation = a_situation(
        rules=RiskRules(target_volatility=Decimal(target)), recent_prices=PRICES
    )

    draft = drafted(situation, a_market(), a_book())

    assert draft.spend == Usd.of(spend)


def test_a_size_shrinks_most_where_nothing_is_known():
    """L18."""
    situation = a_situation(rules=RiskRules(target_volatility=Decimal("0.1")))

    draft = drafted(situation, a_market(), a_book())

    assert draft.spend == Usd.of("2.04")


@pytest.mark.parametrize(
    ("most", "prices", "expected"),
    [
        (None, PRICES, "0.02"),
        ("0.5", (), "0.02"),
        ("0.5", PRICES, "0.262"),
        ("0.1", PRICES, "0.1"),
        ("0.01", PRICES, "0.01"),
    ],
)
def test_a_tolerance_grows_with_the_market_up_to_its_bound(most, prices, expected):
    """Half the spread plus the volatility, as ratios; never below the strategy's own (L14, L15)."""
    rules = RiskRules(max_tolerance=None if most is None else Decimal(most))
    situation = a_situation(rules=rules, recent_prices=prices)

    found = tolerance(situation, a_book(bid="0.39", ask="0.40"))

    assert found.quantize(Decimal("0.001")) == Decimal(expected)
