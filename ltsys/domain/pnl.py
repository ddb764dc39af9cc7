"""Gains and losses of virtual and real orders, fees apart (FT_RULES §9, LESSONS L41)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.source_trade import Side

_LEAST_TRADES = 2


def ft_pnl(*, side: Side, size: Usd, entry_price: Decimal, payout: Decimal) -> Usd:
    """What a virtual order of `size` dollars gained at a payout of 0 to 1 dollar a share.

    BUY: size ÷ p × payout − size; with payout 1 that is size × (1 − p) ÷ p, with 0 it is −size.
    A won BUY at p ≤ 0 gains 0. SELL as the original: size × p when won, −size × (1 − p) when
    lost, in between in proportion. A voided market pays 0.5 (deviation D9).
    """
    if side is Side.SELL:
        return size.times(entry_price - 1 + payout)
    if entry_price <= 0:
        return ZERO_USD if payout else -size
    return Usd(size.amount * payout / entry_price) - size


def realized_pnl(*, shares: Shares, cost: Usd, payout_per_share: Decimal) -> Usd:
    """Payout − cost of what was really filled; fees are booked apart (FT_RULES §9)."""
    return shares.paying(payout_per_share) - cost


def open_pnl(*, shares: Shares, cost: Usd, price: Decimal | None) -> Usd | None:
    """Worth now − cost; None while the price is not known, never 0 (LESSONS L42)."""
    return None if price is None else shares.paying(price) - cost


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTotal:
    """A sum that says how much of it is missing (LESSONS L42)."""

    known: Usd
    unpriced_count: int


def total_open(gains: Sequence[Usd | None]) -> OpenTotal:
    """The gains that are known, and how many are not."""
    known = [gain for gain in gains if gain is not None]
    return OpenTotal(known=sum(known, ZERO_USD), unpriced_count=len(gains) - len(known))


def cash(*, starting: Usd, realized: Usd, exposure: Usd) -> Usd:
    """Of a virtual wallet: never below zero (FT_RULES §9)."""
    return max(ZERO_USD, starting + realized - exposure)


def sharpe(gains: Sequence[Usd]) -> Decimal | None:
    """Mean ÷ sample standard deviation; None below two trades or without any spread."""
    count = len(gains)
    if count < _LEAST_TRADES:
        return None
    mean = sum((gain.amount for gain in gains), Decimal(0)) / count
    variance = sum(((gain.amount - mean) ** 2 for gain in gains), Decimal(0)) / (count - 1)
    return mean / variance.sqrt() if variance else None


def max_drawdown(starting: Usd, gains: Sequence[Usd]) -> Decimal:
    """The deepest fall of start + cumulative gains, as a ratio of the peak it fell from."""
    equity = peak = starting
    deepest = Decimal(0)
    for gain in gains:
        equity += gain
        peak = max(peak, equity)
        if peak.amount > 0:
            deepest = max(deepest, (peak - equity).over(peak))
    return deepest
