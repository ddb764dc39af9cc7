"""The world at any simulated time: which markets, prices and leaders' trades there are."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Protocol

from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import LeaderTrade, Market, PricePoint
from ltsys.simulator.world.quotes import House
from ltsys.simulator.world.resolution import Course
from ltsys.simulator.world.resolution import prices as oracle_prices

_OPENING = PricePoint(0, 0, ONE // 2)


class Source(Protocol):
    """Where facts come from: a recording holds all at once, a seed invents slot by slot."""

    def extend(self, world: "World", until: float) -> None:
        """Add every fact that may be asked for until then; nothing if they are there."""

    @property
    def start(self) -> int:
        """When the story begins."""

    @property
    def end(self) -> int | None:
        """When it ends; None if never."""

    def report(self) -> dict[str, object]:
        """What was read and what was skipped."""


class World:
    """Facts in order of time, found by bisection, so that an answer depends on `now` alone."""

    def __init__(
        self, source: Source, *, data_lag_s: float = 0, house: House | None = None
    ) -> None:
        """Know nothing yet; `look` fills the world as far as it is needed."""
        self.source = source
        self.house = house or House()
        self.data_lag_s = data_lag_s
        self.rulings = 0
        self.markets: dict[str, Market] = {}
        self.by_token: dict[str, tuple[Market, int]] = {}
        self.by_slug: dict[str, Market] = {}
        self.trades: list[LeaderTrade] = []
        self._times: list[int] = []
        self._leaders: dict[str, tuple[list[int], list[LeaderTrade]]] = {}
        self._prices: dict[str, tuple[list[int], list[PricePoint]]] = {}

    def look(self, now: float) -> None:
        """Make sure that everything up to `now` is known."""
        self.source.extend(self, now)

    def add_market(self, market: Market) -> None:
        """Know a market, its tokens and its slug; a second one of the same id replaces nothing."""
        if market.condition_id in self.markets:
            return
        self.markets[market.condition_id] = market
        self.by_slug[market.slug] = market
        for index, token in enumerate(market.tokens):
            self.by_token[token] = (market, index)
        self._prices[market.condition_id] = ([], [])

    def override_resolution(self, market: Market, course: Course) -> None:
        """Send a market on another course from now on; the exchange sees it by `rulings`."""
        market.steps, market.payouts = course.steps, course.payouts
        market.resolves_at = course.resolves_at
        self.rulings += 1

    def add_trade(self, trade: LeaderTrade) -> None:
        """Append a trade; the caller keeps to the order of time."""
        self.trades.append(trade)
        self._times.append(trade.timestamp)
        times, own = self._leaders.setdefault(trade.wallet, ([], []))
        times.append(trade.timestamp)
        own.append(trade)

    def add_price(self, market: Market, point: PricePoint) -> None:
        """Append a price of a market; the caller keeps to the order of time."""
        times, points = self._prices[market.condition_id]
        times.append(point.at)
        points.append(point)

    @property
    def leaders(self) -> list[str]:
        """Addresses of everybody with a trade, in the order of their first one."""
        return list(self._leaders)

    def last_price(self, market: Market, now: float) -> PricePoint:
        """The price that quotes are made from; one half before the first."""
        times, points = self._prices[market.condition_id]
        index = bisect_right(times, now)
        return points[index - 1] if index else _OPENING

    def outcome_prices(self, market: Market, now: float) -> tuple[int, int]:
        """What the two outcomes are worth: what the oracle dictates, else the last price."""
        dictated = oracle_prices(market, now)
        if dictated is not None:
            return dictated
        point = self.last_price(market, now)
        first = point.price if point.outcome_index == 0 else ONE - point.price
        return first, ONE - first

    def tick(self, market: Market, now: float) -> int:
        """The market's grid of prices now."""
        return self.house.tick(market, self.last_price(market, now))

    def prices_between(self, market: Market, after: float, until: float) -> list[PricePoint]:
        """Prices that came in (after, until]."""
        times, points = self._prices[market.condition_id]
        return points[bisect_right(times, after) : bisect_right(times, until)]

    def next_price_at(self, market: Market, after: float) -> int | None:
        """When the price moves next, as far as is known."""
        times, _ = self._prices[market.condition_id]
        index = bisect_right(times, after)
        return times[index] if index < len(times) else None

    def seen_trades(self, now: float, user: str | None = None) -> list[LeaderTrade]:
        """Trades that the Data API shows by now, oldest first."""
        times, trades = self._times, self.trades
        if user is not None:
            times, trades = self._leaders.get(user.lower(), ([], []))
        return trades[: bisect_right(times, now - self.data_lag_s)]

    def trade_window(
        self, now: float, user: str | None, first: float, last: float
    ) -> tuple[list[LeaderTrade], int, int]:
        """Seen trades of [first, last]: all of the user's or of everybody, and their bounds."""
        times, trades = self._times, self.trades
        if user is not None:
            times, trades = self._leaders.get(user, ([], []))
        low = bisect_left(times, first)
        return trades, low, max(low, bisect_right(times, min(last, now - self.data_lag_s)))

    def seen_markets(self, now: float) -> Iterator[Market]:
        """Markets that exist by now."""
        return (market for market in self.markets.values() if market.opens_at <= now)

    def tokens(self, names: Iterable[str], now: float) -> list[tuple[Market, int]]:
        """The named tokens that exist by now; others are left out."""
        found = (self.by_token.get(name) for name in names)
        return [entry for entry in found if entry and entry[0].opens_at <= now]
