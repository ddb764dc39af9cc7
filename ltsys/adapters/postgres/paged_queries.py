"""The paged questions, each on a connection of its own (`ltsys.ports.queries.pages`)."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime

from ltsys.adapters.postgres.page_reads import PageReads
from ltsys.domain.ids import ConditionId, FtWalletId, StrategyId
from ltsys.ports.queries import (
    AccountRow,
    Activity,
    AlertRow,
    FtOrderRow,
    LogRow,
    OrderRow,
    Page,
    Place,
    SignalRow,
    StrategyRow,
    WalletRow,
    WantedLogs,
    WantedOrders,
)
from ltsys.ports.records import SignalKey


class PostgresPagedQueries(ABC):
    """Base of the questions; how a connection is had is for the whole of them to say."""

    @abstractmethod
    def _session(self) -> AbstractContextManager[PageReads]: ...

    def strategy_page(self, *, after: Place | None, limit: int) -> Page[StrategyRow]:
        with self._session() as session:
            return session.strategy_page(after, limit)

    def strategy(self, strategy_id: StrategyId) -> StrategyRow | None:
        with self._session() as session:
            return session.strategy(strategy_id)

    def order_page(
        self, wanted: WantedOrders, *, after: Place | None, limit: int
    ) -> Page[OrderRow]:
        with self._session() as session:
            return session.order_page(wanted, after, limit)

    def log_page(self, wanted: WantedLogs, *, after: Place | None, limit: int) -> Page[LogRow]:
        with self._session() as session:
            return session.log_page(wanted, after, limit)

    def alert_page(
        self, *, is_open: bool | None, after: Place | None, limit: int
    ) -> Page[AlertRow]:
        with self._session() as session:
            return session.alert_page(is_open, after, limit)

    def wallet_page(self, *, after: Place | None, limit: int) -> Page[WalletRow]:
        with self._session() as session:
            return session.wallet_page(after, limit)

    def ft_wallet(self, wallet_id: FtWalletId) -> WalletRow | None:
        with self._session() as session:
            return session.ft_wallet(wallet_id)

    def ft_order_page(
        self, wallet_id: FtWalletId, *, outcome: str | None, after: Place | None, limit: int
    ) -> Page[FtOrderRow]:
        with self._session() as session:
            return session.ft_order_page(wallet_id, outcome, after, limit)

    def activity(self, since: datetime) -> Activity:
        with self._session() as session:
            return session.activity(since)

    def signal(self, strategy_id: StrategyId, source_trade_id: str) -> SignalRow | None:
        with self._session() as session:
            return session.signal(strategy_id, source_trade_id)

    def waiting_signals(self, strategy_id: StrategyId | None) -> tuple[SignalKey, ...]:
        with self._session() as session:
            return session.waiting_signals(strategy_id)

    def open_conditions(self, strategy_id: StrategyId | None) -> tuple[ConditionId, ...]:
        with self._session() as session:
            return session.open_conditions(strategy_id)

    def accounts(self) -> tuple[AccountRow, ...]:
        with self._session() as session:
            return session.accounts()
