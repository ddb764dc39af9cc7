"""What a market and an event can cost, by their worst outcome."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from live_made import MARKET, OTHER_MARKET
from situations import a_stake

from ltsys.domain.exposure import (
    event_at_risk,
    joined,
    least_shares,
    loss_if_filled,
    total_at_risk,
)
from ltsys.domain.ids import ConditionId, TokenId
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd

THIRD = ConditionId("0x" + "3" * 64)
MARKETS = [MARKET, OTHER_MARKET, THIRD]


def yes(market: int = 1, **numbers):
    return a_stake(market, is_neg_risk=True, is_yes=True, **numbers)


def no(market: int = 1, **numbers):
    return a_stake(market, is_neg_risk=True, is_yes=False, **numbers)


def test_nothing_is_at_risk_without_a_stake():
    assert total_at_risk(()) == event_at_risk(()) == ZERO_USD


def test_ordinary_markets_of_an_event_add_up():
    """All of them could be lost."""
    stakes = (a_stake(cost="5", shares="10"), a_stake(2, cost="3", reserved="4", shares="6"))

    assert event_at_risk(stakes) == Usd.of(12)


def test_first_outcomes_of_a_neg_risk_event_could_all_lose():
    """The winner may be none of ours."""
    assert event_at_risk((yes(cost="5", shares="10"), yes(2, cost="3", shares="6"))) == Usd.of(8)


def test_second_outcomes_of_a_neg_risk_event_lose_one_at_a_time():
    """90 ¢ each for 100 shares: whoever wins, the other pays back its dollar a share."""
    stakes = (no(cost="90", shares="100"), no(2, cost="90", shares="100"))

    assert event_at_risk(stakes) == Usd.of(80)
    assert total_at_risk(stakes) == Usd.of(180)


def test_what_still_works_counts_as_filled_or_not_whichever_is_worse():
    """An unfilled hedge protects nobody."""
    held, hedge = no(cost="90", shares="100"), no(2, reserved="90", working_loss=ZERO_USD)

    assert event_at_risk((held, hedge)) == Usd.of(90)


def test_an_event_that_can_only_gain_has_nothing_at_risk():
    stakes = (no(cost="40", shares="100"), no(2, cost="40", shares="100"))

    assert event_at_risk(stakes) == ZERO_USD


def test_a_token_that_the_market_does_not_name_pays_nothing():
    """No default outcome (L07, L18)."""
    unknown = a_stake(is_neg_risk=True, is_yes=None, cost="5", shares="100")

    assert event_at_risk((unknown, yes(2, cost="3", shares="9"))) == Usd.of(8)


def cents(most: int):
    return st.integers(0, most).map(lambda n: str(n / 100))


@st.composite
def orders(draw):
    """A stake, and the shares that it would get if it filled."""
    made = draw(st.sampled_from([yes, no]))
    market = draw(st.sampled_from(MARKETS))
    reserved, works = draw(cents(20_000)), Shares.of(draw(st.integers(0, 300)))
    stake = made(
        condition_id=market,
        token_id=TokenId(f"{made.__name__} of {market}"),
        cost=draw(cents(20_000)),
        shares=str(draw(st.integers(0, 300))),
        reserved=reserved,
        working_loss=loss_if_filled(Usd.of(reserved), works),
    )
    return stake, works


@given(st.lists(orders(), max_size=5))
def test_no_outcome_of_a_neg_risk_event_costs_more(held):
    """Of every winner, and of every set of working orders that fill."""
    worst = event_at_risk(joined(stake for stake, _ in held))

    assert ZERO_USD <= worst <= total_at_risk(stake for stake, _ in held)
    for winner, fills in product([None, *MARKETS], product([False, True], repeat=len(held))):
        assert loss(held, winner, fills) <= worst


def loss(held, winner, fills) -> Usd:
    """Counted order by order, as the market would."""
    total = ZERO_USD
    for (stake, works), is_filled in zip(held, fills, strict=True):
        wins = stake.is_yes == (stake.condition_id == winner)
        shares = stake.shares + works if is_filled else stake.shares
        total += stake.cost + (stake.reserved if is_filled else ZERO_USD)
        total -= Usd(shares.count) if wins else ZERO_USD
    return total


@given(st.lists(orders(), max_size=6))
def test_joined_stakes_are_at_risk_as_the_single_ones_are(held):
    single = [stake for stake, _ in held]

    together = joined(single)

    assert len({stake.token_id for stake in together}) == len(together)
    assert sum(stake.order_count for stake in together) == len(single)
    assert event_at_risk(together) == event_at_risk(single)
    assert total_at_risk(together) == total_at_risk(single)


def test_what_was_added_can_be_taken_away():
    one, other = yes(cost="5", shares="10"), yes(reserved="4", shares="3")

    assert one.plus(other).less(other) == one


def test_what_is_filled_there_and_still_works_here_is_taken_away_whole():
    """Of an order for six dollars that this world has not seen filled yet, and one for four."""
    here = yes(cost="4", shares="10").plus(yes(reserved="6"))

    left = here.less(yes(cost="6", shares="15"))

    assert (left.at_risk, left.shares, left.order_count) == (Usd.of(4), Shares.of(0), 1)


def test_nothing_is_left_below_zero():
    left = yes(cost="4", shares="3").less(yes(cost="5", shares="10"))

    assert (left.at_risk, left.shares, left.order_count) == (ZERO_USD, Shares.of(0), 0)


def test_stakes_that_disagree_are_not_netted():
    """The market's word may have changed between two orders (L18)."""
    (both,) = joined((a_stake(is_neg_risk=False), a_stake(is_neg_risk=True)))

    assert not both.is_neg_risk


def test_the_least_shares_are_rounded_down():
    assert least_shares(Usd.of(1), Price.of("0.3")) == Shares.of("3.333333")
    assert least_shares(Usd.of("-0.01"), Price.of("0.3")) == Shares.of(0)
