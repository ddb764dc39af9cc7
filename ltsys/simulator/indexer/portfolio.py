"""Everybody's positions by now: users' as they redeem, leaders' as if they did at once."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from ltsys.simulator.indexer.entries import decimal, in_order
from ltsys.simulator.indexer.indexer import Indexer
from ltsys.simulator.indexer.leader_stats import ClosedPosition, LeaderStats
from ltsys.simulator.indexer.positions import Position, positions
from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.world import World


class Portfolio:
    """Positions, holders and open interest as the indexer knows them.

    A recording does not say when leaders redeem; they are taken to do it at the resolution,
    so that they hold nothing in a resolved market.
    """

    def __init__(self, world: World, indexer: Indexer) -> None:
        """Read what these two know."""
        self._world = world
        self.indexer = indexer
        self.leaders = LeaderStats(world)

    def all_positions(
        self, wallet: str, now: float, market: Market | None = None
    ) -> list[Position]:
        """Open and closed ones, in the order of their first entry; of one market, or of all."""
        is_user = self.indexer.is_user(wallet)
        known = self.indexer.known_until(now)
        entries = in_order(self.indexer.entries(now, wallet), newest_first=False)
        found = positions(
            entry
            for entry in entries
            if market in {None, entry.market}
            and (is_user or not entry.market.is_resolved(entry.timestamp))
        )
        if not is_user:
            for position in found:
                _settle(position, known)
        return found

    def open_positions(
        self, wallet: str, now: float, market: Market | None = None
    ) -> list[Position]:
        """Those with shares."""
        return [p for p in self.all_positions(wallet, now, market) if p.size > 0]

    def closed_positions(self, wallet: str, now: float) -> list[ClosedPosition]:
        """Results, oldest first: a leader's from the resolution on, a user's when all is gone."""
        if not self.indexer.is_user(wallet):
            return list(self.leaders.closed_positions(wallet, now))
        closed = [p for p in self.all_positions(wallet, now) if p.size <= 0 and p.bought_shares]
        results = [
            ClosedPosition(
                market=position.market,
                outcome_index=position.outcome_index,
                bought_shares=position.bought_shares,
                bought_usd=position.bought_usd,
                pnl_usd=position.realized_usd,
                payout=self.price(position, now),
                at=position.last_at,
            )
            for position in closed
        ]
        return sorted(results, key=lambda result: result.at)

    def value(self, wallet: str, now: float, covers: Callable[[Market], bool]) -> Decimal:
        """What the open shares in the covered markets are worth."""
        if self.indexer.is_user(wallet):
            held = [(p.market, p.outcome_index, p.size) for p in self.open_positions(wallet, now)]
        else:
            shares, markets = self.leaders.open_shares(wallet, now), self._world.markets
            held = [(markets[name], index, size) for (name, index), size in shares.items()]
        worth = (
            size * self.market_price(market, index, now)
            for market, index, size in held
            if covers(market)
        )
        return sum(worth, Decimal(0))

    def traded_markets(self, wallet: str, now: float) -> int:
        """How many markets a wallet has traded in."""
        trades = in_order(self.indexer.trades(now, wallet), newest_first=False)
        return len({trade.market.condition_id for trade in trades})

    def holders(self, market: Market, now: float) -> tuple[list[Position], list[Position]]:
        """Who holds each outcome, biggest first."""
        found: defaultdict[int, list[Position]] = defaultdict(list)
        for wallet in self.indexer.traders(now, market):
            for position in self.open_positions(wallet, now, market):
                found[position.outcome_index].append(position)
        for held in found.values():
            held.sort(key=lambda position: (-position.size, position.wallet))
        return found[0], found[1]

    def open_interest(self, market: Market, now: float) -> Decimal:
        """Dollars behind the outstanding pairs: the more held of the two outcomes."""
        held = (sum((p.size for p in side), Decimal(0)) for side in self.holders(market, now))
        return max(held)

    def total_open_interest(self, now: float) -> Decimal:
        """The open interest of all markets that are not resolved."""
        known = self.indexer.known_until(now)
        open_markets = [m for m in self._world.seen_markets(now) if not m.is_resolved(known)]
        return sum((self.open_interest(market, now) for market in open_markets), Decimal(0))

    def price(self, position: Position, now: float) -> Decimal:
        """What a share of the position's outcome is worth."""
        return self.market_price(position.market, position.outcome_index, now)

    def market_price(self, market: Market, index: int, now: float) -> Decimal:
        """The payout or, before there is one, the last price."""
        prices = self._world.outcome_prices(market, self.indexer.known_until(now))
        return decimal(prices[index])


def _settle(position: Position, known: float) -> None:
    market = position.market
    if market.is_resolved(known) and market.payouts is not None:
        payout = decimal(market.payouts[position.outcome_index])
        position.settle(payout, market.resolves_at or 0)
