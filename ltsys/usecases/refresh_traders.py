"""Bring the leaders' statistics and the leader pools up to date (FT_RULES §11)."""

from datetime import timedelta

from ltsys.domain.ids import Address
from ltsys.domain.trader import statistics_of
from ltsys.usecases.desk import Watch

_WINDOW = timedelta(days=30)
_POOL_SIZE = 50
_ROTATION_SIZE = 10
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
    """The pool holds today's leaders of its leaderboards; returns how many."""
    now = watch.clock.now()
    rotates = pool in ROTATIONS
    boards = ((ROTATIONS[pool], "PNL"),) if rotates else _BOARDS
    size = _ROTATION_SIZE if rotates else _POOL_SIZE
    traders: dict[Address, None] = {}
    for period, order_by in boards:
        rows = watch.feed.leaderboard(period, order_by, size)
        traders.update(dict.fromkeys(row.trader for row in rows))
    with watch.store.transaction() as tx:
        tx.save_pool(pool, tuple(traders), at=now)
    return len(traders)
