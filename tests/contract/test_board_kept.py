"""What the board keeps never changes what the board shows (L55)."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import psycopg
import pytest
from live_made import NOON
from two_users import ANN, BOB, strategy_of, with_two_users

from ltsys.adapters.postgres.dashboard.keeping import PostgresBoardKeeping
from ltsys.adapters.postgres.dashboard.reads import PostgresDashboard
from ltsys.adapters.postgres.queries import PostgresQueries
from ltsys.ports.dashboard import Board

TODAY = NOON.date()
STATUSES = ("planned", "live", "filled", "canceled", "rejected", "unknown")
OUTCOMES = ("OPEN", "WON", "LOST", "VOID")
SLOW_LIVE = """
    WITH ended AS (
        SELECT o.strategy_id, o.pnl, o.outcome, o.resolved_at, s.initial_capital AS capital
          FROM lt_orders o JOIN lt_strategies s USING (strategy_id)
         WHERE o.outcome <> 'OPEN' AND o.pnl IS NOT NULL AND o.mode = s.execution_mode
           AND o.ft_signal_time >= s.mode_since),
    resolved AS (
        SELECT *, sum(pnl) OVER (PARTITION BY strategy_id ORDER BY resolved_at) AS total
          FROM ended),
    fallen AS (
        SELECT *, greatest(0, max(total) OVER (PARTITION BY strategy_id ORDER BY resolved_at))
               AS peak FROM resolved)
    SELECT strategy_id, count(*), sum(pnl), count(*) FILTER (WHERE outcome = 'WON'),
           coalesce(sum(pnl) FILTER (WHERE (resolved_at AT TIME ZONE 'UTC')::date = %s), 0),
           round(max((peak - total) / (capital + peak)), 12),
           round(avg(pnl) / nullif(stddev_samp(pnl), 0), 12)
      FROM fallen GROUP BY strategy_id ORDER BY strategy_id
"""


@pytest.fixture
def url(database_url: str) -> str:
    with_two_users(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM lt_board")
        connection.execute("DELETE FROM ft_board")
    return database_url


def board_of(url: str) -> Board:
    with PostgresDashboard(url).reading() as books:
        return books.board(TODAY)


def shown_in(url: str) -> tuple[object, ...]:
    """All that is read of kept sums: the page's table, the API's list, the pulse."""
    queries = PostgresQueries(url)
    return board_of(url), queries.strategies(), queries.pulse().ft_order_count


def computed_anew(url: str) -> tuple[object, ...]:
    """The same with nothing kept, read beside the kept one and taken back."""
    with psycopg.connect(url) as connection:
        saved = [
            connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  constants
            for table in ("ft_board", "lt_board")
        ]
        connection.execute("DELETE FROM ft_board")
        connection.execute("DELETE FROM lt_board")
    found = shown_in(url)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table, rows in zip(("ft_board", "lt_board"), saved, strict=True):
            for row in rows:
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608  constants
    return found


def some_change(chance: Random, number: int, user: str) -> tuple[str, dict[str, object]]:
    """One step of a history: an order comes, fills, ends, or its result is stated anew."""
    asked = {
        "id": f"o{number}",
        "any": f"o{chance.randrange(number + 1)}",
        "ft_any": f"f{chance.randrange(number + 1)}",
        "strategy": strategy_of(user),
        "wallet": f"FT_{user}",
        "status": chance.choice(STATUSES),
        "outcome": chance.choice(OUTCOMES[1:]),
        "mode": chance.choice(("live", "live", "shadow")),
        "shares": chance.choice((0, 20)),
        "pnl": Decimal(chance.randrange(-2000, 2000)) / 100,
        "at": NOON + timedelta(hours=chance.randrange(-30, 60)),
        "since": NOON - timedelta(hours=chance.randrange(12, 30)),
        "latency": chance.choice((None, 40, 80)),
        "slippage": chance.choice((None, Decimal("0.01"), Decimal("-0.02"))),
    }
    statement = chance.choice(CHANGES)
    return statement, asked


CHANGES = (
    *[
        """
    INSERT INTO lt_orders (lt_order_id, strategy_id, source_trade_id, trader_address, condition_id,
        token_id, token_label, mode, status, ft_price, ft_size_usd, planned_at, ft_signal_time,
        executed_shares, latency_ms, slippage_pct)
    VALUES (%(id)s, %(strategy)s, %(id)s, 'l', 'market', '1', 'Yes', %(mode)s, %(status)s, 0.5, 10,
        %(at)s, %(at)s, %(shares)s, %(latency)s, %(slippage)s)
    """
    ]
    * 3,
    *[
        """
    INSERT INTO ft_orders (ft_order_id, wallet_id, source_trade_id, trader_address, condition_id,
        token_label, title, side, entry_price, size, trader_win_rate, trader_resolved_count, edge,
        conviction, order_time)
    VALUES (replace(%(id)s, 'o', 'f'), %(wallet)s, %(id)s, 'l', 'market', 'Yes', 'Game', 'BUY',
        0.5, 10, 0.6, 20, 0.1, 1, %(at)s)
    """
    ]
    * 2,
    *[
        """
    UPDATE lt_orders SET outcome = %(outcome)s, pnl = %(pnl)s, resolved_at = %(at)s
     WHERE strategy_id = %(strategy)s AND outcome = 'OPEN' AND executed_shares > 0
    """
    ]
    * 2,
    """
    UPDATE lt_orders SET status = %(status)s, executed_shares = %(shares)s
     WHERE lt_order_id = %(any)s
    """,
    # a fill of a booked result failed (L23)
    """
    UPDATE lt_orders SET pnl = %(pnl)s, executed_shares = 0
     WHERE lt_order_id = %(any)s AND outcome <> 'OPEN'
    """,
    """
    UPDATE ft_orders SET outcome = %(outcome)s, pnl = %(pnl)s, resolved_at = %(at)s
     WHERE wallet_id = %(wallet)s AND outcome = 'OPEN' AND ft_order_id <= %(ft_any)s
    """,
    "UPDATE ft_orders SET pnl = %(pnl)s WHERE ft_order_id = %(ft_any)s AND outcome <> 'OPEN'",
    "UPDATE lt_strategies SET mode_since = %(since)s WHERE strategy_id = %(strategy)s",
    "DELETE FROM lt_orders WHERE lt_order_id = %(any)s",
)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_shows_as_what_is_computed(url, seed):
    """Orders, ends, results stated anew and promotions in any order, kept now and then (L55)."""
    chance = Random(seed)  # noqa: S311  a history, no secret
    keeping = PostgresBoardKeeping(url)

    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(90):
            connection.execute(*some_change(chance, number, chance.choice((ANN, BOB))))
            if not chance.randrange(4):
                keeping.keep()
            if not number % 15:
                shown = shown_in(url)
                assert keeping.drifts() == ()
                assert shown == computed_anew(url)

    assert any(row.results.drawdown_ratio for row in board_of(url).live)


@pytest.mark.parametrize(
    "change",
    [
        "lt_orders SET status = 'live'",
        "lt_orders SET executed_shares = 0",
        "lt_orders SET outcome = 'WON'",
        # a fill of a booked result failed (L23)
        "lt_orders SET pnl = pnl - 7",
        "lt_orders SET resolved_at = resolved_at - interval '1 day'",
        "lt_orders SET mode = 'shadow'",
        "lt_orders SET ft_signal_time = ft_signal_time - interval '1 day'",
        "lt_orders SET slippage_pct = 0.5",
        "lt_orders SET fill_rate = 0.5",
        "lt_orders SET latency_ms = 7",
        "lt_strategies SET initial_capital = 50",
        "lt_strategies SET mode_since = mode_since + interval '1 day'",
        "ft_orders SET outcome = 'WON'",
        "ft_orders SET pnl = pnl - 7",
        "ft_orders SET resolved_at = resolved_at - interval '1 day'",
        "ft_wallets SET rules = jsonb_set(rules, '{starting_balance}', '\"7\"')",
    ],
)
def test_no_change_alone_leaves_an_old_number_on_the_board(url, change):
    """Each that bears on it is seen at once, whatever was kept before it (L55)."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE lt_orders SET status = 'filled', outcome = 'LOST', pnl = -1,"
            " resolved_at = ft_signal_time"
        )
        connection.execute(
            "UPDATE ft_orders SET outcome = 'LOST', pnl = -1, resolved_at = order_time"
        )
    keeping = PostgresBoardKeeping(url)
    keeping.keep()
    before = shown_in(url)

    with psycopg.connect(url) as connection:
        connection.execute(f"UPDATE {change}")
    after = shown_in(url)

    assert after != before
    assert after == computed_anew(url)


