"""Databases on a running server, by name."""

from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

_ANY_DATABASE = "postgres"


def with_database(url: str, name: str) -> str:
    """The same server and user, another database; a SQLAlchemy driver suffix is dropped."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql", path=f"/{name}"))


def create_database(url: str, name: str, *, template: str | None = None) -> str:
    """A database of that name exists on the server of `url`; its address is returned.

    One that existed is left as it is. A template may have no other connections.
    """
    with _connected(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            # Somebody else may make it between the question and the statement.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(_creation(name, template, connection.info.server_version))
    return with_database(url, name)


def drop_database(url: str, name: str) -> None:
    """No database of that name exists; whoever was connected to it is not any more."""
    with _connected(url) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _connected(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(with_database(url, _ANY_DATABASE), autocommit=True, connect_timeout=10)


def _creation(name: str, template: str | None, server_version: int) -> sql.Composed:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is None:
        return statement
    statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    if server_version < 150000:
        return statement
    # Copying files takes half the time of logging every page of a small template.
    return statement + sql.SQL(" STRATEGY FILE_COPY")
