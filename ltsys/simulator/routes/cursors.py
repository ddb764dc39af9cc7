"""Opaque cursors of Gamma's keyset pages and the Data API's second version."""

import base64
import binascii

from ltsys.simulator.venue_error import VenueError

_PREFIX = b"offset:"


def encode_cursor(offset: int) -> str:
    """The cursor of the page that begins there."""
    return base64.urlsafe_b64encode(_PREFIX + str(offset).encode()).decode()


def decode_cursor(text: str) -> int:
    """Where the page begins; nought for no cursor. Anything made up is refused."""
    if not text:
        return 0
    try:
        content = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise VenueError(400, "invalid cursor") from error
    digits = content.removeprefix(_PREFIX)
    if digits == content or not digits.isdigit() or len(digits) > 15:
        raise VenueError(400, "invalid cursor")
    return int(digits)
