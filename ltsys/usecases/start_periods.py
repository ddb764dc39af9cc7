"""Start the counters of a new day, week and month, so that what people read is right (L33)."""

from datetime import datetime

from ltsys.domain.ids import StrategyId
from ltsys.domain.ledger import Book
from ltsys.domain.risk import rolled_over
from ltsys.ports import Clock
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store, Transaction


def start_periods(*, store: Store, clock: Clock, limit: int = 500) -> int:
    """Every counter whose period is over starts at zero; returns of how many strategies.

    Decisions and fills do the same by themselves under the strategy's lock, so a counter starts
    anew once, whoever comes first, and a strategy that is paused or idle is not left behind.
    """
    now = clock.now()
    with store.reading() as tx:
        overdue = tx.overdue_counters(now, limit)
    for strategy_id in overdue:
        with store.transaction() as tx:
            for book in (Book.LIVE, Book.SHADOW):
                _start(strategy_id, book, now, tx)
    return len(overdue)


def _start(strategy_id: StrategyId, book: Book, now: datetime, tx: Transaction) -> None:
    before = tx.lock_state(strategy_id, book)
    after = None if before is None else rolled_over(before, now)
    if before is None or after is None or after == before:
        return
    tx.save_state(strategy_id, after)
    message = (
        f"spent {before.daily_spent} of {book} money until {before.daily_reset_at}, "
        f"{before.weekly_spent} in the week, {before.monthly_spent} in the month"
    )
    tx.log(LogEntry(stage="limits", message=message, strategy_id=strategy_id))
