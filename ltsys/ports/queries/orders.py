"""Live orders as readers see them, and everything that is known of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.strategy import Mode
from ltsys.ports.queries.ledger import PostingRow
from ltsys.ports.queries.operations import AlertRow, LogRow
from ltsys.ports.records import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A live order as readers see it. Ratios are None before the first fill."""

    lt_order_id: LtOrderId
    strategy_id: StrategyId
    status: OrderStatus
    mode: Mode
    is_force_test: bool
    title: str
    slug: str | None
    event_slug: str | None
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
    outcome: str | None
    """None while it holds no shares: what becomes of the market is no outcome of it."""
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
class SignalRow:
    """What became of a signal so far; `outcome` is queued until an order was decided about."""

    strategy_id: StrategyId
    source_trade_id: str
    outcome: str
    skip_reason: str | None
    is_force_test: bool
    seen_at: datetime
    lt_order_id: LtOrderId | None
    """None while it waits."""
