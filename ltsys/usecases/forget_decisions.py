"""Let go of what old decisions looked at; that they were made stays in the log and the history."""

from datetime import timedelta

from ltsys.ports import Clock
from ltsys.ports.store import Store


def forget_decisions(*, days: int, store: Store, clock: Clock, limit: int = 1_000) -> int:
    """Those older than so many days of venue time are gone, the oldest first; returns how many."""
    before = clock.now() - timedelta(days=days)
    with store.transaction() as tx:
        return tx.forget_decisions(before, limit=limit)
