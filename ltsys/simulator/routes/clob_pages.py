"""The CLOB's pages: an envelope, and cursors that stand for offsets (VENUE §8.2)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from ltsys.simulator.http import Request
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError

PAGE = 500
END_CURSOR = "LTE="
_DISTANT = 1 << 60

T = TypeVar("T")


def page(
    request: Request, found: Sequence[T], view: Callable[[T], dict[str, object]]
) -> dict[str, object]:
    """The page of what was found that the request's cursor points at."""
    start = _offset(request)
    rows = [view(each) for each in found[start : start + PAGE]]
    following = start + len(rows)
    return {
        "limit": PAGE,
        "count": len(rows),
        "next_cursor": cursor(following) if following < len(found) else END_CURSOR,
        "data": rows,
    }


def cursor(offset: int) -> str:
    """The cursor of an offset."""
    return base64.b64encode(str(offset).encode()).decode()


def window(request: Request) -> tuple[int, int]:
    """The unix seconds between which trades are wanted."""
    after = parse_uint(request.param("after", "0"), digits=15)
    before = parse_uint(request.param("before", str(1 << 40)), digits=15)
    if after is None or before is None:
        raise VenueError(400, "invalid before or after")
    return after, before


def _offset(request: Request) -> int:
    """The offset that the request's cursor stands for; past the end marker lies nothing."""
    text = request.param("next_cursor", "MA==")
    try:
        digits = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise VenueError(400, "invalid next_cursor") from error
    if digits == b"-1":
        return _DISTANT
    if not digits.isdigit() or len(digits) > 15:
        raise VenueError(400, "invalid next_cursor")
    return int(digits)
