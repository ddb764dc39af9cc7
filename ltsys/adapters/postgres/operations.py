"""Alerts and gates."""

from datetime import datetime

from ltsys.adapters.postgres.rows import alert_of
from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.alert import Alert, OpenAlert
from ltsys.domain.gate import Gate, GateState


class OperationsRecords(Session):
    """`ltsys.ports.operations.OperationsStore`."""

    def raise_alert(self, alert: Alert) -> bool:
        row = self._row(
            """
            INSERT INTO lt_alerts (key, severity, text, strategy_id, lt_order_id)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (key) WHERE cleared_at IS NULL DO UPDATE
               SET severity = excluded.severity, text = excluded.text,
                   last_at = clock_timestamp(), count = lt_alerts.count + 1
            RETURNING count
            """,
            (alert.key, alert.severity.value, alert.text, alert.strategy_id, alert.lt_order_id),
        )
        return row is not None and row["count"] == 1

    def clear_alert(self, key: str) -> bool:
        row = self._row(
            """
            UPDATE lt_alerts SET cleared_at = clock_timestamp()
             WHERE key = %s AND cleared_at IS NULL RETURNING 1 AS cleared
            """,
            (key,),
        )
        return row is not None

    def open_alerts(self) -> tuple[OpenAlert, ...]:
        rows = self._rows(
            """
            SELECT * FROM lt_alerts WHERE cleared_at IS NULL
             ORDER BY array_position(ARRAY['critical', 'warning', 'info'], severity),
                      last_at DESC, alert_id DESC
            """
        )
        return tuple(open_alert_of(row) for row in rows)

    def renew_gate(self, gate: Gate, *, until: datetime, reason: str) -> None:
        self._set_gate(gate, until, reason)

    def shut_gate(self, gate: Gate, *, reason: str) -> None:
        self._set_gate(gate, None, reason)

    def _set_gate(self, gate: Gate, until: datetime | None, reason: str) -> None:
        self._write(
            """
            INSERT INTO lt_gates (gate, open_until, reason) VALUES (%s, %s, %s)
            ON CONFLICT (gate) DO UPDATE
               SET open_until = excluded.open_until, reason = excluded.reason,
                   changed_at = clock_timestamp()
            """,
            (gate.value, until, reason),
        )

    def gates(self) -> tuple[GateState, ...]:
        rows = self._rows("SELECT * FROM lt_gates ORDER BY gate")
        return tuple(
            GateState(
                gate=Gate(row["gate"]),
                open_until=row["open_until"],
                reason=row["reason"],
                changed_at=row["changed_at"],
            )
            for row in rows
        )


def open_alert_of(row: Row) -> OpenAlert:
    """From a row of `lt_alerts`."""
    return OpenAlert(
        alert=alert_of(row),
        first_at=row["first_at"],
        last_at=row["last_at"],
        count=row["count"],
    )
