"""Read models: each question is one snapshot on a connection of its own (`ltsys.ports.queries`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, LiteralString, Self

from ltsys.adapters.postgres.breakers import breaker_of, breaker_rule_of
from ltsys.adapters.postgres.changes import change_of
from ltsys.adapters.postgres.dashboard.tallies import FT_IS_KEPT
from ltsys.adapters.postgres.halts import kept_halt_of
from ltsys.adapters.postgres.operations import OperationsRecords, open_alert_of
from ltsys.adapters.postgres.page_reads import PageReads
from ltsys.adapters.postgres.paged_queries import PostgresPagedQueries
from ltsys.adapters.postgres.reading import reading
from ltsys.adapters.postgres.reconciliations import ReconciliationRecords
from ltsys.adapters.postgres.statements import (
    of_ft_wallet,
    of_user,
    of_user_or_nobody,
    of_wallet,
)
from ltsys.adapters.postgres.strategy_reads import STRATEGIES, WALLETS, strategy_row, wallet_row
from ltsys.adapters.postgres.streams import StreamRecords
from ltsys.domain.alert import OpenAlert
from ltsys.domain.breaker import Breaker, BreakerRule
from ltsys.domain.change import PendingChange
from ltsys.domain.gate import Gate
from ltsys.domain.halt import KeptHalt
from ltsys.domain.ids import LtOrderId, StrategyId, UserId
from ltsys.domain.order import OrderStatus
from ltsys.domain.reconciliation import Result
from ltsys.ports.queries import (
    Hearing,
    LedgerReport,
    LogRow,
    OrderDetails,
    OrderRow,
    PostingRow,
    Pulse,
    Reconciled,
    StrategyRow,
    WalletRow,
)


class PostgresQueries(PostgresPagedQueries):
    """Connects for each question, so that a database that came back is found at once."""

    def __init__(self, url: str, user_id: UserId | None = None) -> None:
        self._url = url
        self._user_id = user_id

    def as_user(self, user_id: UserId) -> Self:
        """Limited twice over: every statement names the user, and so does the database's policy."""
        return type(self)(self._url, user_id)

    def schema_version(self) -> str | None:
        with self._session() as session:
            return session.schema_version()

    def strategies(self) -> tuple[StrategyRow, ...]:
        with self._session() as session:
            return session.strategies()

    def orders(
        self,
        *,
        strategy_id: StrategyId | None = None,
        statuses: frozenset[OrderStatus] | None = None,
        limit: int = 20,
    ) -> tuple[OrderRow, ...]:
        with self._session() as session:
            return session.orders(strategy_id, statuses, limit)

    def order(self, lt_order_id: LtOrderId) -> OrderDetails | None:
        with self._session() as session:
            return session.order(lt_order_id)

    def force_test(self, strategy_id: StrategyId, source_trade_id: str) -> LtOrderId | None:
        with self._session() as session:
            return session.force_test(strategy_id, source_trade_id)

    def wallets(self) -> tuple[WalletRow, ...]:
        with self._session() as session:
            return session.wallets()

    def logs(self, limit: int) -> tuple[LogRow, ...]:
        with self._session() as session:
            return session.logs(limit)

    def breakers(self, limit: int) -> tuple[Breaker, ...]:
        with self._session() as session:
            return session.breakers(limit)

    def breaker_rules(self) -> tuple[BreakerRule, ...]:
        with self._session() as session:
            return session.breaker_rules()

    def changes(
        self, strategy_id: StrategyId | None, *, is_open: bool | None, limit: int
    ) -> tuple[PendingChange, ...]:
        with self._session() as session:
            return session.changes(strategy_id, is_open=is_open, limit=limit)

    def halts(self, limit: int) -> tuple[KeptHalt, ...]:
        with self._session() as session:
            return session.halts(limit)

    def pulse(self) -> Pulse:
        with self._session() as session:
            return session.pulse()

    def ledger(self) -> LedgerReport:
        with self._session() as session:
            return session.ledger()

    def postings(self, strategy_id: StrategyId) -> tuple[PostingRow, ...]:
        with self._session() as session:
            return session.postings(strategy_id)

    def hearing(self) -> Hearing:
        with self._session() as session:
            return session.hearing()

    def reconciled(self) -> Reconciled:
        with self._session() as session:
            return session.reconciled()

    def alerts(self) -> tuple[OpenAlert, ...]:
        with self._session() as session:
            return session.open_alerts()

    @contextmanager
    def _session(self) -> Iterator["_Reading"]:
        with reading(self._url, self._user_id) as connection:
            yield _Reading(connection, self._user_id)


