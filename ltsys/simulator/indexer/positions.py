"""What a wallet holds, and what became of what it held, from the entries of its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ltsys.simulator.indexer.entries import Entry, UserConversion, UserTrade
from ltsys.simulator.world.facts import LeaderTrade, Market

_NONE = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Position:
    """A wallet's shares of one outcome, at average cost; a sale takes its part of the cost.

    `cost_usd` is without fees; `fees_usd` is the part of the buying fees that belongs to the
    shares still held. `realized_usd` is proceeds less cost of what is gone. The size may be
    below nought for a while: a redemption can come before the purchase was mined, and a
    recording may lack a purchase.
    """

    wallet: str
    market: Market
    outcome_index: int
    size: Decimal = _NONE
    cost_usd: Decimal = _NONE
    fees_usd: Decimal = _NONE
    bought_shares: Decimal = _NONE
    bought_usd: Decimal = _NONE
    realized_usd: Decimal = _NONE
    first_at: int = 0
    last_at: int = 0
    name: str = ""

    @property
    def token(self) -> str:
        """The outcome's token."""
        return self.market.tokens[self.outcome_index]

    @property
    def average_price(self) -> Decimal:
        """Dollars a share of what is held; of all that was bought, once nothing is."""
        if self.size > 0:
            return self.cost_usd / self.size
        return self.bought_usd / self.bought_shares if self.bought_shares else _NONE

    def take(self, entry: Entry) -> None:
        """Let an entry change the position; half of a pair's dollars are each outcome's."""
        self.first_at = self.first_at or entry.timestamp
        self.last_at = entry.timestamp
        usd = entry.usdc_size / 2 if entry.outcome_index is None else entry.usdc_size
        match entry:
            case UserConversion(kind="SPLIT"):
                self._receive(entry.size, usd, _NONE)
            case UserConversion():
                self._give(entry.size, usd)
            case LeaderTrade(side="SELL"):
                self._give(entry.size, usd)
            case UserTrade():
                self._receive(entry.size, usd, entry.fee_usd)
            case LeaderTrade():
                self._receive(entry.size, usd, _NONE)

    def settle(self, payout: Decimal, at: int) -> None:
        """Turn what is left into its payout."""
        self.last_at = at
        self._give(self.size, self.size * payout)

    def _receive(self, shares: Decimal, cost_usd: Decimal, fee_usd: Decimal) -> None:
        """Add shares; those that were given away before they came leave their cost there."""
        owed = min(shares, max(_NONE, -self.size)) / shares
        self.realized_usd -= cost_usd * owed
        self.cost_usd += cost_usd * (1 - owed)
        self.fees_usd += fee_usd * (1 - owed)
        self.bought_shares += shares
        self.bought_usd += cost_usd
        self.size += shares

    def _give(self, shares: Decimal, proceeds_usd: Decimal) -> None:
        """Part with shares; of more than are held, the rest has cost nothing so far."""
        part = min(shares, self.size) / self.size if self.size > 0 else _NONE
        cost = self.cost_usd * part
        self.realized_usd += proceeds_usd - cost
        self.cost_usd -= cost
        self.fees_usd -= self.fees_usd * part
        self.size -= shares


def positions(entries: Iterable[Entry]) -> list[Position]:
    """Every position that a wallet's history ever opened, in the order of their first entry."""
    found: dict[tuple[str, int], Position] = {}
    for entry in entries:
        both = (0, 1) if entry.outcome_index is None else (entry.outcome_index,)
        for index in both:
            key = entry.market.condition_id, index
            position = found.get(key)
            if position is None:
                position = found[key] = Position(
                    wallet=entry.wallet, name=entry.name, market=entry.market, outcome_index=index
                )
            position.take(entry)
    return list(found.values())
