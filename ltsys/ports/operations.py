"""The database, as far as operators are concerned."""

from typing import Protocol

from ltsys.domain.alert import Alert, OpenAlert


class OperationsStore(Protocol):
    """What people are told."""

    def raise_alert(self, alert: Alert) -> bool:
        """True if it is new; one that is open already counts up and takes the newer text."""
        ...

    def clear_alert(self, key: str) -> bool:
        """The condition is over; False if there was no such open alert."""
        ...

    def open_alerts(self) -> tuple[OpenAlert, ...]:
        """The most severe first, then the newest."""
        ...
