"""Alerts and gates."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.domain.alert import Alert, OpenAlert, Severity
from ltsys.domain.gate import Gate, GateState

_BY_SEVERITY = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


class OperationsRecords(Session):
    """`ltsys.ports.operations.OperationsStore`."""

    def raise_alert(self, alert: Alert) -> bool:
        now, alerts = self._clock.wall(), self._tables.lt_alerts
        known = alerts.get(alert.key)
        if known is None:
            alerts[alert.key] = OpenAlert(alert=alert, first_at=now, last_at=now, count=1)
            return True
        alerts[alert.key] = replace(known, alert=alert, last_at=now, count=known.count + 1)
        return False

    def clear_alert(self, key: str) -> bool:
        return self._tables.lt_alerts.pop(key, None) is not None

    def open_alerts(self) -> tuple[OpenAlert, ...]:
        newest_first = sorted(
            self._tables.lt_alerts.values(), key=lambda each: each.last_at, reverse=True
        )
        return tuple(sorted(newest_first, key=lambda each: _BY_SEVERITY.index(each.alert.severity)))

    def renew_gate(self, gate: Gate, *, until: datetime, reason: str) -> None:
        self._set_gate(gate, until, reason)

    def shut_gate(self, gate: Gate, *, reason: str) -> None:
        self._set_gate(gate, None, reason)

    def _set_gate(self, gate: Gate, until: datetime | None, reason: str) -> None:
        self._tables.lt_gates[gate] = GateState(
            gate=gate, open_until=until, reason=reason, changed_at=self._clock.wall()
        )

    def gates(self) -> tuple[GateState, ...]:
        return tuple(sorted(self._tables.lt_gates.values(), key=lambda state: state.gate))