class _Reading(PageReads):
    """The questions on one connection."""

    def schema_version(self) -> str | None:
        found = self._row("SELECT to_regclass('alembic_version') IS NOT NULL AS is_there")
        if not found or not found["is_there"]:
            return None
        row = self._row("SELECT version_num FROM alembic_version")
        return row["version_num"] if row else None

    def strategies(self) -> tuple[StrategyRow, ...]:
        return tuple(strategy_row(row) for row in self._rows(_STRATEGIES, self._asked()))

    def wallets(self) -> tuple[WalletRow, ...]:
        return tuple(wallet_row(row) for row in self._rows(_WALLETS, self._asked()))

    def logs(self, limit: int) -> tuple[LogRow, ...]:
        rows = self._rows(_LOGS, self._asked(limit=limit))
        return tuple(LogRow(**row) for row in reversed(rows))

    def breakers(self, limit: int) -> tuple[Breaker, ...]:
        rows = self._rows(_BREAKERS, self._asked(limit=limit))
        return tuple(map(breaker_of, rows))

    def breaker_rules(self) -> tuple[BreakerRule, ...]:
        return tuple(map(breaker_rule_of, self._rows(_BREAKER_RULES, self._asked())))

    def changes(
        self, strategy_id: StrategyId | None, *, is_open: bool | None, limit: int
    ) -> tuple[PendingChange, ...]:
        asked = self._asked(strategy=strategy_id, open=is_open, limit=limit)
        return tuple(map(change_of, self._rows(_CHANGES, asked)))

    def halts(self, limit: int) -> tuple[KeptHalt, ...]:
        rows = self._rows(_HALTS, self._asked(limit=limit))
        return tuple(map(kept_halt_of, rows))

    def pulse(self) -> Pulse:
        row = self._row(_PULSE, self._asked())
        return Pulse(**(row or {}))

    def hearing(self) -> Hearing:
        gates = OperationsRecords(self._connection).gates()
        own = self._own_wallets()
        states = StreamRecords(self._connection).stream_states()
        return Hearing(
            states=tuple(state for state in states if own is None or state.account in own),
            gate=next((each for each in gates if each.gate is Gate.STREAM), None),
        )

    def reconciled(self) -> Reconciled:
        gates = OperationsRecords(self._connection).gates()
        wallets = self._rows(_COMPARED, self._asked())
        records = ReconciliationRecords(self._connection)
        newest = (records.last_reconciliation(row["wallet"], tuple(Result)) for row in wallets)
        return Reconciled(
            last=tuple(each for each in newest if each is not None),
            gate=next((each for each in gates if each.gate is Gate.RECONCILIATION), None),
        )

    def open_alerts(self) -> tuple[OpenAlert, ...]:
        rows = self._rows(_OPEN_ALERTS, self._asked())
        return tuple(open_alert_of(row) for row in rows)

    def _own_wallets(self) -> frozenset[str] | None:
        """None where every wallet may be seen."""
        if self._user is None:
            return None
        statement = "SELECT wallet_address FROM wallets WHERE user_id = %(user)s"
        return frozenset(row["wallet_address"] for row in self._rows(statement, self._asked()))


