"""Invented worlds: kinds of markets, their prices, ticks, ends, and the leaders in them."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from sim_harness import ONE, START, Trader, Venue

from ltsys.simulator.units import human
from ltsys.simulator.world.categories import FEES
from ltsys.simulator.world.facts import PricePoint

HOUR_S = 3600
LATER = START + 30 * HOUR_S


@pytest.fixture(scope="module")
def venue():
    """A world that is a day and a half old."""
    venue = Venue(seed=5)
    venue.move_to(LATER)
    return venue


@pytest.fixture(scope="module")
def markets(venue):
    """All its markets."""
    return list(venue.box.world.markets.values())


def quiet_market(cents):
    """A venue and a market of the 0.01 grid whose price stays where it is."""
    venue = Venue()
    market = venue.market()
    times, points = venue.box.world._prices[market.condition_id]
    times.clear()
    points.clear()
    venue.box.world.add_price(market, PricePoint(START - 1, 0, int(cents * 10_000)))
    return venue, market


def test_every_category_is_there_with_its_fees(markets):
    """VENUE §11; most markets are short coins, as a demo wants them."""
    counts = Counter(market.category for market in markets)

    assert set(counts) == set(FEES)
    assert counts["crypto"] > 10 * sum(n for category, n in counts.items() if category != "crypto")
    for market in markets:
        assert market.fee_rate == FEES[market.category].rate
        assert market.rebate_ratio == FEES[market.category].rebate_ratio


def test_a_world_may_have_some_categories_only():
    """A drill for one kind of market."""
    world = Venue(category=("sports", "politics")).box.world

    assert {market.category for market in world.markets.values()} == {"sports", "politics"}
    assert {trade.market.category for trade in world.trades} == {"sports", "politics"}


def test_markets_differ_in_length_tick_and_way_of_ending(markets):
    """Some are disputed, some void, some delay their takers (VENUE §5.3, §16.5)."""
    statuses = [[step.status for step in market.steps] for market in markets]

    assert len({market.ends_at - market.opens_at for market in markets}) >= 5
    assert {market.tick for market in markets} == {10_000, 5_000, 2_500, 1_000}
    assert any(market.payouts == (ONE // 2, ONE // 2) for market in markets)
    assert max(each.count("disputed") for each in statuses) == 2
    assert {m.seconds_delay for m in markets if m.category == "sports"} == {3}
    assert not any(market.seconds_delay for market in markets if market.category != "sports")


def test_one_candidate_wins_and_the_chances_of_all_make_one(venue, markets):
    """A neg-risk event (VENUE §16.1): beliefs sum to one, but for rounding to the grid."""
    events = defaultdict(list)
    for market in markets:
        if market.neg_risk:
            events[market.event_slug].append(market)

    assert len(events) >= 10
    for members in events.values():
        assert len(members) == 3
        assert sum(market.payouts[0] for market in members) == ONE
        assert len({market.neg_risk_id for market in members}) == 1
        for at in range(members[0].opens_at, members[0].ends_at, 600):
            prices = [venue.box.world.last_price(market, at).price for market in members]
            assert sum(prices) == pytest.approx(ONE, abs=15_000)


def test_prices_drift_to_their_result(venue):
    """Over many coins, what cost p came true p of the time; so no price is a bargain."""
    world = venue.box.world
    hits = defaultdict(list)
    for market in world.markets.values():
        if market.category == "crypto":
            at = market.starts_at + 150
            price = world.last_price(market, at).price
            hits[price // 200_000].append(market.payouts[0] == ONE)

    for fifth, won in hits.items():
        assert sum(won) / len(won) == pytest.approx((fifth + 0.5) / 5, abs=0.12), fifth


def test_trades_come_in_order_and_at_the_price_of_their_moment(venue):
    """Whoever looks finds no trade of the past that was not there before."""
    world = venue.box.world

    assert all(one.timestamp <= two.timestamp for one, two in pairwise(world.trades))
    for trade in world.trades:
        market, first = trade.market, world.last_price(trade.market, trade.timestamp).price
        assert market.opens_at <= trade.timestamp < market.ends_at
        assert trade.price * ONE == (first if trade.outcome_index == 0 else ONE - first)


def test_leaders_differ_in_skill_size_and_timing(venue):
    """The first knows more than the sixth, and each seed has leaders of its own."""
    right = defaultdict(list)
    for trade in venue.box.world.trades:
        if trade.market.category == "crypto" and trade.side == "BUY":
            right[trade.name].append(trade.market.payouts[trade.outcome_index] == ONE)
    skill = {name: sum(each) / len(each) for name, each in right.items()}
    ours, others = (Venue(seed=seed).box.world.source._leaders for seed in (5, 6))

    assert skill["leader_1"] > 0.58
    assert skill["leader_6"] < 0.46
    assert len({(each.stake_usd, round(each.haste, 3)) for each in ours}) == len(ours)
    assert not {each.wallet for each in ours} & {each.wallet for each in others}


@pytest.mark.parametrize(
    ("cents", "tick"), [(3.9, "0.001"), (4, "0.01"), (96, "0.01"), (96.1, "0.001")]
)
def test_beyond_the_edges_the_grid_is_finer(cents, tick):
    """Over 0.96 and under 0.04 (VENUE §5.2, L13), wherever the tick is told."""
    venue, market = quiet_market(cents)
    token = market.tokens[1]

    assert venue.get(f"/tick-size?token_id={token}") == {"minimum_tick_size": float(tick)}
    assert venue.get(f"/book?token_id={token}")["tick_size"] == tick
    assert venue.get(f"/clob-markets/{market.condition_id}")["mts"] == float(tick)
    assert venue.get(f"/markets/{market.condition_id}")["minimum_tick_size"] == float(tick)
    gamma = venue.get(f"/markets?condition_ids={market.condition_id}")[0]
    assert gamma["orderPriceMinTickSize"] == float(tick)


def test_orders_follow_the_grid_of_their_moment_and_resting_ones_stay():
    """An order between two cents is taken beyond the edge only; it outlives the fine grid."""
    venue, market = quiet_market(97)
    ann = Trader(venue, "ann")
    order = {"side": "BUY", "maker": 8_010_000, "taker": 10_000_000}
    fine = ann.call("POST", "/order", ann.sign(market.tokens[0], **order))
    venue.box.world.add_price(market, PricePoint(START + 10, 0, 900_000))
    venue.move_to(START + 10)
    coarse = ann.call("POST", "/order", ann.sign(market.tokens[0], **order))

    bids = venue.get(f"/book?token_id={market.tokens[0]}")["bids"]

    assert fine[0] == 200, fine
    assert "breaks minimum tick size rule: 0.01" in coarse[1]["error"]
    assert {"price": human(801_000), "size": "10"} in bids
    assert ann.call("GET", f"/data/order/{fine[1]['orderID']}")[1]["status"] == "LIVE"


def test_a_game_s_book_is_cleared_when_it_starts_and_takers_wait_for_the_delay():
    """What rested is canceled, what comes later stays; a taker hears "delayed" (VENUE §5.3)."""
    venue = Venue(start=START - START % HOUR_S)
    now = venue.box.now()
    games = (m for m in venue.box.world.markets.values() if m.category == "sports")
    game = next(m for m in games if m.opens_at == now)
    ann = Trader(venue, "ann")
    early = ann.buy(game.tokens[0], 1, 5)[1]["orderID"]

    venue.move_to(game.game_starts_at - 1)
    before = ann.call("GET", f"/data/order/{early}")[1]["status"]
    venue.move_to(game.game_starts_at + 1)
    late = ann.buy(game.tokens[0], 1, 5)[1]["orderID"]
    taker = ann.buy(game.tokens[0], 5, 95)[1]
    venue.move_to(game.game_starts_at + 5)

    assert before == "LIVE"
    assert ann.call("GET", f"/data/order/{early}")[1]["status"] == "CANCELED"
    assert ann.call("GET", f"/data/order/{late}")[1]["status"] == "LIVE"
    assert taker["status"] == "delayed"
    assert venue.truth(ann)["orders"][-1]["fills"]
