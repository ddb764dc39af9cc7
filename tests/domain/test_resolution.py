"""When a market is over, and for whom."""

from dataclasses import replace
from decimal import Decimal

import pytest
from domain_made import NO, YES, a_market

from ltsys.domain.ids import TokenId
from ltsys.domain.market import Outcome
from ltsys.domain.resolution import Verdict, payouts, resolution_of


def closed(*prices, **changes):
    return a_market(*prices, is_closed=True, **changes)


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (("0.99", "0.01"), (1, 0)),
        (("0", "1"), (0, 1)),
        (("0.9899", "0.01"), None),
        (("0.99", "0.0101"), None),
        ((None, "1"), None),
        (("0.5", "0.5"), None),
    ],
)
def test_a_closed_market_pays_only_at_its_exact_limits(prices, expected):
    """FT_RULES §9; a missing price is not zero (LESSONS L42)."""
    assert payouts(closed(*prices)) == expected


def test_a_live_game_at_99_cents_is_not_resolved():
    """LESSONS L44: official closure is needed, whatever `is_resolved` says."""
    assert payouts(a_market("0.99", "0.01")) is None
    assert payouts(a_market("1", "0", is_resolved=True)) is None


def test_a_voided_market_pays_half_once_closed_and_resolved():
    """Deviation D9, LESSONS L46."""
    void = closed("0.5", "0.5", is_resolved=True)

    assert payouts(void) == (Decimal("0.5"), Decimal("0.5"))
    assert resolution_of(void, token_id=NO).verdict is Verdict.VOID
    assert payouts(replace(void, is_closed=False)) is None


def test_the_token_decides_and_the_label_only_where_no_token_is_stored():
    """LESSONS L07."""
    market = closed("1", "0")

    assert resolution_of(market, token_id=YES, token_label="No").verdict is Verdict.WON
    assert resolution_of(market, token_id=NO).payout_per_share == 0
    assert resolution_of(market, token_id=None, token_label=" no ").verdict is Verdict.LOST
    assert resolution_of(market, token_id=TokenId("9"), token_label="Yes") is None
    assert resolution_of(market, token_id=None, token_label="Maybe") is None
    assert resolution_of(market, token_id=None) is None


def test_an_outcome_in_between_stays_open():
    """FT_RULES §9: neither ≥ 0.99 nor ≤ 0.01."""
    third = Outcome(label="Draw", token_id=TokenId("333"), price=Decimal("0.4"))
    market = closed("1", "0")
    market = replace(market, outcomes=(*market.outcomes, third))

    assert payouts(market) == (1, 0, None)
    assert resolution_of(market, token_id=third.token_id) is None
