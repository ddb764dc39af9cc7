"""One seed and one script of requests make one history, byte for byte.

The script is played with the clock moved in one step, in many small ones with people
looking on, and running at several speeds; every answer of it goes into one digest, and every
frame of the streams into another.
"""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from sim_harness import START, Trader, Venue
from stream_client import follow, listen

from ltsys.simulator.clock import SimClock
from ltsys.simulator.server import build_application
from ltsys.simulator.streams.streams import Streams

END_S = 4 * 3600
"""Long enough for markets of all kinds to be traded, and for games to be over."""


class Script:
    """Orders and questions at set simulated times; `arrive` brings the clock there."""

    def __init__(self, arrive, *, seed=11):
        self.venue = Venue(seed=seed, settle_s=12, data_lag_s=20)
        self.digest = sha256()
        self.arrive = arrive
        self.traders = [Trader(self.venue, name, "5000") for name in ("ann", "bob")]
        self.markets = self._chosen()
        self.streams = Streams(self.venue.box)
        tokens = [token for market in self.markets for token in market.tokens]
        self.listeners = [listen(self.streams, self.traders[0])]
        self.listeners += [follow(self.streams, *tokens, custom_feature_enabled=True)]

    def play(self):
        """The digests over all answers, and over all frames of each stream."""
        for second in (0, 1, 2, 4, 9, 31, 62, 130):
            self.arrive(self.venue, START + second)
            self.trade(second)
            self.look()
        for second in (299, 301, 331, 900, 905, 3600, 2 * 3600, END_S):
            self.arrive(self.venue, START + second)
            self.look()
        return self.digest.hexdigest(), [digest_of(each.frames()) for each in self.listeners]

    def trade(self, second):
        """Takers who come again within seconds, and orders that wait for a price."""
        ann, bob = self.traders
        for market in self.markets:
            contract = {"neg_risk": True} if market.neg_risk else {}
            ask = self.best_ask(market.tokens[0])
            self.note(ann.buy(market.tokens[0], 20, ask, order_type="FAK", **contract))
            self.note(bob.buy(market.tokens[1], 6, 30, **contract))
            self.note(ann.sell(market.tokens[0], 6, min(98, ask + 7), **contract))
        if second == 9:
            self.note(bob.call("DELETE", "/cancel-market-orders", {"market": self.first}))

    def look(self):
        """At everything that anybody can see."""
        for path in ("/markets?limit=30", "/trades?limit=50", "/simplified-markets", "/time"):
            self.note(self.venue.get(path))
        for market in self.markets:
            token = market.tokens[0]
            self.note(self.venue.call("GET", f"/book?token_id={token}"))
            self.note(self.venue.get(f"/prices-history?market={token}&interval=max"))
        for trader in self.traders:
            self.note(trader.call("GET", "/data/orders"))
            self.note(trader.call("GET", "/data/trades"))
            self.note(self.venue.get(f"/activity?user={trader.address}"))
        self.note(self.venue.get("/v1/leaderboard?timePeriod=ALL"))
        self.note(self.venue.get("/sim/truth"))

    def note(self, answer):
        """Let an answer count, in the order in which it came over the wire."""
        self.digest.update(json.dumps(answer).encode())

    def best_ask(self, token):
        """In cents, rounded up; or a middling one where there is no book."""
        status, book = self.venue.call("GET", f"/book?token_id={token}")
        if status != 200 or not book["asks"]:
            return 50
        return min(99, -(-round(float(book["asks"][-1]["price"]) * 1000) // 10))

    @property
    def first(self):
        """The condition id of a market that is short."""
        return self.markets[0].condition_id

    def _chosen(self):
        """A coin, a game and an election."""
        now = self.venue.box.now()
        seen = [m for m in self.venue.box.world.seen_markets(now) if m.is_open(now)]
        coin = self.venue.market()
        game = next(m for m in seen if m.seconds_delay)
        return [coin, game, next(m for m in seen if m.neg_risk)]


def digest_of(frames):
    """One digest of some texts."""
    return sha256("\n".join(frames).encode()).hexdigest()


def leap(venue, at):
    """Straight there."""
    venue.move_to(at)


def creep(venue, at):
    """In steps of a little over a second at first, later longer, and people look on."""
    step = 1.7
    while (now := venue.box.clock.now()) + step < at:
        venue.move_to(round(now + step, 6))
        venue.get("/markets?limit=3")
        venue.get("/sim/truth")
        step = min(97.3, step * 1.3)
    venue.move_to(at)


class Running:
    """A clock that runs by itself, while somebody looks at it from time to time."""

    def __init__(self, rate):
        self.rate = rate
        self.elapsed = 0.0

    def __call__(self, venue, at):
        """Wait until it shows that time."""
        if venue.box.clock.paused:
            clock = SimClock(float(START), rate=self.rate, monotonic=lambda: self.elapsed)
            venue.box = replace(venue.box, clock=clock)
            venue.application = build_application(venue.box)
        target = (at - START) / self.rate
        for part in (0.25, 0.6):
            self.elapsed += (target - self.elapsed) * part
            venue.get("/time")
        self.elapsed = target
        assert venue.box.clock.now() == at


@pytest.fixture(scope="module")
def history():
    """What comes of the script when the clock leaps."""
    return Script(leap).play()


@pytest.mark.parametrize("arrive", [creep, Running(1.0), Running(7.0), Running(3600.0)])
def test_the_same_script_makes_the_same_history_however_the_clock_moves(history, arrive):
    """Byte for byte: books, trades, orders, feeds, frames, and the venue's own truth."""
    assert Script(arrive).play() == history


def test_another_seed_makes_another_history(history):
    """Or the digest would not see anything."""
    assert Script(leap, seed=12).play() != history


def test_the_script_trades_in_every_kind_of_market():
    """Or the digest would prove little."""
    script = Script(leap)
    script.play()

    truth = script.venue.truth(script.traders[0])
    filled = {order["condition_id"] for order in truth["orders"] if order["fills"]}
    assert filled == {market.condition_id for market in script.markets}
    assert script.markets[0].is_resolved(START + END_S)
    assert script.markets[1].is_resolved(START + END_S)


def test_a_paused_clock_stands_and_a_new_rate_counts_from_now_on():
    """Fast, slow and step by step, and never backwards."""
    elapsed = [0.0]
    clock = SimClock(1000.0, rate=10, monotonic=lambda: elapsed[0])
    seen = []

    for change in (
        lambda: None,
        lambda: clock.set_rate(0.5),
        lambda: clock.set_paused(paused=True),
        lambda: clock.advance_to(1500),
        lambda: clock.set_paused(paused=False),
    ):
        change()
        elapsed[0] += 4
        seen.append(clock.now())

    assert seen == [1040, 1042, 1042, 1500, 1502]
    assert clock.advance_to(1501) is False
    assert clock.now() == 1502
