"""The invented house's books lie in a stated band around real ones (data/books)."""

from itertools import pairwise
from statistics import mean, median

import pytest
from recorded_books import (
    depths,
    far_levels,
    level_counts,
    minute_move_cents,
    quantile,
    recorded_books,
    refill_times,
    spreads,
)
from sim_harness import START, Trader, Venue

from ltsys.simulator.exchange.book import Depletion
from ltsys.simulator.units import ONE
from ltsys.simulator.world import quotes

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
SEEDS = range(1, 5)


@pytest.fixture(scope="module")
def books():
    """The recorded ones."""
    return recorded_books()


@pytest.fixture(scope="module")
def invented():
    """Bids and asks, in ticks, at every price of games that last some hours."""
    ladders = []
    for seed in SEEDS:
        world = Venue(seed=seed, category=("sports",)).box.world
        for market in world.markets.values():
            for point in world.prices_between(market, 0, START):
                tick = world.house.tick(market, point)
                sides = world.house.quotes(market, point)
                if tick == 10_000:
                    ladders.append([[(p // tick, s // ONE) for p, s in side] for side in sides])
    return ladders


def at_distance(ladders, distance):
    """Invented shares at a distance from the touch of each side."""
    found = []
    for sides in ladders:
        for side in sides:
            by_price = dict(side)
            best = side[0][0]
            step = 1 if side is sides[1] else -1
            found.append(by_price.get(best + step * distance, 0))
    return found


def test_the_constants_are_what_the_recording_says(books):
    """Whoever doubts a figure finds it computed here."""
    found = spreads(books)
    assert found == pytest.approx({**dict.fromkeys(found, 0), **quotes.SPREAD_TICKS}, abs=0.003)
    for distance, figures in enumerate(quotes.DEPTH_SHARES):
        levels = depths(books, distance)
        measured = [quantile(levels, share) for share in QUANTILES]
        assert measured == pytest.approx(figures, rel=0.02, abs=1), distance
    for tens, presence in enumerate(quotes.FAR_PRESENCE, start=1):
        assert far_levels(books, tens) == pytest.approx(presence, abs=0.006), tens
    assert minute_move_cents(books) == pytest.approx(quotes.MOVE_60S_CENTS, abs=0.05)


def test_the_refill_is_the_slow_quarter_of_the_recorded_ones(books):
    """Half of it is back after about half the time."""
    half, most = (sorted(refill_times(books, share)) for share in (0.5, 0.9))
    slow = 3 * len(most) // 4

    assert median(most) < 1
    assert most[slow] == pytest.approx(quotes.REFILL_S, rel=0.05)
    assert half[slow] == pytest.approx(quotes.REFILL_S / 2, rel=0.3)


def test_invented_spreads_are_as_wide_as_real_ones(books, invented):
    """Each width is as frequent, within three points of a hundred."""
    widths = [asks[0][0] - bids[0][0] for bids, asks in invented]

    real = spreads(books)

    for cents in range(1, 7):
        assert widths.count(cents) / len(widths) == pytest.approx(real[cents], abs=0.03), cents


def test_invented_books_are_as_deep_as_real_ones(books, invented):
    """At each distance the median lies within a third, and levels are there as often."""
    for distance in range(10):
        real, ours = depths(books, distance), at_distance(invented, distance)
        there = sum(weight for shares, weight in real if shares) / sum(w for _, w in real)
        assert median(ours) == pytest.approx(quantile(real, 0.5), rel=0.34), distance
        assert sum(map(bool, ours)) / len(ours) == pytest.approx(there, abs=0.12), distance


def test_invented_books_have_as_many_levels_as_real_ones(books, invented):
    """Nine, give or take one, where real ones have ten."""
    counts = [len(side) for sides in invented for side in sides]

    assert median(counts) == pytest.approx(quantile(level_counts(books), 0.5), abs=2)


def test_invented_prices_move_as_real_ones_in_a_game(books):
    """A minute moves them by two thirds to four thirds of the real figure."""
    squares = []
    for seed in SEEDS:
        world = Venue(seed=seed, category=("sports",)).box.world
        for market in world.markets.values():
            begins_at, ends_at = market.game_starts_at, market.ends_at
            prices = [
                world.last_price(market, at).price / 10_000 for at in range(begins_at, ends_at, 60)
            ]
            squares += [(after - before) ** 2 for before, after in pairwise(prices)]

    assert mean(squares) ** 0.5 == pytest.approx(minute_move_cents(books), rel=1 / 3)


def test_what_a_taker_took_comes_back_evenly():
    """From the last take on; a side and a price know nothing of others; nought is at once."""
    ladder = ((500_000, 100 * ONE), (510_000, 7 * ONE))
    slow, at_once = Depletion(10), Depletion(0)
    for depletion in (slow, at_once):
        depletion.take(500_000, 40 * ONE, 100.0, is_bid=False)
        depletion.take(500_000, 40 * ONE, 105.0, is_bid=False)
        depletion.take(510_000, 7 * ONE, 105.0, is_bid=False)

    def left(now):
        return [(p, shares // ONE) for p, shares in slow.left(ladder, now, is_bid=False)]

    assert left(105.0) == [(500_000, 40)]
    assert left(110.0) == [(500_000, 70), (510_000, 3)]
    assert left(115.0) == [(500_000, 100), (510_000, 7)]
    assert slow.left(ladder, 105.0, is_bid=True) == ladder
    assert at_once.left(ladder, 105.0, is_bid=False) == ladder


@pytest.mark.parametrize(("refill_s", "is_missing"), [(None, True), (0, False)])
def test_an_invented_book_is_thinner_after_a_taker(refill_s, is_missing):
    """Unless it is told to refill at once, as a recording's does."""
    venue = Venue(refill_s=refill_s)
    token, ann = venue.market().tokens[0], Trader(venue, "ann")
    before = venue.get(f"/book?token_id={token}")["asks"]

    bought = ann.buy(token, 10, round(float(before[-1]["price"]) * 100), order_type="FAK")[1]

    after = venue.get(f"/book?token_id={token}")["asks"]
    missing = sum(float(each["size"]) for each in before) - sum(float(a["size"]) for a in after)
    assert missing == pytest.approx(float(bought["takingAmount"]) if is_missing else 0)
