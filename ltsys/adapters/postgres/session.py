"""Statements on one connection, and what they are expected to change."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from ltsys.domain.errors import StaleWriteError

Connection = psycopg.Connection[DictRow]
Row = dict[str, Any]  # what a column holds is known by the statement that names it
Parameters = Sequence[object] | Mapping[str, object]


class Session:
    """Base of the record classes: reads at once, writes pipelined."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._expected: list[tuple[psycopg.Cursor[DictRow], str]] = []

    def _rows(self, statement: LiteralString, parameters: Parameters = ()) -> list[Row]:
        return self._connection.execute(statement, parameters).fetchall()

    def _row(self, statement: LiteralString, parameters: Parameters = ()) -> Row | None:
        return self._connection.execute(statement, parameters).fetchone()

    def _write(self, statement: LiteralString, parameters: Parameters = ()) -> None:
        self._connection.execute(statement, parameters)

    def _write_one(self, statement: LiteralString, parameters: Parameters, *, what: str) -> None:
        """The statement must change exactly one row; `check` sees to it before the commit."""
        self._expected.append((self._connection.execute(statement, parameters), what))

    def check(self) -> None:
        """Raises StaleWriteError for a row that somebody moved first."""
        for cursor, what in self._expected:
            if cursor.rowcount != 1:
                raise StaleWriteError(f"{what}: {cursor.rowcount} rows changed instead of 1")
        self._expected.clear()

    @staticmethod
    def _json(value: Mapping[str, object] | Sequence[object]) -> Jsonb:
        return Jsonb(value, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, default=_plain, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON column")
