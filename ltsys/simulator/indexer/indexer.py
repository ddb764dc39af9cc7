"""The indexer: leaders' trades of the world, users' trades and conversions of the exchange."""

from collections import defaultdict
from decimal import Decimal
from itertools import islice
from math import inf

from ltsys.simulator.exchange.events import Event, TradeChanged
from ltsys.simulator.exchange.exchange import Exchange
from ltsys.simulator.exchange.order import HOUSE, Fill
from ltsys.simulator.indexer.entries import (
    Entry,
    History,
    Span,
    UserConversion,
    UserTrade,
    user_conversion,
    user_trade,
)
from ltsys.simulator.indexer.leader_runs import LeaderRuns
from ltsys.simulator.world.facts import LeaderTrade, Market
from ltsys.simulator.world.world import World

_ON_CHAIN = frozenset({"MINED", "CONFIRMED"})


class Indexer:
    """Answers for the chain as it was `World.data_lag_s` ago (VENUE §14.3).

    A user's trade is known from the moment when it was mined; one that fails after that
    is forgotten again, as after a reorganization of the chain.
    """

    def __init__(self, world: World, exchange: Exchange) -> None:
        """Listen to the exchange from now on."""
        self._world = world
        self._redeemer = exchange.redeemer
        self._leaders = LeaderRuns(world)
        self._users: History[UserTrade] = History()
        self._by_wallet: defaultdict[str, History[UserTrade]] = defaultdict(History)
        self._by_market: defaultdict[str, History[UserTrade]] = defaultdict(History)
        self._indexed: set[str] = set()
        self._conversions: defaultdict[str, History[UserConversion]] = defaultdict(History)
        exchange.events.listen(self._hear)

    def is_user(self, wallet: str) -> bool:
        """Whether a trade of this wallet went through the exchange."""
        return wallet in self._by_wallet

    def known_until(self, now: float) -> float:
        """The newest moment that can be told of."""
        return now - self._world.data_lag_s

    def trades(
        self, now: float, wallet: str | None, first: float = 0, last: float = inf
    ) -> list[Span[LeaderTrade]]:
        """Leaders' and users' trades of [first, last], of one wallet or of all."""
        users = self._users if wallet is None else self._by_wallet.get(wallet)
        spans: list[Span[LeaderTrade]] = [self._world.trade_window(now, wallet, first, last)]
        if users is not None:
            spans.append(users.span(first, min(last, self.known_until(now))))
        return spans

    def market_trades(
        self, now: float, market: Market, first: float = 0, last: float = inf
    ) -> list[Span[LeaderTrade]]:
        """Leaders' and users' trades of [first, last] in one market."""
        last = min(last, self.known_until(now))
        users = self._by_market[market.condition_id].span(first, last)
        return [self._leaders.of(market).span(first, last), users]

    def traders(self, now: float, market: Market) -> list[str]:
        """Wallets that have traded there by now, leaders first."""
        spans = self.market_trades(now, market)
        seen = (trade.wallet for trades, low, high in spans for trade in trades[low:high])
        return list(dict.fromkeys(seen))

    def volume_usd(self, now: float, market: Market, *, since: float = 0) -> Decimal:
        """Dollars of all trades from `since` on, each counted once, at its taker."""
        known = self.known_until(now)
        trades, low, high = self._by_market[market.condition_id].span(since, known)
        takers = (trade.usdc_size for trade in trades[low:high] if trade.is_taker)
        return self._leaders.of(market).volume_usd(since, known) + sum(takers, Decimal(0))

    def conversions(
        self, now: float, wallet: str, first: float = 0, last: float = inf
    ) -> Span[UserConversion]:
        """One wallet's redemptions, splits and merges of [first, last]."""
        history = self._conversions[wallet]
        known = self._redeemer.by_address.get(wallet, [])
        for conversion in islice(known, len(history), None):
            history.add(user_conversion(conversion))
        return history.span(first, min(last, self.known_until(now)))

    def entries(self, now: float, wallet: str) -> list[Span[Entry]]:
        """Everything that changed a wallet's positions by now."""
        return [*self.trades(now, wallet), self.conversions(now, wallet)]

    def _hear(self, event: Event) -> None:
        if not isinstance(event, TradeChanged):
            return
        if event.status in _ON_CHAIN:
            self._index(event.fill, event.at)
        elif event.status == "FAILED":
            self._forget(event.fill)

    def _index(self, fill: Fill, at: float) -> None:
        if fill.trade_id in self._indexed:
            return
        self._indexed.add(fill.trade_id)
        for leg in fill.legs:
            if leg.address != HOUSE:
                trade = user_trade(fill, leg, at)
                for history in self._histories(fill, leg.address):
                    history.add(trade)

    def _forget(self, fill: Fill) -> None:
        if fill.trade_id not in self._indexed:
            return
        self._indexed.remove(fill.trade_id)
        for leg in fill.legs:
            for history in self._histories(fill, leg.address):
                history.discard(lambda trade: trade.trade_id == fill.trade_id)

    def _histories(self, fill: Fill, wallet: str) -> tuple[History[UserTrade], ...]:
        return self._users, self._by_wallet[wallet], self._by_market[fill.market.condition_id]
