"""One side of a market's book: users' orders in the order of price and time."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from ltsys.simulator.exchange.order import Order


class BookSide:
    """Best price first, at one price the oldest first; all of them bids or all asks."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Order]] = []

    def __iter__(self) -> Iterator[Order]:
        """The orders in their order."""
        return (order for _, _, order in self._entries)

    def add(self, order: Order) -> None:
        """Take an order in at its place."""
        insort(self._entries, (*_rank(order), order))

    def remove(self, order: Order) -> None:
        """Let an order out; it must be there."""
        del self._entries[bisect_left(self._entries, _rank(order))]


def _rank(order: Order) -> tuple[int, int]:
    return -order.book_price if order.is_bid else order.book_price, order.sequence
