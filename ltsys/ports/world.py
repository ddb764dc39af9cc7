"""What the use cases need from the world, in the domain's own words.

Each docstring lists the errors that a port may raise; nothing else may escape an adapter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ltsys.domain.ids import Address, ConditionId, TokenId, VenueOrderId
from ltsys.domain.market import Book, Market
from ltsys.domain.money import Shares
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
)


class Clock(Protocol):
    """The two times there are; both aware UTC."""

    def now(self) -> datetime:
        """The venue's time: signals, orders and days are dated by it.

        Raises VenueUnavailableError when a simulated clock cannot be read.
        """
        ...

    def wall(self) -> datetime:
        """This machine's time: retries, sweeps and latencies are measured by it."""
        ...


class Signer(Protocol):
    """Holds the trading key; gives out signatures and never the key (LESSONS L62)."""

    def sign(self, ticket: OrderTicket) -> SignedOrder:
        """The same ticket gives the same bytes, hence the same order id (VENUE §3.2)."""
        ...


class OrderVenue(Protocol):
    """Where orders are placed and looked at: the exchange, or the paper one of shadow orders."""

    def post(self, signed: SignedOrder) -> PostAnswer:
        """Offer a signed order once; never retries by itself.

        Raises VenueRejectedError, VenueUnavailableError, OutcomeUnknownError (VENUE §6).
        """
        ...

    def order(self, order_id: VenueOrderId) -> VenueOrder | None:
        """None says "not found", which is no proof of absence (LESSONS L05).

        Raises VenueUnavailableError, MalformedAnswerError.
        """
        ...

    def fills(
        self, order_id: VenueOrderId, condition_id: ConditionId, since: datetime
    ) -> tuple[VenueFill, ...]:
        """Every fill of the order in that market since a moment, all pages read.

        Raises VenueUnavailableError, MalformedAnswerError.
        """
        ...

    def shares(self, token_id: TokenId) -> Shares:
        """Shares of a token that the venue shows for our wallet. Raises as `order`."""
        ...

    def cancel(self, order_id: VenueOrderId) -> CancelAnswer:
        """Ask to cancel. Raises VenueUnavailableError, OutcomeUnknownError."""
        ...


class Venue(OrderVenue, Protocol):
    """Our account at the exchange."""

    def open_orders(self) -> tuple[VenueOrder, ...]:
        """Every order of our account that the venue works, all pages read. Raises as `fills`."""
        ...

    def trades(self, since: datetime) -> tuple[VenueFill, ...]:
        """Our part of every trade since a moment, whoever ordered it, all pages read.

        Raises as `fills`.
        """
        ...

    def cancel_all(self) -> Mapping[VenueOrderId, CancelAnswer]:
        """Ask to cancel everything that works for our key; the answer names what it was about.

        Raises as `cancel`.
        """
        ...

    def balance(self) -> VenueBalance:
        """Raises VenueUnavailableError, MalformedAnswerError."""
        ...

    def version(self) -> int:
        """The protocol version the venue speaks. Raises VenueUnavailableError."""
        ...


class MarketData(Protocol):
    """Public facts of markets. Every answer is checked to be of the market asked for (L45)."""

    def book(self, token_id: TokenId) -> Book | None:
        """A fresh book, tick and minimum size included (L13); None when there is no book.

        Raises VenueUnavailableError, MalformedAnswerError.
        """
        ...

    def markets(self, condition_ids: Sequence[ConditionId]) -> tuple[Market, ...]:
        """The markets that exist, open and closed; unknown ids are left out.

        Raises VenueUnavailableError, MalformedAnswerError.
        """
        ...


class TradeFeed(Protocol):
    """What leaders did."""

    def activity(self, trader: Address, since: datetime) -> Iterable[SourceTrade | BadRow]:
        """The trader's trades from `since` on, oldest first, every page.

        Rows that cannot be believed come as BadRow; the good ones go on.
        Raises VenueUnavailableError, MalformedAnswerError.
        """
        ...

    def closed_positions(self, trader: Address) -> tuple[ClosedPosition, ...]:
        """The trader's resolved positions, all pages. Raises as `activity`."""
        ...

    def leaderboard(self, period: str, order_by: str, limit: int) -> tuple[LeaderboardRow, ...]:
        """`period` is DAY, WEEK or MONTH; `order_by` is PNL or VOL. Raises as `activity`."""
        ...


class ModelScores(Protocol):
    """The probability model."""

    def probability(self, trade: SourceTrade, market: Market, now: datetime) -> Decimal | None:
        """Between 0 and 1; None when it cannot be had, for whatever reason (FT_RULES D7)."""
        ...
