"""Which tokens, markets and builders a request asks about (VENUE §9, §11)."""

import re

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

MAX_TOKENS = 500
_BUILDER_CODE = re.compile(r"0x[0-9a-fA-F]{64}")


def find_token(box: Box, token: str, now: float) -> tuple[Market, int]:
    """The market of a token and the token's place in it, or the venue's 400 or 404."""
    if not (token.isascii() and token.isdigit()):
        raise VenueError(400, "Invalid token id")
    found = box.world.tokens([token], now)
    if not found:
        raise no_orderbook()
    return found[0]


def no_orderbook() -> VenueError:
    """The token is unknown, or its market takes no orders."""
    return VenueError(404, "No orderbook exists for the requested token id")


def find_market(box: Box, condition_id: str, now: float) -> Market:
    """The market of a condition id, or the venue's 404."""
    market = box.world.markets.get(condition_id.lower())
    if market is None or market.opens_at > now:
        raise VenueError(404, "market not found")
    return market


def is_builder_code(text: str) -> bool:
    """Whether a text could be a builder's code: 32 bytes in hexadecimal."""
    return _BUILDER_CODE.fullmatch(text) is not None


def asked_tokens(request: Request) -> list[tuple[str, str]]:
    """Each token of a plural call with its side; a side that is not given is empty.

    A GET names them in `token_ids` and `sides`, separated by commas, a POST in its body.
    """
    if request.method == "GET":
        names = [name for name in request.param("token_ids").split(",") if name]
        if not names:
            raise _bad_payload()
        sides = request.param("sides").split(",")
        asked = list(zip(names, sides + [""] * len(names), strict=False))
    else:
        asked = _from_body(request.json())
    if len(asked) > MAX_TOKENS:
        raise VenueError(400, "Payload exceeds the limit")
    return asked


def _from_body(payload: object) -> list[tuple[str, str]]:
    if not isinstance(payload, list):
        raise _bad_payload()
    asked = []
    for item in payload:
        token = item.get("token_id") if isinstance(item, dict) else None
        if not isinstance(token, str):
            raise _bad_payload()
        asked.append((token, str(item.get("side", ""))))
    return asked


def _bad_payload() -> VenueError:
    return VenueError(400, "Invalid payload")
