"""Turns matches into trades: legs, balances, reservations."""

from collections import defaultdict
from hashlib import sha256
from uuid import UUID

from ltsys.simulator.exchange.books import Books
from ltsys.simulator.exchange.ledger import Ledger
from ltsys.simulator.exchange.matching import Match, by_price, fee_of
from ltsys.simulator.exchange.order import HOUSE, HOUSE_KEY, Fill, Leg, Order
from ltsys.simulator.exchange.settlement import Settlement
from ltsys.simulator.units import ONE


class Clearing:
    """Books every trade whole, its makers with it, and hands it on to be settled.

    Where a maker is in the taker's own token, the dollars go from one to the other. Where
    both buy, or both sell, they mint or merge pairs: the maker's dollars are what is left
    of a dollar a share (VENUE §8.3).
    """

    def __init__(self, ledger: Ledger, books: Books, settlement: Settlement) -> None:
        """Start without a trade."""
        self.fills_by_owner: defaultdict[str, list[Fill]] = defaultdict(list)
        self.fills_by_builder: defaultdict[str, list[tuple[Fill, Leg]]] = defaultdict(list)
        self._ledger = ledger
        self._books = books
        self._settlement = settlement

    def sweep(self, taker: Order, matches: list[Match], at: float) -> None:
        """Trade an order that is not on the book with everything that it met."""
        for number, trade in enumerate(by_price(matches)):
            fee = fee_of(taker, trade)
            shares, usd = sum(m.shares for m in trade), sum(m.usd for m in trade)
            legs = tuple(_maker_leg(taker, match) for match in trade)
            leg = _leg(taker, trade[0].price, shares, usd, fee=fee)
            makers = [match.level.order for match in trade]
            self._clear(leg, legs, [taker, *makers], at, bucket_index=number)

    def hit(self, maker: Order, shares: int, at: float) -> None:
        """Let the house take a resting order, at the order's price."""
        usd = shares * maker.price // ONE
        house = _house_leg(maker, maker.price, shares, usd)
        leg = _leg(maker, maker.price, shares, usd)
        self._clear(house, (leg,), [None, maker], at, bucket_index=0)

    def _clear(
        self,
        taker: Leg,
        makers: tuple[Leg, ...],
        orders: list[Order | None],
        at: float,
        *,
        bucket_index: int,
    ) -> None:
        """Book a trade between these orders, the taker's first; the house has none."""
        known = [order for order in orders if order is not None]
        fill = Fill(
            trade_id=_trade_id(taker, makers, len(known[0].fills)),
            market=known[0].market,
            taker=taker,
            makers=makers,
            at=at,
            updated_at=at,
            bucket_index=bucket_index,
        )
        self._ledger.book(fill)
        for order, leg in zip(orders, fill.legs, strict=True):
            if order is not None:
                self._count(order, leg, fill)
        for maker, leg in zip(orders[1:], makers, strict=True):
            if maker is not None:
                self._ledger.reserve(maker, -(leg.usd if leg.is_buy else leg.shares))
                self._books.matched(maker, at)
        self._settlement.begin(fill)

    def _count(self, order: Order, leg: Leg, fill: Fill) -> None:
        """Add the fill to the order and, once even for a trade with oneself, to its owner's."""
        order.take(leg.shares, leg.usd)
        order.fills.append(fill)
        own = self.fills_by_owner[order.owner_address]
        if not own or own[-1] is not fill:
            own.append(fill)
        if order.builder:
            self.fills_by_builder[order.builder].append((fill, leg))


def _maker_leg(taker: Order, match: Match) -> Leg:
    maker = match.level.order
    if maker is None:
        return _house_leg(taker, match.price, match.shares, match.usd)
    same_token = maker.outcome_index == taker.outcome_index
    usd = match.usd if same_token else match.shares - match.usd
    return _leg(maker, maker.own_price(match.level.price), match.shares, usd)


def _leg(order: Order, price: int, shares: int, usd: int, *, fee: int = 0) -> Leg:
    return Leg(
        order_id=order.order_id,
        owner=order.owner,
        address=order.maker,
        outcome_index=order.outcome_index,
        side=order.side,
        shares=shares,
        price=price,
        usd=usd,
        fee=fee,
        builder=order.builder,
    )


def _house_leg(other: Order, price: int, shares: int, usd: int) -> Leg:
    """The house on the other side of an order, in the same token."""
    seed = f"house|{other.order_id}|{len(other.fills)}".encode()
    return Leg(
        order_id="0x" + sha256(seed).hexdigest(),
        owner=HOUSE_KEY,
        address=HOUSE,
        outcome_index=other.outcome_index,
        side="SELL" if other.is_buy else "BUY",
        shares=shares,
        price=price,
        usd=usd,
    )


def _trade_id(taker: Leg, makers: tuple[Leg, ...], number: int) -> str:
    """A name from the orders and the trade's number among those of the first of them."""
    seed = "|".join([taker.order_id, *(leg.order_id for leg in makers), str(number)])
    return str(UUID(bytes=sha256(seed.encode()).digest()[:16], version=4))
