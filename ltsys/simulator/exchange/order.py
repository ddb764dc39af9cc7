"""An accepted order and its fills."""

from dataclasses import dataclass, field

from ltsys.simulator.units import DUST, ONE, SHARE_STEP
from ltsys.simulator.world.facts import Market

HOUSE = "0x" + "0" * 36 + "4057"
HOUSE_KEY = "00000000-0000-4000-8000-000000000057"


@dataclass(slots=True, kw_only=True)
class Order:
    """One order on the book or off it; `remaining` is dollars for a BUY, shares for a SELL."""

    order_id: str
    sequence: int
    market: Market
    outcome_index: int
    is_buy: bool
    order_type: str
    maker: str
    owner: str
    owner_address: str
    maker_units: int
    taker_units: int
    price: int
    created_at: float
    expiration: int
    remaining: int
    matched_shares: int = 0
    matched_usd: int = 0
    status: str = "LIVE"
    fills: list["Fill"] = field(default_factory=list)

    @property
    def side(self) -> str:
        """BUY or SELL."""
        return "BUY" if self.is_buy else "SELL"

    @property
    def token(self) -> str:
        """The outcome token that is bought or sold."""
        return self.market.tokens[self.outcome_index]

    @property
    def is_bid(self) -> bool:
        """Whether it stands with the bids in the first outcome's book (VENUE §9, last line)."""
        return self.is_buy == (self.outcome_index == 0)

    @property
    def book_price(self) -> int:
        """Its limit price in the first outcome's book."""
        return self.own_price(self.price)

    @property
    def open_shares(self) -> int:
        """Shares that it could still trade at its limit price."""
        return self.affordable(self.price)

    @property
    def original_shares(self) -> int:
        """The size as signed."""
        return self.taker_units if self.is_buy else self.maker_units

    @property
    def is_done(self) -> bool:
        """Whether nothing but dust is left (VENUE §5.1)."""
        return self.open_shares < DUST

    def own_price(self, book_price: int) -> int:
        """A price of the first outcome as a price of this order's token; its own inverse."""
        return book_price if self.outcome_index == 0 else ONE - book_price

    def affordable(self, price: int) -> int:
        """Shares that what remains trades for: a BUY is limited by its dollars (VENUE §5.1)."""
        if not self.is_buy:
            return self.remaining
        return self.remaining * ONE // price // SHARE_STEP * SHARE_STEP

    def take(self, shares: int, usd: int) -> None:
        """Count a fill against what remains."""
        self.remaining -= usd if self.is_buy else shares
        self.matched_shares += shares
        self.matched_usd += usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One side of a match, with its own token, price and dollars."""

    order_id: str
    owner: str
    address: str
    outcome_index: int
    side: str
    price: int
    usd: int
    fee: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A match of one taker with one maker level: what the venue calls a trade."""

    trade_id: str
    market: Market
    taker: Leg
    maker: Leg
    shares: int
    at: float
    settles_at: float
    transaction_hash: str

    def leg(self, order_id: str) -> Leg:
        """The side of the match that this order is on."""
        return self.taker if self.taker.order_id == order_id else self.maker

    def status(self, now: float) -> str:
        """MATCHED until the chain has it, then CONFIRMED."""
        return "CONFIRMED" if now >= self.settles_at else "MATCHED"
