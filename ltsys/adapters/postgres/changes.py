"""Changes that wait for their time, and what strategies know of their FT wallets."""

from datetime import datetime

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.change import (
    ChangeEvent,
    ChangeKind,
    ChangeRequest,
    ChangeStatus,
    PendingChange,
    after,
)
from ltsys.domain.ids import FtWalletId, StrategyId
from ltsys.domain.money import Usd
from ltsys.ports.stages import FtCopy


class ChangeRecords(Session):
    """`ltsys.ports.stages.ChangeStore`."""

    def add_change(self, request: ChangeRequest) -> PendingChange:
        row = self._row(
            """
            INSERT INTO lt_pending_changes
                (strategy_id, kind, subject, before, after, status, requested_at, requested_by,
                 effective_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING change_id
            """,
            (
                request.strategy_id,
                request.kind.value,
                request.subject,
                request.before,
                request.after,
                request.status.value,
                request.requested_at,
                request.requested_by,
                request.effective_at,
            ),
        )
        change_id = row["change_id"] if row else 0
        return PendingChange(change_id=change_id, request=request, status=request.status)

    def end_change(self, change: PendingChange, event: ChangeEvent, *, by: str, why: str) -> None:
        self._write_one(
            """
            UPDATE lt_pending_changes SET status = %s, ended_at = clock_timestamp(),
                   ended_by = %s, why = %s
             WHERE change_id = %s AND status = %s
            """,
            (after(change.status, event).value, by, why, change.change_id, change.status.value),
            what=f"{change.status} change {change.change_id}",
        )

    def confirm_change(self, change: PendingChange, *, by: str, effective_at: datetime) -> None:
        self._write_one(
            """
            UPDATE lt_pending_changes SET status = %s, requested_by = %s, effective_at = %s
             WHERE change_id = %s AND status = %s
            """,
            (
                after(change.status, ChangeEvent.CONFIRM).value,
                by,
                effective_at,
                change.change_id,
                change.status.value,
            ),
            what=f"{change.status} change {change.change_id}",
        )

    def change(self, change_id: int) -> PendingChange | None:
        row = self._row("SELECT * FROM lt_pending_changes WHERE change_id = %s", (change_id,))
        return change_of(row) if row else None

    def changes(
        self, strategy_id: StrategyId | None, *, only_open: bool
    ) -> tuple[PendingChange, ...]:
        rows = self._rows(
            """
            SELECT * FROM lt_pending_changes
             WHERE (%(strategy)s::text IS NULL OR strategy_id = %(strategy)s)
               AND (NOT %(open)s OR status IN ('proposed', 'pending'))
             ORDER BY change_id DESC
            """,
            {"strategy": strategy_id, "open": only_open},
        )
        return tuple(change_of(row) for row in rows)

    def due_changes(self, wall: datetime) -> tuple[PendingChange, ...]:
        rows = self._rows(
            """
            SELECT * FROM lt_pending_changes WHERE status = 'pending' AND effective_at <= %s
             ORDER BY effective_at, change_id
            """,
            (wall,),
        )
        return tuple(change_of(row) for row in rows)

    def ft_copies(self) -> tuple[FtCopy, ...]:
        rows = self._rows(
            """
            SELECT s.strategy_id, s.ft_wallet_id, c.seen FROM lt_strategies s
              LEFT JOIN lt_ft_copies c USING (strategy_id)
             WHERE s.is_active ORDER BY s.strategy_id
            """
        )
        return tuple(
            FtCopy(
                strategy_id=StrategyId(row["strategy_id"]),
                wallet_id=FtWalletId(row["ft_wallet_id"]),
                seen=row["seen"],
            )
            for row in rows
        )

    def save_ft_copy(self, strategy_id: StrategyId, seen: dict[str, str]) -> None:
        self._write(
            """
            INSERT INTO lt_ft_copies (strategy_id, seen) VALUES (%s, %s)
            ON CONFLICT (strategy_id) DO UPDATE
               SET seen = excluded.seen, seen_at = clock_timestamp()
            """,
            (strategy_id, self._json(seen)),
        )

    def set_bet_cap(self, strategy_id: StrategyId, cap: Usd | None) -> None:
        self._write_one(
            "UPDATE lt_strategies SET bet_cap_usd = %s, updated_at = clock_timestamp()"
            " WHERE strategy_id = %s",
            (cap.amount if cap else None, strategy_id),
            what=f"strategy {strategy_id}",
        )


def change_of(row: Row) -> PendingChange:
    """From a whole row of lt_pending_changes."""
    request = ChangeRequest(
        strategy_id=StrategyId(row["strategy_id"]),
        kind=ChangeKind(row["kind"]),
        subject=row["subject"],
        before=row["before"],
        after=row["after"],
        requested_at=row["requested_at"],
        requested_by=row["requested_by"],
        effective_at=row["effective_at"],
    )
    return PendingChange(
        change_id=row["change_id"],
        request=request,
        status=ChangeStatus(row["status"]),
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        why=row["why"],
    )
