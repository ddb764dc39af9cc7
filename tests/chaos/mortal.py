"""A process that ends between two steps: what it sent has taken effect, nothing comes after it.

Its steps are every message to the database, every HTTP request and every signature.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import psycopg
from psycopg.pq import TransactionStatus

from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.postgres import PostgresStore

When = Literal["before", "after"]


class Crash(BaseException):
    """The process is gone; no handler may take it for an error."""


@dataclass
class Fate:
    """Notes a process's steps, and ends it just before or just after one of them.

    `dies_at` counts from 1; None lets the process live.
    """

    dies_at: int | None = None
    when: When = "before"
    is_dead: bool = False
    steps: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """The block sends something. Raises Crash; a dead process sends nothing any more."""
        if self.is_dead:
            raise Crash
        self.steps.append(what)
        is_last = len(self.steps) == self.dies_at
        if is_last and self.when == "before":
            self._die()
        try:
            yield
        finally:
            # an answer that was lost is an effect like any other
            if is_last and not self.is_dead:
                self._die()

    def _die(self) -> None:
        self.is_dead = True
        raise Crash


class MortalStore(PostgresStore):
    """The real store, whose connections end with the process."""

    def __init__(self, url: str, fate: Fate) -> None:
        # one connection, so that what it was told before is a step of every life alike
        super().__init__(url, pool_size=1)
        self._pool.connection_class = _connection_of(fate)


def _connection_of(fate: Fate) -> type[psycopg.Connection]:
    class MortalConnection(psycopg.Connection):
        """Every message is a step. The server sees a death as what it is, a disconnect.

        So an open transaction is lost, and no handler's ROLLBACK or COMMIT is sent any more.
        """

        def wait(self, *args, **kwargs):
            try:
                with fate.step("a message to the database"):
                    return super().wait(*args, **kwargs)
            except Crash:
                self.close()
                raise

        def commit(self) -> None:
            """The pool's word at the end of each use; in autocommit it sends nothing."""
            self._in_transaction(super().commit)

        def rollback(self) -> None:
            """As `commit`."""
            self._in_transaction(super().rollback)

        def _in_transaction(self, end: Callable[[], None]) -> None:
            if self.info.transaction_status != TransactionStatus.IDLE:
                end()

    return MortalConnection


class MortalHttp:
    """The real client; every request is a step."""

    def __init__(self, http: Http, fate: Fate) -> None:
        self._http, self._fate = http, fate

    def read(self, url, **asked):
        with self._fate.step(_named("GET", url)):
            return self._http.read(url, **asked)

    def write(self, method, url, **told):
        with self._fate.step(_named(method, url)):
            return self._http.write(method, url, **told)


def _named(method: str, url: str) -> str:
    """Without ids, so that the steps of all orders have the same names."""
    path, _, _ = urlsplit(url).path.partition("/0x")
    return f"{method} {path}"


class MortalSigner:
    """The real signer; every signature is a step."""

    def __init__(self, signer, fate: Fate) -> None:
        self._signer, self._fate = signer, fate

    def sign(self, ticket):
        with self._fate.step("a signature"):
            return self._signer.sign(ticket)
