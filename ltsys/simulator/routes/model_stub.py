"""A stand-in for the model that scores trades; it says so in every answer."""

from decimal import ROUND_HALF_EVEN, Decimal

import orjson

from ltsys.simulator.http import Request, Router
from ltsys.simulator.units import decimal_of
from ltsys.simulator.venue_error import VenueError

_NOTE = "simulator stub: 0.45 + 0.5 x price; no model was asked"


def install(router: Router) -> None:
    """Add the path."""
    router.add("POST", "/model/score", score)


def score(request: Request) -> object:
    """A probability made of the trade's own price, in decimals."""
    if not request.header(b"authorization").lower().startswith("bearer "):
        raise VenueError(401, "Unauthorized")
    payload = request.json()
    trade = payload.get("original_trade") if isinstance(payload, dict) else None
    price = _price(trade.get("price") if isinstance(trade, dict) else None)
    raw = Decimal("0.45") + Decimal("0.5") * price
    rounded = raw.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    probability = min(Decimal("0.99"), max(Decimal(0), rounded))
    fragment = orjson.Fragment(format(probability, "f"))
    return {"prediction": {"probability": fragment}, "stub": True, "note": _NOTE}


def _price(value: object) -> Decimal:
    price = decimal_of(value)
    if price is None or not 0 <= price <= 1:
        raise VenueError(400, "original_trade.price is not a price")
    return price
