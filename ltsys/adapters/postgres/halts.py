"""Halts. Which of them an order falls under is decided by `halts_over` of the schema alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.halt import Halt, HaltKind, HaltScope, KeptHalt, Lifting
from ltsys.domain.ids import HaltId, LtOrderId
from ltsys.domain.order import WORKING

_WORKING = sorted(status.value for status in WORKING)


class HaltRecords(Session):
    """`ltsys.ports.halts.HaltStore`."""

    def add_halt(self, halt: Halt) -> bool:
        row = self._row(
            """
            INSERT INTO lt_halts (halt_id, scope, target, kind, halted_by, reason, halted_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (halt_id) DO NOTHING RETURNING 1 AS added
            """,
            (
                halt.halt_id,
                halt.scope.value,
                halt.target,
                halt.kind.value,
                halt.by,
                halt.reason,
                halt.since,
            ),
        )
        return row is not None

    def open_halts(self) -> tuple[Halt, ...]:
        rows = self._rows(
            "SELECT * FROM lt_halts WHERE lifted_at IS NULL ORDER BY halted_at, halt_id"
        )
        return tuple(map(halt_of, rows))

    def kept_halts(self, limit: int) -> tuple[KeptHalt, ...]:
        rows = self._rows(
            "SELECT * FROM lt_halts ORDER BY halted_at DESC, halt_id LIMIT %s", (limit,)
        )
        return tuple(map(kept_halt_of, rows))

    def lift_halt(self, halt_id: HaltId, lifting: Lifting) -> bool:
        row = self._row(
            """
            UPDATE lt_halts SET lifted_at = %s, lifted_by = %s, lifted_because = %s
             WHERE halt_id = %s AND lifted_at IS NULL RETURNING 1 AS lifted
            """,
            (lifting.at, lifting.by, lifting.reason, halt_id),
        )
        return row is not None

    def orders_under(self, halt_id: HaltId) -> tuple[LtOrderId, ...]:
        rows = self._rows(
            """
            SELECT o.lt_order_id FROM lt_orders o
             WHERE o.status = ANY(%s) AND EXISTS (
                   SELECT 1 FROM halts_over(o.strategy_id, o.trader_address) h
                    WHERE h.halt_id = %s)
             ORDER BY o.lt_order_id
            """,
            (_WORKING, halt_id),
        )
        return tuple(LtOrderId(row["lt_order_id"]) for row in rows)

    def orders_to_cancel(self, asked_before: datetime, limit: int) -> tuple[LtOrderId, ...]:
        rows = self._rows(
            """
            UPDATE lt_orders SET cancel_asked_at = clock_timestamp()
             WHERE lt_order_id IN (
                   SELECT o.lt_order_id FROM lt_orders o
                    WHERE o.status = ANY(%s)
                      AND (o.cancel_asked_at IS NULL
                           OR (o.cancel_asked_at < %s AND o.parked_at IS NULL))
                      AND EXISTS (SELECT 1 FROM halts_over(o.strategy_id, o.trader_address) h
                                   WHERE h.kind = %s)
                    ORDER BY o.lt_order_id LIMIT %s FOR UPDATE OF o SKIP LOCKED)
            RETURNING lt_order_id
            """,
            (_WORKING, asked_before, HaltKind.KILL.value, limit),
        )
        return tuple(LtOrderId(row["lt_order_id"]) for row in rows)


def halts_of(rows: Sequence[Row]) -> tuple[Halt, ...]:
    """Those of a column that holds them as JSON, where times are text."""
    timed = ({**row, "halted_at": datetime.fromisoformat(row["halted_at"])} for row in rows)
    return tuple(map(halt_of, timed))


def kept_halt_of(row: Row) -> KeptHalt:
    return KeptHalt(halt=halt_of(row), lifted=_lifting_of(row))


def halt_of(row: Row) -> Halt:
    return Halt(
        halt_id=HaltId(row["halt_id"]),
        scope=HaltScope(row["scope"]),
        target=row["target"],
        kind=HaltKind(row["kind"]),
        by=row["halted_by"],
        reason=row["reason"],
        since=row["halted_at"].astimezone(UTC),
    )


def _lifting_of(row: Row) -> Lifting | None:
    if row["lifted_at"] is None:
        return None
    return Lifting(by=row["lifted_by"], reason=row["lifted_because"], at=row["lifted_at"])
