"""The rows that the memory store keeps, named as the tables of DESIGN §6."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal

from ltsys.domain.account import ApiToken, Session, User
from ltsys.domain.alert import OpenAlert
from ltsys.domain.breaker import Breaker, BreakerKind, BreakerRule
from ltsys.domain.change import PendingChange
from ltsys.domain.decision import Kept
from ltsys.domain.denial import Denial
from ltsys.domain.ft_order import FtOrder
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.gate import Gate, GateState
from ltsys.domain.halt import KeptHalt
from ltsys.domain.ids import (
    Address,
    ConditionId,
    FtOrderId,
    FtWalletId,
    HaltId,
    LtOrderId,
    SourceTradeId,
    StrategyId,
    TokenId,
    UserId,
    VenueOrderId,
    VenueTradeId,
)
from ltsys.domain.ledger import Account, Book, Kind
from ltsys.domain.live_order import Fill, LiveOrder
from ltsys.domain.market import Market
from ltsys.domain.money import Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.shadow import ShadowOrder
from ltsys.domain.source_trade import SourceTrade
from ltsys.domain.stage import StageStep
from ltsys.domain.strategy import Mode, RiskRules, RiskState, Signal, Strategy
from ltsys.domain.stream import Channel, Heard, StreamState
from ltsys.domain.trader import TraderStatistics
from ltsys.domain.venue import SignedOrder
from ltsys.ports.answers import KeptAnswer
from ltsys.ports.keys import SealedKey
from ltsys.ports.reconciliation import KeptReconciliation
from ltsys.ports.records import Decision, LogEntry, Sighting, SignalKey
from ltsys.ports.stages import DrillRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    user_id: UserId
    expires_at: datetime
    is_used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRow:
    login_key: str
    address: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRow:
    market: Market
    checked_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderRow:
    cursor_at: datetime | None = None
    synced_at: datetime | None = None
    statistics: TraderStatistics | None = None
    statistics_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTradeRow:
    seq: int
    trade: SourceTrade
    probability: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletRow:
    wallet: FtWallet
    leader_pool: str | None
    problem: str | None
    owner: UserId | None = None
    is_active: bool = True
    cursor_seq: int = 0
    last_sync_at: datetime | None = None

    @property
    def is_trading(self) -> bool:
        """Whether the wallet decides about trades at all."""
        return self.is_active and self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    user_id: str
    signature_type: int
    key_reference: str
    collateral: Usd | None = None
    collateral_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyRow:
    strategy: Strategy
    rules: RiskRules
    states: Mapping[Book, RiskState]
    staged_at: datetime
    mode_since: datetime

    @property
    def state(self) -> RiskState:
        """In the book in which it trades now."""
        return self.states[self.strategy.mode.book]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """A signal in the outbox. A force test carries itself, for it has no FT order."""

    ft_order_id: FtOrderId | None
    test_signal: Signal | None
    seen_at: datetime
    kicked_at: datetime
    outcome: str = "queued"
    skip_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order, or the denial that stands in its place; a denied plan has both."""

    key: SignalKey
    order: LiveOrder | None
    denial: Denial | None
    trader: Address
    token_label: str
    planned_at: datetime
    updated_at: datetime
    next_check_at: datetime | None = None
    latency_ms: int | None = None
    parked_at: datetime | None = None
    last_look_at: datetime | None = None
    last_look: Sighting | None = None
    cancel_asked_at: datetime | None = None
    pnl: Usd | None = None
    resolved_at: datetime | None = None
    settles_at: datetime | None = None
    mode: Mode = Mode.LIVE
    was: RiskState | None = None
    """How things stood before its outcome was booked."""

    @property
    def status(self) -> OrderStatus:
        return OrderStatus.DENIED if self.order is None else self.order.status


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeRow:
    lt_order_id: LtOrderId
    attempt: int
    signed: SignedOrder
    prepared_at: datetime
    state: str = "prepared"
    text: str | None = None
    matched: Usd | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillRow:
    lt_order_id: LtOrderId
    fill: Fill
    recorded_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One move of an order."""

    lt_order_id: LtOrderId
    before: OrderStatus | None
    now: OrderStatus
    event: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    lt_order_id: LtOrderId
    strategy_id: StrategyId
    attempt: int
    decided_at: datetime
    text: Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEventRow:
    heard: Heard
    received_at: datetime
    handled_at: datetime | None = None
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    kept: KeptAnswer
    claimed_at: datetime


EntryKey = tuple[StrategyId, str, Kind, Account]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    book: Book
    amount: Usd
    created_at: datetime


@dataclass(slots=True)
class Tables:
    """Every row, by its key. Rows are never changed, only replaced."""

    markets: dict[ConditionId, MarketRow] = field(default_factory=dict)
    traders: dict[Address, TraderRow] = field(default_factory=dict)
    leader_pools: dict[str, tuple[Address, ...]] = field(default_factory=dict)
    pools_refreshed_at: dict[str, datetime] = field(default_factory=dict)
    source_trades: dict[SourceTradeId, SourceTradeRow] = field(default_factory=dict)
    ft_wallets: dict[FtWalletId, WalletRow] = field(default_factory=dict)
    ft_orders: dict[FtOrderId, FtOrder] = field(default_factory=dict)
    ft_seen_trades: dict[tuple[FtWalletId, SourceTradeId], Decision] = field(default_factory=dict)
    wallets: dict[Address, AccountRow] = field(default_factory=dict)
    lt_strategies: dict[StrategyId, StrategyRow] = field(default_factory=dict)
    lt_seen_trades: dict[SignalKey, SeenRow] = field(default_factory=dict)
    lt_orders: dict[LtOrderId, OrderRow] = field(default_factory=dict)
    orders: dict[VenueOrderId, EnvelopeRow] = field(default_factory=dict)
    lt_fills: dict[tuple[VenueTradeId, VenueOrderId], FillRow] = field(default_factory=dict)
    lt_ledger: dict[EntryKey, EntryRow] = field(default_factory=dict)
    order_events_log: list[EventRow] = field(default_factory=list)
    lt_execute_logs: list[LogEntry] = field(default_factory=list)
    lt_decisions: dict[int, DecisionRow] = field(default_factory=dict)
    lt_alerts: dict[str, OpenAlert] = field(default_factory=dict)
    lt_gates: dict[Gate, GateState] = field(default_factory=dict)
    lt_breaker_rules: dict[tuple[StrategyId | None, BreakerKind], BreakerRule] = field(
        default_factory=dict
    )
    lt_breakers: list[Breaker] = field(default_factory=list)
    stream_events: dict[tuple[str, Channel, str], StreamEventRow] = field(default_factory=dict)
    stream_state: dict[tuple[str, Channel], StreamState] = field(default_factory=dict)
    reconciliations: list[KeptReconciliation] = field(default_factory=list)
    lt_stage_log: list[StageStep] = field(default_factory=list)
    lt_pending_changes: dict[int, PendingChange] = field(default_factory=dict)
    lt_drills: list[DrillRow] = field(default_factory=list)
    lt_ft_copies: dict[StrategyId, dict[str, str]] = field(default_factory=dict)
    shadow_orders: dict[VenueOrderId, ShadowOrder] = field(default_factory=dict)
    redeemed_tokens: dict[tuple[Address, TokenId], Decimal] = field(default_factory=dict)
    users: dict[UserId, User] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    api_tokens: dict[str, ApiToken] = field(default_factory=dict)
    account_links: dict[str, LinkRow] = field(default_factory=dict)
    trading_keys: dict[Address, SealedKey] = field(default_factory=dict)
    login_attempts: list[LoginRow] = field(default_factory=list)
    idempotency_keys: dict[tuple[UserId, str], AnswerRow] = field(default_factory=dict)
    lt_halts: dict[HaltId, KeptHalt] = field(default_factory=dict)
    beat_slots: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def copy(self) -> "Tables":
        """The same rows in tables of their own."""
        return Tables(**{table.name: getattr(self, table.name).copy() for table in fields(self)})
