"""The order book of a market: the house's quotes with users' resting orders among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

from ltsys.simulator.exchange.book_side import BookSide
from ltsys.simulator.exchange.order import Order
from ltsys.simulator.units import DUST, ONE
from ltsys.simulator.world.facts import Market, PricePoint
from ltsys.simulator.world.quotes import House, Ladder

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Level:
    """Something to trade against: a resting order, or a level of the house if `order` is None.

    The price is the first outcome's.
    """

    price: int
    shares: int
    order: Order | None = None


class Depletion:
    """What takers took of the house's levels and has not come back yet."""

    def __init__(self, refill_s: float) -> None:
        """After the last take at a level, let it come back evenly over simulated seconds."""
        self._refill_us = round(refill_s * _MICROSECONDS)
        self._taken: dict[tuple[bool, int], tuple[int, int]] = {}

    def take(self, price: int, shares: int, at: float, *, is_bid: bool) -> None:
        """Miss so many shares more of a level from now on."""
        if self._refill_us:
            at_us, key = round(at * _MICROSECONDS), (is_bid, price)
            self._taken[key] = (self._missing(key, at_us) + shares, at_us)

    def left(self, ladder: Ladder, now: float, *, is_bid: bool) -> Ladder:
        """A ladder of the house without what is missing; specks count as nothing."""
        if not self._taken:
            return ladder
        now_us = round(now * _MICROSECONDS)
        left = (
            (price, shares - self._missing((is_bid, price), now_us)) for price, shares in ladder
        )
        return tuple((price, shares) for price, shares in left if shares >= DUST)

    def _missing(self, key: tuple[bool, int], now_us: int) -> int:
        shares, at_us = self._taken.get(key, (0, 0))
        return shares * max(0, at_us + self._refill_us - now_us) // (self._refill_us or 1)


class Book:
    """One market's book: users' working orders, and the house's quotes around the price."""

    def __init__(self, market: Market, *, seen_until: float, house: House | None = None) -> None:
        """Prices up to `seen_until` have been matched against."""
        self.market = market
        self.seen_until = seen_until
        self.orders: dict[str, Order] = {}
        self._sides = {True: BookSide(), False: BookSide()}
        self._house = house or House()
        self._depletion = Depletion(self._house.refill_s)

    def house(self, point: PricePoint, now: float, *, bids: bool) -> Ladder:
        """What the house bids or offers now."""
        quotes = self._house.quotes(self.market, point)
        return self._depletion.left(quotes[0 if bids else 1], now, is_bid=bids)

    def take(self, level: Level, shares: int, now: float, *, is_bid: bool) -> None:
        """Take shares of a level of the house, which come back in time."""
        if level.order is None:
            self._depletion.take(level.price, shares, now, is_bid=is_bid)

    def add(self, order: Order) -> None:
        """Let an order wait its turn."""
        self.orders[order.order_id] = order
        self._sides[order.is_bid].add(order)

    def remove(self, order: Order) -> None:
        """Let it go."""
        del self.orders[order.order_id]
        self._sides[order.is_bid].remove(order)

    def waiting(self, *, bids: bool) -> Iterator[Order]:
        """Users' orders of one side, best first and oldest first at one price."""
        return iter(self._sides[bids])

    def levels(self, point: PricePoint, now: float, *, bids: bool) -> Iterator[Level]:
        """One side of the book, best first; at one price users come before the house, by time.

        The house does not quote through a user's order: after somebody has swept it
        and rests, its levels that he reached stay away until the price moves.
        """
        sign = -1 if bids else 1
        facing = next(self.waiting(bids=not bids), None)
        house = [
            Level(price, shares)
            for price, shares in self.house(point, now, bids=bids)
            if facing is None or sign * (price - facing.book_price) > 0
        ]
        own = (Level(each.book_price, each.open_shares, each) for each in self.waiting(bids=bids))
        return merge(own, house, key=lambda level: sign * level.price)

    def totals(self, point: PricePoint, now: float, *, bids: bool) -> Ladder:
        """Price and shares of each level, best first."""
        if not self.orders:
            return self.house(point, now, bids=bids)
        sums: dict[int, int] = {}
        for level in self.levels(point, now, bids=bids):
            sums[level.price] = sums.get(level.price, 0) + level.shares
        return tuple(sums.items())

    def token_book(
        self, point: PricePoint, now: float, outcome_index: int
    ) -> tuple[Ladder, Ladder]:
        """Bids and asks of a token, best first; the second outcome's are the mirror."""
        bids, asks = self.totals(point, now, bids=True), self.totals(point, now, bids=False)
        if outcome_index == 0:
            return bids, asks
        return _mirrored(asks), _mirrored(bids)


def _mirrored(ladder: Ladder) -> Ladder:
    return tuple((ONE - price, shares) for price, shares in ladder)


def crosses(taker: Order, price: int) -> bool:
    """Whether an order would trade at this price of the first outcome."""
    return price <= taker.book_price if taker.is_bid else price >= taker.book_price
