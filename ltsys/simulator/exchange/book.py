"""The order book of a market: the house's quotes with users' resting orders among them."""

from dataclasses import dataclass
from hashlib import sha256
from math import inf

from ltsys.simulator.exchange.order import Order
from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import Market, PricePoint

LEVELS = 6


@dataclass(frozen=True, slots=True)
class Level:
    """Something to trade against: a resting order, or a level of the house if `order` is None.

    The price is the first outcome's.
    """

    price: int
    shares: int
    order: Order | None = None


def house_quotes(market: Market, point: PricePoint) -> tuple[list[Level], list[Level]]:
    """The house's bids and asks of the first outcome, best first.

    The token that traded last is offered at its price rounded up to the tick, and
    bid for one or two ticks lower; the other token's book is the mirror. Depth grows
    away from the touch and depends on the price's moment alone, so that takers who
    come in any order at one time meet the same book.
    """
    tick = market.tick
    best = min(ONE - tick, max(tick, -(-point.price // tick) * tick))
    seed = sha256(f"{market.condition_id}|{point.at}|{point.price}".encode()).digest()
    lower = best - tick * (1 + seed[0] % 2)
    ask, bid = (best, lower) if point.outcome_index == 0 else (ONE - lower, ONE - best)
    return (
        _ladder(market, bid, step=-tick, seed=seed[1:]),
        _ladder(market, ask, step=tick, seed=seed[1 + LEVELS :]),
    )


def _ladder(market: Market, best: int, *, step: int, seed: bytes) -> list[Level]:
    levels = []
    for count in range(LEVELS):
        price = best + step * count
        if market.tick <= price <= ONE - market.tick:
            levels.append(Level(price, (100 + seed[count]) * (count + 1) * ONE))
    return levels


class Resting:
    """Users' working orders in one market, and when something has to be looked at again."""

    def __init__(self, market: Market, *, seen_until: float) -> None:
        """Prices up to `seen_until` have been matched against."""
        self.market = market
        self.seen_until = seen_until
        self.is_redeemed = False
        self.orders: dict[str, Order] = {}
        self._quotes: tuple[PricePoint, tuple[list[Level], list[Level]]] | None = None

    def quotes(self, point: PricePoint) -> tuple[list[Level], list[Level]]:
        """The house's quotes, remembered while the price stands."""
        if self._quotes is None or self._quotes[0] != point:
            self._quotes = (point, house_quotes(self.market, point))
        return self._quotes[1]

    def levels(self, point: PricePoint, *, bids: bool) -> list[Level]:
        """One side of the book, best first; at one price users come before the house, by time.

        The house does not quote through a user's order: after somebody has swept it
        and rests, its levels that he reached stay away until the price moves.
        """
        house = self.quotes(point)[0 if bids else 1]
        if not self.orders:
            return house
        sign = -1 if bids else 1
        facing = [sign * each.book_price for each in self.orders.values() if each.is_bid != bids]
        house = [level for level in house if sign * level.price > max(facing, default=-ONE)]
        own = [
            Level(order.book_price, order.open_shares, order)
            for order in self.orders.values()
            if order.is_bid == bids
        ]
        return sorted(
            own + house,
            key=lambda level: (sign * level.price, level.order.sequence if level.order else inf),
        )

    def totals(self, point: PricePoint, *, bids: bool) -> list[tuple[int, int]]:
        """Price and shares of each level, best first."""
        sums: dict[int, int] = {}
        for level in self.levels(point, bids=bids):
            sums[level.price] = sums.get(level.price, 0) + level.shares
        return list(sums.items())

    def token_book(
        self, point: PricePoint, outcome_index: int
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Bids and asks of a token, best first; the second outcome's are the mirror."""
        bids, asks = self.totals(point, bids=True), self.totals(point, bids=False)
        if outcome_index == 0:
            return bids, asks
        return _mirrored(asks), _mirrored(bids)


def _mirrored(levels: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(ONE - price, shares) for price, shares in levels]


def crosses(taker: Order, price: int) -> bool:
    """Whether an order would trade at this price of the first outcome."""
    return price <= taker.book_price if taker.is_bid else price >= taker.book_price
