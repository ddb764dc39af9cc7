"""The public half of the CLOB: books, prices and what a market is like (VENUE §9)."""

from hashlib import sha1

import orjson

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.gamma import iso
from ltsys.simulator.units import ONE, human, number
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

MAX_TOKENS = 500
_NO_BOOK = "No orderbook exists for the requested token id"


class MarketRoutes:
    """Handlers that need no key."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/ok", lambda _: "OK")
        router.add("GET", "/time", lambda _: int(self._box.now()))
        router.add("GET", "/version", lambda _: {"version": 2})
        router.add("GET", "/book", self.book)
        router.add("POST", "/books", self.books)
        router.add("GET", "/midpoint", self.midpoint)
        router.add("GET", "/price", self.price)
        router.add("GET", "/spread", self.spread)
        router.add("GET", "/last-trade-price", self.last_trade_price)
        router.add("GET", "/tick-size", self.tick_size)
        router.add("GET", "/neg-risk", self.neg_risk)
        router.add("GET", "/fee-rate", self.fee_rate)
        router.add("GET", "/markets-by-token/*", self.by_token)
        router.add("GET", "/clob-markets/*", self.compact)

    def book(self, request: Request) -> object:
        """The book of one token."""
        now = self._box.now()
        market, index = self._token(request.param("token_id"), now)
        if not market.is_open(now):
            raise VenueError(404, _NO_BOOK)
        return self.book_view(market, index, now)

    def books(self, request: Request) -> object:
        """The books of many tokens; those without one are left out."""
        now, payload = self._box.now(), request.json()
        if not isinstance(payload, list):
            raise VenueError(400, "Invalid payload")
        if len(payload) > MAX_TOKENS:
            raise VenueError(400, "Payload exceeds the limit")
        names = [str(item.get("token_id")) for item in payload if isinstance(item, dict)]
        found = self._box.world.tokens(names, now)
        return [self.book_view(m, index, now) for m, index in found if m.is_open(now)]

    def midpoint(self, request: Request) -> object:
        """Half way between best bid and best ask."""
        bid, ask = self._touch(request)
        return {"mid": human((bid + ask) // 2)}

    def price(self, request: Request) -> object:
        """The best bid for BUY, the best ask for SELL."""
        side = request.param("side").upper()
        if side not in {"BUY", "SELL"}:
            raise VenueError(400, "Invalid side")
        bid, ask = self._touch(request)
        return {"price": human(bid if side == "BUY" else ask)}

    def spread(self, request: Request) -> object:
        """Best ask less best bid."""
        bid, ask = self._touch(request)
        return {"spread": human(ask - bid)}

    def last_trade_price(self, request: Request) -> object:
        """The last recorded price, in this token's terms."""
        now = self._box.now()
        market, index = self._token(request.param("token_id"), now)
        point = self._box.world.last_price(market, now)
        if not point.at:
            return {"price": "0.5", "side": ""}
        return {"price": _own(point.price, point.outcome_index, index), "side": "BUY"}

    def tick_size(self, request: Request) -> object:
        """The grid of prices."""
        market, _ = self._token(request.param("token_id"), self._box.now())
        return {"minimum_tick_size": number(market.tick)}

    def neg_risk(self, request: Request) -> object:
        """Which exchange signs for it."""
        market, _ = self._token(request.param("token_id"), self._box.now())
        return {"neg_risk": market.neg_risk}

    def fee_rate(self, request: Request) -> object:
        """The cap on chain, in basis points."""
        market, _ = self._token(request.param("token_id"), self._box.now())
        return {"base_fee": 1000 if market.fee_rate else 0}

    def by_token(self, request: Request) -> object:
        """The market of a token."""
        market, _ = self._token(request.tail, self._box.now())
        return {
            "condition_id": market.condition_id,
            "primary_token_id": market.tokens[0],
            "secondary_token_id": market.tokens[1],
        }

    def compact(self, request: Request) -> object:
        """The short object with one- to four-letter keys; absent keys are false."""
        now = self._box.now()
        market = find_market(self._box, request.tail, now)
        pairs = zip(market.tokens, market.outcomes, strict=True)
        view: dict[str, object] = {
            "c": market.condition_id,
            "t": [{"t": token, "o": outcome} for token, outcome in pairs],
            "mos": number(market.min_size),
            "mts": number(market.tick),
            "mbf": 1000,
            "tbf": 1000,
            "aot": iso(market.opens_at),
            "itode": True,
            "r": {"mi": 50, "ma": number(4_500_000)},
            "fd": {"r": number(market.fee_rate), "e": market.fee_exponent, "to": True},
        }
        flags = {"ao": market.is_open(now), "nr": market.neg_risk}
        return view | {name: True for name, is_set in flags.items() if is_set}

    def _token(self, token: str, now: float) -> tuple[Market, int]:
        if not (token.isascii() and token.isdigit()):
            raise VenueError(400, "Invalid token id")
        found = self._box.world.tokens([token], now)
        if not found:
            raise VenueError(404, _NO_BOOK)
        return found[0]

    def _touch(self, request: Request) -> tuple[int, int]:
        now = self._box.now()
        market, index = self._token(request.param("token_id"), now)
        point = self._box.world.last_price(market, now)
        bids, asks = self._box.exchange.book(market).token_book(point, now, index)
        if not market.is_open(now) or not bids or not asks:
            raise VenueError(404, _NO_BOOK)
        return bids[0][0], asks[0][0]

    def book_view(self, market: Market, index: int, now: float) -> dict[str, object]:
        """The book of an outcome as the venue writes it, levels and hash."""
        point = self._box.world.last_price(market, now)
        bids, asks = self._box.exchange.book(market).token_book(point, now, index)
        view: dict[str, object] = {
            "market": market.condition_id,
            "asset_id": market.tokens[index],
            "timestamp": str(int(now * 1000)),
            "hash": "",
            "bids": _levels(bids),
            "asks": _levels(asks),
            "min_order_size": human(market.min_size),
            "tick_size": human(market.tick),
            "neg_risk": market.neg_risk,
            "last_trade_price": _own(point.price, point.outcome_index, index) if point.at else "",
        }
        digest = sha1(orjson.dumps(view), usedforsecurity=False)
        return view | {"hash": digest.hexdigest()}


def find_market(box: Box, condition_id: str, now: float) -> Market:
    """The market of a condition id, or the venue's 404."""
    market = box.world.markets.get(condition_id.lower())
    if market is None or market.opens_at > now:
        raise VenueError(404, "market not found")
    return market


def _levels(levels: list[tuple[int, int]]) -> list[dict[str, str]]:
    """Worst level first: the best is the last element (VENUE §9)."""
    return [{"price": human(price), "size": human(size)} for price, size in reversed(levels)]


def _own(price: int, of_outcome: int, outcome_index: int) -> str:
    return human(price if of_outcome == outcome_index else ONE - price)
