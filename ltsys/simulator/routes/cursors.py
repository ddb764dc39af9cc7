"""Opaque cursors of Gamma's keyset pages and the Data API's second version."""

import base64
import binascii
from dataclasses import dataclass

from ltsys.simulator.venue_error import VenueError


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins, in a listing as it was at a simulated microsecond.

    Following pages look at the same moment as the first, so that nothing that comes
    meanwhile shifts them.
    """

    offset: int
    at_us: int

    @property
    def at(self) -> float:
        """The moment in simulated seconds."""
        return self.at_us / 1_000_000

    def encode(self) -> str:
        """The cursor as text."""
        return base64.urlsafe_b64encode(f"page:{self.offset}:{self.at_us}".encode()).decode()


def page_start(text: str, now: float) -> Cursor:
    """Where the request's cursor points; for none, the start of the listing as it is now.

    Raises:
        VenueError: text that was made up, or that is of the future.
    """
    if not text:
        return Cursor(0, round(now * 1_000_000))
    try:
        parts = base64.urlsafe_b64decode(text).decode("ascii").split(":")
    except (binascii.Error, ValueError) as error:
        raise VenueError(400, "invalid cursor") from error
    match parts:
        case ["page", offset, at_us] if _is_number(offset) and _is_number(at_us):
            cursor = Cursor(int(offset), int(at_us))
        case _:
            raise VenueError(400, "invalid cursor")
    if cursor.at > now:
        raise VenueError(400, "invalid cursor")
    return cursor


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20
