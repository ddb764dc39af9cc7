"""Leaders' trades by market, carried on as the world grows."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from ltsys.simulator.indexer.entries import Span
from ltsys.simulator.world.facts import LeaderTrade, Market
from ltsys.simulator.world.world import World


@dataclass(slots=True)
class LeaderRun:
    """One market's trades, their seconds, and the dollars up to each."""

    trades: list[LeaderTrade] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    sums_usd: list[Decimal] = field(default_factory=list)

    def add(self, trade: LeaderTrade) -> None:
        """Append a trade; the caller keeps to the order of time."""
        self.sums_usd.append(self._usd_of_first(len(self.trades)) + trade.usdc_size)
        self.trades.append(trade)
        self.times.append(trade.timestamp)

    def span(self, first: float, last: float) -> Span[LeaderTrade]:
        """The part of [first, last]."""
        low = bisect_left(self.times, first)
        return self.trades, low, max(low, bisect_right(self.times, last))

    def volume_usd(self, first: float, last: float) -> Decimal:
        """Dollars traded in [first, last]."""
        _, low, high = self.span(first, last)
        return self._usd_of_first(high) - self._usd_of_first(low)

    def _usd_of_first(self, count: int) -> Decimal:
        return self.sums_usd[count - 1] if count else Decimal(0)


class LeaderRuns:
    """Every trade of the world is sorted in once, when somebody asks."""

    def __init__(self, world: World) -> None:
        """Nothing is read yet."""
        self._world = world
        self._runs: defaultdict[str, LeaderRun] = defaultdict(LeaderRun)
        self._read = 0

    def of(self, market: Market) -> LeaderRun:
        """The trades in a market, also those that lie ahead."""
        trades = self._world.trades
        for place in range(self._read, len(trades)):
            self._runs[trades[place].market.condition_id].add(trades[place])
        self._read = len(trades)
        return self._runs[market.condition_id]
