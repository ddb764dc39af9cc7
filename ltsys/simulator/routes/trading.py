"""The private half of the CLOB: keys, orders, trades, balances (VENUE §2, §5, §7, §8, §10)."""

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.eip712 import EXCHANGE, EXCHANGE_V3, NEG_RISK_EXCHANGE
from ltsys.simulator.exchange.keys import ApiKey
from ltsys.simulator.exchange.order import Fill, Order
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.order_views import PAGE, offset, order_view, page, posted, trade_view
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError, bad_payload

MAX_BATCH = 15
MAX_CANCELS = 1000
_UNLIMITED = str((1 << 256) - 1)


class TradingRoutes:
    """Every handler proves the caller's key first."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        keys = self._box.keys
        router.add("POST", "/auth/api-key", keys.create)
        router.add("GET", "/auth/derive-api-key", keys.derive)
        router.add("GET", "/auth/api-keys", keys.listing)
        router.add("DELETE", "/auth/api-key", keys.delete)
        router.add("GET", "/auth/ban-status/closed-only", self.closed_only)
        router.add("POST", "/order", self.post_order)
        router.add("POST", "/orders", self.post_orders)
        router.add("DELETE", "/order", self.cancel_order)
        router.add("DELETE", "/orders", self.cancel_orders)
        router.add("DELETE", "/cancel-all", self.cancel_all)
        router.add("DELETE", "/cancel-market-orders", self.cancel_market)
        router.add("GET", "/data/order/*", self.order)
        router.add("GET", "/data/orders", self.orders)
        router.add("GET", "/data/trades", self.trades)
        router.add("GET", "/balance-allowance", self.balance)
        router.add("GET", "/balance-allowance/update", self.balance)

    def closed_only(self, request: Request) -> object:
        """Nobody is banned here."""
        self._box.keys.authenticate(request)
        return {"closed_only": False}

    def post_order(self, request: Request) -> object:
        """Place one order."""
        key = self._box.keys.authenticate(request)
        now = self._box.now()
        try:
            payload = request.json()
        except VenueError as error:
            raise bad_payload() from error
        return posted(self._box.exchange.submit(key, payload, now), now)

    def post_orders(self, request: Request) -> object:
        """Place up to fifteen; a refused one says so in its place (VENUE §5.1)."""
        key = self._box.keys.authenticate(request)
        payload = request.json()
        if not isinstance(payload, list):
            raise bad_payload()
        if len(payload) > MAX_BATCH:
            text = f"Too many orders in payload: {len(payload)}, max allowed: {MAX_BATCH}"
            raise VenueError(400, text, kind="batch")
        now = self._box.now()
        return [self._leg(key, item, now) for item in payload]

    def cancel_order(self, request: Request) -> object:
        """Cancel one order."""
        key = self._box.keys.authenticate(request)
        payload = request.json()
        if not isinstance(payload, dict) or not isinstance(payload.get("orderID"), str):
            raise bad_payload()
        return self._cancel(key, [payload["orderID"]])

    def cancel_orders(self, request: Request) -> object:
        """Cancel several orders."""
        key = self._box.keys.authenticate(request)
        payload = request.json()
        if not isinstance(payload, list) or not all(isinstance(item, str) for item in payload):
            raise bad_payload()
        if len(payload) > MAX_CANCELS:
            raise VenueError(400, "Too many orders in payload", kind="batch")
        return self._cancel(key, list(dict.fromkeys(payload)))

    def cancel_all(self, request: Request) -> object:
        """Cancel everything that the key has on the book."""
        key = self._box.keys.authenticate(request)
        self._box.now()
        return self._cancel(key, [order.order_id for order in self._box.exchange.working(key)])

    def cancel_market(self, request: Request) -> object:
        """Cancel what the key has in a market, in a token, or in both."""
        key = self._box.keys.authenticate(request)
        payload = request.json()
        if not isinstance(payload, dict):
            raise bad_payload()
        market, token = payload.get("market") or "", payload.get("asset_id") or ""
        self._box.now()
        working = self._box.exchange.working(key)
        chosen = [o for o in working if _is_in(o, str(market), str(token))]
        return self._cancel(key, [order.order_id for order in chosen])

    def order(self, request: Request) -> object:
        """One order of the caller; a killed one is not to be found (VENUE §8.1)."""
        key = self._box.keys.authenticate(request)
        self._box.now()
        order = self._box.exchange.orders.get(request.tail.lower())
        if order is None or order.owner_address != key.address or order.status == "KILLED":
            raise VenueError(404, "Unable to find requested resource")
        return order_view(order)

    def orders(self, request: Request) -> object:
        """The caller's working orders, by page."""
        key = self._box.keys.authenticate(request)
        self._box.now()
        wanted_id = request.param("id")
        market, token = request.param("market"), request.param("asset_id")
        found = [
            order
            for order in self._box.exchange.working(key)
            if _is_in(order, market, token) and wanted_id in {"", order.order_id}
        ]
        start = offset(request)
        return page([order_view(o) for o in found[start : start + PAGE]], start, len(found))

    def trades(self, request: Request) -> object:
        """The caller's trades, newest first, by page."""
        key = self._box.keys.authenticate(request)
        now = self._box.now()
        own = self._box.exchange.fills_by_owner.get(key.address, [])
        after = parse_uint(request.param("after", "0"), digits=15)
        before = parse_uint(request.param("before", str(1 << 40)), digits=15)
        if after is None or before is None:
            raise VenueError(400, "invalid before or after")
        found = [
            fill
            for fill in reversed(own)
            if after <= int(fill.at) <= before and _is_wanted(fill, request)
        ]
        start = offset(request)
        wallets = {order.maker for order in self._box.exchange.working(key)} | {key.address}
        wallets |= {self._box.exchange.wallet_of(key, kind) for kind in range(4)}
        rows = [trade_view(fill, wallets, now) for fill in found[start : start + PAGE]]
        return page(rows, start, len(found))

    def balance(self, request: Request) -> object:
        """Dollars or shares of the wallet, in base units, resting orders not subtracted."""
        key = self._box.keys.authenticate(request)
        self._box.now()
        kind = parse_uint(request.param("signature_type", "0"), digits=1)
        wallet = self._box.exchange.wallet_of(key, kind or 0)
        ledger = self._box.exchange.ledger
        asset_type = request.param("asset_type", "COLLATERAL")
        if asset_type == "COLLATERAL":
            units = ledger.cash.get(wallet, 0)
        elif asset_type == "CONDITIONAL":
            token = request.param("token_id")
            if not token.isdigit():
                raise VenueError(400, "Invalid token id")
            units = ledger.shares[wallet].get(token, 0) if wallet in ledger.shares else 0
        else:
            raise VenueError(400, "Invalid asset type")
        spenders = (EXCHANGE, NEG_RISK_EXCHANGE, EXCHANGE_V3)
        return {"balance": str(units), "allowances": dict.fromkeys(spenders, _UNLIMITED)}

    def _leg(self, key: ApiKey, payload: object, now: float) -> dict[str, object]:
        try:
            return posted(self._box.exchange.submit(key, payload, now), now)
        except VenueError as error:
            return {
                "success": False,
                "errorMsg": error.text,
                "orderID": error.extra.get("orderID", ""),
                "status": "",
                "makingAmount": "",
                "takingAmount": "",
                "tradeIDs": [],
                "transactionsHashes": [],
            }

    def _cancel(self, key: ApiKey, order_ids: list[str]) -> object:
        self._box.now()
        reasons = {each: self._box.exchange.cancel(each, key) for each in order_ids}
        return {
            "canceled": [each for each, reason in reasons.items() if reason is None],
            "not_canceled": {each: reason for each, reason in reasons.items() if reason},
        }


def _is_in(order: Order, market: str, token: str) -> bool:
    return market in {"", order.market.condition_id} and token in {"", order.token}


def _is_wanted(fill: Fill, request: Request) -> bool:
    """Whether a trade passes the request's filters; a maker's token and wallet count too."""
    legs = (fill.taker, fill.maker)
    tokens = {fill.market.tokens[leg.outcome_index] for leg in legs}
    return (
        request.param("id") in {"", fill.trade_id}
        and request.param("market") in {"", fill.market.condition_id}
        and request.param("asset_id") in {"", *tokens}
        and request.param("maker_address").lower() in {"", *(leg.address for leg in legs)}
    )
