"""What every part of a transaction works on, and what it promised about single rows."""

import json
from collections.abc import Mapping
from decimal import Decimal

from ltsys.adapters.memory.tables import Tables
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.ports import Clock


class Session:
    """Base of the record classes. Broken promises come to light at the commit, as in Postgres."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock
        self._repeated: list[str] = []
        self._stale: list[str] = []

    def check(self) -> None:
        """Raises AlreadyRecordedError for a key that existed, then StaleWriteError."""
        if self._repeated:
            raise AlreadyRecordedError(self._repeated[0])
        if self._stale:
            raise StaleWriteError(self._stale[0])

    def _not_found(self, what: str) -> None:
        """As Postgres says that a row was not as it was expected to be."""
        self._stale.append(f"{what}: 0 rows changed instead of 1")

    @staticmethod
    def _must_be_json(value: Mapping[str, object]) -> None:
        """Raises TypeError for what a JSON column could not hold."""
        json.dumps(value, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON column")
