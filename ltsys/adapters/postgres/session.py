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
    """Base of the record classes: reads at once, writes gathered and sent together.

    A write's result is not waited for where it is made: all writes since the last read go to the
    server in one message, which is most of the speed of the money path.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._gathered: list[tuple[LiteralString, Parameters, str | None]] = []

    def _rows(self, statement: LiteralString, parameters: Parameters = ()) -> list[Row]:
        self.flush()
        return self._connection.execute(statement, parameters).fetchall()

    def _row(self, statement: LiteralString, parameters: Parameters = ()) -> Row | None:
        self.flush()
        return self._connection.execute(statement, parameters).fetchone()

    def _write(self, statement: LiteralString, parameters: Parameters = ()) -> None:
        self._gathered.append((statement, parameters, None))

    def _write_one(self, statement: LiteralString, parameters: Parameters, *, what: str) -> None:
        """The statement must change exactly one row; `flush` sees to it."""
        self._gathered.append((statement, parameters, what))

    def flush(self) -> None:
        """Everything written so far has reached the server.

        Raises StaleWriteError for a row that somebody moved first.
        """
        if not self._gathered:
            return
        gathered, self._gathered = self._gathered, []
        cursor = psycopg.ClientCursor(self._connection)
        texts = [cursor.mogrify(statement, values) for statement, values, _ in gathered]
        cursor.execute(";".join(texts).encode())  # values were bound by mogrify
        for result, (_, _, what) in zip(cursor.results(), gathered, strict=True):
            if what is not None and result.rowcount != 1:
                raise StaleWriteError(f"{what}: {result.rowcount} rows changed instead of 1")

    @staticmethod
    def _json(value: Mapping[str, object] | Sequence[object]) -> Jsonb:
        return Jsonb(value, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, default=_plain, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON column")
