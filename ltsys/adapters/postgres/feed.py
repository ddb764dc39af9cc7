"""Leaders, their trades, their statistics, and markets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ltsys.adapters.postgres.rows import market_of, statistics_row, usd_of
from ltsys.adapters.postgres.session import Session
from ltsys.domain.ids import Address, ConditionId, SourceTradeId
from ltsys.domain.market import Market
from ltsys.domain.money import Usd
from ltsys.domain.source_trade import SourceTrade
from ltsys.domain.trader import TraderStatistics

_INGEST_LOCK = 7_002


class FeedRecords(Session):
    """See `ltsys.ports.store.FeedStore`."""

    def followed_leaders(self) -> tuple[Address, ...]:
        rows = self._rows(
            """
            SELECT unnest(target_traders) AS trader
              FROM ft_wallets WHERE is_active AND problem IS NULL
            UNION
            SELECT p.trader_address FROM leader_pools p
              JOIN ft_wallets w ON w.leader_pool = p.pool AND w.is_active AND w.problem IS NULL
            ORDER BY 1
            """
        )
        return tuple(Address(row["trader"]) for row in rows)

    def leaders_to_refresh(self, before: datetime) -> tuple[Address, ...]:
        leaders = self.followed_leaders()
        rows = self._rows(
            "SELECT trader_address FROM traders"
            " WHERE trader_address = ANY(%s) AND statistics_at >= %s",
            (list(leaders), before),
        )
        fresh = {row["trader_address"] for row in rows}
        return tuple(leader for leader in leaders if leader not in fresh)

    def trade_cursor(self, trader: Address) -> datetime | None:
        row = self._row("SELECT trade_cursor_at FROM traders WHERE trader_address = %s", (trader,))
        return row["trade_cursor_at"] if row else None

    def add_source_trades(
        self, trader: Address, trades: Sequence[SourceTrade], *, cursor_at: datetime | None
    ) -> int:
        # held to the commit, so that `seq` grows in the order in which others can see the rows
        self._write("SELECT pg_advisory_xact_lock(%s)", (_INGEST_LOCK,))
        added = self._rows(
            """
            INSERT INTO source_trades
                (source_trade_id, trader_address, condition_id, token_id, token_label, side,
                 price, shares, traded_at, title)
            SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                 %s::text[], %s::numeric[], %s::numeric[], %s::timestamptz[],
                                 %s::text[])
            ON CONFLICT DO NOTHING RETURNING 1
            """,
            (
                [t.source_trade_id for t in trades],
                [t.trader for t in trades],
                [t.condition_id for t in trades],
                [t.token_id for t in trades],
                [t.token_label for t in trades],
                [t.side.value for t in trades],
                [t.price.per_share for t in trades],
                [t.shares.count for t in trades],
                [t.traded_at for t in trades],
                [t.title for t in trades],
            ),
        )
        self._write(
            """
            INSERT INTO traders (trader_address, trade_cursor_at) VALUES (%s, %s)
            ON CONFLICT (trader_address) DO UPDATE
               SET trade_cursor_at = greatest(traders.trade_cursor_at, EXCLUDED.trade_cursor_at)
            """,
            (trader, cursor_at),
        )
        return len(added)

    def note_synced(self, trader: Address, *, at: datetime) -> None:
        self._write(
            """
            INSERT INTO traders (trader_address, synced_at) VALUES (%s, %s)
            ON CONFLICT (trader_address) DO UPDATE
               SET synced_at = greatest(traders.synced_at, EXCLUDED.synced_at)
            """,
            (trader, at),
        )

    def unknown_markets(self, condition_ids: Iterable[ConditionId]) -> tuple[ConditionId, ...]:
        rows = self._rows(
            """
            SELECT id FROM unnest(%s::text[]) AS id
             WHERE NOT EXISTS (SELECT 1 FROM markets
                                WHERE condition_id = id AND event_id IS NOT NULL)
            """,
            (list(condition_ids),),
        )
        return tuple(ConditionId(row["id"]) for row in rows)

    def save_markets(self, markets: Sequence[Market], *, checked_at: datetime) -> None:
        for market in sorted(markets, key=lambda m: m.condition_id):
            self._save_market(market, checked_at)

    def _save_market(self, market: Market, checked_at: datetime) -> None:
        # what is resolved stays as it was resolved (LESSONS L44)
        outcomes = [
            {"label": o.label, "token_id": o.token_id, "price": o.price} for o in market.outcomes
        ]
        self._write(
            """
            INSERT INTO markets
                (condition_id, title, tags, outcomes, start_at, game_start_at, end_at, is_closed,
                 is_resolved, accepts_orders, is_neg_risk, version, fee_rate, fee_exponent,
                 event_id, slug, event_slug, checked_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (condition_id) DO UPDATE SET
                title = EXCLUDED.title, tags = EXCLUDED.tags, outcomes = EXCLUDED.outcomes,
                start_at = EXCLUDED.start_at, game_start_at = EXCLUDED.game_start_at,
                end_at = EXCLUDED.end_at, is_closed = EXCLUDED.is_closed,
                is_resolved = EXCLUDED.is_resolved, accepts_orders = EXCLUDED.accepts_orders,
                is_neg_risk = EXCLUDED.is_neg_risk, version = EXCLUDED.version,
                fee_rate = EXCLUDED.fee_rate, fee_exponent = EXCLUDED.fee_exponent,
                event_id = coalesce(EXCLUDED.event_id, markets.event_id),
                slug = coalesce(EXCLUDED.slug, markets.slug),
                event_slug = coalesce(EXCLUDED.event_slug, markets.event_slug),
                checked_at = EXCLUDED.checked_at
            WHERE NOT markets.is_resolved
            """,
            (
                market.condition_id,
                market.title,
                list(market.tags),
                self._json(outcomes),
                market.start_at,
                market.game_start_at,
                market.end_at,
                market.is_closed,
                market.is_resolved,
                market.accepts_orders,
                market.is_neg_risk,
                market.version,
                market.fee_rate,
                market.fee_exponent,
                market.event_id,
                market.slug,
                market.event_slug,
                checked_at,
            ),
        )
        for outcome in market.outcomes:
            self._write(
                """
                INSERT INTO token_id_cache (condition_id, token_label, token_id, fetched_at)
                VALUES (%s, %s, %s, %s)
                ON CONFLICT (condition_id, token_label)
                DO UPDATE SET token_id = EXCLUDED.token_id, fetched_at = EXCLUDED.fetched_at
                """,
                (market.condition_id, outcome.label, outcome.token_id, checked_at),
            )

    def markets(self, condition_ids: Iterable[ConditionId]) -> dict[ConditionId, Market]:
        rows = self._rows(
            "SELECT * FROM markets WHERE condition_id = ANY(%s)", (list(condition_ids),)
        )
        return {ConditionId(row["condition_id"]): market_of(row) for row in rows}

    def open_markets(self, now: datetime) -> tuple[Market, ...]:
        rows = self._rows(
            """
            SELECT m.* FROM markets m
             WHERE NOT is_closed AND accepts_orders AND (end_at IS NULL OR end_at > %s)
             ORDER BY (SELECT max(seq) FROM source_trades s
                        WHERE s.condition_id = m.condition_id) DESC NULLS LAST
             LIMIT 20
            """,
            (now,),
        )
        return tuple(market_of(row) for row in rows)

    def average_trades(self, trader: Address, since: datetime) -> tuple[Usd | None, Usd | None]:
        row = self._row(
            """
            SELECT avg(price * shares) FILTER (WHERE traded_at >= %s) AS recent,
                   avg(price * shares) AS lifetime
              FROM source_trades WHERE trader_address = %s
            """,
            (since, trader),
        )
        if row is None or row["lifetime"] is None:
            return None, None
        return usd_of(row["recent"]), Usd(row["lifetime"])

    def save_statistics(self, statistics: TraderStatistics, *, at: datetime) -> None:
        self._write(
            """
            INSERT INTO traders
                (trader_address, win_rate, win_rate_30d, resolved_count, resolved_count_30d,
                 avg_trade_usd, avg_trade_usd_30d, statistics_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (trader_address) DO UPDATE SET
                win_rate = EXCLUDED.win_rate, win_rate_30d = EXCLUDED.win_rate_30d,
                resolved_count = EXCLUDED.resolved_count,
                resolved_count_30d = EXCLUDED.resolved_count_30d,
                avg_trade_usd = EXCLUDED.avg_trade_usd,
                avg_trade_usd_30d = EXCLUDED.avg_trade_usd_30d,
                statistics_at = EXCLUDED.statistics_at
            """,
            (
                statistics.trader,
                statistics.win_rate,
                statistics.win_rate_30d,
                statistics.resolved_count,
                statistics.resolved_count_30d,
                _amount(statistics.average_trade),
                _amount(statistics.average_trade_30d),
                at,
            ),
        )

    def statistics(self, traders: Iterable[Address]) -> dict[Address, TraderStatistics]:
        rows = self._rows(
            "SELECT * FROM traders WHERE trader_address = ANY(%s) AND statistics_at IS NOT NULL",
            (list(traders),),
        )
        return {Address(row["trader_address"]): statistics_row(row) for row in rows}

    def save_pool(self, pool: str, traders: Sequence[Address], *, at: datetime) -> None:
        self._write("DELETE FROM leader_pools WHERE pool = %s", (pool,))
        self._write(
            """
            INSERT INTO leader_pools (pool, trader_address, refreshed_at)
            SELECT %s, trader, %s FROM unnest(%s::text[]) AS trader
            """,
            (pool, at, list(traders)),
        )

    def pool_refreshed_at(self, pool: str) -> datetime | None:
        row = self._row("SELECT max(refreshed_at) AS at FROM leader_pools WHERE pool = %s", (pool,))
        return row["at"] if row else None

    def wanted_pools(self) -> tuple[str, ...]:
        rows = self._rows(
            """
            SELECT DISTINCT leader_pool FROM ft_wallets
             WHERE is_active AND leader_pool IS NOT NULL ORDER BY 1
            """
        )
        return tuple(row["leader_pool"] for row in rows)

    def save_probabilities(self, scores: Mapping[SourceTradeId, Decimal]) -> None:
        self._write(
            """
            UPDATE source_trades SET model_probability = score.p
              FROM unnest(%s::text[], %s::numeric[]) AS score (id, p)
             WHERE source_trade_id = score.id
            """,
            (list(scores), list(scores.values())),
        )


def _amount(money: Usd | None) -> Decimal | None:
    return None if money is None else money.amount
