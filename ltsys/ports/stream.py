"""The venue's streams, and what the database keeps of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ltsys.domain.errors import LtsysError
from ltsys.domain.ids import LtOrderId, TokenId, VenueOrderId
from ltsys.domain.stream import Heard, StreamState


class StreamLostError(LtsysError):
    """The connection is over, could not be had, or was silent for too long: open another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What one word from the venue says; a mere sign of life says nothing."""

    heard: tuple[Heard, ...] = ()
    ignored_count: int = 0
    malformed_count: int = 0


class Listening(Protocol):
    """An open connection that has subscribed."""

    async def listen(self) -> Frame:
        """The next word, however long it takes. Raises StreamLostError."""
        ...

    async def close(self) -> None:
        """Nothing of it is left; never fails."""
        ...


class MarketListening(Listening, Protocol):
    async def follow(self, tokens: Sequence[TokenId]) -> None:
        """Exactly these tokens are followed. Raises StreamLostError."""
        ...


class Streams(Protocol):
    """Opens connections. Nothing is replayed on them, and nothing retries by itself (§13.1)."""

    async def user(self) -> Listening:
        """Our orders and trades, of all markets. Raises StreamLostError."""
        ...

    async def market(self, tokens: Sequence[TokenId]) -> MarketListening:
        """What happens to these tokens and their markets. Raises StreamLostError."""
        ...


class StreamStore(Protocol):
    """Facts that were heard, and how well we hear."""

    def keep_stream_event(self, heard: Heard, *, account: str, received_at: datetime) -> bool:
        """The fact is a row, once; True as long as nobody has handled it (LESSONS L22)."""
        ...

    def note_stream_handled(self, heard: Heard, *, account: str, at: datetime) -> None: ...

    def forget_stream_events(self, *, handled_before: datetime) -> None:
        """What nobody could handle stays, for the reconciliation to match."""
        ...

    def orders_named(self, order_ids: Iterable[VenueOrderId]) -> dict[VenueOrderId, LtOrderId]:
        """Those of the venue's ids that are ours, of every attempt."""
        ...

    def orders_to_resync(self, now: datetime) -> tuple[LtOrderId, ...]:
        """Every order that is not over, apart from those whose post may be under way."""
        ...

    def look_soon(self, lt_order_id: LtOrderId, *, at: datetime) -> None:
        """The order's next look at the venue is due then, unless it was due before."""
        ...

    def tokens_at_stake(self, limit: int) -> tuple[TokenId, ...]:
        """Tokens of orders that are not over and of open positions, the newest first."""
        ...

    def stream_states(self) -> tuple[StreamState, ...]:
        """Of every account and channel, in the order of their names."""
        ...

    def save_stream_state(self, state: StreamState) -> None: ...
