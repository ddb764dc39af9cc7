"""The store in memory, for tests: ours and those of whoever builds on ltsys."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from ltsys.adapters.memory.accounts import AccountRecords
from ltsys.adapters.memory.answers import AnswerRecords
from ltsys.adapters.memory.decisions import DecisionRecords
from ltsys.adapters.memory.feed import FeedRecords
from ltsys.adapters.memory.forward_test import ForwardTestRecords
from ltsys.adapters.memory.keys import KeyRecords
from ltsys.adapters.memory.live_orders import LiveOrderRecords
from ltsys.adapters.memory.operations import OperationsRecords
from ltsys.adapters.memory.reconciliations import ReconciliationRecords
from ltsys.adapters.memory.resolutions import ResolutionRecords
from ltsys.adapters.memory.stages import ChangeRecords, ShadowRecords, StageRecords
from ltsys.adapters.memory.strategies import StrategyRecords
from ltsys.adapters.memory.streams import StreamRecords
from ltsys.adapters.memory.tables import Tables
from ltsys.ports import Clock
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction


class MemoryTransaction(
    FeedRecords,
    ForwardTestRecords,
    StrategyRecords,
    ShadowRecords,
    LiveOrderRecords,
    ResolutionRecords,
    OperationsRecords,
    StreamRecords,
    ReconciliationRecords,
    AccountRecords,
    KeyRecords,
    DecisionRecords,
    AnswerRecords,
    StageRecords,
    ChangeRecords,
):
    """All that one transaction can read and write, a module a subject."""

    def log(self, entry: LogEntry) -> None:
        self._must_be_json(entry.extra)
        self._tables.lt_execute_logs.append(entry)

    def claim_slot(self, job: str, slot: int) -> bool:
        is_first = (job, slot) not in self._tables.beat_slots
        if is_first:
            self._tables.beat_slots[job, slot] = self._clock.wall()
        return is_first

    def forget_slots(self, before: datetime) -> None:
        slots = self._tables.beat_slots.items()
        kept = {key: claimed_at for key, claimed_at in slots if claimed_at >= before}
        self._tables.beat_slots = kept


class MemoryStore:
    """One transaction at a time over tables that are replaced as a whole at each commit.

    Behaves as the Postgres store does, which tests/contract sees to. Machine time (`queued_at`,
    the next look at an order) is the clock's `wall`, where Postgres uses its own.
    """

    def __init__(self, clock: Clock) -> None:
        self.tables = Tables()
        """Every row there is, to be read by tests after a transaction."""
        self._clock = clock
        self._lock = threading.Lock()
        self._owner: int | None = None

    @property
    def is_in_transaction(self) -> bool:
        """Whether the calling thread has a transaction open."""
        return self._owner == threading.get_ident()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits when the block ends; an error leaves everything as it was.

        Raises RuntimeError for a transaction within another, which would wait for itself.
        """
        if self.is_in_transaction:
            raise RuntimeError("a transaction is open already in this thread")
        with self._lock:
            self._owner = threading.get_ident()
            try:
                draft = self.tables.copy()
                transaction = MemoryTransaction(draft, self._clock)
                yield transaction
                transaction.check()
                self.tables = draft
            finally:
                self._owner = None

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """What was committed last; nothing that is written here is kept."""
        yield MemoryTransaction(self.tables.copy(), self._clock)
