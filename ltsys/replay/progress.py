"""What of a step is still undone, read from rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString, cast

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]


class Progress:
    """Questions to the database of a replay; each answer names what is undone, empty is done."""

    def __init__(self, connection: Connection, leaders: Sequence[str]) -> None:
        self._connection = connection
        self._leaders = list(leaders)

    def unsynced_leaders(self, now: datetime) -> tuple[str, ...]:
        return self._names(
            """
            SELECT leader FROM unnest(%(leaders)s::text[]) AS leader
             WHERE NOT EXISTS (SELECT 1 FROM traders
                                WHERE trader_address = leader AND synced_at >= %(now)s)
            """,
            {"now": now, "leaders": self._leaders},
        )

    def unrefreshed_leaders(self, now: datetime) -> tuple[str, ...]:
        return self._names(
            """
            SELECT leader FROM unnest(%(leaders)s::text[]) AS leader
             WHERE NOT EXISTS (SELECT 1 FROM traders
                                WHERE trader_address = leader AND statistics_at >= %(now)s)
            """,
            {"now": now, "leaders": self._leaders},
        )

    def undecided_wallets(self) -> tuple[str, ...]:
        return self._names(
            """
            SELECT wallet_id FROM ft_wallets
             WHERE is_active AND problem IS NULL
               AND cursor_seq < (SELECT coalesce(max(seq), 0) FROM source_trades)
            """
        )

    def unfinished_orders(self) -> tuple[str, ...]:
        """Signals in the outbox, and orders that somebody still has to look at."""
        return self._names(
            """
            SELECT source_trade_id FROM lt_seen_trades WHERE outcome = 'queued'
            UNION ALL
            SELECT lt_order_id FROM lt_orders
             WHERE next_check_at IS NOT NULL
               AND status IN ('planned', 'submitting', 'unknown', 'live', 'partially_filled')
            """
        )

    def queued_signals(self) -> tuple[tuple[str, str], ...]:
        rows = self._connection.execute(
            "SELECT strategy_id, source_trade_id FROM lt_seen_trades WHERE outcome = 'queued'"
        ).fetchall()
        return tuple((str(strategy), str(trade)) for strategy, trade in rows)

    def orders_due(self) -> tuple[str, ...]:
        return self._names(
            """
            SELECT lt_order_id FROM lt_orders
             WHERE next_check_at <= clock_timestamp() AND status <> 'planned'
            """
        )

    def unresolved_markets(self, now: datetime) -> tuple[str, ...]:
        """Ended markets with something open that were not looked at since, or not closed yet."""
        return self._names(
            """
            SELECT condition_id FROM markets
             WHERE end_at <= %(now)s
               AND (is_resolved OR checked_at < %(now)s AND (end_at > %(now)s - interval '15 min'
                    OR checked_at <= %(now)s - interval '5 min'))
               AND (EXISTS (SELECT 1 FROM ft_orders f
                             WHERE f.condition_id = markets.condition_id AND f.outcome = 'OPEN')
                 OR EXISTS (SELECT 1 FROM lt_orders o
                             WHERE o.condition_id = markets.condition_id AND o.outcome = 'OPEN'
                               AND o.executed_shares > 0))
            """,
            {"now": now},
        )

    def _names(
        self, statement: LiteralString, parameters: Mapping[str, object] | None = None
    ) -> tuple[str, ...]:
        rows = self._connection.execute(statement, parameters).fetchall()
        return tuple(cast("str", row[0]) for row in rows)
