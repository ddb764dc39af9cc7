"""A live order and its money."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import STRATEGY, a_match, a_plan, a_signal, an_order

from ltsys.domain.errors import IllegalTransitionError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ledger import Balances, Book, Kind
from ltsys.domain.live_order import (
    Fill,
    fill_cause,
    lt_order_id,
    planned,
    released,
    with_fill,
    without_fill,
)
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Price, Shares, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.strategy import Mode

LIVE = an_order(status=OrderStatus.LIVE)


def a_fill(shares: str = "5", price: str = "0.40", fee: str = "0", number: int = 1) -> Fill:
    match = a_match("0x1", shares=shares, price=price, number=number)
    return Fill(venue=match, cost=(match.price * match.shares).rounded_down(), fee=Usd.of(fee))


def test_an_orders_name_follows_from_its_cause():
    """A second try finds the first (L01)."""
    name = lt_order_id(a_signal())

    assert name == lt_order_id(a_signal(price=Price.of("0.9")))
    assert name != lt_order_id(a_signal(2))
    assert name != lt_order_id(a_signal(strategy_id="LT_OTHER"))
    assert a_signal().idempotency_key == f"lt:{STRATEGY}:trade-1"


def test_a_planned_order_holds_its_whole_reserve():
    order = planned(a_signal(), a_plan(reserve=Usd.of("10.5")), book=Book.LIVE)

    assert (order.status, order.reserved) == (OrderStatus.PLANNED, Usd.of("10.5"))
    assert order.executed == ZERO_USD
    assert order.average_price is None


def test_a_test_order_has_books_of_its_own():
    """L36."""
    tested = planned(a_signal(is_force_test=True, ft_order_id=None), a_plan(), book=Book.LIVE)

    assert (tested.mode, tested.book) == (Mode.FORCE_TEST, Book.FORCE_TEST)
    assert LIVE.book is Book.LIVE


def test_a_fill_moves_the_order_and_its_money_alike():
    """By what was filled, not by what was asked (L20)."""
    order, posting = with_fill(LIVE, a_fill("5", fee="0.03"))

    after = Balances(reserved=Usd.of(10)).after(posting)

    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert (order.executed, order.executed_shares) == (Usd.of(2), Shares.of(5))
    assert order.reserved == after.reserved == Usd.of("7.97")
    assert (after.position, after.fees) == (Usd.of(2), Usd.of("0.03"))


@pytest.mark.parametrize(
    ("shares", "status"),
    [
        ("24.97", OrderStatus.PARTIALLY_FILLED),
        ("24.975", OrderStatus.FILLED),
        ("25", OrderStatus.FILLED),
        ("40", OrderStatus.FILLED),
    ],
)
def test_an_order_is_full_but_for_a_cent(shares, status):
    """L24, L26."""
    assert with_fill(LIVE, a_fill(shares))[0].status is status


@given(st.lists(st.integers(1, 9_000_000), min_size=1, max_size=6), st.randoms())
def test_the_order_of_fills_does_not_matter(units, random):
    """L22."""
    fills = [
        Fill(
            venue=replace(a_match("0x1", number=number), shares=Shares.from_units(unit)),
            cost=Usd.from_units(unit * 4 // 10),
            fee=ZERO_USD,
        )
        for number, unit in enumerate(units)
    ]
    shuffled = random.sample(fills, len(fills))

    def after(sequence):
        order = LIVE
        for fill in sequence:
            order, _ = with_fill(order, fill)
        return order

    assert after(fills) == after(shuffled)


@given(st.integers(1, 40_000_000), st.integers(0, 500_000))
def test_a_failed_fill_leaves_nothing_of_itself(units, fee):
    """L23."""
    fill = replace(a_fill(str(Decimal(units) / 1_000_000)), fee=Usd.from_units(fee))

    filled, _ = with_fill(LIVE, fill)
    undone, posting = without_fill(filled, fill)

    assert (undone.executed, undone.executed_shares, undone.fees) == (
        ZERO_USD,
        ZERO_SHARES,
        ZERO_USD,
    )
    assert posting.kind is Kind.UNFILL
    assert undone.status is filled.status


def test_the_rest_is_released_once_and_only_at_the_end():
    """L24."""
    order, _ = with_fill(LIVE, a_fill("5"))
    working = released(order)
    ended, posting = released(order.moved(OrderEvent.CANCEL))

    again = released(ended)

    assert working == (order, None)
    assert (ended.reserved, posting.kind) == (ZERO_USD, Kind.RELEASE)
    assert posting.entries[1].amount == Usd.of(8)
    assert again == (ended, None)


def test_a_fills_cause_names_the_match_and_the_order():
    """One match may fill two of our orders (L06)."""
    assert fill_cause(a_match("0x1")) == "fill:match-1:0x1"
    assert fill_cause(a_match("0x1")) != fill_cause(a_match("0x2"))


@pytest.mark.parametrize(
    ("outcome", "payout"),
    [
        (FtOutcome.OPEN, None),
        (FtOutcome.WON, Usd.of(5)),
        (FtOutcome.LOST, ZERO_USD),
        (FtOutcome.VOID, Usd.of("2.5")),
    ],
)
def test_a_payout_is_known_when_the_outcome_is(outcome, payout):
    """None is not 0 (L42, L46)."""
    order, _ = with_fill(LIVE, a_fill("5"))

    assert replace(order, outcome=outcome).payout == payout


def test_the_average_price_is_dollars_over_shares():
    """L20."""
    order, _ = with_fill(LIVE, a_fill("5", "0.40"))
    order, _ = with_fill(order, a_fill("15", "0.20", number=2))

    assert order.average_price == Price.of("0.25")


def test_a_speck_of_a_fill_has_no_average_price():
    """It cost less than a millionth; the fill must still be counted (L20, L42)."""
    order, _ = with_fill(LIVE, a_fill("0.000001"))

    assert order.executed_shares == Shares.from_units(1)
    assert order.average_price is None


def test_an_event_outside_the_table_is_refused():
    with pytest.raises(IllegalTransitionError):
        an_order(status=OrderStatus.REJECTED).moved(OrderEvent.ACCEPT)
