"""Opens transactions on a pool of connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

import psycopg
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from ltsys.adapters.postgres.accounts import AccountRecords
from ltsys.adapters.postgres.answers import AnswerRecords
from ltsys.adapters.postgres.breakers import BreakerRecords
from ltsys.adapters.postgres.changes import ChangeRecords
from ltsys.adapters.postgres.decisions import DecisionRecords
from ltsys.adapters.postgres.feed import FeedRecords
from ltsys.adapters.postgres.forward_test import ForwardTestRecords
from ltsys.adapters.postgres.halts import HaltRecords
from ltsys.adapters.postgres.keys import KeyRecords
from ltsys.adapters.postgres.live_orders import LiveOrderRecords
from ltsys.adapters.postgres.operations import OperationsRecords
from ltsys.adapters.postgres.reconciliations import ReconciliationRecords
from ltsys.adapters.postgres.resolutions import ResolutionRecords
from ltsys.adapters.postgres.session import Connection
from ltsys.adapters.postgres.shadow import ShadowRecords
from ltsys.adapters.postgres.signals import SignalRecords
from ltsys.adapters.postgres.stages import StageRecords
from ltsys.adapters.postgres.strategies import StrategyRecords
from ltsys.adapters.postgres.streams import StreamRecords
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction

_SESSION = (
    "-c timezone=UTC -c statement_timeout=15s -c lock_timeout=10s"
    " -c idle_in_transaction_session_timeout=30s"
)

_MOVED_FIRST = "LT001"
"""Raised by `expect_one` and `expect_covered` of the schema."""


class PostgresTransaction(
    FeedRecords,
    ForwardTestRecords,
    SignalRecords,
    StrategyRecords,
    LiveOrderRecords,
    ResolutionRecords,
    OperationsRecords,
    BreakerRecords,
    StreamRecords,
    ReconciliationRecords,
    AccountRecords,
    KeyRecords,
    DecisionRecords,
    AnswerRecords,
    HaltRecords,
    StageRecords,
    ChangeRecords,
    ShadowRecords,
):
    """All that one transaction can read and write, a module a subject."""

    def log(self, entry: LogEntry) -> None:
        self._write(
            """
            INSERT INTO lt_execute_logs
                (level, stage, message, strategy_id, trace_id, lt_order_id, order_id,
                 elapsed_ms, extra)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                entry.level,
                entry.stage,
                entry.message,
                entry.strategy_id,
                entry.trace_id,
                entry.lt_order_id,
                entry.order_id,
                entry.elapsed_ms,
                self._json(entry.extra),
            ),
        )

    def claim_slot(self, job: str, slot: int) -> bool:
        claimed = self._row(
            """
            INSERT INTO beat_slots (job, slot) VALUES (%s, %s)
            ON CONFLICT DO NOTHING RETURNING 1 AS claimed
            """,
            (job, slot),
        )
        return claimed is not None

    def forget_slots(self, before: datetime) -> None:
        self._write("DELETE FROM beat_slots WHERE claimed_at < %s", (before,))


class PostgresStore:
    """One pool a process. Opened on first use, so that nothing crosses a fork."""

    def __init__(self, url: str, *, pool_size: int, patience_s: float = 15) -> None:
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=pool_size,
            timeout=patience_s,
            open=False,
            kwargs={
                "row_factory": dict_row,
                "options": _SESSION,
                "autocommit": True,
                # plans of its own choice it would drop after a rollback, and ours with them
                "prepare_threshold": None,
            },
            connection_class=Connection,
        )

    def open(self) -> Self:
        self._pool.open()
        return self

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits when the block ends, rolls back on an error.

        Raises AlreadyRecordedError for a key that exists, StaleWriteError for a row that
        somebody moved first or cash that somebody took, at the latest when the block ends.
        """
        with self._pool.connection() as connection:
            transaction = PostgresTransaction(connection, is_atomic=True)
            try:
                yield transaction
                transaction.commit()
            except psycopg.Error as error:
                transaction.rollback()
                raise _translated(error) from error
            except BaseException:
                transaction.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Each statement on its own, without a transaction around them."""
        with self._pool.connection() as connection:
            yield PostgresTransaction(connection)


def _translated(error: psycopg.Error) -> Exception:
    if isinstance(error, UniqueViolation):
        return AlreadyRecordedError(error.diag.constraint_name or "unique key")
    if error.sqlstate == _MOVED_FIRST:
        return StaleWriteError(error.diag.message_primary or "somebody moved the row first")
    return error
