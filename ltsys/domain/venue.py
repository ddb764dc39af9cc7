"""What we say to the venue and what it says back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ltsys.domain.ids import ConditionId, TokenId, VenueOrderId, VenueTradeId
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.source_trade import Side


class TimeInForce(StrEnum):
    """How long an order lives (VENUE §5.2)."""

    GTC = "GTC"
    GTD = "GTD"
    FOK = "FOK"
    FAK = "FAK"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTicket:
    """Everything that the signature covers, fixed before signing (VENUE §3.1, §3.5).

    `maker_units` and `taker_units` are millionths: dollars and shares of a BUY, shares and
    dollars of a SELL. `salt` is below 2^53 because the wire carries it as a JSON number.
    """

    token_id: TokenId
    side: Side
    maker_units: int
    taker_units: int
    is_neg_risk: bool
    salt: int
    timestamp_ms: int
    time_in_force: TimeInForce
    expires_at_s: int
    """Unix seconds for GTD, 0 for every other time in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrder:
    """A ticket under our signature. Posting `envelope` any number of times is one order."""

    order_id: VenueOrderId
    """The EIP-712 hash, which is the venue's id of the order (VENUE §3.2)."""
    envelope: Mapping[str, object]


class AcceptedStatus(StrEnum):
    LIVE = "live"
    MATCHED = "matched"
    DELAYED = "delayed"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The venue took the order. What it matched at once is None where it did not say."""

    order_id: VenueOrderId
    status: AcceptedStatus
    matched_usd: Usd | None
    matched_shares: Shares | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """A FAK or FOK order that found nothing it could take; its hash is burnt (VENUE §3.3)."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadySeen:
    """The answer "Duplicated": the venue knows this envelope; filled or not is unsaid (L04)."""

    text: str


PostAnswer = Accepted | Killed | AlreadySeen


class VenueOrderStatus(StrEnum):
    LIVE = "LIVE"
    MATCHED = "MATCHED"
    DELAYED = "DELAYED"
    UNMATCHED = "UNMATCHED"
    CANCELED = "CANCELED"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOrder:
    """An order as the venue shows it. `matched` may exceed `original` on a BUY (VENUE §8.1)."""

    order_id: VenueOrderId
    condition_id: ConditionId
    token_id: TokenId
    status: VenueOrderStatus
    original: Shares
    matched: Shares


class FillStatus(StrEnum):
    """Settlement of one fill (VENUE §8.3); confirmed and failed are final."""

    MATCHED = "matched"
    MINED = "mined"
    RETRYING = "retrying"
    CONFIRMED = "confirmed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Nothing can follow it."""
        return self in {FillStatus.CONFIRMED, FillStatus.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFill:
    """Our part of one venue trade: taker by the top level, maker by our own entry (L21)."""

    trade_id: VenueTradeId
    order_id: VenueOrderId
    condition_id: ConditionId
    token_id: TokenId
    side: Side
    shares: Shares
    price: Price
    is_taker: bool
    status: FillStatus
    matched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAnswer:
    """Whether the venue says that it cancelled, and its reason when it did not (VENUE §7)."""

    is_canceled: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueBalance:
    """Cash that the venue shows for our wallet, working orders not subtracted (VENUE §10)."""

    cash: Usd
