"""A market, its outcomes and its order book, as ltsys sees them."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.ids import ConditionId, TokenId
from ltsys.domain.money import Price, Shares

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,199}")


def slug_of(value: object) -> str | None:
    """A name that may stand in an address, else None: nobody else's text becomes part of a link.

    All 500 that are recorded are of this shape, the longest of 95 characters.
    """
    return value if isinstance(value, str) and _SLUG.fullmatch(value) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One side of a market; `price` is the last published one, 0 and 1 included, None unknown."""

    label: str
    token_id: TokenId
    price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is known of a market. Times are aware UTC; None means not published."""

    condition_id: ConditionId
    title: str
    tags: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    start_at: datetime | None
    game_start_at: datetime | None
    end_at: datetime | None
    is_closed: bool
    is_resolved: bool
    accepts_orders: bool
    is_neg_risk: bool
    version: str
    fee_rate: Decimal
    """Taker fee: shares × rate × (p·(1−p))^exponent, in dollars (VENUE §11)."""
    fee_exponent: Decimal
    event_id: str | None = None
    """Names the markets that belong together; None where it was never asked for."""
    slug: str | None = None
    """Its name in addresses of the venue's site; no decision looks at it."""
    event_slug: str | None = None
    """That of its event; of the markets of one event all have the same."""

    def outcome_of(self, token_id: TokenId) -> Outcome | None:
        """The outcome that the token stands for, or None: never a default one (LESSONS L07)."""
        return next((o for o in self.outcomes if o.token_id == token_id), None)

    def is_first(self, token_id: TokenId) -> bool | None:
        """Whether the token stands for the market's first outcome; None where it is neither."""
        outcome = self.outcome_of(token_id)
        return None if outcome is None else outcome is self.outcomes[0]

    def outcome_labelled(self, label: str) -> Outcome | None:
        """The outcome with this label, trimmed and case-insensitive; None when there is none."""
        wanted = label.strip().casefold()
        return next((o for o in self.outcomes if o.label.strip().casefold() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLevel:
    price: Price
    shares: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Resting orders of one token at one moment. The order of levels carries no meaning."""

    token_id: TokenId
    condition_id: ConditionId
    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]
    tick: Decimal
    min_order_shares: Shares
    is_neg_risk: bool

    @property
    def best_bid(self) -> Price | None:
        """The highest bid, found by value (LESSONS L17)."""
        return max((level.price for level in self.bids), default=None)

    @property
    def best_ask(self) -> Price | None:
        """The lowest ask, found by value (LESSONS L17)."""
        return min((level.price for level in self.asks), default=None)

    @property
    def mid(self) -> Decimal | None:
        """Half way between the best bid and ask; None when a side is empty (LESSONS L42)."""
        bid, ask = self.best_bid, self.best_ask
        if bid is None or ask is None:
            return None
        return (bid.per_share + ask.per_share) / 2
