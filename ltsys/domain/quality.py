"""How well a real order followed its signal, and whether it should be sent at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.ft_wallet import DeadMarketGuard
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Price, Shares, Usd
from ltsys.domain.source_trade import Side

_CENT = Decimal("0.01")
_ONE = Decimal(1)
_MILLISECOND = timedelta(milliseconds=1)


class DeadMarketReason(StrEnum):
    """Why a live BUY is skipped (FT_RULES §9)."""

    NO_MID_PRICE = "no_mid_price"
    BELOW_FLOOR = "below_floor"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMarket:
    """The market has died since the signal, with the numbers that say so (LESSONS L32)."""

    reason: DeadMarketReason
    value: Decimal | None
    limit: Decimal

    @property
    def text(self) -> str:
        """One sentence for people."""
        match self.reason:
            case DeadMarketReason.NO_MID_PRICE:
                return "The mid price cannot be had, so a dead market cannot be ruled out."
            case DeadMarketReason.BELOW_FLOOR:
                return f"The mid price {self.value} is below the floor of {self.limit}."
            case DeadMarketReason.DRIFTED:
                return f"The price fell by a ratio of {self.value}, over the limit of {self.limit}."


def dead_market(
    *, signal_price: Decimal, mid: Decimal | None, guard: DeadMarketGuard
) -> DeadMarket | None:
    """None when a BUY may go on. Without a mid price it may not (LESSONS L18).

    Dead is a mid below the floor while the signal was a cent or more above it, or a fall from
    the signal by more than the drift (FT_RULES §9).
    """
    if not guard.is_enabled:
        return None
    if mid is None:
        return DeadMarket(reason=DeadMarketReason.NO_MID_PRICE, value=None, limit=guard.floor_price)
    if mid < guard.floor_price and signal_price >= guard.floor_price + _CENT:
        return DeadMarket(reason=DeadMarketReason.BELOW_FLOOR, value=mid, limit=guard.floor_price)
    drift = (signal_price - mid) / signal_price
    if drift > guard.max_drift_ratio:
        return DeadMarket(reason=DeadMarketReason.DRIFTED, value=drift, limit=guard.max_drift_ratio)
    return None


def slippage_ratio(*, side: Side, signal: Price, fill: Price) -> Decimal:
    """Fill against signal price, as a ratio of the signal; positive is worse for us."""
    worse = fill.per_share - signal.per_share
    return (worse if side is Side.BUY else -worse) / signal.per_share


def fill_rate(*, filled: Shares, wanted: Shares) -> Decimal:
    """Filled ÷ wanted as shown to people, at most 1 although a BUY may match more (L26)."""
    return min(_ONE, filled.over(wanted)) if wanted else Decimal(0)


def latency_ms(*, since: datetime, until: datetime) -> int:
    """Whole milliseconds between two moments; negative when the clocks disagree."""
    return (until - since) // _MILLISECOND


def average_price(fills: Iterable[tuple[Shares, Price]]) -> Decimal | None:
    """Dollars ÷ shares over fills, unrounded; None without a fill (LESSONS L20)."""
    shares, spent = ZERO_SHARES, ZERO_USD
    for count, price in fills:
        shares += count
        spent += price * count
    return _per_share(spent, shares)


def _per_share(spent: Usd, shares: Shares) -> Decimal | None:
    return spent.amount / shares.count if shares else None
