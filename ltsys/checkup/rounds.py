"""Rounds of looks that may take long, made aside: whoever reads what they found waits for none."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from ltsys.domain.errors import LtsysError
from ltsys.ports import Clock

EVERY: timedelta = timedelta(seconds=15)
PATIENCE: timedelta = timedelta(seconds=10)
_THREADS = 3

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Generic[Found]):
    """What one look found last, and since when its next answer is awaited; machine time."""

    name: str
    found: Found | None = None
    """None before the first answer, and where there was none but an error."""
    error: str | None = None
    at: datetime | None = None
    """When it answered last."""
    asked_at: datetime | None = None
    """None while nothing is awaited."""

    def is_late(self, now: datetime) -> bool:
        """Whether it was asked too long ago."""
        return self.asked_at is not None and now - self.asked_at > PATIENCE


class Rounds(Generic[Found]):
    """Each look is made again once its answer is old and somebody wants to know.

    A look that hangs is not asked a second time meanwhile: it keeps one thread, no more.
    """

    def __init__(self, looks: Mapping[str, Callable[[], Found]], clock: Clock) -> None:
        self._looks = looks
        self._clock = clock
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="rounds")
        self._lock = Lock()
        self._last: dict[str, Look[Found]] = {name: Look(name=name) for name in looks}
        self._asked: dict[str, Future[Look[Found]]] = {}

    def latest(self) -> tuple[Look[Found], ...]:
        """What is known at once, in the order of the looks; those that are old are made anew."""
        now = self._clock.wall()
        with self._lock:
            return tuple(self._known(name, now) for name in self._looks)

    def _known(self, name: str, now: datetime) -> Look[Found]:
        asked = self._asked.get(name)
        if asked is not None and asked.done():
            self._last[name] = _outcome(name, asked, now)
            del self._asked[name]
        last = self._last[name]
        if name not in self._asked and (last.at is None or now - last.at > EVERY):
            self._asked[name] = self._threads.submit(self._look, name)
            self._last[name] = Look(
                name=name, found=last.found, error=last.error, at=last.at, asked_at=now
            )
        return self._last[name]

    def _look(self, name: str) -> Look[Found]:
        try:
            found = self._looks[name]()
        except LtsysError as error:
            return Look(name=name, error=str(error), at=self._clock.wall())
        return Look(name=name, found=found, at=self._clock.wall())


def _outcome(name: str, asked: "Future[Look[Found]]", now: datetime) -> Look[Found]:
    """What nobody foresaw is said by its kind alone: its text may quote a secret (L62)."""
    error = asked.exception()
    if error is None:
        return asked.result()
    return Look(name=name, error=f"it failed with a {type(error).__name__}", at=now)
