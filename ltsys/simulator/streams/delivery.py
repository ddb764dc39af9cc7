"""Where a script of faults may meddle with the streams (VENUE §13.1, §18.6 r)."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFrame:
    """One frame on its way to a client; connections are numbered from 1 in order of coming.

    `kind` is the event type of its first event, or the text of a plain answer such as PONG;
    `at` is the simulated second.
    """

    channel: str
    connection: int
    kind: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What becomes of a frame; as it stands, what becomes of every frame on a good day.

    No copies is a lost frame, two a repeated one. A frame that `swaps` comes after the
    next one of its connection. `delay_s` are real seconds, and what follows waits behind
    them. `as_array` wraps a single event. `hangs_up` ends the connection in its place,
    without a closing handshake.
    """

    copies: int = 1
    swaps: bool = False
    delay_s: float = 0
    as_array: bool = False
    hangs_up: bool = False


class StreamFaults(Protocol):
    """Asked once a frame and once a connection, in the order in which they come."""

    def delivery(self, frame: OutgoingFrame) -> Delivery:
        """What becomes of this frame."""

    def refuses(self, channel: str, at: float) -> bool:
        """Whether a new connection is turned away before it is accepted."""

    def closes_strangers(self, at: float) -> bool:
        """Whether wrong credentials end the connection; otherwise it stays silent."""


class NoStreamFaults:
    """Everything arrives, once and in order; strangers hear nothing (VENUE §13.2)."""

    def delivery(self, frame: OutgoingFrame) -> Delivery:  # noqa: ARG002 - the protocol's
        """Untouched."""
        return Delivery()

    def refuses(self, channel: str, at: float) -> bool:  # noqa: ARG002 - the protocol's
        """Everybody may come."""
        return False

    def closes_strangers(self, at: float) -> bool:  # noqa: ARG002 - the protocol's
        """They stay, in silence."""
        return False
