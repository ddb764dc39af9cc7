"""Matching arithmetic: which levels an order takes, and for how much."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from ltsys.simulator.exchange.book import Level, crosses
from ltsys.simulator.exchange.order import Order
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


def by_price(matches: list[Match]) -> list[list[Match]]:
    """The matches as the trades that they become: the makers at one price share one."""
    return [list(group) for _, group in groupby(matches, key=lambda match: match.price)]


def fee_of(order: Order, trade: list[Match]) -> int:
    """What the taker pays for one trade on top, at the market's rate (VENUE §11)."""
    market, shares = order.market, sum(match.shares for match in trade)
    return taker_fee(shares, trade[0].price, rate=market.fee_rate, exponent=market.fee_exponent)
