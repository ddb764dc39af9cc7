"""Strategies and forward-test wallets as readers see them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.ids import FtWalletId
from ltsys.domain.money import Usd
from ltsys.domain.strategy import RiskRules, RiskState, Strategy


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
