"""What is known of a leader's past results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.ids import Address, ConditionId, TokenId
from ltsys.domain.money import Usd
from ltsys.domain.source_trade import SourceTrade

_MONTH = timedelta(days=30)
_ONE = Decimal(1)
_EVEN = Decimal("0.5")
_NAMED_STRANGER_COUNT = 50
_LOW_BRACKET = Decimal("0.30")
_MID_BRACKET = Decimal("0.70")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderFacts:
    """What an evaluation believes of a leader at one trade (FT_RULES §3)."""

    win_rate: Decimal
    trade_count: int
    conviction: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """A trader's results among alike trades."""

    niche: str
    structure: str
    bracket: str
    win_rate: Decimal
    trade_count: int


def statistics_of(
    trader: Address,
    closed_positions: Sequence[ClosedPosition],
    *,
    now: datetime,
    average_trade_30d: Usd | None,
    average_trade: Usd | None,
) -> TraderStatistics:
    """Win rate: the share of resolved positions with a realized gain over 0 (FT_RULES §11).

    Without a resolved position there is no win rate and no count: None, never 0 (L42), so
    that 30 quiet days fall back to the lifetime.
    """
    recent = [p for p in closed_positions if now - _MONTH <= p.closed_at]
    return TraderStatistics(
        trader=trader,
        win_rate_30d=_win_rate(recent),
        win_rate=_win_rate(closed_positions),
        resolved_count_30d=len(recent) or None,
        resolved_count=len(closed_positions) or None,
        average_trade_30d=average_trade_30d,
        average_trade=average_trade,
    )


def leader_facts(
    trade: SourceTrade, statistics: TraderStatistics | None, *, is_named: bool
) -> LeaderFacts | None:
    """30-day value, else lifetime, else 0.5, 0 and 0 (FT_RULES §3).

    A trader with neither a win rate nor a count is unknown: None, or for a wallet that names
    the trader 0.5 and 50, as the original had it for everybody (deviation D5).
    """
    win_rate, count, average = _effective(statistics)
    if win_rate is None and count is None:
        if not is_named:
            return None
        count = _NAMED_STRANGER_COUNT
    return LeaderFacts(
        win_rate=_EVEN if win_rate is None else win_rate,
        trade_count=count or 0,
        conviction=trade.value.over(average) if average else _ONE,
    )


def profile_win_rate(
    rows: Sequence[ProfileRow], *, niche: str, structure: str, price: Decimal
) -> Decimal | None:
    """The trade-count-weighted win rate among alike trades, None without a match (FT_RULES §3).

    Alike means the same niche, structure and bracket; failing that niche and structure;
    failing that the niche, or one that contains the other.
    """
    wanted, shape, bracket = niche or "OTHER", structure or "STANDARD", _bracket(price)
    ladder = (
        [r for r in rows if (r.niche, r.structure, r.bracket) == (wanted, shape, bracket)],
        [r for r in rows if (r.niche, r.structure) == (wanted, shape)],
        [r for r in rows if r.niche in wanted or wanted in r.niche],
    )
    alike = next((step for step in ladder if step), [])
    total = sum(row.trade_count for row in alike)
    if not total:
        return None
    return sum((row.win_rate * row.trade_count for row in alike), Decimal(0)) / total


def _effective(
    statistics: TraderStatistics | None,
) -> tuple[Decimal | None, int | None, Usd | None]:
    if statistics is None:
        return None, None, None
    s = statistics
    return (
        s.win_rate if s.win_rate_30d is None else s.win_rate_30d,
        s.resolved_count if s.resolved_count_30d is None else s.resolved_count_30d,
        s.average_trade if s.average_trade_30d is None else s.average_trade_30d,
    )


def _win_rate(positions: Sequence[ClosedPosition]) -> Decimal | None:
    if not positions:
        return None
    return Decimal(sum(p.realized_pnl.amount > 0 for p in positions)) / len(positions)


def _bracket(price: Decimal) -> str:
    if price < _LOW_BRACKET:
        return "LOW"
    return "MID" if price <= _MID_BRACKET else "HIGH"
