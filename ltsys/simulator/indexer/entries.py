"""Rows that an indexer keeps in order of time, and pages of several of them together."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import merge
from itertools import islice
from typing import Generic, TypeVar

from ltsys.simulator.exchange.order import Fill, Leg
from ltsys.simulator.exchange.redemption import Conversion
from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import LeaderTrade, Market


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTrade(LeaderTrade):
    """One side of a fill that went through the exchange."""

    trade_id: str
    is_taker: bool
    fee_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UserConversion:
    """Shares that became dollars, or the reverse, outside the exchange: no outcome is both."""

    kind: str
    wallet: str
    market: Market
    outcome_index: int | None
    size: Decimal
    usdc_size: Decimal
    timestamp: int
    transaction_hash: str
    name: str = ""


Entry = LeaderTrade | UserConversion
E = TypeVar("E", bound=Entry)
T = TypeVar("T")
Span = tuple[Sequence[E], int, int]
"""A list in order of time, and the bounds of a part of it."""


class History(Generic[E]):
    """Entries in order of time; of one second, in the order of their coming."""

    def __init__(self) -> None:
        self._entries: list[E] = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self._entries)

    def add(self, entry: E) -> None:
        """Put an entry in its place, mostly the last."""
        insort(self._entries, entry, key=_timestamp)

    def discard(self, unwanted: Callable[[E], bool]) -> None:
        """Forget some entries."""
        self._entries = [entry for entry in self._entries if not unwanted(entry)]

    def span(self, first: float, last: float) -> Span[E]:
        """The part of [first, last]."""
        entries = self._entries
        low = bisect_left(entries, first, key=_timestamp)
        return entries, low, max(low, bisect_right(entries, last, key=_timestamp))


def decimal(units: int) -> Decimal:
    """Units as dollars or shares, exactly."""
    return Decimal(units) / ONE


def user_trade(fill: Fill, leg: Leg, at: float) -> UserTrade:
    """The Data API's view of one leg, at the moment when the chain had it."""
    return UserTrade(
        wallet=leg.address,
        name="",
        market=fill.market,
        outcome_index=leg.outcome_index,
        side=leg.side,
        size=decimal(leg.shares),
        price=decimal(leg.price),
        usdc_size=decimal(leg.usd),
        timestamp=int(at),
        transaction_hash=fill.transaction_hash,
        trade_id=fill.trade_id,
        is_taker=leg is fill.taker,
        fee_usd=decimal(leg.fee),
    )


def user_conversion(conversion: Conversion) -> UserConversion:
    """The Data API's view of a redemption, a split or a merge."""
    return UserConversion(
        kind=conversion.kind,
        wallet=conversion.address,
        market=conversion.market,
        outcome_index=conversion.outcome_index,
        size=decimal(conversion.shares),
        usdc_size=decimal(conversion.usd),
        timestamp=int(conversion.at),
        transaction_hash=conversion.transaction_hash,
    )


def in_order(spans: Iterable[Span[E]], *, newest_first: bool) -> Iterator[E]:
    """The entries of several spans by time; nothing is read that nobody takes."""
    runs = [_run(span, newest_first=newest_first) for span in spans if span[1] < span[2]]
    if len(runs) == 1:
        return runs[0]
    return merge(*runs, key=_timestamp, reverse=newest_first)


def page(rows: Iterable[T], start: int, limit: int) -> list[T]:
    """So many rows from the start-th on."""
    return list(islice(rows, start, start + limit))


def _run(span: Span[E], *, newest_first: bool) -> Iterator[E]:
    entries, low, high = span
    places = range(high - 1, low - 1, -1) if newest_first else range(low, high)
    return (entries[place] for place in places)


def _timestamp(entry: Entry) -> int:
    return entry.timestamp
