"""What the venue's streams tell, and how long we could not hear them (VENUE §13)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

from ltsys.domain.ids import ConditionId, TokenId, VenueOrderId, VenueTradeId
from ltsys.domain.venue import FillStatus, VenueFill, VenueOrderStatus

BLIND_LIMIT = timedelta(seconds=15)
"""Machine time after the last word heard until nothing new is planned (LESSONS L28)."""


class Channel(StrEnum):
    """A stream of the venue. Trading needs the user channel; the market channel saves time."""

    USER = "user"
    MARKET = "market"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeHeard:
    """One step of a trade's settlement. Which of its orders are ours is known by their ids."""

    trade_id: VenueTradeId
    status: FillStatus
    order_ids: tuple[VenueOrderId, ...]
    """Taker and makers, ours and other people's, in lower case."""
    fills: tuple[VenueFill, ...]
    """The part of each order that could be read: other people's entries may be incomplete."""

    def fill_of(self, order_id: VenueOrderId) -> VenueFill | None:
        """None where the order's part could not be read: then the venue has to be asked."""
        return next((fill for fill in self.fills if fill.order_id == order_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHeard:
    """An order came, was matched or went; its fills are told by trades."""

    order_id: VenueOrderId
    status: VenueOrderStatus | None
    """None where the message has no status, which the venue's document allows."""
    has_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TickChanged:
    """The grid of a token's prices is another. Kept as a fact: every plan reads it fresh (L13)."""

    condition_id: ConditionId
    token_id: TokenId
    old: Decimal
    new: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketEnded:
    """The venue says that a market has its outcome; official closure decides (LESSONS L44)."""

    condition_id: ConditionId
    winner: TokenId


Fact = TradeHeard | OrderHeard | TickChanged | MarketEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A fact as it came. Its key is the same however often it is told (VENUE §13.1)."""

    channel: Channel
    key: str
    fact: Fact
    payload: Mapping[str, object]
    """The message without the API keys in it (LESSONS L62)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """How well one account's channel is heard; all moments are machine time.

    Blind is every moment after the last word of a lost connection until all that may have been
    missed was asked for. A process that died leaves no word, so its successor counts from the
    last one that was saved.
    """

    account: str
    channel: Channel
    connected_at: datetime | None = None
    """None while there is no connection."""
    last_frame_at: datetime | None = None
    blind_since: datetime | None = None
    blind_before: timedelta = timedelta(0)
    """The sum of the times of blindness that are over."""
    reconnect_count: int = 0
    ignored_count: int = 0
    """Messages of kinds that we have no use for."""
    malformed_count: int = 0

    def connected(self, now: datetime) -> Self:
        """A connection is open and subscribed; what was missed is still to be asked for."""
        again = 0 if self.last_frame_at is None else 1
        return replace(
            self,
            connected_at=now,
            last_frame_at=now,
            blind_since=self.blind_since or self.last_frame_at or now,
            reconnect_count=self.reconnect_count + again,
        )

    def heard(self, now: datetime, *, ignored_count: int = 0, malformed_count: int = 0) -> Self:
        return replace(
            self,
            last_frame_at=now,
            ignored_count=self.ignored_count + ignored_count,
            malformed_count=self.malformed_count + malformed_count,
        )

    def lost(self, now: datetime) -> Self:
        """Blind since the last word, for nobody knows what followed it."""
        return replace(
            self, connected_at=None, blind_since=self.blind_since or self.last_frame_at or now
        )

    def sighted(self, now: datetime) -> Self:
        """Nothing is missing any more."""
        return replace(self, blind_since=None, blind_before=self.blind_in_all(now))

    def idle(self, now: datetime) -> Self:
        """There is nothing to hear, which is no blindness; what comes later starts anew."""
        return replace(self.sighted(now), connected_at=None, last_frame_at=None)

    def blind_for(self, now: datetime) -> timedelta:
        """How long it has been blind by now; zero while it is heard."""
        if self.blind_since is None:
            return timedelta(0)
        return max(timedelta(0), now - self.blind_since)

    def blind_in_all(self, now: datetime) -> timedelta:
        return self.blind_before + self.blind_for(now)

    @property
    def trusted_until(self) -> datetime | None:
        """Until when new orders may be planned on the strength of it; None while blind."""
        if self.blind_since is not None or self.last_frame_at is None:
            return None
        return self.last_frame_at + BLIND_LIMIT
