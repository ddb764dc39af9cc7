"""Our books against the venue's word: each difference is found, and nothing that is none."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import MARKET, NO, NOON, YES, a_match

from ltsys.domain.comparison import compare
from ltsys.domain.ids import LtOrderId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import ENDED, OrderStatus
from ltsys.domain.reconciliation import (
    Action,
    BookedFill,
    BookedOrder,
    Books,
    Holding,
    Kind,
    Known,
    Span,
    Theirs,
    exactly,
)
from ltsys.domain.venue import FillStatus, VenueOrder, VenueOrderStatus

OURS, OTHERS = "0x" + "1" * 64, "0x" + "9" * 64
ORDER = LtOrderId("lto_1")
OLD, YOUNG = NOON, NOON + timedelta(hours=1)
TEN, CASH = Decimal(10), Decimal(990)
AT_REST = exactly(Decimal(1000))


def an_envelope(status=OrderStatus.FILLED, **changes) -> BookedOrder:
    usual = {
        "lt_order_id": ORDER,
        "status": status,
        "is_newest": True,
        "is_young": False,
        "is_parked": False,
    }
    return BookedOrder(**{**usual, **changes})


def a_booked_fill(**changes) -> BookedFill:
    usual = {
        "lt_order_id": ORDER,
        "order_id": OURS,
        "trade_id": "match-1",
        "status": FillStatus.CONFIRMED,
        "shares": Shares.of(25),
        "cost": Usd.of(10),
        "is_young": False,
    }
    return BookedFill(**{**usual, **changes})


def a_holding(bought=25, **changes) -> Holding:
    span = bought if isinstance(bought, Span) else exactly(Decimal(bought))
    usual = {"token_id": YES, "condition_id": MARKET, "bought": span, "payout": None}
    return Holding(**{**usual, **changes})


def our_books(**changes) -> Books:
    """One order that bought 25 shares for $10."""
    usual = {
        "orders": {OURS: an_envelope()},
        "fills": (a_booked_fill(),),
        "holdings": (a_holding(),),
        "spent": exactly(TEN),
        "redeemed": Decimal(0),
    }
    return Books(**{**usual, **changes})


def their_word(**changes) -> Theirs:
    """The same, of a wallet that began with $1,000."""
    usual = {
        "asked_at": YOUNG,
        "since": OLD,
        "orders": (),
        "trades": (a_match(OURS),),
        "shares": {YES: Shares.of(25)},
        "cash": exactly(CASH),
    }
    return Theirs(**{**usual, **changes})


def an_open_order(order_id=OURS) -> VenueOrder:
    return VenueOrder(
        order_id=order_id,
        condition_id=MARKET,
        token_id=YES,
        status=VenueOrderStatus.LIVE,
        original=Shares.of(25),
        matched=Shares.of(0),
    )


def found(ours=None, theirs=None, known=None):
    known = known or Known(unexplained=AT_REST)
    comparison = compare(ours or our_books(), theirs or their_word(), known, young_after=OLD)
    return [(finding.kind, finding.action) for finding in comparison.findings]


def watched(kind):
    return [(kind, Action.WATCHED)]


def test_books_that_agree_have_no_finding():
    assert found() == []


@pytest.mark.parametrize(
    ("kind", "ours", "theirs"),
    [
        pytest.param(
            Kind.UNKNOWN_ORDER, {}, {"orders": (an_open_order(OTHERS),)}, id="not our order"
        ),
        pytest.param(Kind.REVIVED_ORDER, {}, {"orders": (an_open_order(),)}, id="over with us"),
        pytest.param(
            Kind.REVIVED_ORDER,
            {"orders": {OURS: an_envelope(OrderStatus.LIVE, is_newest=False)}},
            {"orders": (an_open_order(),)},
            id="an earlier attempt",
        ),
        pytest.param(
            Kind.MISSED_FILL,
            {"fills": (), "holdings": (), "spent": exactly(Decimal(0))},
            {},
            id="not counted",
        ),
        pytest.param(
            Kind.FAILED_FILL,
            {"fills": (a_booked_fill(status=FillStatus.MINED),)},
            {"trades": (a_match(OURS, status=FillStatus.FAILED),)},
            id="counted and failed",
        ),
        pytest.param(
            Kind.FILL_DIFFERS,
            {},
            {"trades": (a_match(OURS, status=FillStatus.FAILED),)},
            id="two final words",
        ),
        pytest.param(
            Kind.FILL_DIFFERS, {}, {"trades": (a_match(OURS, shares="26"),)}, id="other shares"
        ),
        pytest.param(
            Kind.FILL_DIFFERS, {}, {"trades": (a_match(OURS, price="0.41"),)}, id="other dollars"
        ),
        pytest.param(Kind.PHANTOM_FILL, {}, {"trades": ()}, id="not listed"),
        pytest.param(
            Kind.UNKNOWN_TRADE,
            {},
            {"trades": (a_match(OURS), a_match(OTHERS, number=2))},
            id="a trade of nobody's order",
        ),
        pytest.param(Kind.TOKEN_BALANCE, {}, {"shares": {YES: Shares.of(24)}}, id="fewer shares"),
        pytest.param(Kind.TOKEN_BALANCE, {}, {"shares": {YES: Shares.of(26)}}, id="more shares"),
        pytest.param(Kind.COLLATERAL, {}, {"cash": exactly(CASH + 1)}, id="a deposit"),
        pytest.param(Kind.COLLATERAL, {}, {"cash": exactly(CASH - 1)}, id="a withdrawal"),
    ],
)
def test_each_difference_is_exactly_its_finding(kind, ours, theirs):
    assert found(our_books(**ours), their_word(**theirs)) == watched(kind)


@pytest.mark.parametrize(
    ("status", "is_asked"),
    [
        (status, status in {OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED})
        for status in OrderStatus
    ],
)
def test_a_resting_order_that_is_not_shown_is_asked_about(status, is_asked):
    """Not found is no proof of absence, and no drift (L05)."""
    ours = our_books(orders={OURS: an_envelope(status)})

    findings = found(ours)

    assert findings == ([(Kind.ORDER_NOT_SHOWN, Action.ASKED)] if is_asked else [])
    assert compare(ours, their_word(), Known(), young_after=OLD).is_clean


@pytest.mark.parametrize("status", [status for status in OrderStatus if status not in ENDED])
def test_an_order_that_works_on_both_sides_is_no_finding(status):
    ours = our_books(orders={OURS: an_envelope(status)})

    assert found(ours, their_word(orders=(an_open_order(),))) == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"orders": {OURS: an_envelope(is_young=True)}}, {"orders": (an_open_order(),)}),
        ({"orders": {OURS: an_envelope(OrderStatus.LIVE, is_young=True)}}, {}),
        ({"orders": {OURS: an_envelope(OrderStatus.LIVE, is_parked=True)}}, {}),
        ({"orders": {OURS: an_envelope(is_young=True)}, "fills": ()}, {}),
        ({"fills": (a_booked_fill(is_young=True),)}, {"trades": ()}),
        ({}, {"trades": (a_match(OURS), a_match(OTHERS, number=2, matched_at=YOUNG))}),
        ({"fills": (a_booked_fill(status=FillStatus.FAILED),)}, {"trades": ()}),
        ({}, {"trades": (a_match(OURS), a_match(OTHERS, number=2, status=FillStatus.FAILED))}),
    ],
)
def test_what_is_young_parked_or_undone_is_no_finding(ours, theirs):
    """Two reads race with trading: news takes its time to reach both sides."""
    assert found(our_books(**ours), their_word(**theirs)) == []


@given(
    least=st.integers(0, 50),
    width=st.integers(0, 50),
    held=st.integers(0, 150),
    dust=st.sampled_from(["0", "0.01", "-0.01"]),
)
def test_shares_are_compared_with_what_may_be_under_way(least, width, held, dust):
    """VENUE §5.1: a hundredth of a share is dust."""
    span = Span(least=Decimal(least), most=Decimal(least + width))
    there = Shares.of(max(Decimal(0), held + Decimal(dust)))

    findings = found(our_books(holdings=(a_holding(span),)), their_word(shares={YES: there}))

    is_within = least <= held <= least + width
    assert findings == ([] if is_within else watched(Kind.TOKEN_BALANCE))


@given(spent=st.integers(0, 40), under_way=st.integers(0, 40), cash=st.integers(900, 1000))
def test_cash_is_compared_with_what_may_be_under_way(spent, under_way, cash):
    ours = our_books(spent=Span(least=Decimal(spent), most=Decimal(spent + under_way)))

    findings = found(ours, their_word(cash=exactly(Decimal(cash))))

    is_within = 1000 - spent - under_way <= cash <= 1000 - spent
    assert findings == ([] if is_within else watched(Kind.COLLATERAL))


def test_a_cent_is_tolerated_once_and_not_again_each_time():
    """Compared with the first sight, so that small leaks add up."""
    half_a_cent = Decimal("0.005")
    first = compare(
        our_books(),
        their_word(cash=exactly(CASH - half_a_cent)),
        Known(unexplained=AT_REST),
        young_after=OLD,
    )

    later = Known(unexplained=first.unexplained)

    assert first.findings == ()
    assert found(theirs=their_word(cash=exactly(CASH - 3 * half_a_cent)), known=later) == watched(
        Kind.COLLATERAL
    )


def test_each_look_narrows_what_the_wallet_had_of_its_own():
    """The first may be in the middle of something."""
    unclear = our_books(spent=Span(least=Decimal(0), most=TEN))

    first = compare(unclear, their_word(), Known(), young_after=OLD)
    second = compare(
        our_books(), their_word(), Known(unexplained=first.unexplained), young_after=OLD
    )

    assert first.unexplained == Span(least=CASH, most=CASH + TEN)
    assert second.unexplained == AT_REST


WON = {"payout": Decimal(1)}


@pytest.mark.parametrize(
    ("holding", "over"),
    [
        pytest.param(WON, {}, id="booked by us"),
        pytest.param({}, {YES: Decimal(1)}, id="published"),
        pytest.param({}, {YES: None}, id="over, outcome not out yet"),
    ],
)
@pytest.mark.parametrize(
    ("held", "cash"),
    [pytest.param(25, CASH, id="not redeemed"), pytest.param(0, CASH + 25, id="redeemed")],
)
def test_an_outcome_turns_shares_into_dollars_whenever_it_likes(holding, over, held, cash):
    """The venue redeems by itself, before or after we book the outcome (L60)."""
    ours = our_books(holdings=(a_holding(**holding),))
    theirs = their_word(shares={YES: Shares.of(held)}, cash=exactly(cash), over=over)

    assert found(ours, theirs) == []


@pytest.mark.parametrize(("payout", "paid"), [("0", "0"), ("0.5", "12.5"), ("1", "25")])
def test_what_a_redemption_paid_is_checked(payout, paid):
    """Success with zero payout is a failure (L60, L46)."""
    ours = our_books(holdings=(a_holding(payout=Decimal(payout)),))

    def redeemed(dollars):
        return their_word(shares={YES: Shares.of(0)}, cash=exactly(CASH + Decimal(dollars)))

    assert found(ours, redeemed(paid)) == []
    assert found(ours, redeemed(Decimal(paid) + 1)) == watched(Kind.COLLATERAL)


def test_shares_may_leave_only_a_market_that_is_over():
    """L54: what was not said is not assumed."""
    gone = their_word(shares={YES: Shares.of(0)})

    assert found(theirs=gone) == watched(Kind.TOKEN_BALANCE)


def test_a_redemption_that_was_seen_is_told_so_that_nobody_asks_again():
    ours = our_books(holdings=(a_holding(payout=Decimal(1)), a_holding(token_id=NO)))
    theirs = their_word(shares={YES: Shares.of(0), NO: Shares.of(25)}, cash=exactly(CASH + 25))

    comparison = compare(ours, theirs, Known(unexplained=AT_REST), young_after=OLD)

    assert [holding.token_id for holding in comparison.arrived] == [YES]


def test_a_fill_that_is_not_booked_yet_is_in_their_balances_only():
    """Else one missed fill would be three findings."""
    late = a_match(OURS, number=2, shares="10", price="0.50", matched_at=YOUNG)
    theirs = their_word(
        trades=(a_match(OURS), late), shares={YES: Shares.of(35)}, cash=exactly(CASH - 5)
    )

    assert found(theirs=theirs) == []


def test_an_order_at_work_on_a_finished_market_leaves_the_cash_open():
    """How many shares it may still have got is not known."""
    endless = a_holding(Span(least=Decimal(0), most=None), payout=Decimal(1))

    comparison = compare(
        our_books(holdings=(endless,)), their_word(), Known(unexplained=AT_REST), young_after=OLD
    )

    assert comparison.findings == ()
    assert comparison.unexplained == AT_REST


def test_what_stands_a_second_time_is_told():
    deposit = their_word(cash=exactly(CASH + 50))
    standing = Known(unexplained=AT_REST, standing={(Kind.COLLATERAL, "usd")})

    assert found(theirs=deposit, known=standing) == [(Kind.COLLATERAL, Action.ALERTED)]


def test_shares_that_an_operator_accepted_are_no_difference():
    three = Known(unexplained=AT_REST, accepted={(Kind.TOKEN_BALANCE, YES): Decimal(3)})

    assert found(theirs=their_word(shares={YES: Shares.of(28)}), known=three) == []
    assert found(theirs=their_word(), known=three) == watched(Kind.TOKEN_BALANCE)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ((Kind.UNKNOWN_ORDER, OTHERS), {"orders": (an_open_order(OTHERS),)}),
        ((Kind.PHANTOM_FILL, f"match-1:{OURS}"), {"trades": ()}),
        ((Kind.FILL_DIFFERS, f"match-1:{OURS}"), {"trades": (a_match(OURS, shares="26"),)}),
    ],
)
def test_a_fact_that_an_operator_accepted_is_no_finding_any_more(name, theirs):
    accepted = Known(unexplained=AT_REST, accepted={name: Decimal(0)})

    assert found(theirs=their_word(**theirs), known=accepted) == []


def test_the_venues_word_on_a_correctable_fill_is_handed_over():
    match = a_match(OURS)

    comparison = compare(
        replace(our_books(), fills=(), holdings=()), their_word(), Known(), young_after=OLD
    )

    (finding,) = comparison.findings
    assert comparison.missed == {finding.name: match}
    assert finding.lt_order_id == ORDER


def test_a_finding_reads_as_a_sentence():
    (finding,) = compare(
        our_books(),
        their_word(cash=exactly(CASH + 50)),
        Known(unexplained=AT_REST),
        young_after=OLD,
    ).findings

    assert str(finding) == "collateral usd: ours 990, the venue's 1040 (difference +50)"
