"""A live strategy: whose signals it mirrors, with what money, under which limits."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.ids import (
    Address,
    ConditionId,
    FtOrderId,
    FtWalletId,
    SourceTradeId,
    StrategyId,
    TokenId,
)
from ltsys.domain.ledger import Balances
from ltsys.domain.money import Price, Usd
from ltsys.domain.venue import TimeInForce


class Mode(StrEnum):
    """What stands behind an order: real capital, or a marked test (DESIGN §8)."""

    LIVE = "live"
    FORCE_TEST = "force_test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """`slippage_tolerance` is a ratio on top of the FT entry price, applied once (LESSONS L15)."""

    strategy_id: StrategyId
    user_id: str
    ft_wallet_id: FtWalletId
    wallet_address: Address
    is_active: bool
    launched_at: datetime
    initial_capital: Usd
    slippage_tolerance: Decimal
    time_in_force: TimeInForce
    max_signal_age_s: int
    cooldown_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRules:
    """The limits a strategy shows, and no other; None is no limit (DESIGN §7, L14, L31)."""

    daily_budget: Usd | None
    max_position_size: Usd | None
    max_total_exposure: Usd | None
    max_consecutive_losses: int | None
    max_drawdown_ratio: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskState:
    """What the limits are compared with. `daily_spent` counts fills of the UTC day (L33)."""

    balances: Balances
    peak_equity: Usd
    consecutive_losses: int
    daily_spent: Usd
    daily_reset_at: datetime | None
    is_paused: bool
    pause_reason: str | None

    @property
    def drawdown_ratio(self) -> Decimal:
        """How far equity is below its peak, as a ratio of the peak."""
        if self.peak_equity.amount <= 0:
            return Decimal(0)
        return max(Decimal(0), 1 - self.balances.equity.over(self.peak_equity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """An FT order that asks a strategy to act. `queued_at` is machine time, `signal_at` venue time.

    `price` is the FT entry price, which already holds the 0.3 % of FT slippage.
    """

    strategy_id: StrategyId
    source_trade_id: SourceTradeId
    ft_order_id: FtOrderId | None
    trader: Address
    condition_id: ConditionId
    token_id: TokenId
    token_label: str
    price: Price
    size: Usd
    signal_at: datetime
    queued_at: datetime
    is_force_test: bool

    @property
    def idempotency_key(self) -> str:
        """The one name under which this signal may become an order (DESIGN §4, L01)."""
        return f"lt:{self.strategy_id}:{self.source_trade_id}"
