"""What is known of a leader's past results."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.ids import Address, ConditionId, TokenId
from ltsys.domain.money import Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPosition:
    """One resolved position of a leader, as the venue reports it."""

    condition_id: ConditionId
    token_id: TokenId
    realized_pnl: Usd
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderStatistics:
    """Over 30 days and over a lifetime; None where there is no value (FT_RULES §3, §11)."""

    trader: Address
    win_rate_30d: Decimal | None
    win_rate: Decimal | None
    resolved_count_30d: int | None
    resolved_count: int | None
    average_trade_30d: Usd | None
    average_trade: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardRow:
    """One rank of the venue's leaderboard."""

    trader: Address
    pnl: Usd
    volume: Usd
