"""Connections that only read, as everybody or as one user."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import dict_row

from ltsys.adapters.postgres.session import Connection
from ltsys.domain.ids import UserId
from ltsys.ports.queries import StoreUnavailableError

_SESSION = "-c timezone=UTC -c default_transaction_read_only=on -c statement_timeout=10s -c jit=off"
_ONE_SNAPSHOT = " -c default_transaction_isolation=repeatable\\ read"
_PATIENCE_S = 3
_AS_USER = """
    SELECT set_config('role', 'ltsys_reader', true), set_config('ltsys.user_id', %s, true)
"""
"""Until the transaction ends (DESIGN §6): other people's rows are not there to be read."""


@contextmanager
def reading(
    url: str, user_id: UserId | None, *, is_one_snapshot: bool = False
) -> Iterator[Connection]:
    """A connection of its own, so that a database that came back is found at once.

    With `is_one_snapshot` all statements see the same rows. Raises StoreUnavailableError, whose
    text holds no part of the address but its host.
    """
    options = _SESSION + (_ONE_SNAPSHOT if is_one_snapshot else "")
    try:
        with psycopg.connect(
            url, row_factory=dict_row, options=options, connect_timeout=_PATIENCE_S
        ) as connection:
            if user_id is not None:
                connection.execute(_AS_USER, (user_id,))
            yield connection
    except psycopg.errors.UndefinedTable as error:
        text = (
            f"the database at {_place(url)} lacks a table, its schema is behind: "
            "run `alembic -c migrations/alembic.ini upgrade head`"
        )
        raise StoreUnavailableError(text) from error
    except psycopg.OperationalError as error:
        text = f"the database at {_place(url)} does not answer"
        raise StoreUnavailableError(text) from error
    except psycopg.ProgrammingError:
        # of an address that cannot be read; the error would quote it
        raise StoreUnavailableError("LTSYS_DATABASE_URL is not an address") from None


def _place(url: str) -> str:
    """Host and port of an address, without user or password."""
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.hostname or 'localhost'}:{port}"
