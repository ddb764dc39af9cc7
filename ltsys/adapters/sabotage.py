"""Kills this process at a named step of the money path, when a drill has asked for it.

The collaborators of the use cases are wrapped; each call of theirs passes a step with a name.
An order to die is an empty file `<folder>/<role>/<step>`: whoever removes it, dies by SIGKILL.
Nothing of this is there unless LTSYS_SABOTAGE_DIR is set, which only a drill does.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from ltsys.ports.store import Store, Transaction

_Port = TypeVar("_Port")

STEPS = {
    "execution": (
        "book after",
        "plan before commit",
        "plan after commit",
        "sign after",
        "envelope before commit",
        "envelope after commit",
        "post before",
        "post after",
        "answer before commit",
        "answer after commit",
    ),
    "fills": ("fills after", "fill before commit", "fill after commit", "end after commit"),
    "resolution": (
        "markets after",
        "outcome before commit",
        "outcome after commit",
        "settlement after commit",
    ),
    "signals": ("outbox before commit", "outbox after commit"),
}
"""Where a worker of each queue can be killed, in the order of its work."""

STARTED = "started"
"""The file whose age tells when a worker of the role took its first step."""

_NAMED_BY = {
    "add_planned": "plan",
    "save_envelope": "envelope",
    "save_answer": "answer",
    "add_fill": "fill",
    "note_checked": "end",
    "close_order": "outcome",
    "mark_settled": "settlement",
    "queue_signals": "outbox",
}
"""What a transaction is called after; the first of these that it calls decides."""


class Saboteur:
    """Dies where it was told to."""

    def __init__(self, folder: Path, role: str) -> None:
        self._folder = folder / role
        self._has_worked = False

    def passes(self, step: str) -> None:
        """Returns, unless this process was asked to die here."""
        if not self._has_worked:
            self._has_worked = True
            (self._folder / STARTED).touch()
        try:
            (self._folder / step).unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def store(self, store: Store) -> Store:
        """The same store, whose transactions are steps."""
        return cast("Store", _Store(store, self))

    def port(self, port: _Port, *calls: str) -> _Port:
        """The same port, whose named calls are steps."""
        return cast("_Port", _Watched(port, self, frozenset(calls)))


class _Store:
    """A store whose transactions are steps, named after what they write."""

    def __init__(self, store: Store, saboteur: Saboteur) -> None:
        self._store = store
        self._saboteur = saboteur

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self._store.transaction() as real:
            watched = _Transaction(real)
            yield cast("Transaction", watched)
            if watched.name is not None:
                self._saboteur.passes(f"{watched.name} before commit")
        if watched.name is not None:
            self._saboteur.passes(f"{watched.name} after commit")


class _Transaction:
    """Remembers what it is called after."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.name: str | None = None

    def __getattr__(self, method: str) -> object:
        if self.name is None:
            self.name = _NAMED_BY.get(method)
        return getattr(self._transaction, method)


class _Watched:
    """A port some of whose calls are steps."""

    def __init__(self, port: object, saboteur: Saboteur, calls: frozenset[str]) -> None:
        self._port = port
        self._saboteur = saboteur
        self._calls = calls

    def __getattr__(self, name: str) -> object:
        found = getattr(self._port, name)
        if name not in self._calls:
            return found
        return self._stepping(name, found)

    def _stepping(self, name: str, call: Callable[..., object]) -> Callable[..., object]:
        def stepping(*args: object, **kwargs: object) -> object:
            self._saboteur.passes(f"{name} before")
            answer = call(*args, **kwargs)
            self._saboteur.passes(f"{name} after")
            return answer

        return stepping
