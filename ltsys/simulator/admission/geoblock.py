"""Where the client seems to be, and what is allowed from there (VENUE §6)."""

from ltsys.simulator.http import Call, Request, Response, Router, refusal
from ltsys.simulator.venue_error import VenueError

BLOCKED = frozenset({"CU", "IR", "KP", "SY"})
"""Sanctioned countries: no orders, no closing."""

CLOSE_ONLY = frozenset({"AU", "BE", "DE", "FR", "GB", "IT", "PL", "SG", "TH", "TW", "US"})
"""Positions may be closed there by way of the API, not opened. The venue's list changes."""

_ORDERS = frozenset({("POST", "/order"), ("POST", "/orders")})
_CANCELS = frozenset({"/order", "/orders", "/cancel-all", "/cancel-market-orders"})
_TEXT = (
    "Trading restricted in your region, please refer to available regions - "
    "https://docs.polymarket.com/developers/CLOB/geoblock"
)


class Geoblock:
    """The country that every client of this box seems to call from."""

    def __init__(self, country: str) -> None:
        """Two letters (ISO 3166-1)."""
        self._country = country

    def install(self, router: Router) -> None:
        """Add the path; the venue has it on a host of its own."""
        router.add("GET", "/api/geoblock", self.told)

    def told(self, request: Request) -> object:
        """Whether orders would be refused; the region is invented."""
        return {
            "blocked": self._country in BLOCKED | CLOSE_ONLY,
            "ip": request.client,
            "country": self._country,
            "region": "L",
        }

    def __call__(self, request: Request, call: Call) -> Response:
        """Refuse orders by country, before anybody's key is looked at.

        Bots' logs show the text, with status 403. That a close-only country lets exactly
        sells pass, and that a blocked one refuses cancels too, are guesses.
        """
        if self._country in CLOSE_ONLY:
            is_refused = (request.method, request.path) in _ORDERS and not _only_sells(request)
        elif self._country in BLOCKED:
            is_order = (request.method, request.path) in _ORDERS
            is_refused = is_order or (request.method == "DELETE" and request.path in _CANCELS)
        else:
            is_refused = False
        return refusal(VenueError(403, _TEXT, kind="geoblock")) if is_refused else call(request)


def _only_sells(request: Request) -> bool:
    try:
        payload = request.json()
    except VenueError:
        return False
    envelopes = payload if isinstance(payload, list) else [payload]
    return all(_side(envelope) == "SELL" for envelope in envelopes)


def _side(envelope: object) -> object:
    order = envelope.get("order") if isinstance(envelope, dict) else None
    return order.get("side") if isinstance(order, dict) else None
