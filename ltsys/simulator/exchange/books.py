"""The books of all markets: who rests where, what that reserves, what has to be looked at when."""

from collections import defaultdict
from itertools import takewhile
from math import inf

from ltsys.simulator.exchange.book import Book, crosses
from ltsys.simulator.exchange.events import BookChanged, Events, OrderChanged
from ltsys.simulator.exchange.ledger import Ledger
from ltsys.simulator.exchange.order import Order
from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.world import World

GTD_EARLY_S = 60


class Books:
    """Every change of a book goes through here, and is told."""

    def __init__(self, world: World, ledger: Ledger, events: Events) -> None:
        """Start without a market that anybody has a stake in."""
        self._world = world
        self._ledger = ledger
        self._events = events
        self._markets: dict[str, Book] = {}
        self._by_owner: defaultdict[str, dict[str, Order]] = defaultdict(dict)
        self._due: dict[str, float] = {}
        self._next_at = inf
        self._rulings = 0

    def book(self, market: Market) -> Book:
        """The market's book; one that nobody uses is made for the asking and forgotten."""
        known = self._markets.get(market.condition_id)
        return known or Book(market, seen_until=0, house=self._world.house)

    def working(self, address: str) -> list[Order]:
        """The orders of a key's wallet on the book, oldest first."""
        return list(self._by_owner[address].values()) if address in self._by_owner else []

    def track(self, market: Market, now: float) -> Book:
        """The book of a market in which somebody has a stake from now on.

        All prices up to now have been matched against, by whoever rested before.
        """
        book = self._markets.get(market.condition_id)
        if book is None:
            book = Book(market, seen_until=now, house=self._world.house)
            self._markets[market.condition_id] = book
            self._plan(book)
        book.seen_until = max(book.seen_until, now)
        return book

    def forget(self, market: Market) -> None:
        """Nothing will happen in this market any more."""
        del self._markets[market.condition_id], self._due[market.condition_id]

    def rest(self, order: Order, at: float) -> None:
        """Put an order on the book.

        Orders of its own wallet that it would cross leave; that the venue prefers the newer
        one is a guess.
        """
        book = self._markets[order.market.condition_id]
        facing = book.waiting(bids=not order.is_bid)
        crossed = takewhile(lambda each: crosses(order, each.book_price), facing)
        for other in [each for each in crossed if each.maker == order.maker]:
            self.drop(other, "CANCELED", at)
        book.add(order)
        self._by_owner[order.owner_address][order.order_id] = order
        self._ledger.reserve(order, order.remaining)
        self._look_by(book, min(self._market_event(book), expires_at(order)))

    def drop(self, order: Order, status: str, at: float) -> None:
        """Take an order off the book before it is filled."""
        self._remove(order, status, at)
        self._events.tell(OrderChanged(order=order, kind="CANCELLATION", at=at))
        self._events.tell(BookChanged(market=order.market, at=at))

    def matched(self, order: Order, at: float) -> None:
        """Tell of a match of a resting order; one that is filled but for dust leaves."""
        if order.is_done:
            self._remove(order, "MATCHED", at)
        self._events.tell(OrderChanged(order=order, kind="UPDATE", at=at))

    @property
    def next_at(self) -> float:
        """When something may happen next in any market."""
        if self._rulings != self._world.rulings:
            self._rulings = self._world.rulings
            for book in self._markets.values():
                self._plan(book)
        return self._next_at

    def next_market(self) -> Book:
        """The book of the market in which that is."""
        return self._markets[min(self._due, key=self._due.__getitem__)]

    def looked_at(self, book: Book) -> None:
        """Everything that was due has happened in a market; find out what comes next."""
        if book.market.condition_id in self._markets:
            self._due[book.market.condition_id] = inf
            self._plan(book)
        self._next_at = min(self._due.values(), default=inf)

    def _plan(self, book: Book) -> None:
        expiries = [expires_at(order) for order in book.orders.values()]
        self._look_by(book, min(self._market_event(book), *expiries, inf))

    def _look_by(self, book: Book, at: float) -> None:
        """Look at a market again at this time at the latest; too early does no harm."""
        condition_id = book.market.condition_id
        self._due[condition_id] = min(at, self._due.get(condition_id, inf))
        self._next_at = min(self._next_at, at)

    def _market_event(self, book: Book) -> float:
        """When a price that matters, the closing or the resolution comes next."""
        market = book.market
        times: list[float | None] = []
        if market.payouts is not None:
            times.append(market.resolves_at)
        if book.orders:
            next_price_at = self._world.next_price_at(market, book.seen_until)
            times += [next_price_at, market.ends_at, market.resolves_at]
            if market.starts_game(book.seen_until, inf):
                times.append(market.game_starts_at)
        return min((at for at in times if at is not None), default=inf)

    def _remove(self, order: Order, status: str, at: float) -> None:
        order.finish(status, at)
        self._ledger.reserve(order, -order.remaining)
        self._markets[order.market.condition_id].remove(order)
        del self._by_owner[order.owner_address][order.order_id]


def expires_at(order: Order) -> float:
    """A GTD order dies a minute before its stated second (VENUE §5.2)."""
    return order.expiration - GTD_EARLY_S if order.order_type == "GTD" else inf
