"""What people and scripts may read of the books: one question a method, nothing changes.

The records are read models: sums and sentences for showing, never inputs to a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ltsys.domain.errors import LtsysError
from ltsys.domain.ids import FtWalletId, LtOrderId, StrategyId
from ltsys.domain.ledger import Account, Kind
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.strategy import RiskRules, RiskState, Strategy


class StoreUnavailableError(LtsysError):
    """The database cannot be asked; its answer is unknown, never empty (LESSONS L54)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyRow:
    """A strategy beside its forward test since the launch; test orders are left out."""

    strategy: Strategy
    rules: RiskRules
    state: RiskState
    ft_order_count: int
    ft_pnl: Usd
    lt_pnl: Usd
    order_count: int
    denied_count: int
    filled_count: int
    fill_rate: Decimal | None
    slippage_ratio: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A live order as readers see it. Ratios are None before the first fill."""

    lt_order_id: LtOrderId
    strategy_id: StrategyId
    status: OrderStatus
    is_force_test: bool
    title: str
    token_label: str
    signal_price: Decimal
    signal_size: Usd
    limit_price: Decimal | None
    executed: Usd
    executed_shares: Shares
    executed_price: Decimal | None
    fees: Usd
    slippage_ratio: Decimal | None
    fill_rate: Decimal | None
    latency_ms: int | None
    outcome: str
    pnl: Usd | None
    denial_code: str | None
    denial_text: str | None
    last_detail: str | None
    """What the newest row of its history says."""
    signal_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One move of an order."""

    at: datetime
    from_status: str | None
    to_status: str
    event: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillRow:
    """One match of an order."""

    trade_id: str
    status: str
    shares: Shares
    price: Decimal
    cost: Usd
    fee: Usd
    matched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    """An order with all that happened to it. `envelope` is as saved, signature included."""

    order: OrderRow
    order_id: str | None
    answer: str | None
    envelope: Mapping[str, object] | None
    events: tuple[EventRow, ...]
    fills: tuple[FillRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletRow:
    """A forward-test wallet and what it did so far."""

    wallet_id: FtWalletId
    display_name: str
    is_active: bool
    problem: str | None
    leader_count: int
    leader_pool: str | None
    order_count: int
    open_count: int
    pnl: Usd
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One decision as it was logged."""

    at: datetime
    level: str
    stage: str
    message: str
    strategy_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Signs of life and what waits; `_at` is machine time except for `synced_at`."""

    leader_count: int
    synced_at: datetime | None
    """Venue time of the stalest followed leader's last sync; None if one never was."""
    ticked_at: datetime | None
    queued_count: int
    oldest_queued_at: datetime | None
    working_count: int
    oldest_due_at: datetime | None
    unknown_count: int
    oldest_unknown_at: datetime | None
    source_trade_count: int
    ft_order_count: int
    fill_count: int
    resolved_market_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceDrift:
    """A kept balance that is not the sum of its entries."""

    strategy_id: StrategyId
    account: Account
    kept: Usd
    booked: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbalancedPosting:
    """A posting whose entries do not sum to zero."""

    strategy_id: StrategyId
    cause: str
    kind: Kind
    total: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What the ledger's own arithmetic says; both lists are empty when the books are right."""

    strategy_count: int
    entry_count: int
    drifts: tuple[BalanceDrift, ...]
    unbalanced: tuple[UnbalancedPosting, ...]


class Queries(Protocol):
    """Reads of committed rows. Each method raises StoreUnavailableError."""

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

    def pulse(self) -> Pulse: ...

    def ledger(self) -> LedgerReport: ...
