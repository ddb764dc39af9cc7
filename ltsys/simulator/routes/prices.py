"""Books and the prices that are read off them, for one token or many (VENUE §9)."""

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.book_views import BookViews
from ltsys.simulator.routes.tokens import asked_tokens, find_token, no_orderbook
from ltsys.simulator.units import human
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

_SIDES = frozenset({"BUY", "SELL"})


class PriceRoutes:
    """Where many tokens are asked for, those without a book or a price are left out."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box
        self._books = BookViews(box)

    def install(self, router: Router) -> None:
        """Add the paths; the plural ones take a query or a body."""
        router.add("GET", "/book", self.book)
        router.add("GET", "/midpoint", self.midpoint)
        router.add("GET", "/price", self.price)
        router.add("GET", "/spread", self.spread)
        router.add("GET", "/last-trade-price", self.last_trade_price)
        router.add("POST", "/spreads", self.spreads)
        for method in ("GET", "POST"):
            router.add(method, "/books", self.books)
            router.add(method, "/midpoints", self.midpoints)
            router.add(method, "/prices", self.prices)
            router.add(method, "/last-trades-prices", self.last_trades_prices)

    def book(self, request: Request) -> object:
        """The book of one token."""
        now = self._box.now()
        market, index = find_token(self._box, request.param("token_id"), now)
        if not market.is_open(now):
            raise no_orderbook()
        return self._books.book(market, index, now)

    def books(self, request: Request) -> object:
        """The books of many tokens."""
        now = self._box.now()
        found = self._box.world.tokens(_names(request), now)
        return [
            self._books.book(market, index, now) for market, index in found if market.is_open(now)
        ]

    def midpoint(self, request: Request) -> object:
        """Half way between best bid and best ask; the OpenAPI document calls it mid_price."""
        return {"mid": _middle(*self._one_touch(request))}

    def midpoints(self, request: Request) -> object:
        """By token."""
        return {token: _middle(*touch) for token, touch in self._touches(request).items()}

    def price(self, request: Request) -> object:
        """The best bid for BUY, the best ask for SELL."""
        side = _side(request.param("side"))
        return {"price": _of_side(side, *self._one_touch(request))}

    def prices(self, request: Request) -> object:
        """By token and side."""
        wanted = [(name, _side(side)) for name, side in asked_tokens(request)]
        touches = self._touches(request)
        found: dict[str, dict[str, str]] = {}
        for name, side in wanted:
            if name in touches:
                found.setdefault(name, {})[side] = _of_side(side, *touches[name])
        return found

    def spread(self, request: Request) -> object:
        """Best ask less best bid."""
        return {"spread": _width(*self._one_touch(request))}

    def spreads(self, request: Request) -> object:
        """By token."""
        return {token: _width(*touch) for token, touch in self._touches(request).items()}

    def last_trade_price(self, request: Request) -> object:
        """The last price and who took it, or what the venue says of a token never traded."""
        now = self._box.now()
        market, index = find_token(self._box, request.param("token_id"), now)
        return self._books.last_trade(market, index, now) or {"price": "0.5", "side": ""}

    def last_trades_prices(self, request: Request) -> object:
        """Those of many tokens."""
        now = self._box.now()
        found = self._box.world.tokens(_names(request), now)
        lasts = [
            (market.tokens[index], self._books.last_trade(market, index, now))
            for market, index in found
        ]
        return [{"token_id": token} | last for token, last in lasts if last]

    def _one_touch(self, request: Request) -> tuple[int, int]:
        now = self._box.now()
        touch = self._touch(*find_token(self._box, request.param("token_id"), now), now)
        if touch is None:
            raise no_orderbook()
        return touch

    def _touches(self, request: Request) -> dict[str, tuple[int, int]]:
        """Best bid and ask of each token that is asked for and has both."""
        now = self._box.now()
        found = self._box.world.tokens(_names(request), now)
        touches = ((m.tokens[index], self._touch(m, index, now)) for m, index in found)
        return {token: touch for token, touch in touches if touch is not None}

    def _touch(self, market: Market, index: int, now: float) -> tuple[int, int] | None:
        point = self._box.world.last_price(market, now)
        bids, asks = self._box.exchange.book(market).token_book(point, now, index)
        if not market.is_open(now) or not bids or not asks:
            return None
        return bids[0][0], asks[0][0]


def _names(request: Request) -> list[str]:
    return [name for name, _ in asked_tokens(request)]


def _side(text: str) -> str:
    side = text.upper()
    if side not in _SIDES:
        raise VenueError(400, "Invalid side")
    return side


def _middle(bid: int, ask: int) -> str:
    return human((bid + ask) // 2)


def _width(bid: int, ask: int) -> str:
    return human(ask - bid)


def _of_side(side: str, bid: int, ask: int) -> str:
    return human(bid if side == "BUY" else ask)
