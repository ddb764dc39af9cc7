"""Placing and canceling orders (VENUE §5, §7), and the heartbeats that keep them (§8.4)."""

import re

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.exchange.order import Order
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.order_views import not_posted, posted
from ltsys.simulator.venue_error import VenueError, bad_payload

MAX_BATCH = 15
MAX_CANCELS = 1000
_ORDER_ID = re.compile(r"0x[0-9a-fA-F]{64}")


class TradingRoutes:
    """Every handler proves the caller's key first; a read-only one does not suffice."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("POST", "/order", self.post_order)
        router.add("POST", "/orders", self.post_orders)
        router.add("DELETE", "/order", self.cancel_order)
        router.add("DELETE", "/orders", self.cancel_orders)
        router.add("DELETE", "/cancel-all", self.cancel_all)
        router.add("DELETE", "/cancel-market-orders", self.cancel_market)
        router.add("POST", "/v1/heartbeats", self.heartbeat)
        router.add("POST", "/heartbeats", self.plain_heartbeat)

    def post_order(self, request: Request) -> object:
        """Place one order."""
        key = self._box.keys.authenticate(request)
        payload = _json(request)
        return posted(self._box.exchange.submit(key, payload, self._box.now()))

    def post_orders(self, request: Request) -> object:
        """Place up to fifteen; a refused one says so in its place (VENUE §5.1)."""
        key = self._box.keys.authenticate(request)
        payload = _json(request)
        if not isinstance(payload, list):
            raise bad_payload()
        if len(payload) > MAX_BATCH:
            text = f"Too many orders in payload: {len(payload)}, max allowed: {MAX_BATCH}"
            raise VenueError(400, text, kind="batch")
        now = self._box.now()
        return [self._placed(key, item, now) for item in payload]

    def cancel_order(self, request: Request) -> object:
        """Cancel one order."""
        key = self._box.keys.authenticate(request)
        payload = _json(request)
        if not isinstance(payload, dict) or not isinstance(payload.get("orderID"), str):
            raise bad_payload()
        return self._cancel(key, [payload["orderID"]], self._box.now())

    def cancel_orders(self, request: Request) -> object:
        """Cancel several orders; an id that comes twice counts once."""
        key = self._box.keys.authenticate(request)
        payload = _json(request)
        if not isinstance(payload, list) or not all(isinstance(item, str) for item in payload):
            raise bad_payload()
        if len(payload) > MAX_CANCELS:
            text = f"Too many orders in payload, max allowed: {MAX_CANCELS}"
            raise VenueError(400, text, kind="batch")
        return self._cancel(key, list(dict.fromkeys(payload)), self._box.now())

    def cancel_all(self, request: Request) -> object:
        """Cancel everything that the caller has on the book."""
        key = self._box.keys.authenticate(request)
        now = self._box.now()
        return self._cancel(key, [o.order_id for o in self._box.exchange.working(key)], now)

    def cancel_market(self, request: Request) -> object:
        """Cancel what the caller has in a market, in a token, or in both.

        That neither is refused, and does not mean everything, is a guess.
        """
        key = self._box.keys.authenticate(request)
        payload = _json(request)
        if not isinstance(payload, dict):
            raise bad_payload()
        market, token = payload.get("market") or "", payload.get("asset_id") or ""
        if not market and not token:
            raise bad_payload()
        now = self._box.now()
        working = self._box.exchange.working(key)
        chosen = [o.order_id for o in working if is_in(o, str(market), str(token))]
        return self._cancel(key, chosen, now)

    def heartbeat(self, request: Request) -> object:
        """Live on, with the id that was told last."""
        key = self._box.keys.authenticate(request)
        payload = _json(request)
        if not isinstance(payload, dict):
            raise bad_payload()
        heartbeat_id = str(payload.get("heartbeat_id") or "")
        now = self._box.now()
        return {"heartbeat_id": self._box.exchange.heartbeats.beat(key, heartbeat_id, now)}

    def plain_heartbeat(self, request: Request) -> object:
        """Live on, in the older form."""
        key = self._box.keys.authenticate(request)
        self._box.exchange.heartbeats.pulse(key, self._box.now())
        return {"status": "ok"}

    def _placed(self, key: ApiKey, payload: object, now: float) -> dict[str, object]:
        try:
            return posted(self._box.exchange.submit(key, payload, now))
        except VenueError as error:
            return not_posted(error.text, str(error.extra.get("orderID", "")))

    def _cancel(self, key: ApiKey, order_ids: list[str], now: float) -> object:
        if not all(_ORDER_ID.fullmatch(each) for each in order_ids):
            raise VenueError(400, "Invalid orderID", kind="order_id")
        reasons = {each: self._box.exchange.cancel(each, key, now) for each in order_ids}
        return {
            "canceled": [each for each, reason in reasons.items() if reason is None],
            "not_canceled": {each: reason for each, reason in reasons.items() if reason},
        }


def is_in(order: Order, market: str, token: str) -> bool:
    """Whether an order is in this market and token; an empty name takes all."""
    return market in {"", order.market.condition_id} and token in {"", order.token}


def _json(request: Request) -> object:
    try:
        return request.json()
    except VenueError as error:
        raise bad_payload() from error
