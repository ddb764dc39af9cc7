"""Bring the leaders' statistics and the leader pools up to date (FT_RULES §11)."""

from datetime import datetime, timedelta

from ltsys.domain.ids import Address
from ltsys.domain.trader import statistics_of
from ltsys.usecases.desk import Watch

_WINDOW = timedelta(days=30)
_STATISTICS_AGE = timedelta(minutes=10)
_POOL_SIZE = 50
_ROTATION_SIZE = 10
_ROTATION_HOUR = 3
_BOARDS: tuple[tuple[str, str], ...] = (
    ("MONTH", "PNL"),
    ("MONTH", "VOL"),
    ("WEEK", "PNL"),
    ("WEEK", "VOL"),
    ("DAY", "VOL"),
)

LEADERBOARD_POOL = "leaderboard"
ROTATIONS = {"rotation_1d": "DAY", "rotation_7d": "WEEK"}
"""Wallets of these pools follow the top ten by realized profit of the period."""


def leaders_to_refresh(*, watch: Watch) -> tuple[Address, ...]:
    """Leaders whose statistics are ten minutes old, in venue time, or not there yet."""
    before = watch.clock.now() - _STATISTICS_AGE
    with watch.store.reading() as tx:
        return tx.leaders_to_refresh(before)


def refresh_trader(trader: Address, *, watch: Watch) -> None:
    """The leader's win rate, resolved count and mean trade are those of this moment."""
    now = watch.clock.now()
    positions = watch.feed.closed_positions(trader)
    with watch.store.transaction() as tx:
        recent, lifetime = tx.average_trades(trader, now - _WINDOW)
        statistics = statistics_of(
            trader, positions, now=now, average_trade_30d=recent, average_trade=lifetime
        )
        tx.save_statistics(statistics, at=now)


def refresh_pool(pool: str, *, watch: Watch) -> int:
    """The pool holds the leaders of its boards if it was due; returns how many it has then.

    Leaders on the exclusion list are left out; it matches full addresses.
    """
    now = watch.clock.now()
    with watch.store.reading() as tx:
        last = tx.pool_refreshed_at(pool)
    if not is_pool_due(pool, last, now):
        return 0
    rotates = pool in ROTATIONS
    boards = ((ROTATIONS[pool], "PNL"),) if rotates else _BOARDS
    size = _ROTATION_SIZE if rotates else _POOL_SIZE
    traders: dict[Address, None] = {}
    for period, order_by in boards:
        rows = watch.feed.leaderboard(period, order_by, size)
        traders.update(dict.fromkeys(row.trader for row in rows))
    kept = tuple(trader for trader in traders if trader not in watch.excluded_leaders)
    with watch.store.transaction() as tx:
        tx.save_pool(pool, kept, at=now)
    return len(kept)


def is_pool_due(pool: str, last: datetime | None, now: datetime) -> bool:
    """Leaderboards are read once a day, rotations at 03:00 UTC (FT_RULES §11)."""
    if last is None:
        return True
    if pool not in ROTATIONS:
        return now - last >= timedelta(days=1)
    turn = now.replace(hour=_ROTATION_HOUR, minute=0, second=0, microsecond=0)
    latest = turn if now >= turn else turn - timedelta(days=1)
    return last < latest
