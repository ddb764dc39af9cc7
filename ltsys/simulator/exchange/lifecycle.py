"""What time does to a market's book: prices reach orders, orders expire, the market ends."""

from ltsys.simulator.exchange.book import Book
from ltsys.simulator.exchange.books import Books, expires_at
from ltsys.simulator.exchange.clearing import Clearing
from ltsys.simulator.exchange.ledger import Ledger
from ltsys.simulator.exchange.order import HOUSE, Order
from ltsys.simulator.exchange.redemption import Redeemer
from ltsys.simulator.exchange.settlement import Settlement
from ltsys.simulator.units import DUST
from ltsys.simulator.world.world import World


class Lifecycle:
    """Lets happen in one market what is due at one moment."""

    def __init__(
        self,
        world: World,
        books: Books,
        clearing: Clearing,
        settlement: Settlement,
        ledger: Ledger,
        redeemer: Redeemer,
    ) -> None:
        """Work on what the exchange works on."""
        self._world = world
        self._books = books
        self._clearing = clearing
        self._settlement = settlement
        self._ledger = ledger
        self._redeemer = redeemer

    def happen(self, book: Book, at: float) -> None:
        """Close, clear, expire, trade with the house at a new price, pay out: whatever is due."""
        market = book.market
        is_cleared = market.starts_game(book.seen_until, at)
        for order in list(book.orders.values()):
            if not market.is_open(at):
                self._books.drop(order, "CANCELED_MARKET_RESOLVED", at)
            elif is_cleared or expires_at(order) <= at:
                self._books.drop(order, "CANCELED", at)
        moved_at = self._world.next_price_at(market, book.seen_until)
        book.seen_until = max(book.seen_until, at)
        if book.orders and moved_at is not None and moved_at <= at:
            self._meet_house(book, at)
        if market.is_resolved(at):
            self._pay_out(book, at)
        self._books.looked_at(book)

    def _meet_house(self, book: Book, at: float) -> None:
        """Fill resting orders that the house's new quotes have reached, at the orders' prices."""
        point = self._world.last_price(book.market, at)
        for is_bid in (True, False):
            house = book.house(point, at, bids=not is_bid)
            traded = 0
            for order in list(book.waiting(bids=is_bid)):
                depth = sum(shares for price, shares in house if _reaches(order, price))
                shares = min(order.open_shares, depth - traded)
                if shares < DUST:
                    continue
                traded += shares
                self._clearing.hit(order, shares, at)

    def _pay_out(self, book: Book, at: float) -> None:
        """Settle what is still on its way, then redeem; the house is paid in any case."""
        market = book.market
        self._settlement.finish(market, at)
        for index, payout in enumerate(market.payouts or ()):
            self._ledger.redeem(HOUSE, market, index, payout)
        self._redeemer.resolved(market, at)
        self._books.forget(market)


def _reaches(order: Order, price: int) -> bool:
    """Whether the house's quote is as good as the order's limit, or better."""
    return price <= order.book_price if order.is_bid else price >= order.book_price
