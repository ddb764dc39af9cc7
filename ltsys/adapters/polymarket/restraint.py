"""Who was asked to come back later is not asked again until then (LESSONS L53)."""

import threading
import time
from collections.abc import Callable
from typing import Final

from ltsys.domain.errors import VenueUnavailableError

_BUSY: Final = frozenset({425, 429, 503})
LONGEST_S: Final = 120.0
"""Post-only mode after a restart lasts two minutes; whoever asks for more is asked once more."""


class Restraint:
    """Retry-After, kept for each kind of request of one process; for all its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def refuse_early(self, kind: str) -> None:
        """Raises VenueUnavailableError while the venue's wait for such requests goes on."""
        with self._lock:
            until = self._until.get(kind)
            left = 0.0 if until is None else until - self._clock()
            if until is not None and left <= 0:
                del self._until[kind]
        if left > 0:
            text = f"not sent: {kind} was told to wait, {left:.1f} s are left"
            raise VenueUnavailableError(text, left)

    def heed(self, kind: str, status: int, retry_after_s: float | None) -> None:
        """An answer came: from now on such requests wait as long as it asks for."""
        if status in _BUSY and retry_after_s:
            with self._lock:
                self._until[kind] = self._clock() + min(retry_after_s, LONGEST_S)


def kind_of(method: str, host: str, path: str) -> str:
    """Requests that the venue counts together: an order's id and the like are left out."""
    steps = [step for step in path.split("/") if step and not step.startswith("0x")]
    return f"{method} {host}/{'/'.join(steps[:2])}"
