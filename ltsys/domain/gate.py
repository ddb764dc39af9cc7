"""Gates: trading starts nothing new while one that is required is shut.

A gate is a lease. Whoever watches keeps renewing it for as long as all is well, so it shuts by
itself when the watcher dies (LESSONS L28). What was planned before goes on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Gate(StrEnum):
    """What has to be known before a new order may be planned."""

    STREAM = "stream"
    """The venue tells us at once what becomes of our orders."""
    RECONCILIATION = "reconciliation"
    """Our books and the venue's agreed when they were last compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """`open_until` is machine time; a moment that has passed, or None, means shut."""

    gate: Gate
    open_until: datetime | None
    reason: str
    """Why it was shut, or what last kept it open."""
    changed_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether the lease still runs."""
        return self.open_until is not None and now < self.open_until
