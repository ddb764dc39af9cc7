"""Matching arithmetic: which levels an order takes, and what each match moves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from ltsys.simulator.exchange.book import Level, crosses
from ltsys.simulator.exchange.ledger import Ledger
from ltsys.simulator.exchange.order import HOUSE, HOUSE_KEY, Fill, Leg, Order
from ltsys.simulator.units import DUST, ONE, SHARE_STEP, taker_fee


@dataclass(frozen=True, slots=True)
class Match:
    """What a taker gets from one level; the price and dollars are those of the taker's token."""

    level: Level
    shares: int
    price: int
    usd: int


def plan_matches(order: Order, levels: Iterable[Level]) -> list[Match]:
    """The matches of an order with the other side of the book, best level first.

    A BUY is limited by its dollars: a better price gives more shares, not change
    (VENUE §5.1). An order passes over its own wallet's.
    """
    remaining, matches = order.remaining, []
    for level in levels:
        if not crosses(order, level.price):
            break
        if level.order is not None and level.order.maker == order.maker:
            continue
        price = order.own_price(level.price)
        wanted = remaining
        if order.is_buy:
            wanted = remaining * ONE // price // SHARE_STEP * SHARE_STEP
        shares = min(wanted, level.shares)
        if shares < DUST:
            continue
        usd = shares * price // ONE
        matches.append(Match(level, shares, price, usd))
        remaining -= usd if order.is_buy else shares
    return matches


def is_filled(order: Order, matches: list[Match]) -> bool:
    """Whether the matches use the order up, but for dust."""
    if order.is_buy:
        left = order.remaining - sum(match.usd for match in matches)
        return left * ONE // order.price < DUST
    return order.remaining - sum(match.shares for match in matches) < DUST


class Matcher:
    """Carries matches out: fills, balances, reservations.

    Each leg settles with the house. Where two users trade the same token the house
    is left with nothing; where they mint or merge a pair it keeps the dollar for it.
    """

    def __init__(
        self, ledger: Ledger, fills_by_owner: defaultdict[str, list[Fill]], *, settle_s: float
    ) -> None:
        """Confirm fills `settle_s` simulated seconds after their match."""
        self._ledger = ledger
        self._fills_by_owner = fills_by_owner
        self._settle_s = settle_s

    def execute(self, taker: Order, match: Match, at: float) -> None:
        """Match a taker with one level; the taker pays the fee on top (VENUE §11)."""
        market, maker = taker.market, match.level.order
        fee = taker_fee(
            match.shares, match.price, rate=market.fee_rate, exponent=market.fee_exponent
        )
        taker_leg = _leg(taker, match.price, match.usd, fee=fee)
        if maker is None:
            maker_leg = _house_leg(taker, match.price, match.usd)
        else:
            price = maker.own_price(match.level.price)
            same_token = maker.outcome_index == taker.outcome_index
            maker_leg = _leg(maker, price, match.usd if same_token else match.shares - match.usd)
        fill = self._fill(taker, taker_leg, maker_leg, match.shares, at)
        self._tell(taker, fill)
        self._settle(taker, taker_leg, match.shares)
        if maker is not None:
            self._tell(maker, fill)
            self._fill_resting(maker, maker_leg, match.shares)

    def hit(self, maker: Order, shares: int, at: float) -> None:
        """Let the house take a resting order, at the order's price."""
        usd = shares * maker.price // ONE
        maker_leg = _leg(maker, maker.price, usd)
        house_leg = _house_leg(maker, maker.price, usd)
        self._tell(maker, self._fill(maker, house_leg, maker_leg, shares, at))
        self._fill_resting(maker, maker_leg, shares)

    def _fill_resting(self, order: Order, leg: Leg, shares: int) -> None:
        self._ledger.reserve(order, -(leg.usd if order.is_buy else shares))
        self._settle(order, leg, shares)

    def _settle(self, order: Order, leg: Leg, shares: int) -> None:
        order.take(shares, leg.usd)
        owner, ledger = order.maker, self._ledger
        if order.is_buy:
            ledger.move_cash(payer=owner, payee=HOUSE, units=leg.usd)
            ledger.move_shares(order.token, giver=HOUSE, taker=owner, units=shares)
        else:
            ledger.move_cash(payer=HOUSE, payee=owner, units=leg.usd)
            ledger.move_shares(order.token, giver=owner, taker=HOUSE, units=shares)
        ledger.move_cash(payer=owner, payee=HOUSE, units=leg.fee)

    def _fill(self, order: Order, taker: Leg, maker: Leg, shares: int, at: float) -> Fill:
        """Name the fill after its orders and its number among the order's own."""
        seed = f"{taker.order_id}|{maker.order_id}|{len(order.fills)}".encode()
        digest = sha256(seed).digest()
        return Fill(
            trade_id=str(UUID(bytes=digest[:16], version=4)),
            market=order.market,
            taker=taker,
            maker=maker,
            shares=shares,
            at=at,
            settles_at=at + self._settle_s,
            transaction_hash="0x" + sha256(digest).hexdigest(),
        )

    def _tell(self, order: Order, fill: Fill) -> None:
        """Add the fill to the order and, once even for a trade with oneself, to its owner's."""
        order.fills.append(fill)
        own = self._fills_by_owner[order.owner_address]
        if not own or own[-1] is not fill:
            own.append(fill)


def _leg(order: Order, price: int, usd: int, *, fee: int = 0) -> Leg:
    return Leg(
        order_id=order.order_id,
        owner=order.owner,
        address=order.maker,
        outcome_index=order.outcome_index,
        side=order.side,
        price=price,
        usd=usd,
        fee=fee,
    )


def _house_leg(other: Order, price: int, usd: int) -> Leg:
    """The house on the other side of an order, in the same token."""
    seed = f"house|{other.order_id}|{len(other.fills)}".encode()
    return Leg(
        order_id="0x" + sha256(seed).hexdigest(),
        owner=HOUSE_KEY,
        address=HOUSE,
        outcome_index=other.outcome_index,
        side="SELL" if other.is_buy else "BUY",
        price=price,
        usd=usd,
    )
