"""Put FT orders into the outbox of the live strategies that mirror them."""

from datetime import timedelta

from ltsys.ports import Clock
from ltsys.ports.records import SignalKey
from ltsys.ports.store import Store
from ltsys.usecases.desk import Desk

_SLOTS_KEPT = timedelta(days=1)


def queue_signals(*, store: Store, clock: Clock) -> tuple[SignalKey, ...]:
    """Every open FT order of the look-back is queued once for each strategy of its wallet.

    Evaluation does the same for its own wallet in its own transaction; this finds what another
    system wrote (`LTSYS_FT_SOURCE=external`) and what a strategy was launched too late to see.
    """
    now = clock.now()
    with store.transaction() as tx:
        return tx.queue_signals(now, None)


def due_signals(*, desk: Desk, limit: int = 1_000) -> tuple[SignalKey, ...]:
    """Queued signals that nobody was told of lately: the broker may have lost them (L58)."""
    wall = desk.clock.wall()
    with desk.store.transaction() as tx:
        tx.forget_slots(wall - _SLOTS_KEPT)
        return tx.due_signals(wall - desk.patience.kick_again_after, limit)
