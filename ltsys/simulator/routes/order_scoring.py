"""Which resting orders earn maker rewards (VENUE §8.4).

The OpenAPI document names four conditions; how long an order must have been live is not known,
and no time is asked for here.
"""

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.order import Order
from ltsys.simulator.http import Request, Router
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError

MIN_REWARDED = 50 * ONE
MAX_SPREAD = 45_000
"""Shares, and distance from the middle; what /clob-markets tells of every market here."""


class ScoringRoutes:
    """Ask for one order or for many."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/order-scoring", self.one)
        router.add("GET", "/orders-scoring", self.listed)
        router.add("POST", "/orders-scoring", self.posted)

    def one(self, request: Request) -> object:
        """Whether one order of the caller scores."""
        order_id = request.param("order_id")
        if not order_id:
            raise VenueError(400, "Invalid order_id")
        return {"scoring": self._scores(request, [order_id])[order_id]}

    def listed(self, request: Request) -> object:
        """Whether each order of the query scores."""
        return self._scores(request, request.query.get("order_ids", []))

    def posted(self, request: Request) -> object:
        """Whether each order of the body scores."""
        payload = request.json()
        if not isinstance(payload, list) or not all(isinstance(item, str) for item in payload):
            raise VenueError(400, "Invalid payload")
        return self._scores(request, payload)

    def _scores(self, request: Request, order_ids: list[str]) -> dict[str, bool]:
        key = self._box.keys.authenticate_reader(request)
        now, exchange = self._box.now(), self._box.exchange
        orders = {each: exchange.find(each, key, now) for each in order_ids}
        return {
            each: order is not None and self._is_scoring(order, now)
            for each, order in orders.items()
        }

    def _is_scoring(self, order: Order, now: float) -> bool:
        if order.status != "LIVE" or order.open_shares < MIN_REWARDED:
            return False
        point = self._box.world.last_price(order.market, now)
        book = self._box.exchange.book(order.market)
        bids, asks = book.token_book(point, now, order.outcome_index)
        middle = (bids[0][0] + asks[0][0]) // 2 if bids and asks else None
        return middle is not None and abs(order.price - middle) <= MAX_SPREAD
