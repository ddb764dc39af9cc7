"""What a trader may read of his own: orders, trades, balances, messages (VENUE §8, §10)."""

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.exchange.eip712 import EXCHANGE, EXCHANGE_V3, NEG_RISK_EXCHANGE
from ltsys.simulator.exchange.ledger import COLLATERAL
from ltsys.simulator.exchange.order import Fill, Leg
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.clob_pages import page, window
from ltsys.simulator.routes.order_views import builder_trade_view, order_view, trade_view
from ltsys.simulator.routes.tokens import is_builder_code
from ltsys.simulator.routes.trading import is_in
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError

_SPENDERS = (EXCHANGE, NEG_RISK_EXCHANGE, EXCHANGE_V3)
_TOKEN_ASSETS = frozenset({"CONDITIONAL", "CONDITIONAL-V2"})
_SIGNATURE_TYPES = frozenset({"0", "1", "2", "3"})


class AccountRoutes:
    """Every handler but the builder's proves the caller's key first; a read-only one will do."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/data/order/*", self.order)
        router.add("GET", "/data/orders", self.orders)
        router.add("GET", "/data/pre-migration-orders", self.pre_migration_orders)
        router.add("GET", "/data/trades", self.trades)
        router.add("GET", "/builder/trades", self.builder_trades)
        router.add("GET", "/balance-allowance", self.balance)
        router.add("GET", "/balance-allowance/update", self.balance)
        router.add("PUT", "/balance-allowance", self.refresh_balance)
        router.add("GET", "/notifications", self.notifications)
        router.add("DELETE", "/notifications", self.drop_notifications)

    def order(self, request: Request) -> object:
        """One order of the caller; a killed one is not to be found (VENUE §8.1)."""
        key, now = self._caller(request)
        order = self._box.exchange.find(request.tail, key, now)
        if order is None:
            raise VenueError(404, "Unable to find requested resource")
        return order_view(order)

    def orders(self, request: Request) -> object:
        """The caller's working orders, by page."""
        key, _ = self._caller(request)
        wanted_id = request.param("id").lower()
        market, token = request.param("market"), request.param("asset_id")
        found = [
            order
            for order in self._box.exchange.working(key)
            if is_in(order, market, token) and wanted_id in {"", order.order_id}
        ]
        return page(request, found, order_view)

    def pre_migration_orders(self, request: Request) -> object:
        """Nothing is left here of the first protocol (VENUE §8.2)."""
        self._caller(request)
        return page(request, [], order_view)

    def trades(self, request: Request) -> object:
        """The caller's trades, newest first, by page."""
        key, _ = self._caller(request)
        own = self._box.exchange.fills_by_owner.get(key.address, [])
        after, before = window(request)
        found = [
            fill
            for fill in reversed(own)
            if after <= int(fill.at) <= before and _is_wanted(fill, fill.legs, request)
        ]
        wallets = self._box.exchange.accounts.wallets_of(key.address)
        return page(request, found, lambda fill: trade_view(fill, wallets))

    def builder_trades(self, request: Request) -> object:
        """Trades that a builder code brought, newest first; public, as the official SDK asks."""
        code = request.param("builder_code").lower()
        if not is_builder_code(code):
            raise VenueError(400, "invalid builder trade params")
        self._box.now()
        after, before = window(request)
        found = [
            (fill, leg)
            for fill, leg in reversed(self._box.exchange.fills_by_builder.get(code, []))
            if after <= int(fill.at) <= before and _is_wanted(fill, (leg,), request)
        ]
        return page(request, found, lambda each: builder_trade_view(*each))

    def balance(self, request: Request) -> object:
        """Dollars or shares of the wallet, in base units, resting orders not subtracted.

        Only a fault (`stale-balance`) makes an older view of it, which an update refreshes.
        """
        key, _ = self._caller(request)
        ledger = self._box.exchange.ledger
        wallet = self._box.exchange.wallet_of(key, _signature_type(request))
        asset = _asset(request)
        allowances = {each: str(ledger.allowance(wallet, asset, each)) for each in _SPENDERS}
        return {"balance": str(ledger.balance(wallet, asset)), "allowances": allowances}

    def refresh_balance(self, request: Request) -> object:
        """The OpenAPI document's form of the update, which tells nothing."""
        self.balance(request)
        return {}

    def notifications(self, request: Request) -> object:
        """The caller's unread messages."""
        key, _ = self._caller(request)
        _signature_type(request)
        return self._box.exchange.notifications.unread(key.address)

    def drop_notifications(self, request: Request) -> object:
        """Count some messages as read."""
        key = self._box.keys.authenticate(request)
        texts = request.param("ids").split(",")
        numbers = {number for text in texts if (number := parse_uint(text, digits=15)) is not None}
        if len(numbers) < len(set(texts)):
            raise VenueError(400, "Invalid ids")
        self._box.now()
        self._box.exchange.notifications.drop(key.address, numbers)
        return "OK"

    def _caller(self, request: Request) -> tuple[ApiKey, float]:
        key = self._box.keys.authenticate_reader(request)
        return key, self._box.now()


def _signature_type(request: Request) -> int:
    text = request.param("signature_type", "0")
    if text not in _SIGNATURE_TYPES:
        raise VenueError(400, "Invalid signature_type")
    return int(text)


def _asset(request: Request) -> str:
    """The ledger's name of the asset that is asked for."""
    kind = request.param("asset_type", "COLLATERAL")
    if kind == "COLLATERAL":
        return COLLATERAL
    if kind not in _TOKEN_ASSETS:
        raise VenueError(400, "Invalid asset type")
    token = request.param("token_id")
    if not (token.isascii() and token.isdigit()):
        raise VenueError(400, "Invalid token id")
    return token


def _is_wanted(fill: Fill, legs: tuple[Leg, ...], request: Request) -> bool:
    """Whether a trade passes the request's filters; any of these sides will do."""
    tokens = {fill.market.tokens[leg.outcome_index] for leg in legs}
    return (
        request.param("id") in {"", fill.trade_id}
        and request.param("market") in {"", fill.market.condition_id}
        and request.param("asset_id") in {"", *tokens}
        and request.param("maker_address").lower() in {"", *(leg.address for leg in legs)}
    )
