"""A user sees only their own rows: by the statements, and by the database itself."""

import inspect
import re

import psycopg
import pytest
from live_made import NOON
from psycopg import sql
from two_users import ANN, BOB, DIGITS, order_of, strategy_of, with_two_users

from ltsys.adapters.postgres import queries, reading
from ltsys.adapters.postgres.dashboard.reads import PostgresDashboard
from ltsys.adapters.postgres.ledger_reads import UserReads
from ltsys.adapters.postgres.queries import PostgresQueries
from ltsys.ports.dashboard import DashboardReads, LogFilter, OrderFilter, Place
from ltsys.ports.queries import Queries, WantedLogs, WantedOrders

SHARED = frozenset(
    # the world: what every user may know
    {"markets", "token_id_cache", "traders", "leader_pools", "source_trades"}
    # the machine: ticks, leases, drills and the version of the schema name no user
    | {"beat_slots", "lt_gates", "lt_drills", "alembic_version"}
)
ARGUMENTS = {
    "breakers": [100],
    "changes": [None],
    "order": [order_of(BOB)],
    "force_test": [strategy_of(BOB), "trade-bob"],
    "logs": [100],
    "halts": [100],
    "postings": [strategy_of(BOB)],
    "strategy": [strategy_of(BOB)],
    "order_page": [WantedOrders()],
    "log_page": [WantedLogs()],
    "ft_wallet": ["FT_bob"],
    "ft_order_page": ["FT_bob"],
    "activity": [NOON],
    "signal": [strategy_of(BOB), "trade-bob"],
    "waiting_signals": [None],
    "open_conditions": [None],
}
"""What a question needs to be told: it is Ann who asks, for what is Bob's."""
_PAGE = {"after": None, "limit": 100}
NAMED = {
    **dict.fromkeys(("strategy_page", "order_page", "log_page", "wallet_page"), _PAGE),
    "alert_page": {**_PAGE, "is_open": None},
    "ft_order_page": {**_PAGE, "outcome": None},
    "changes": {"is_open": None, "limit": 100},
}

PAGE_ARGUMENTS = {
    "board": [NOON.date()],
    "timeline": [[strategy_of(BOB)]],
    "gaps": [[strategy_of(BOB)]],
    "orders": [OrderFilter(), Place()],
    "timings": [order_of(BOB)],
    "fills": [None, Place()],
    "refusals": [None],
    "positions": [None],
    "payouts": [None, Place()],
    "logs": [LogFilter(), Place()],
}
PAGE_NAMED = {"alerts": {"is_open": True, "place": Place()}}


@pytest.fixture
def url(database_url: str) -> str:
    with_two_users(database_url)
    return database_url


def tables_of(url: str) -> dict[str, bool]:
    """Every table with whether its rows are guarded by a policy."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            SELECT c.relname, c.relrowsecurity AND (
                       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
                       OR NOT has_any_column_privilege('ltsys_reader', c.oid, 'SELECT'))
              FROM pg_class c
             WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
            """
        )
        return dict(rows.fetchall())


def readable_columns(connection, table: str) -> list[str]:
    rows = connection.execute(
        """
        SELECT attname FROM pg_attribute
         WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
           AND has_column_privilege('ltsys_reader', attrelid, attnum, 'SELECT')
        """,
        (table,),
    )
    return [row[0] for row in rows]


def seen_in(url: str, table: str, user: str) -> list[str]:
    """Every row of a table that the database shows to a user, as text, by a bare SELECT."""
    with psycopg.connect(url) as connection:
        columns = readable_columns(connection, table)
        if not columns:
            return []
        connection.execute(reading._AS_USER, (user,))
        statement = sql.SQL("SELECT ROW({}) FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
        )
        return [str(row) for row in connection.execute(statement)]


def names(text: str, user: str) -> bool:
    """Whether anything of that user stands in it."""
    return bool(re.search(rf"{user}|0x{DIGITS[user]}{{40}}", text))


