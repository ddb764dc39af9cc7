"""Keeps what the board shows, and compares what is kept with the orders it follows from."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, LiteralString

import psycopg
from psycopg.rows import dict_row

from ltsys.adapters.postgres.dashboard.tallies import (
    FT_COLUMNS,
    FT_COMPUTED,
    FT_IS_KEPT,
    LT_COLUMNS,
    LT_COMPUTED,
    LT_IS_KEPT,
)
from ltsys.adapters.postgres.reading import reading
from ltsys.adapters.postgres.session import Connection
from ltsys.ports.board_keeping import KeptDrift
from ltsys.ports.queries import StoreUnavailableError

_OPTIONS = "-c timezone=UTC -c jit=off -c statement_timeout=30s -c lock_timeout=5s"
_MOST_AT_ONCE = 50
_LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtext('ltsys board')) AS is_ours"


class PostgresBoardKeeping:
    """`ltsys.ports.board_keeping.BoardKeeping`, with a connection for each call."""

    def __init__(self, url: str) -> None:
        self._url = url

    def keep(self) -> int:
        with _writing(self._url) as connection:
            return _kept(connection)

    def drifts(self) -> tuple[KeptDrift, ...]:
        with reading(self._url, None, is_one_snapshot=True) as connection:
            rows = [row for each in _DRIFTS for row in connection.execute(each)]
        return tuple(KeptDrift(**row) for row in rows)

    def forget(self, names: frozenset[str]) -> None:
        with _writing(self._url) as connection:
            connection.execute(_WAIT)
            for statement in _FORGET:
                connection.execute(statement, {"names": sorted(names)})


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    try:
        with psycopg.connect(url, row_factory=dict_row, options=_OPTIONS) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise StoreUnavailableError("the database cannot keep the board now") from error


def _kept(connection: Connection) -> int:
    """One keeps at a time: an older snapshot must not write over a newer one."""
    is_ours = connection.execute(_LOCK).fetchone()
    if not is_ours or not is_ours["is_ours"]:
        return 0
    found = (connection.execute(each, {"most": _MOST_AT_ONCE}).fetchone() for each in _KEEP)
    return sum(row["count"] for row in found if row)


_WAIT: Final = "SELECT pg_advisory_xact_lock(hashtext('ltsys board'))"
_FORGET: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM ft_board WHERE wallet_id = ANY(%(names)s)",
    "DELETE FROM lt_board WHERE strategy_id = ANY(%(names)s)",
)
_KEEP: Final[tuple[LiteralString, ...]] = (
    f"""
    WITH wanted AS MATERIALIZED (
        SELECT w.wallet_id FROM ft_wallets w LEFT JOIN ft_board USING (wallet_id)
         WHERE NOT ({FT_IS_KEPT}) ORDER BY kept_at NULLS FIRST, w.wallet_id LIMIT %(most)s),
    {FT_COMPUTED},
    seen AS (DELETE FROM ft_board_changes WHERE wallet_id IN (SELECT wallet_id FROM wanted)),
    kept AS (
        INSERT INTO ft_board ({FT_COLUMNS}) SELECT {FT_COLUMNS} FROM computed
        ON CONFLICT (wallet_id) DO UPDATE SET
               ({FT_COLUMNS}, kept_at) = (SELECT excluded.*)
        RETURNING 1)
    SELECT count(*) AS count FROM kept
    """,  # noqa: S608  the parts are constants
    f"""
    WITH wanted AS MATERIALIZED (
        SELECT s.strategy_id FROM lt_strategies s LEFT JOIN lt_board USING (strategy_id)
         WHERE NOT ({LT_IS_KEPT}) ORDER BY kept_at NULLS FIRST, s.strategy_id LIMIT %(most)s),
    {LT_COMPUTED},
    seen AS (DELETE FROM lt_board_changes WHERE strategy_id IN (SELECT strategy_id FROM wanted)),
    kept AS (
        INSERT INTO lt_board ({LT_COLUMNS}) SELECT {LT_COLUMNS} FROM computed
        ON CONFLICT (strategy_id) DO UPDATE SET
               ({LT_COLUMNS}, kept_at) = (SELECT excluded.*)
        RETURNING 1)
    SELECT count(*) AS count FROM kept
    """,  # noqa: S608  the parts are constants
)
"""Each in one snapshot: a change that it does not see keeps its row, and is computed later."""
_COMPARED: Final[LiteralString] = """
      CROSS JOIN LATERAL jsonb_each(to_jsonb(k)) AS one
      CROSS JOIN LATERAL (SELECT to_jsonb(computed) -> one.key AS value) AS right_one
     WHERE one.key <> 'kept_at' AND one.value IS DISTINCT FROM right_one.value
"""
_DRIFTS: Final[tuple[LiteralString, ...]] = (
    f"""
    WITH wanted AS MATERIALIZED (SELECT w.wallet_id FROM ft_wallets w WHERE {FT_IS_KEPT}),
    {FT_COMPUTED}
    SELECT wallet_id AS name, one.key AS what, one.value #>> '{{}}' AS kept,
           right_one.value #>> '{{}}' AS computed
      FROM ft_board k JOIN computed USING (wallet_id) {_COMPARED} ORDER BY 1, 2
    """,  # noqa: S608  the parts are constants
    f"""
    WITH wanted AS MATERIALIZED (SELECT s.strategy_id FROM lt_strategies s WHERE {LT_IS_KEPT}),
    {LT_COMPUTED}
    SELECT strategy_id AS name, one.key AS what, one.value #>> '{{}}' AS kept,
           right_one.value #>> '{{}}' AS computed
      FROM lt_board k JOIN computed USING (strategy_id) {_COMPARED} ORDER BY 1, 2
    """,  # noqa: S608  the parts are constants
)
