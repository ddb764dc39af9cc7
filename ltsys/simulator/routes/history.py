"""What a token has cost over time (VENUE §9)."""

from collections.abc import Mapping

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.parameters import DISTANT, INTERVALS_S
from ltsys.simulator.units import ONE, decimal_of, number
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

MAX_TOKENS = 20
MAX_POINTS = 10_000


class HistoryRoutes:
    """A point every so many minutes, each the last price by then."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/prices-history", self.one)
        router.add("POST", "/batch-prices-history", self.many)

    def one(self, request: Request) -> object:
        """One token's history."""
        token = request.param("market")
        if not token:
            raise VenueError(400, "market is required")
        names = {"startTs": "start_ts", "endTs": "end_ts"}
        given = {names.get(name, name): values[0] for name, values in request.query.items()}
        return {"history": self._history(token, given)}

    def many(self, request: Request) -> object:
        """The histories of up to twenty tokens."""
        payload = request.json()
        tokens = payload.get("markets") if isinstance(payload, dict) else None
        if not isinstance(payload, dict) or not isinstance(tokens, list):
            raise VenueError(400, "Invalid payload")
        if len(tokens) > MAX_TOKENS:
            raise VenueError(400, "Payload exceeds the limit")
        return {"history": {str(token): self._history(str(token), payload) for token in tokens}}

    def _history(self, token: str, given: Mapping[str, object]) -> list[dict[str, object]]:
        """Empty for a token that nobody knows; so much is a guess."""
        now = self._box.now()
        first, last = _window(given, now)
        step = _seconds(given.get("fidelity", 1), "fidelity") * 60
        found = self._box.world.tokens([token], now)
        if not found:
            return []
        return self._points(*found[0], first, min(last, int(now)), step)

    def _points(
        self, market: Market, index: int, first: int, last: int, step: int
    ) -> list[dict[str, object]]:
        """Points on multiples of the step, which is widened where there would be too many."""
        world, last = self._box.world, min(last, market.ends_at or last)
        known = world.prices_between(market, 0, last)
        if not known:
            return []
        first = max(first, known[0].at)
        step = max(1, step, (last - first) // MAX_POINTS)
        points = []
        for at in range(-(-first // step) * step, last + 1, step):
            point = world.last_price(market, at)
            price = point.price if point.outcome_index == index else ONE - point.price
            points.append({"t": at, "p": number(price)})
        return points


def _window(given: Mapping[str, object], now: float) -> tuple[int, int]:
    """The seconds that are asked for: an interval up to now, or from one time to another."""
    interval = given.get("interval")
    if interval is None and "start_ts" not in given and "end_ts" not in given:
        raise VenueError(400, "interval, or startTs and endTs, are required")
    if interval is not None and interval not in INTERVALS_S:
        raise VenueError(400, "invalid interval")
    reach_s = INTERVALS_S[str(interval)] if interval is not None else INTERVALS_S["max"]
    first = _seconds(given.get("start_ts", max(0, int(now) - reach_s)), "startTs")
    return first, _seconds(given.get("end_ts", int(now)), "endTs")


def _seconds(value: object, name: str) -> int:
    """A whole number from a query or a body, where it may be a float (OpenAPI)."""
    exact = decimal_of(value)
    if exact is None or not 0 <= exact < DISTANT:
        raise VenueError(400, f"invalid {name}")
    return int(exact)