def test_every_table_says_who_sees_its_rows(url):
    """A new table has a policy, or is named here as everybody's (L63)."""
    tables = tables_of(url)

    assert {table for table, is_guarded in tables.items() if not is_guarded} == SHARED


def test_the_database_alone_shows_nobody_the_rows_of_another(url):
    """With no word of the user in the statement (L63)."""
    guarded = [table for table, is_guarded in tables_of(url).items() if is_guarded]

    seen = {(table, user): seen_in(url, table, user) for table in guarded for user in (ANN, BOB)}

    hidden = {"account_links", "idempotency_keys", "login_attempts", "trading_keys"}
    assert {table for (table, _), rows in seen.items() if not rows} == hidden
    for (table, user), rows in seen.items():
        other = BOB if user == ANN else ANN
        assert not any(names(row, other) for row in rows), (table, rows)


def test_a_reader_without_a_name_sees_nothing(url):
    """An API request that forgot to say whose it is shows nothing rather than all (L63)."""
    guarded = [table for table, is_guarded in tables_of(url).items() if is_guarded]

    assert {table: rows for table in guarded if (rows := seen_in(url, table, ""))} == {}


def test_a_reader_can_change_nothing_and_read_no_secret(url):
    """L62, L63."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            SELECT relname FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               AND has_table_privilege('ltsys_reader', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
            """
        ).fetchall()
        readable = {
            f"{table}.{column}"
            for table in ("users", "sessions", "api_tokens", "account_links")
            for column in readable_columns(connection, table)
        }

    assert rows == []
    assert not {column for column in readable if column.endswith("_hash")}


@pytest.mark.parametrize("guard", ["both", "statements", "policies"])
def test_no_question_answers_with_another_users_rows(url, guard, monkeypatch):
    """Every question there is, by the statements alone and by the policies alone too (L63)."""
    if guard == "statements":
        monkeypatch.setattr(reading, "_AS_USER", "SELECT %s")
    asking = PostgresQueries(url).as_user(ANN)
    if guard == "policies":
        monkeypatch.setattr(UserReads, "_asked", lambda _, **more: {"user": None, **more})
        monkeypatch.setattr(queries._Reading, "_own_wallets", lambda _: None)

    for name, answer in answers(asking):
        assert not names(repr(answer), BOB), (name, answer)
    for name, answer in page_answers(PostgresDashboard(url).as_user(ANN)):
        assert not names(repr(answer), BOB), (name, answer)


def test_a_users_own_rows_are_answered(url):
    """The rows of the test above are there to be seen (L63)."""
    theirs = dict(answers(PostgresQueries(url).as_user(BOB)))

    silent = {name for name, answer in theirs.items() if not names(repr(answer), BOB)}

    assert silent == {"schema_version", "pulse", "force_test", "activity", "open_conditions"}
    assert theirs["activity"].execution_count == theirs["activity"].strategy_count == 1
    assert theirs["pulse"].unknown_count == theirs["pulse"].queued_count == 1
    assert len(theirs["strategies"]) == 1


def test_a_users_own_rows_are_on_their_pages(url):
    """The rows that the pages must not show to another are there to be seen (L63)."""
    theirs = dict(page_answers(PostgresDashboard(url).as_user(BOB)))

    shown = {name for name, answer in theirs.items() if names(repr(answer), BOB)}

    assert {"board", "orders", "fills", "positions", "logs", "alerts"} <= shown
    assert theirs["head"].unknown_count == 1


def answers(asking: Queries):
    """The answer to each question of the port."""
    for name, _ in inspect.getmembers(Queries, inspect.isfunction):
        if not name.startswith("_") and name != "as_user":
            yield name, getattr(asking, name)(*ARGUMENTS.get(name, []), **NAMED.get(name, {}))


def page_answers(asking: PostgresDashboard):
    """The answer to each question of the pages."""
    with asking.reading() as reads:
        for name, _ in inspect.getmembers(DashboardReads, inspect.isfunction):
            if not name.startswith("_"):
                yield (
                    name,
                    getattr(reads, name)(*PAGE_ARGUMENTS.get(name, []), **PAGE_NAMED.get(name, {})),
                )
