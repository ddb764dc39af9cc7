"""An accepted order and its fills."""

from dataclasses import dataclass, field

from ltsys.simulator.units import DUST, ONE, SHARE_STEP
from ltsys.simulator.world.facts import Market

HOUSE = "0x" + "0" * 36 + "4057"
HOUSE_KEY = "00000000-0000-4000-8000-000000000057"
IMMEDIATE = frozenset({"FOK", "FAK"})


@dataclass(slots=True, kw_only=True)
class Order:
    """One order on the book or off it; `remaining` is dollars for a BUY, shares for a SELL.

    `status` is one of LIVE, DELAYED, UNMATCHED, MATCHED, CANCELED, KILLED or a longer word
    that begins with CANCELED; of all but the first three `finished_at` says since when. A
    KILLED order was refused when it was posted, for the `reason` (VENUE §3.3).
    """

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
    builder: str = ""
    matched_shares: int = 0
    matched_usd: int = 0
    status: str = "LIVE"
    reason: str = ""
    finished_at: float | None = None
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
    def is_immediate(self) -> bool:
        """Whether it may never rest."""
        return self.order_type in IMMEDIATE

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

    @property
    def shown_status(self) -> str:
        """The status as a stream tells it: a killed order's says why (VENUE §13.2)."""
        return f"CANCELED_{self.reason}" if self.status == "KILLED" else self.status

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

    def finish(self, status: str, at: float) -> None:
        """Leave the book, or never come onto it, for good."""
        self.status = status
        self.finished_at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One side of a match, with its own token, shares, price and dollars."""

    order_id: str
    owner: str
    address: str
    outcome_index: int
    side: str
    shares: int
    price: int
    usd: int
    fee: int = 0
    builder: str = ""

    @property
    def is_buy(self) -> bool:
        """Whether it pays dollars."""
        return self.side == "BUY"


@dataclass(slots=True, kw_only=True, eq=False)
class Fill:
    """A match of one taker with the makers at one price: what the venue calls a trade.

    The makers' shares add up to the taker's. Status, hash and `updated_at` move with the
    settlement (VENUE §8.3); `bucket_index` counts the trades of one sweep.
    """

    trade_id: str
    market: Market
    taker: Leg
    makers: tuple[Leg, ...]
    at: float
    updated_at: float
    bucket_index: int = 0
    status: str = "MATCHED"
    transaction_hash: str = ""
    hides_hash: bool = False

    @property
    def shares(self) -> int:
        """What changed hands."""
        return self.taker.shares

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The taker's side and every maker's."""
        return (self.taker, *self.makers)

    def leg(self, order_id: str) -> Leg:
        """The side of the match that this order is on."""
        return next((leg for leg in self.makers if leg.order_id == order_id), self.taker)
