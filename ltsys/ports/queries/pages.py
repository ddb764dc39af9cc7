"""Long lists, a page at a time, and the small questions of those who act on what they see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ltsys.domain.ids import ConditionId, FtWalletId, StrategyId
from ltsys.domain.order import OrderStatus
from ltsys.ports.queries.operations import AccountRow, Activity, AlertRow, LogRow
from ltsys.ports.queries.orders import OrderRow, SignalRow
from ltsys.ports.queries.paging import Page, Place
from ltsys.ports.queries.strategies import FtOrderRow, StrategyRow, WalletRow
from ltsys.ports.records import SignalKey


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOrders:
    """Which orders; None asks for all."""

    strategy_id: StrategyId | None = None
    statuses: frozenset[OrderStatus] | None = None
    denial_code: str | None = None
    is_force_test: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLogs:
    """Which rows of the log; None asks for all. `since` is machine time."""

    strategy_id: StrategyId | None = None
    levels: frozenset[str] | None = None
    stage: str | None = None
    since: datetime | None = None


class PagedQueries(Protocol):
    """Each page holds at most `limit` rows after the place, or the first ones."""

    def strategy_page(self, *, after: Place | None, limit: int) -> Page[StrategyRow]:
        """By their ids."""
        ...

    def strategy(self, strategy_id: StrategyId) -> StrategyRow | None: ...

    def order_page(
        self, wanted: WantedOrders, *, after: Place | None, limit: int
    ) -> Page[OrderRow]:
        """Newest first."""
        ...

    def log_page(self, wanted: WantedLogs, *, after: Place | None, limit: int) -> Page[LogRow]:
        """Newest first."""
        ...

    def alert_page(
        self, *, is_open: bool | None, after: Place | None, limit: int
    ) -> Page[AlertRow]:
        """The one that was raised last first; with None open and cleared ones."""
        ...

    def wallet_page(self, *, after: Place | None, limit: int) -> Page[WalletRow]:
        """By their ids."""
        ...

    def ft_wallet(self, wallet_id: FtWalletId) -> WalletRow | None: ...

    def ft_order_page(
        self, wallet_id: FtWalletId, *, outcome: str | None, after: Place | None, limit: int
    ) -> Page[FtOrderRow]:
        """Newest first."""
        ...

    def activity(self, since: datetime) -> Activity:
        """What was done since that machine time."""
        ...

    def signal(self, strategy_id: StrategyId, source_trade_id: str) -> SignalRow | None: ...

    def waiting_signals(self, strategy_id: StrategyId | None) -> tuple[SignalKey, ...]:
        """Signals that no order was planned or denied for yet, the oldest first."""
        ...

    def open_conditions(self, strategy_id: StrategyId | None) -> tuple[ConditionId, ...]:
        """Markets in which an order has shares and no outcome yet."""
        ...

    def accounts(self) -> tuple[AccountRow, ...]:
        """Trading accounts by their address; nothing of their keys."""
        ...
