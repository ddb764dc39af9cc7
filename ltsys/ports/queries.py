"""What people and scripts may read of the books: one question a method, nothing changes.

The records are read models: sums and sentences for showing, never inputs to a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, Self

from ltsys.domain.alert import Alert, OpenAlert
from ltsys.domain.errors import LtsysError
from ltsys.domain.gate import GateState
from ltsys.domain.ids import FtWalletId, LtOrderId, StrategyId, UserId
from ltsys.domain.ledger import Account, Book, Entry, Kind, Posting
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.strategy import RiskRules, RiskState, Strategy
from ltsys.domain.stream import StreamState
from ltsys.ports.reconciliation import KeptReconciliation
from ltsys.ports.records import Sighting


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
    attempt: int
    parked_at: datetime | None
    """Machine time since which it waits for an operator."""
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
class AttemptRow:
    """One signed envelope and its answer. `envelope` is as saved, signature included."""

    attempt: int
    order_id: str
    state: str
    answer: str | None
    matched: Usd | None
    """Dollars that the answer said were matched at once."""
    prepared_at: datetime
    answered_at: datetime | None
    envelope: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksRow:
    """How often the venue was asked about an order, and what it last showed; machine times."""

    count: int
    last_at: datetime | None
    next_at: datetime | None
    parked_at: datetime | None
    last: Sighting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One decision as it was logged."""

    at: datetime
    level: str
    stage: str
    message: str
    strategy_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One condition that people were told of; `cleared_at` is None while it lasts."""

    alert: Alert
    first_at: datetime
    last_at: datetime
    count: int
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    """One posting of the ledger with what it did to each account."""

    at: datetime
    book: Book
    cause: str
    kind: Kind
    lt_order_id: str | None
    amounts: Mapping[Account, Usd]

    @property
    def posting(self) -> Posting:
        """As the domain knows it."""
        entries = tuple(Entry(account=a, amount=usd) for a, usd in self.amounts.items())
        return Posting(cause=self.cause, kind=self.kind, entries=entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    """An order with everything that is known of it."""

    order: OrderRow
    reserved: Usd
    attempts: tuple[AttemptRow, ...]
    looks: LooksRow
    events: tuple[EventRow, ...]
    fills: tuple[FillRow, ...]
    postings: tuple[PostingRow, ...]
    alerts: tuple[AlertRow, ...]
    logs: tuple[LogRow, ...]

    @property
    def newest(self) -> AttemptRow | None:
        """The last envelope; None where nothing was ever signed."""
        return self.attempts[-1] if self.attempts else None


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
    oldest_unanswered_at: datetime | None
    """When the oldest order was posted whose fate is not known and that is still asked about."""
    parked_count: int
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
class Mismatch:
    """A kept amount that does not follow from the rows which it sums up."""

    strategy_id: StrategyId
    what: str
    kept: Usd
    computed: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What the books' own arithmetic says; every list is empty when they are right."""

    strategy_count: int
    entry_count: int
    drifts: tuple[BalanceDrift, ...]
    unbalanced: tuple[UnbalancedPosting, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def is_right(self) -> bool:
        """Whether every kept amount follows from its rows."""
        return not (self.drifts or self.unbalanced or self.mismatches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How well each channel of the venue is heard, and the gate that depends on it."""

    states: tuple[StreamState, ...]
    gate: GateState | None
    """None before it was ever renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The newest comparison of each wallet with the venue, and the gate that depends on it."""

    last: tuple[KeptReconciliation, ...]
    gate: GateState | None
    """None before it was ever renewed or shut."""


class Queries(Protocol):
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