def test_the_board_shows_what_the_slow_statement_does(url):
    """To the cent, and the ratios to twelve places."""
    chance = Random(7)  # noqa: S311  a history, no secret
    with psycopg.connect(url) as connection:
        for number in range(200):
            connection.execute(*some_change(chance, number, chance.choice((ANN, BOB))))
    PostgresBoardKeeping(url).keep()

    shown = board_of(url)

    with psycopg.connect(url) as connection:
        slow = connection.execute(SLOW_LIVE, (TODAY,)).fetchall()
    assert slow
    assert slow == [
        (
            row.strategy.strategy_id,
            row.results.resolved_count,
            row.results.pnl.amount,
            row.results.won_count,
            row.results.pnl_today.amount,
            round(row.results.drawdown_ratio, 12),
            None if row.results.sharpe is None else round(row.results.sharpe, 12),
        )
        for row in shown.live
        if row.results.resolved_count
    ]


def test_a_change_that_is_not_committed_yet_is_not_lost(url):
    """Who keeps the board meanwhile does not see it, and does not take its mark away either."""
    keeping = PostgresBoardKeeping(url)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE lt_orders SET status = 'canceled'")
        keeping.keep()
        during = board_of(url)

    after = board_of(url)

    assert {row.working_count for row in during.live} == {1}
    assert {row.working_count for row in after.live} == {0}


def test_a_look_at_the_venue_that_changes_nothing_leaves_the_board_kept(url):
    """Looks come every few seconds; what they leave as it was is not computed again."""
    keeping = PostgresBoardKeeping(url)
    keeping.keep()

    with psycopg.connect(url) as connection:
        connection.execute("UPDATE lt_orders SET check_count = check_count + 1")

    assert keeping.keep() == 0


def test_a_kept_number_that_is_wrong_is_found_and_computed_anew(url):
    """Shown first; then mended (L55)."""
    keeping = PostgresBoardKeeping(url)
    keeping.keep()
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE lt_board SET pnl = pnl + 1 WHERE strategy_id = 'LT_ann'")

    (found,) = keeping.drifts()
    keeping.forget(frozenset({found.name}))

    assert (found.name, found.what, found.computed) == ("LT_ann", "pnl", "0")
    assert keeping.keep() == 1
    assert keeping.drifts() == ()
