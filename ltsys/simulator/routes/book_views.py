"""A token's book and last trade as the venue writes them, for pages and streams (VENUE §9)."""

from functools import lru_cache
from hashlib import sha1

import orjson

from ltsys.simulator.box import Box
from ltsys.simulator.units import ONE, human
from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.quotes import Ladder


class BookViews:
    """Describes the books of a box; the second outcome's is the mirror of the first's."""

    def __init__(self, box: Box) -> None:
        """Read this box's exchange and world."""
        self._world = box.world
        self._exchange = box.exchange

    def book(self, market: Market, index: int, now: float) -> dict[str, object]:
        """The book of an outcome, with its levels and its hash."""
        point = self._world.last_price(market, now)
        bids, asks = self._exchange.book(market).token_book(point, now, index)
        view: dict[str, object] = {
            "market": market.condition_id,
            "asset_id": market.tokens[index],
            "timestamp": str(int(now * 1000)),
            "hash": "",
            "bids": _levels(bids),
            "asks": _levels(asks),
            "min_order_size": human(market.min_size),
            "tick_size": human(self._world.tick(market, now)),
            "neg_risk": market.neg_risk,
            "last_trade_price": self.last_trade(market, index, now).get("price", ""),
        }
        digest = sha1(orjson.dumps(view), usedforsecurity=False)
        return view | {"hash": digest.hexdigest()}

    def last_trade(self, market: Market, index: int, now: float) -> dict[str, str]:
        """The price at which leaders traded last, in this token's terms; empty if never."""
        point = self._world.last_price(market, now)
        if not point.at:
            return {}
        price = point.price if point.outcome_index == index else ONE - point.price
        return {"price": human(price), "side": "BUY"}


@lru_cache(maxsize=4096)
def _levels(ladder: Ladder) -> list[dict[str, str]]:
    """Worst level first: the best is the last element (VENUE §9). Nobody changes the list."""
    return [{"price": human(price), "size": human(size)} for price, size in reversed(ladder)]
