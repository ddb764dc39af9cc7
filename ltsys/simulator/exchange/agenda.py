"""What will happen at which simulated time."""

from collections.abc import Callable
from heapq import heappop, heappush
from math import inf

Action = Callable[[float], None]


class Agenda:
    """Actions in order of their time; those of one time in the order of their coming."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Action]] = []
        self._count = 0

    @property
    def next_at(self) -> float:
        """When the first of them is due; infinity if there is none."""
        return self._entries[0][0] if self._entries else inf

    def add(self, at: float, action: Action) -> None:
        """Have an action called with its time, once that has come."""
        heappush(self._entries, (at, self._count, action))
        self._count += 1

    def run_next(self) -> None:
        """Take the first action off the list and call it."""
        at, _, action = heappop(self._entries)
        action(at)
