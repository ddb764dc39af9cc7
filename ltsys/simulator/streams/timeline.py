"""What the world brings in a stretch of time to those who follow some of its markets."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import floor
from typing import Literal

from ltsys.simulator.world.facts import LeaderTrade, Market
from ltsys.simulator.world.world import World

REFILL_LOOK_S = 0.5
"""How often a book is compared with itself while its depth comes back after a taker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """At this time a market is new, its book may be another, a leader traded, or it resolved."""

    at: float
    market: Market
    kind: Literal["new", "moved", "traded", "resolved"]
    trade: LeaderTrade | None = None


def moves(world: World, market: Market, after: float, until: float) -> Iterator[Moment]:
    """When prices came, and when the market opened or closed, in (after, until]."""
    times = [point.at for point in world.prices_between(market, after, until)]
    edges = (market.opens_at, market.ends_at, market.resolves_at)
    times += [at for at in edges if at is not None and after < at <= until]
    return (Moment(at=at, market=market, kind="moved") for at in times)


def refills(
    world: World, market: Market, taken_at: float, after: float, until: float
) -> Iterator[Moment]:
    """When to look at a book that a taker took from, in (after, until], until it is whole."""
    refill_s = world.house.refill_s
    if not refill_s:
        return
    number = floor(max(after, taken_at) / REFILL_LOOK_S) + 1
    while (at := number * REFILL_LOOK_S) <= min(until, taken_at + refill_s + REFILL_LOOK_S):
        yield Moment(at=at, market=market, kind="moved")
        number += 1


def trades(
    world: World, followed: Iterable[Market], after: float, until: float
) -> Iterator[Moment]:
    """Leaders' trades in the followed markets in (after, until]."""
    condition_ids = {market.condition_id for market in followed}
    first, last = (bisect_right(world.trades, at, key=_timestamp) for at in (after, until))
    for trade in world.trades[first:last]:
        if trade.market.condition_id in condition_ids:
            yield Moment(at=trade.timestamp, market=trade.market, kind="traded", trade=trade)


def lifecycle(world: World, after: float, until: float) -> Iterator[Moment]:
    """Markets that opened or resolved with a result in (after, until]."""
    for market in world.markets.values():
        if after < market.opens_at <= until:
            yield Moment(at=market.opens_at, market=market, kind="new")
        if market.payouts is None or market.resolves_at is None:
            continue
        if after < market.resolves_at <= until:
            yield Moment(at=market.resolves_at, market=market, kind="resolved")


def _timestamp(trade: LeaderTrade) -> int:
    return trade.timestamp