_LOGS: Final[LiteralString] = f"""
    SELECT time AS at, level, stage, message, strategy_id FROM lt_execute_logs
     WHERE {of_user_or_nobody("strategy_id")} ORDER BY log_id DESC LIMIT %(limit)s
"""  # noqa: S608  the columns are a constant
_BREAKERS: Final[LiteralString] = f"""
    SELECT * FROM lt_breakers WHERE strategy_id IS NULL OR {of_user("strategy_id")}
     ORDER BY cleared_at IS NOT NULL, breaker_id DESC LIMIT %(limit)s
"""  # noqa: S608  the columns are a constant
_CHANGES: Final[LiteralString] = f"""
    SELECT * FROM lt_pending_changes
     WHERE {of_user("strategy_id")}
       AND (%(strategy)s::text IS NULL OR strategy_id = %(strategy)s)
       AND (%(open)s::boolean IS NULL OR (ended_at IS NULL) = %(open)s)
     ORDER BY change_id DESC LIMIT %(limit)s
"""  # noqa: S608  the columns are a constant
_BREAKER_RULES: Final[LiteralString] = f"""
    SELECT * FROM lt_breaker_rules WHERE strategy_id IS NULL OR {of_user("strategy_id")}
     ORDER BY coalesce(strategy_id, ''), kind
"""  # noqa: S608  the columns are a constant
_HALTS: Final[LiteralString] = f"""
    SELECT * FROM lt_halts
     WHERE %(user)s::text IS NULL OR CASE scope
           WHEN 'user' THEN target = %(user)s
           WHEN 'strategy' THEN {of_user("target")}
           ELSE true END
     ORDER BY lifted_at IS NOT NULL, halted_at DESC, halt_id LIMIT %(limit)s
"""  # noqa: S608  the columns are a constant
_COMPARED: Final[LiteralString] = f"""
    SELECT DISTINCT wallet FROM reconciliations WHERE {of_wallet("wallet")} ORDER BY wallet
"""  # noqa: S608  the columns are a constant
_OPEN_ALERTS: Final[LiteralString] = f"""
    SELECT * FROM lt_alerts
     WHERE cleared_at IS NULL AND {of_user_or_nobody("strategy_id")}
     ORDER BY array_position(ARRAY['critical', 'warning', 'info'], severity),
              last_at DESC, alert_id DESC
"""  # noqa: S608  the columns are a constant
_STRATEGIES: Final[LiteralString] = f"""
    {STRATEGIES} WHERE {of_user("s.strategy_id")} ORDER BY s.strategy_id
"""
_WALLETS: Final[LiteralString] = f"{WALLETS} WHERE {of_ft_wallet('w')} ORDER BY w.wallet_id"
_PULSE: Final[LiteralString] = f"""
    WITH followed AS (
        SELECT unnest(target_traders) AS trader FROM ft_wallets w
         WHERE is_active AND problem IS NULL AND {of_ft_wallet("w")}
        UNION
        SELECT p.trader_address FROM leader_pools p
          JOIN ft_wallets w ON w.leader_pool = p.pool AND w.is_active AND w.problem IS NULL
         WHERE {of_ft_wallet("w")})
    SELECT (SELECT count(*) FROM followed) AS leader_count,
           (SELECT CASE WHEN bool_and(t.synced_at IS NOT NULL) THEN min(t.synced_at) END
              FROM followed LEFT JOIN traders t ON t.trader_address = trader) AS synced_at,
           (SELECT max(claimed_at) FROM beat_slots) AS ticked_at,
           (SELECT count(*) FROM lt_seen_trades WHERE outcome = 'queued'
               AND {of_user("strategy_id")}) AS queued_count,
           (SELECT min(seen_at) FROM lt_seen_trades WHERE outcome = 'queued'
               AND {of_user("strategy_id")}) AS oldest_queued_at,
           count(*) AS working_count,
           min(next_check_at) FILTER (WHERE next_check_at <= clock_timestamp()) AS oldest_due_at,
           count(*) FILTER (WHERE status = 'unknown') AS unknown_count,
           min(created_at) FILTER (WHERE status = 'unknown') AS oldest_unknown_at,
           min((SELECT prepared_at FROM orders e WHERE e.order_id = lt_orders.order_id)) FILTER
               (WHERE status IN ('submitting', 'unknown') AND next_check_at IS NOT NULL)
               AS oldest_unanswered_at,
           count(parked_at) AS parked_count,
           (SELECT count(*) FROM source_trades) AS source_trade_count,
           (SELECT coalesce(sum(CASE WHEN {FT_IS_KEPT} THEN
                       (SELECT order_count FROM ft_board k WHERE k.wallet_id = w.wallet_id)
                       ELSE (SELECT count(*) FROM ft_orders f WHERE f.wallet_id = w.wallet_id)
                       END), 0)::bigint
              FROM ft_wallets w WHERE {of_ft_wallet("w")}) AS ft_order_count,
           (SELECT count(*) FROM lt_fills WHERE status <> 'failed'
               AND {of_user("strategy_id")}) AS fill_count,
           (SELECT count(*) FROM markets WHERE resolved_at IS NOT NULL) AS resolved_market_count
      FROM lt_orders
     WHERE status IN ('planned', 'submitting', 'unknown', 'live', 'partially_filled')
       AND {of_user("strategy_id")}
"""  # noqa: S608  the columns are a constant
