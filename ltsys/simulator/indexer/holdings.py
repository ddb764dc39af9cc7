"""Positions with what they are worth, and what can be done with them."""

from dataclasses import dataclass
from decimal import Decimal

from ltsys.simulator.indexer.portfolio import Portfolio
from ltsys.simulator.indexer.positions import Position
from ltsys.simulator.world.facts import Market


@dataclass(frozen=True, slots=True)
class Holding:
    """A position at a price: the last one, or the payout."""

    position: Position
    price: Decimal
    redeemable: bool
    mergeable: bool

    @property
    def value_usd(self) -> Decimal:
        """What the shares are worth."""
        return max(Decimal(0), self.position.size) * self.price

    @property
    def profit_usd(self) -> Decimal:
        """Of the shares still held, fees apart."""
        return self.value_usd - self.position.cost_usd

    @property
    def profit_pct(self) -> Decimal:
        """The profit in percent of the cost."""
        return percentage(self.profit_usd, self.position.cost_usd)

    @property
    def status(self) -> str:
        """OPEN, REDEEMABLE (winner or loser alike) or CLOSED (VENUE §14.2)."""
        if self.position.size <= 0:
            return "CLOSED"
        return "REDEEMABLE" if self.redeemable else "OPEN"


def percentage(part: Decimal, whole: Decimal) -> Decimal:
    """Percentage points; nought of nothing."""
    return part * 100 / whole if whole else Decimal(0)


def holdings(
    portfolio: Portfolio, wallet: str, now: float, market: Market | None = None
) -> list[Holding]:
    """Everything that a wallet holds or ever held; a pair can be merged until it resolves.

    A loser's worthless shares stay redeemable until somebody redeems them.
    """
    known = portfolio.indexer.known_until(now)
    found = portfolio.all_positions(wallet, now, market)
    tokens = {position.token for position in found if position.size > 0}
    rows = []
    for position in found:
        resolved = position.market.is_resolved(known)
        is_pair = tokens.issuperset(position.market.tokens)
        rows.append(
            Holding(
                position,
                portfolio.price(position, now),
                redeemable=resolved and position.size > 0,
                mergeable=is_pair and not resolved,
            )
        )
    return rows
