"""A leader's trade as seen on the venue, before anybody decides about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ltsys.domain.ids import Address, ConditionId, SourceTradeId, TokenId
from ltsys.domain.money import Price, Shares, Usd


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTrade:
    """One fill of a leader, well formed (deviation D1 of FT_RULES §10)."""

    source_trade_id: SourceTradeId
    trader: Address
    condition_id: ConditionId
    token_id: TokenId
    token_label: str
    side: Side
    price: Price
    shares: Shares
    traded_at: datetime
    title: str

    @property
    def value(self) -> Usd:
        """Size × price (FT_RULES §3)."""
        return self.price * self.shares


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """A row of the trade feed as served: text, not yet believed."""

    row_id: str | None
    transaction_hash: str | None
    trader: str
    condition_id: str
    token_id: str
    token_label: str
    side: str
    size: str
    price: str
    timestamp: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A feed row that could not be believed, and why in one sentence."""

    reason: str
    text: str
