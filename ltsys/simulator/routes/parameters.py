"""Query parameters, read alike by the Data API's and Gamma's routes."""

from datetime import UTC, datetime
from decimal import Decimal

from ltsys.simulator.http import Request
from ltsys.simulator.units import decimal_of
from ltsys.simulator.venue_error import VenueError

DISTANT = 1 << 40
"""A second that never comes."""

DAY_S = 86_400

INTERVALS_S = {
    "1h": 3_600,
    "6h": 6 * 3_600,
    "1d": DAY_S,
    "1w": 7 * DAY_S,
    "1m": 30 * DAY_S,
    "max": DISTANT,
    "all": DISTANT,
}
"""How far price histories reach back; the venue's list runs from max down to 1h, so that 1m is
a month."""

_ADDRESS_CHARS = 42


def user_of(request: Request, name: str = "user") -> str:
    """The wallet that the request must name, in lower case."""
    user = wallet_of(request, name)
    if not user:
        raise VenueError(400, f"required query param '{name}' not provided")
    return user


def wallet_of(request: Request, name: str = "user") -> str:
    """The wallet that the request may name; empty if it does not."""
    text = request.param(name).lower()
    if text and not (text.startswith("0x") and len(text) == _ADDRESS_CHARS):
        raise VenueError(400, f"required query param '{name}' not provided")
    return text


def values(request: Request, *names: str) -> list[str]:
    """All values of a repeatable parameter, under any of its names, commas also parting them."""
    given = (value for name in names for value in request.query.get(name, []))
    return [part for value in given for part in value.split(",") if part]


def flag(request: Request, name: str, *, default: bool) -> bool:
    """A boolean; anything but true and false is refused."""
    text = request.param(name).lower()
    if text not in {"", "true", "false", "1", "0"}:
        raise VenueError(400, f"invalid {name}")
    return default if not text else text in {"true", "1"}


def choice(request: Request, name: str, allowed: set[str], default: str) -> str:
    """One of some words, whatever their case."""
    text = request.param(name, default).upper()
    if text not in allowed:
        raise VenueError(400, f"invalid {name}")
    return text


def amount(request: Request, name: str, default: str) -> Decimal:
    """A number from nought up."""
    value = decimal_of(request.param(name, default))
    if value is None or value < 0:
        raise VenueError(400, f"invalid {name}")
    return value


def instant(request: Request, name: str) -> float | None:
    """An ISO time as unix seconds; None where it is not asked about."""
    text = request.param(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise VenueError(422, f"invalid {name}", extra={"type": "validation error"}) from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def window(request: Request) -> tuple[int, int]:
    """The seconds `start` and `end`; a start of 0 means none (VENUE §14.1)."""
    first = request.count("start", 0, most=DISTANT)
    return first, request.count("end", DISTANT, most=DISTANT)
