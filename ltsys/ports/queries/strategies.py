"""Strategies and forward-test wallets as readers see them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.breaker import Breaker
from ltsys.domain.ids import Address, ConditionId, FtWalletId
from ltsys.domain.money import Usd
from ltsys.domain.strategy import RiskRules, RiskState, Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyRow:
    """A strategy beside its forward test since the launch; test orders are left out."""

    strategy: Strategy
    rules: RiskRules
    state: RiskState
    breakers: tuple[Breaker, ...]
    """Those that stop it now, its own and those of all strategies."""
    ft_order_count: int
    ft_pnl: Usd
    lt_pnl: Usd
    order_count: int
    denied_count: int
    filled_count: int
    fill_rate: Decimal | None
    slippage_ratio: Decimal | None


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
class FtOrderRow:
    """A virtual order. `price` is its entry price in dollars a share; `pnl` is None while open."""

    ft_order_id: str
    wallet_id: FtWalletId
    source_trade_id: str
    trader: Address
    condition_id: ConditionId
    title: str
    slug: str | None
    event_slug: str | None
    token_label: str
    side: str
    price: Decimal
    size: Usd
    edge: Decimal
    outcome: str
    pnl: Usd | None
    ordered_at: datetime
    resolved_at: datetime | None
