"""The simulated clock: it runs at a rate, or stands until it is moved."""

import time
from collections.abc import Callable


class SimClock:
    """Simulated unix seconds, which never run backwards."""

    def __init__(
        self,
        start: float,
        *,
        rate: float = 1.0,
        paused: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start counting from `start` at once, unless paused."""
        self.start = start
        self.rate = rate
        self.paused = paused
        self._monotonic = monotonic
        self._base = start
        self._since = monotonic()

    def now(self) -> float:
        """The simulated time, to the microsecond."""
        if self.paused:
            return self._base
        return round(self._base + (self._monotonic() - self._since) * self.rate, 6)

    def advance_to(self, at: float) -> bool:
        """Jump forward; False, and nothing moves, when `at` has passed already."""
        if at < self.now():
            return False
        self._rebase(at)
        return True

    def set_rate(self, rate: float) -> None:
        """From now on, this many simulated seconds pass in a real one."""
        self._rebase(self.now())
        self.rate = rate

    def set_paused(self, *, paused: bool) -> None:
        """Stop the time where it is, or let it run on from there."""
        self._rebase(self.now())
        self.paused = paused

    def _rebase(self, at: float) -> None:
        self._base = at
        self._since = self._monotonic()
