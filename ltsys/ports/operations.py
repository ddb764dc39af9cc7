"""The database, as far as operators and watchers are concerned."""

from datetime import datetime
from typing import Protocol

from ltsys.domain.alert import Alert, OpenAlert
from ltsys.domain.gate import Gate, GateState


class OperationsStore(Protocol):
    """What people are told, and what trading waits for."""

    def raise_alert(self, alert: Alert) -> bool:
        """True if it is new; one that is open already counts up and takes the newer text."""
        ...

    def clear_alert(self, key: str) -> bool:
        """The condition is over; False if there was no such open alert."""
        ...

    def open_alerts(self) -> tuple[OpenAlert, ...]:
        """The most severe first, then the newest."""
        ...

    def renew_gate(self, gate: Gate, *, until: datetime, reason: str) -> None:
        """All is well: the gate stands open until then, machine time."""
        ...

    def shut_gate(self, gate: Gate, *, reason: str) -> None:
        """Nothing new is planned until somebody renews the lease."""
        ...

    def gates(self) -> tuple[GateState, ...]:
        """Every gate that anybody ever renewed or shut."""
        ...
