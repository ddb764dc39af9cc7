"""The world as a script: every port of `ltsys.ports.world`, answering what a test wrote down.

Nothing here pretends to be a market. For that there is the simulator.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.ids import Address, ConditionId, SourceTradeId, TokenId, VenueOrderId
from ltsys.domain.market import Book, Market
from ltsys.domain.money import ZERO_SHARES, Shares, Usd
from ltsys.domain.source_trade import BadRow, SourceTrade
from ltsys.domain.trader import ClosedPosition, LeaderboardRow
from ltsys.domain.venue import (
    CancelAnswer,
    OrderTicket,
    PostAnswer,
    SignedOrder,
    VenueBalance,
    VenueFill,
    VenueOrder,
    VenueOrderStatus,
)

_PLENTY = Usd(Decimal(1_000_000_000))


class HandClock:
    """Both times stand still until somebody moves them."""

    def __init__(self, now: datetime, wall: datetime | None = None) -> None:
        self._now, self._wall = now, wall or now

    def now(self) -> datetime:
        return self._now

    def wall(self) -> datetime:
        return self._wall

    def move(self, by: timedelta) -> None:
        """Both times pass."""
        self._now += by
        self._wall += by

    def set(self, *, now: datetime | None = None, wall: datetime | None = None) -> None:
        """Either time jumps."""
        self._now, self._wall = now or self._now, wall or self._wall


class DigestSigner:
    """Signs by hashing: the same ticket gives the same order id, another one another."""

    def sign(self, ticket: OrderTicket) -> SignedOrder:
        digest = hashlib.sha256(repr(ticket).encode()).hexdigest()
        envelope = {"order": repr(ticket), "signature": digest}
        return SignedOrder(order_id=VenueOrderId(f"0x{digest}"), envelope=envelope)


@dataclass(slots=True)
class ScriptedVenue:
    """Answers each post with the next of `answers`, an error being raised; shows what it is told.

    `posted` keeps every envelope that was offered. `outage` is raised by every read while set.
    """

    answers: deque[PostAnswer | Callable[[SignedOrder], PostAnswer] | Exception] = field(
        default_factory=deque
    )
    posted: list[SignedOrder] = field(default_factory=list)
    shown: dict[VenueOrderId, VenueOrder] = field(default_factory=dict)
    matches: list[VenueFill] = field(default_factory=list)
    held: dict[TokenId, Shares] = field(default_factory=dict)
    asked_to_cancel: list[VenueOrderId] = field(default_factory=list)
    cash: Usd = _PLENTY
    outage: Exception | None = None
    silent: str = ""
    """The one read that the outage is about; all of them if empty."""
    answers_first: int = 0
    """So many reads are answered before the outage."""

    def post(self, signed: SignedOrder) -> PostAnswer:
        self.posted.append(signed)
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer(signed) if callable(answer) else answer

    def order(self, order_id: VenueOrderId) -> VenueOrder | None:
        self._read("order")
        return self.shown.get(order_id)

    def fills(
        self, order_id: VenueOrderId, condition_id: ConditionId, since: datetime
    ) -> tuple[VenueFill, ...]:
        self._read("fills")
        ours = [m for m in self.matches if (m.order_id, m.condition_id) == (order_id, condition_id)]
        return tuple(match for match in ours if match.matched_at >= since)

    def open_orders(self) -> tuple[VenueOrder, ...]:
        self._read("open_orders")
        return tuple(
            order for order in self.shown.values() if order.status is VenueOrderStatus.LIVE
        )

    def trades(self, since: datetime) -> tuple[VenueFill, ...]:
        self._read("trades")
        return tuple(match for match in self.matches if match.matched_at >= since)

    def cancel(self, order_id: VenueOrderId) -> CancelAnswer:
        self._read("cancel")
        self.asked_to_cancel.append(order_id)
        found = self.shown.get(order_id)
        if found is None or found.status is not VenueOrderStatus.LIVE:
            return CancelAnswer(is_canceled=False, reason="already canceled or matched")
        self.shown[order_id] = replace(found, status=VenueOrderStatus.CANCELED)
        return CancelAnswer(is_canceled=True, reason="")

    def cancel_all(self) -> Mapping[VenueOrderId, CancelAnswer]:
        self._read("cancel_all")
        return {order.order_id: self.cancel(order.order_id) for order in self.open_orders()}

    def balance(self) -> VenueBalance:
        self._read("balance")
        return VenueBalance(cash=self.cash)

    def shares(self, token_id: TokenId) -> Shares:
        self._read("shares")
        return self.held.get(token_id, ZERO_SHARES)

    def version(self) -> int:
        return 2

    def _read(self, call: str) -> None:
        if self.outage is None or self.silent not in {"", call}:
            return
        if not self.answers_first:
            raise self.outage
        self.answers_first -= 1


@dataclass(slots=True)
class ScriptedMarketData:
    """Shows the books and markets it holds. `outage` is raised while set."""

    books: dict[TokenId, Book] = field(default_factory=dict)
    shown: dict[ConditionId, Market] = field(default_factory=dict)
    outage: Exception | None = None
    asked: list[tuple[ConditionId, ...]] = field(default_factory=list)
    later: dict[TokenId, Book | Exception] = field(default_factory=dict)

    def book(self, token_id: TokenId) -> Book | None:
        if self.outage is not None:
            raise self.outage
        shown = self.books.get(token_id)
        later = self.later.pop(token_id, None)
        if isinstance(later, Exception):
            self.outage = later
        elif later is not None:
            self.books[token_id] = later
        return shown

    def book_later(self, token_id: TokenId, later: Book | Exception) -> None:
        """What is seen from the next but one look on, or the outage that follows the next look."""
        self.later[token_id] = later

    def markets(self, condition_ids: Sequence[ConditionId]) -> tuple[Market, ...]:
        if self.outage is not None:
            raise self.outage
        self.asked.append(tuple(condition_ids))
        return tuple(self.shown[each] for each in condition_ids if each in self.shown)


@dataclass(slots=True)
class ScriptedTradeFeed:
    """Serves each trader's rows from a moment on; an error among the rows is raised there."""

    rows: dict[Address, list[SourceTrade | BadRow | Exception]] = field(default_factory=dict)
    positions: dict[Address, tuple[ClosedPosition, ...]] = field(default_factory=dict)
    boards: dict[tuple[str, str], tuple[LeaderboardRow, ...]] = field(default_factory=dict)

    def activity(self, trader: Address, since: datetime) -> Iterable[SourceTrade | BadRow]:
        for row in self.rows.get(trader, ()):
            if isinstance(row, Exception):
                raise row
            if isinstance(row, BadRow) or row.traded_at >= since:
                yield row

    def closed_positions(self, trader: Address) -> tuple[ClosedPosition, ...]:
        return self.positions.get(trader, ())

    def leaderboard(self, period: str, order_by: str, limit: int) -> tuple[LeaderboardRow, ...]:
        return self.boards.get((period, order_by), ())[:limit]


@dataclass(slots=True)
class ScriptedModelScores:
    """Gives the scores it holds, None for other trades, and keeps what it was asked."""

    scores: Mapping[SourceTradeId, Decimal] = field(default_factory=dict)
    asked: list[SourceTradeId] = field(default_factory=list)

    def probability(self, trade: SourceTrade, market: Market, now: datetime) -> Decimal | None:  # noqa: ARG002  a script needs no more than the trade
        self.asked.append(trade.source_trade_id)
        return self.scores.get(trade.source_trade_id)
