"""What the database hands over and takes: records of several domain objects read together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.evaluation import Rejected
from ltsys.domain.exposure import Stake
from ltsys.domain.ft_order import FtOrder
from ltsys.domain.ft_wallet import DeadMarketGuard, FtWallet
from ltsys.domain.gate import Gate
from ltsys.domain.halt import Halt
from ltsys.domain.ids import (
    Address,
    FtWalletId,
    LtOrderId,
    SourceTradeId,
    StrategyId,
    VenueOrderId,
)
from ltsys.domain.live_order import Fill, LiveOrder
from ltsys.domain.market import Market
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.source_trade import SourceTrade
from ltsys.domain.strategy import RiskRules, RiskState, Signal, Strategy
from ltsys.domain.venue import SignedOrder, VenueOrderStatus
from ltsys.domain.wallet_cash import UNREAD, WalletCash
from ltsys.ports.breakers import Breakers

SignalKey = tuple[StrategyId, SourceTradeId]

ANSWER_PATIENCE = timedelta(seconds=20)
"""How long an order that was handed out is left alone: longer than any post can take, whose
connecting and reading time out after 12 s together.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One decision, to be read by people (`lt_execute_logs`)."""

    stage: str
    message: str
    level: str = "INFO"
    strategy_id: StrategyId | None = None
    trace_id: str | None = None
    lt_order_id: LtOrderId | None = None
    order_id: VenueOrderId | None = None
    elapsed_ms: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedTrade:
    """A source trade that a wallet has not decided about yet."""

    seq: int
    trade: SourceTrade
    probability: Decimal | None
    """What the model said when another wallet asked; None if none did, or none was had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletWork:
    """What a wallet is to decide about now. `leaders` is whom it follows."""

    wallet: FtWallet
    leaders: tuple[Address, ...]
    cursor_seq: int
    trades: tuple[UndecidedTrade, ...]
    next_cursor_seq: int
    is_last: bool
    """Nothing is known beyond these trades."""
    realized_pnl: Usd
    open_exposure: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a wallet made of one source trade: taken, skipped for a reason, or closed by a sell."""

    source_trade_id: SourceTradeId
    outcome: str
    rejected: Rejected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletDecisions:
    """One batch of decisions, written at once."""

    wallet_id: FtWalletId
    from_cursor_seq: int
    to_cursor_seq: int
    decisions: tuple[Decision, ...]
    opened: tuple[FtOrder, ...]
    closed: tuple[FtOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Everything a plan looks at, read under the strategy's lock."""

    signal: Signal
    is_queued: bool
    strategy: Strategy
    rules: RiskRules
    state: RiskState
    guard: DeadMarketGuard
    market: Market | None
    order: LiveOrder | None
    open_gates: frozenset[Gate]
    halts: tuple[Halt, ...]
    """Those of the database that stand over the signal."""
    breakers: Breakers
    cash: WalletCash = UNREAD
    stakes: tuple[Stake, ...] = ()
    """Of the strategy in the market and in its event."""
    open_positions: int = 0
    recent_prices: tuple[Price, ...] = ()
    """Read only where a rule of the strategy looks at volatility."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """An order with what has been counted of it, read under the strategy's lock."""

    order: LiveOrder
    state: RiskState
    market: Market | None
    fills: tuple[Fill, ...]
    queued_at: datetime
    posted_at: datetime | None
    """Machine time at which its newest envelope was saved to be posted."""
    parked_at: datetime | None
    """Machine time since which it waits for an operator."""
    breakers: Breakers
    halts: tuple[Halt, ...] = ()
    """Those of the database that stand over the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedOrder:
    """A signed envelope as it was saved before its first post."""

    lt_order_id: LtOrderId
    signed: SignedOrder
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one look at the venue showed of an order, kept for people.

    `held_here` and `held_there` are shares of its token in our books and at the venue; None
    where they were not compared.
    """

    shown: VenueOrderStatus | None
    matched: Shares | None
    fill_count: int
    failed_count: int
    held_here: Shares | None
    held_there: Shares | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The oldest of what waits, in machine time; None where nothing does (LESSONS L51)."""

    oldest_signal_at: datetime | None
    oldest_unanswered_at: datetime | None
    """Of orders that were posted and whose fate is not known; parked ones are left out."""
    oldest_provisional_at: datetime | None
    """When the oldest fill was recorded that the chain has neither confirmed nor failed."""
