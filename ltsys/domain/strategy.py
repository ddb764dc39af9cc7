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
from ltsys.domain.ledger import Balances, Book
from ltsys.domain.money import ZERO_USD, Price, Usd
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.venue import TimeInForce

SHADOW_ONLY = Standing(stage=Stage.SHADOW)


class Mode(StrEnum):
    """What stands behind an order: real capital, or a marked test (DESIGN §8)."""

    LIVE = "live"
    SHADOW = "shadow"
    """Virtual money against the real book; nothing is sent."""
    FORCE_TEST = "force_test"

    @property
    def book(self) -> Book:
        """Whose money its orders move (LESSONS L36)."""
        return Book(self.value)


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
    standing: Standing = SHADOW_ONLY
    """How far it may go with real money; a strategy that nobody promoted sends nothing."""
    bet_cap: Usd | None = None
    """Larger bets of the FT wallet are cut to it until the owner raises it; None takes all."""

    @property
    def mode(self) -> Mode:
        """What stands behind the orders that it plans now."""
        return Mode.LIVE if self.standing.stage.is_live else Mode.SHADOW


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRules:
    """The limits a strategy shows, and no other (DESIGN §7, LESSONS L31).

    None is no limit or switched off, 0 is 0 (L14). Budgets count fills of the UTC day, the ISO
    week and the month. An order that holds shares or still works is one position.
    """

    daily_budget: Usd | None = None
    weekly_budget: Usd | None = None
    monthly_budget: Usd | None = None
    max_daily_loss: Usd | None = None
    """Of the UTC day's results, fees included; a positive amount."""
    max_position_size: Usd | None = None
    """Of one order."""
    min_order_size: Usd | None = None
    max_equity_ratio: Decimal | None = None
    """Of equity, for one order."""
    max_total_exposure: Usd | None = None
    max_market_exposure: Usd | None = None
    max_event_exposure: Usd | None = None
    max_market_positions: int | None = None
    max_event_positions: int | None = None
    max_positions: int | None = None
    max_consecutive_losses: int | None = None
    max_drawdown_ratio: Decimal | None = None
    """Of peak equity."""
    target_volatility: Decimal | None = None
    """Dollars a share: orders shrink in a market whose price swings more than this."""
    max_spread: Decimal | None = None
    """Dollars a share between the best bid and ask."""
    min_depth_ratio: Decimal | None = None
    """Of the order's dollars, on offer within its limit price."""
    max_slippage_ratio: Decimal | None = None
    """Of the signal price, estimated by walking the book for the exact size."""
    min_edge: Decimal | None = None
    """Dollars a share: the model's probability − price − fee, where there is a probability."""
    max_tolerance: Decimal | None = None
    """Ratio up to which the slippage tolerance may grow with spread and volatility."""
    raises_to_minimum: bool = False
    """An order below the venue's minimum is raised to it, and every limit is asked again."""

    @property
    def needs_volatility(self) -> bool:
        """Whether a rule looks at how much the market's price swings."""
        return self.target_volatility is not None or self.max_tolerance is not None

    @property
    def needs_event(self) -> bool:
        """Whether a limit can only be compared where the market's event is known."""
        return self.max_event_exposure is not None or self.max_event_positions is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskState:
    """What the limits are compared with. Spending counts fills of the UTC day, week, month (L33).

    Each counter runs until its `_reset_at`; None is a row that was never reset.
    """

    balances: Balances
    peak_equity: Usd
    consecutive_losses: int
    daily_spent: Usd
    daily_reset_at: datetime | None
    is_paused: bool
    pause_reason: str | None
    daily_result: Usd = ZERO_USD
    """What the UTC day's resolutions brought, fees included; below zero is a loss."""
    weekly_spent: Usd = ZERO_USD
    weekly_reset_at: datetime | None = None
    monthly_spent: Usd = ZERO_USD
    monthly_reset_at: datetime | None = None
    book: Book = Book.LIVE
    """Whose money these are; live and shadow have balances and counters apart (LESSONS L36)."""

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
    probability: Decimal | None = None
    """What the model gave the outcome, 0 to 1; None where it was not asked, or had no answer."""

    @property
    def idempotency_key(self) -> str:
        """The one name under which this signal may become an order (DESIGN §4, L01)."""
        return f"lt:{self.strategy_id}:{self.source_trade_id}"
