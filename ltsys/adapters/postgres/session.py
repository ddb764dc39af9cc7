"""Statements on one connection, and what they are expected to change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, LiteralString
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[DictRow]
Row = dict[str, Any]  # what a column holds is known by the statement that names it
Parameters = Sequence[object] | Mapping[str, object]

_PREPARED: Final[WeakKeyDictionary[Connection, set[str]]] = WeakKeyDictionary()
"""What each connection's server session has been given a name for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A statement whose plan the server keeps: planning a big one takes longer than running it.

    `statement` names its parameters $1, $2 …, all of which are texts.
    """

    name: LiteralString
    statement: LiteralString
    parameter_count: int

    @property
    def preparation(self) -> str:
        types = ", ".join(["text"] * self.parameter_count)
        return f"PREPARE {self.name} ({types}) AS {self.statement}"

    @property
    def call(self) -> str:
        return f"EXECUTE {self.name} ({', '.join(['%s'] * self.parameter_count)})"


class Session:
    """Base of the record classes: reads at once, writes gathered and sent together.

    All writes since the last read go to the server in one message with the next read or with
    the commit, and BEGIN goes with the first of them. That is most of the speed of the money
    path: a transaction that only writes is one round trip, one that reads a row first is two.
    """

    def __init__(self, connection: Connection, *, is_atomic: bool = False) -> None:
        self._connection = connection
        self._is_atomic = is_atomic
        self._has_begun = False
        self._gathered: list[str] = []
        self._at_commit: list[str] = []

    def _rows(self, statement: LiteralString, parameters: Parameters = ()) -> list[Row]:
        return self._read(statement, parameters).fetchall()

    def _row(self, statement: LiteralString, parameters: Parameters = ()) -> Row | None:
        return self._read(statement, parameters).fetchone()

    def _row_by_plan(self, wanted: Prepared, parameters: Sequence[object]) -> Row | None:
        """As `_row`, by a plan that the connection keeps from its first such question on."""
        call = self._prepared_call(wanted, parameters)
        return self._ask((*self._opening(), *self._gathered), call).fetchone()

    def _prepared_call(self, wanted: Prepared, parameters: Sequence[object]) -> str:
        """What runs it; tells the server its name first, once a connection."""
        known = _PREPARED.setdefault(self._connection, set())
        if wanted.name not in known:
            # a message of its own: what fails beside it would leave it in doubt
            self._send(wanted.preparation)
            known.add(wanted.name)
        return self._bound(wanted.call, parameters)

    def _lock(self, statement: LiteralString, parameters: Parameters) -> None:
        """A SELECT … FOR UPDATE whose rows the next read reads, as they are once it is ours."""
        self._write(statement, parameters)

    def _write(self, statement: LiteralString, parameters: Parameters = ()) -> None:
        self._gathered.append(self._bound(statement, parameters))

    def _write_one(self, statement: LiteralString, parameters: Parameters, *, what: str) -> None:
        """An UPDATE that must change exactly one row: else the server raises LT001."""
        update = self._bound(statement, parameters)
        expected = self._bound("SELECT expect_one(count(*), %s) FROM changed", (what,))
        self._gathered.append(f"WITH changed AS ({update} RETURNING 1) {expected}")

    def _write_by_plan(self, wanted: Prepared, parameters: Sequence[object]) -> None:
        """As `_write`, by a plan that the connection keeps."""
        self._gathered.append(self._prepared_call(wanted, parameters))

    def _check_at_commit(self, statement: LiteralString, parameters: Parameters) -> None:
        """Runs behind all that is written, so that a lock it takes is held for a moment only."""
        self._at_commit.append(self._bound(statement, parameters))

    def commit(self) -> None:
        """Everything written is in the database, or nothing of it is."""
        self._gathered += self._at_commit
        self._at_commit.clear()
        if self._gathered:
            self._send(*self._opening(), *self._gathered, *self._closing())
            self._gathered.clear()
        elif self._has_begun:
            self._send("COMMIT")
        self._has_begun = False

    def rollback(self) -> None:
        """Nothing of it is in the database."""
        self._gathered.clear()
        self._at_commit.clear()
        if self._connection.info.transaction_status != TransactionStatus.IDLE:
            self._send("ROLLBACK")
        self._has_begun = False

    def _read(self, statement: LiteralString, parameters: Parameters) -> psycopg.Cursor[DictRow]:
        """The rows of a statement; what was gathered goes ahead of it in the same message."""
        ahead = (*self._opening(), *self._gathered)
        if not ahead:
            return self._connection.execute(statement, parameters)
        return self._ask(ahead, self._bound(statement, parameters))

    def _ask(self, ahead: Sequence[str], question: str) -> psycopg.Cursor[DictRow]:
        """The rows of the question, which goes out in one message with all that is ahead of it."""
        self._gathered.clear()
        return self._send(*ahead, question).set_result(-1)

    def _bound(self, statement: LiteralString, parameters: Parameters) -> str:
        """The statement with its values in it, as the server reads them."""
        return psycopg.ClientCursor(self._connection).mogrify(statement, parameters)

    def _opening(self) -> tuple[str, ...]:
        if self._has_begun or not self._is_atomic:
            return ()
        self._has_begun = True
        return ("BEGIN",)

    def _closing(self) -> tuple[str, ...]:
        return ("COMMIT",) if self._is_atomic else ()

    def _send(self, *statements: str) -> psycopg.Cursor[DictRow]:
        # values were bound by mogrify; bytes go out as they are
        cursor = psycopg.ClientCursor(self._connection)
        return cursor.execute(";".join(statements).encode())

    @staticmethod
    def _json(value: Mapping[str, object] | Sequence[object]) -> Jsonb:
        return Jsonb(value, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, default=_plain, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON column")
