"""What people and scripts may read of the books: one question a method, nothing changes.

The records are read models: sums and sentences for showing, never inputs to a decision.
"""

from typing import Protocol, Self

from ltsys.domain.alert import OpenAlert
from ltsys.domain.breaker import Breaker, BreakerRule
from ltsys.domain.change import PendingChange
from ltsys.domain.errors import LtsysError
from ltsys.domain.halt import KeptHalt
from ltsys.domain.ids import LtOrderId, StrategyId, UserId
from ltsys.domain.order import OrderStatus
from ltsys.ports.queries.ledger import (
    BalanceDrift,
    LedgerReport,
    Mismatch,
    PostingRow,
    UnbalancedPosting,
)
from ltsys.ports.queries.operations import (
    AccountRow,
    Activity,
    AlertRow,
    Hearing,
    LogRow,
    Pulse,
    Reconciled,
)
from ltsys.ports.queries.orders import (
    AttemptRow,
    EventRow,
    FillRow,
    LooksRow,
    OrderDetails,
    OrderRow,
    SignalRow,
)
from ltsys.ports.queries.pages import PagedQueries, WantedLogs, WantedOrders
from ltsys.ports.queries.paging import Page, Place
from ltsys.ports.queries.strategies import (
    FtOrderRow,
    StrategyRow,
    WalletRow,
)

__all__ = [
    "AccountRow",
    "Activity",
    "AlertRow",
    "AttemptRow",
    "BalanceDrift",
    "EventRow",
    "FillRow",
    "FtOrderRow",
    "Hearing",
    "LedgerReport",
    "LogRow",
    "LooksRow",
    "Mismatch",
    "OrderDetails",
    "OrderRow",
    "Page",
    "PagedQueries",
    "Place",
    "PostingRow",
    "Pulse",
    "Queries",
    "Reconciled",
    "SignalRow",
    "StoreUnavailableError",
    "StrategyRow",
    "UnbalancedPosting",
    "WalletRow",
    "WantedLogs",
    "WantedOrders",
]


class StoreUnavailableError(LtsysError):
    """The database cannot be asked; its answer is unknown, never empty (LESSONS L54)."""


class Queries(PagedQueries, Protocol):
    """Reads of committed rows. Each method raises StoreUnavailableError.

    As they come they see everything, as workers and the command line do.
    """

    def as_user(self, user_id: UserId) -> Self:
        """The same questions, answered with that user's rows alone (LESSONS L63).

        Shared FT wallets count as everybody's. What is another's is as if it did not exist.
        """
        ...

    def schema_version(self) -> str | None:
        """The migration the database is at; None before the first."""
        ...

    def strategies(self) -> tuple[StrategyRow, ...]: ...

    def orders(
        self,
        *,
        strategy_id: StrategyId | None = None,
        statuses: frozenset[OrderStatus] | None = None,
        limit: int = 20,
    ) -> tuple[OrderRow, ...]:
        """Newest first."""
        ...

    def order(self, lt_order_id: LtOrderId) -> OrderDetails | None: ...

    def force_test(self, strategy_id: StrategyId, source_trade_id: str) -> LtOrderId | None:
        """The order that a queued test became; None while it waits."""
        ...

    def wallets(self) -> tuple[WalletRow, ...]: ...

    def logs(self, limit: int) -> tuple[LogRow, ...]:
        """Oldest first, of the newest `limit`."""
        ...

    def breakers(self, limit: int) -> tuple[Breaker, ...]:
        """Those that are tripped, then those that were; the newest first of each."""
        ...

    def breaker_rules(self) -> tuple[BreakerRule, ...]:
        """Those of all strategies first."""
        ...

    def changes(
        self, strategy_id: StrategyId | None, *, is_open: bool | None, limit: int
    ) -> tuple[PendingChange, ...]:
        """Changes that wait or waited, the newest first; None is of all strategies, in any way."""
        ...

    def halts(self, limit: int) -> tuple[KeptHalt, ...]:
        """Those that stand before those that were lifted, the newest first in both."""
        ...

    def pulse(self) -> Pulse: ...

    def ledger(self) -> LedgerReport: ...

    def postings(self, strategy_id: StrategyId) -> tuple[PostingRow, ...]:
        """Every posting of a strategy, oldest first."""
        ...

    def hearing(self) -> Hearing: ...

    def reconciled(self) -> Reconciled: ...

    def alerts(self) -> tuple[OpenAlert, ...]:
        """Those that nobody and nothing has cleared; the most severe first, then the newest."""
        ...
