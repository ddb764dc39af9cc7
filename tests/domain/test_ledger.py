"""Money as double entry."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltsys.domain import ledger
from ltsys.domain.ledger import Account, Balances, Entry, Kind, Posting
from ltsys.domain.money import ZERO_USD, Usd

AMOUNTS = st.integers(0, 10**12).map(Usd.from_units)


@st.composite
def postings(draw) -> Posting:
    a, b, c = draw(AMOUNTS), draw(AMOUNTS), draw(AMOUNTS)
    return draw(
        st.sampled_from(
            [
                ledger.fund("x", a),
                ledger.reserve("x", a),
                ledger.release("x", a),
                ledger.fill("x", cost=a, fee=b, reserved=c),
                ledger.unfill("x", cost=a, fee=b),
                ledger.resolve("x", cost=a, payout=b),
                ledger.settle("x", a),
            ]
        )
    )


def total(posting: Posting) -> Usd:
    return sum((entry.amount for entry in posting.entries), ZERO_USD)


@given(postings())
def test_every_posting_sums_to_zero(posting):
    """L29."""
    assert not total(posting)


@given(st.lists(postings()))
def test_balances_are_the_sums_of_their_entries_and_equity_is_conserved(made):
    """Equity = capital + result − fees after any sequence (L29, L41)."""
    kept = Balances()
    for posting in made:
        kept = kept.after(posting)

    for account in Account:
        entries = [e.amount for p in made for e in p.entries if e.account is account]
        assert getattr(kept, account.value) == sum(entries, ZERO_USD)
    assert kept.equity == -kept.capital - kept.realized_pnl - kept.fees


def test_a_posting_that_does_not_sum_to_zero_cannot_be_made():
    """L29."""
    with pytest.raises(ValueError, match=r"sums to 0\.01, not to 0"):
        Posting(
            cause="x",
            kind=Kind.RESERVE,
            entries=(
                Entry(account=Account.AVAILABLE, amount=Usd.of("-9.99")),
                Entry(account=Account.RESERVED, amount=Usd.of(10)),
            ),
        )


@given(cost=AMOUNTS, fee=AMOUNTS, reserved=AMOUNTS)
def test_a_fill_takes_first_what_was_set_aside(cost, fee, reserved):
    """And the rest from what is available: the venue's word is recorded (L26, L29)."""
    posting = ledger.fill("x", cost=cost, fee=fee, reserved=reserved)

    after = Balances().after(posting)

    assert -after.reserved == min(reserved, cost + fee)
    assert -after.available == cost + fee + after.reserved
    assert (after.position, after.fees) == (cost, fee)


@given(cost=AMOUNTS, fee=AMOUNTS)
def test_a_fill_that_failed_leaves_only_the_reservation_moved(cost, fee):
    """L23."""
    made = [
        ledger.fill("x", cost=cost, fee=fee, reserved=cost + fee),
        ledger.unfill("x", cost=cost, fee=fee),
    ]

    after = Balances().after(made[0]).after(made[1])

    assert after == Balances(available=cost + fee, reserved=-(cost + fee))


def test_a_result_is_the_payout_less_the_cost():
    """L41."""
    after = Balances(position=Usd.of(10)).after(
        ledger.resolve("x", cost=Usd.of(10), payout=Usd.of(25))
    )

    assert (after.position, after.settling, after.realized_pnl) == (
        ZERO_USD,
        Usd.of(25),
        Usd.of(-15),
    )


def test_exposure_is_what_is_at_risk():
    kept = Balances(reserved=Usd.of(3), position=Usd.of(4), settling=Usd(Decimal(5)))

    assert kept.exposure == Usd.of(7)
    assert kept.equity == Usd.of(12)
