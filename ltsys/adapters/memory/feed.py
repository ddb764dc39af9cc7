"""Leaders, their trades, their statistics, and markets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import MarketRow, SourceTradeRow, TraderRow
from ltsys.domain.ids import Address, ConditionId, SourceTradeId
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.source_trade import SourceTrade
from ltsys.domain.trader import TraderStatistics

_OPEN_MARKETS = 20


class FeedRecords(Session):
    """See `ltsys.ports.store.FeedStore`."""

    def followed_leaders(self) -> tuple[Address, ...]:
        followed: set[Address] = set()
        for row in self._tables.ft_wallets.values():
            if row.is_trading:
                followed.update(Address(trader) for trader in row.wallet.targets)
                followed.update(self._tables.leader_pools.get(row.leader_pool or "", ()))
        return tuple(sorted(followed))

    def leaders_to_refresh(self, before: datetime) -> tuple[Address, ...]:
        def is_fresh(leader: Address) -> bool:
            at = self._trader(leader).statistics_at
            return at is not None and at >= before

        return tuple(leader for leader in self.followed_leaders() if not is_fresh(leader))

    def trade_cursor(self, trader: Address) -> datetime | None:
        return self._trader(trader).cursor_at

    def add_source_trades(
        self, trader: Address, trades: Sequence[SourceTrade], *, cursor_at: datetime | None
    ) -> int:
        kept = self._tables.source_trades
        count_before = len(kept)
        for trade in trades:
            if trade.source_trade_id not in kept:
                kept[trade.source_trade_id] = SourceTradeRow(seq=len(kept) + 1, trade=trade)
        row = self._trader(trader)
        cursor = _later(row.cursor_at, cursor_at)
        self._tables.traders[trader] = replace(row, cursor_at=cursor)
        return len(kept) - count_before

    def note_synced(self, trader: Address, *, at: datetime) -> None:
        row = self._trader(trader)
        self._tables.traders[trader] = replace(row, synced_at=_later(row.synced_at, at))

    def unknown_markets(self, condition_ids: Iterable[ConditionId]) -> tuple[ConditionId, ...]:
        known = {each for each, row in self._tables.markets.items() if row.market.event_id}
        return tuple(each for each in condition_ids if each not in known)

    def save_markets(self, markets: Sequence[Market], *, checked_at: datetime) -> None:
        for market in markets:
            known = self._tables.markets.get(market.condition_id)
            # what is resolved stays as it was resolved (LESSONS L44)
            if known is None:
                row = MarketRow(market=market, checked_at=checked_at)
            elif known.market.is_resolved:
                continue
            else:
                row = replace(known, market=_news(known.market, market), checked_at=checked_at)
            self._tables.markets[market.condition_id] = row

    def markets(self, condition_ids: Iterable[ConditionId]) -> dict[ConditionId, Market]:
        wanted = set(condition_ids)
        rows = self._tables.markets
        return {each: rows[each].market for each in rows if each in wanted}

    def open_markets(self, now: datetime) -> tuple[Market, ...]:
        latest: dict[ConditionId, int] = {}
        for trade in self._tables.source_trades.values():
            latest[trade.trade.condition_id] = trade.seq
        takes_orders = [
            row.market
            for row in self._tables.markets.values()
            if not row.market.is_closed
            and row.market.accepts_orders
            and (row.market.end_at is None or row.market.end_at > now)
        ]
        takes_orders.sort(key=lambda market: -latest.get(market.condition_id, 0))
        return tuple(takes_orders[:_OPEN_MARKETS])

    def average_trades(self, trader: Address, since: datetime) -> tuple[Usd | None, Usd | None]:
        trades = [
            row.trade for row in self._tables.source_trades.values() if row.trade.trader == trader
        ]
        return _mean([t for t in trades if t.traded_at >= since]), _mean(trades)

    def save_statistics(self, statistics: TraderStatistics, *, at: datetime) -> None:
        row = self._trader(statistics.trader)
        self._tables.traders[statistics.trader] = replace(
            row, statistics=statistics, statistics_at=at
        )

    def statistics(self, traders: Iterable[Address]) -> dict[Address, TraderStatistics]:
        known = ((trader, self._trader(trader).statistics) for trader in traders)
        return {trader: statistics for trader, statistics in known if statistics is not None}

    def save_pool(self, pool: str, traders: Sequence[Address], *, at: datetime) -> None:
        self._tables.leader_pools[pool] = tuple(sorted(traders))
        self._tables.pools_refreshed_at[pool] = at

    def pool_refreshed_at(self, pool: str) -> datetime | None:
        return self._tables.pools_refreshed_at.get(pool)

    def wanted_pools(self) -> tuple[str, ...]:
        rows = self._tables.ft_wallets.values()
        return tuple(sorted({row.leader_pool for row in rows if row.is_active and row.leader_pool}))

    def save_probabilities(self, scores: Mapping[SourceTradeId, Decimal]) -> None:
        kept = self._tables.source_trades
        for source_trade_id, score in scores.items():
            if source_trade_id in kept:
                kept[source_trade_id] = replace(kept[source_trade_id], probability=score)

    def _trader(self, trader: Address) -> TraderRow:
        return self._tables.traders.get(trader, TraderRow())


def _news(known: Market, market: Market) -> Market:
    """As the venue says now; what names it and its event is not forgotten by a silent answer."""
    return replace(
        market,
        event_id=market.event_id or known.event_id,
        slug=market.slug or known.slug,
        event_slug=market.event_slug or known.event_slug,
    )


def _later(known: datetime | None, at: datetime | None) -> datetime | None:
    moments = [moment for moment in (known, at) if moment is not None]
    return max(moments, default=None)


def _mean(trades: Sequence[SourceTrade]) -> Usd | None:
    if not trades:
        return None
    return sum((trade.value for trade in trades), ZERO_USD).times(Decimal(1) / len(trades))
