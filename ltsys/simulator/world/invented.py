"""An invented world without end: short Up/Down markets, longer contests, and their leaders.

All of it comes from one seed.
"""

import random
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from ltsys.simulator.units import ONE
from ltsys.simulator.world.categories import CATEGORIES
from ltsys.simulator.world.contests import HOUR_S, contests_of
from ltsys.simulator.world.facts import (
    LeaderTrade,
    Market,
    PricePoint,
    derived_condition_id,
    derived_gamma_id,
    derived_token_id,
)
from ltsys.simulator.world.leaders import invented_leaders, trades_of
from ltsys.simulator.world.walks import Walk, coin_walk
from ltsys.simulator.world.world import World

HISTORY_S = 6 * HOUR_S
_STEP_S = 5
_ASSETS = (("btc", "Bitcoin"), ("eth", "Ethereum"), ("sol", "Solana"), ("xrp", "XRP"))
_EASTERN = timedelta(hours=-5)


class Invented:
    """Facts that depend on the seed and the hour alone, whoever asks and at whatever speed."""

    def __init__(
        self,
        seed: int,
        *,
        start: int,
        market_minutes: int = 5,
        resolve_delay_s: int = 30,
        categories: Collection[str] = CATEGORIES,
    ) -> None:
        """Begin some hours before `start`, so that leaders have a past."""
        self._seed = seed
        self._slot_s = market_minutes * 60
        self._delay_s = resolve_delay_s
        self._start = start
        self._categories = frozenset(categories)
        self._next_slot = (start - HISTORY_S) // self._slot_s
        self._leaders = invented_leaders(seed)
        self._to_come: list[tuple[int, int, LeaderTrade]] = []
        self._trade_count = 0

    @property
    def start(self) -> int:
        """The simulated time at which the clock begins."""
        return self._start

    @property
    def end(self) -> int | None:
        """None: there is always another slot."""
        return None

    def report(self) -> dict[str, object]:
        """Nothing was read."""
        return {"rows_read": 0, "rows_good": 0, "bad_rows": {}}

    def extend(self, world: World, until: float) -> None:
        """Invent slots up to the one after `until`, whose markets are open by then."""
        while self._next_slot <= until // self._slot_s + 1:
            self._invent(world, self._next_slot * self._slot_s)
            self._next_slot += 1

    def _invent(self, world: World, starts_at: int) -> None:
        """Add what opens in a slot, and the trades of the slot in the order of their time."""
        ends_at = starts_at + self._slot_s
        for hour in range(-(-starts_at // HOUR_S), -(-ends_at // HOUR_S)):
            for contest in contests_of(self._seed, hour, delay_s=self._delay_s):
                rng = self._rng(contest.market.slug)
                self._add(world, rng, contest.market, contest.walk)
        if "crypto" in self._categories:
            for asset, name in _ASSETS:
                rng = self._rng(f"{starts_at}|{asset}")
                walk = coin_walk(
                    rng,
                    begins_at=starts_at,
                    step_s=_STEP_S,
                    steps=self._slot_s // _STEP_S,
                    tick=10_000,
                )
                self._add(world, rng, self._coin_market(asset, name, walk), walk)
        while self._to_come and self._to_come[0][0] < ends_at:
            world.add_trade(heappop(self._to_come)[2])

    def _add(self, world: World, rng: random.Random, market: Market, walk: Walk) -> None:
        """Add a market with its prices, and note the leaders' trades in it."""
        if market.category not in self._categories:
            return
        world.add_market(market)
        for step, price in enumerate(walk.prices):
            world.add_price(market, PricePoint(walk.moment(step), 0, price))
        for leader in self._leaders:
            for trade in trades_of(rng, leader, market, walk):
                heappush(self._to_come, (trade.timestamp, self._trade_count, trade))
                self._trade_count += 1

    def _coin_market(self, asset: str, name: str, walk: Walk) -> Market:
        starts_at = walk.begins_at
        slug = f"{asset}-updown-{self._slot_s // 60}m-{starts_at}"
        begin = datetime.fromtimestamp(starts_at, UTC) + _EASTERN
        finish = begin + timedelta(seconds=self._slot_s)
        window = f"{_hour(begin)}-{_hour(finish)}"
        return Market(
            condition_id=derived_condition_id(slug),
            gamma_id=derived_gamma_id(slug),
            slug=slug,
            title=f"{name} Up or Down - {begin:%B} {begin.day}, {window} ET",
            category="crypto",
            outcomes=("Up", "Down"),
            tokens=(derived_token_id(slug, "Up"), derived_token_id(slug, "Down")),
            opens_at=starts_at - self._slot_s,
            starts_at=starts_at,
            ends_at=starts_at + self._slot_s,
            resolves_at=starts_at + self._slot_s + self._delay_s,
            payouts=(ONE, 0) if walk.winner == 0 else (0, ONE),
        )

    def _rng(self, of: str) -> random.Random:
        return random.Random(f"{self._seed}|{of}")  # noqa: S311 - not a secret


def _hour(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M}{'AM' if at.hour < 12 else 'PM'}"
