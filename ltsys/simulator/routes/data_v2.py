"""The Data API's second version: pages by cursor in an envelope (VENUE §14.2)."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.indexer.entries import page
from ltsys.simulator.indexer.portfolio import Portfolio
from ltsys.simulator.routes.cursors import Cursor, page_start
from ltsys.simulator.routes.data_filters import DataFilters
from ltsys.simulator.routes.data_v2_views import (
    activity_row_v2,
    resolution_row,
    token_row,
    trade_row_v2,
)
from ltsys.simulator.routes.data_views import json_number
from ltsys.simulator.routes.parameters import user_of, values, wallet_of
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

MAX_ROWS = 1_000
_DEFAULT_ROWS = 100
_MOST_TOKENS = 50
_MOST_CONDITIONS = 10

T = TypeVar("T")


class DataV2Routes:
    """As late as the first version, for it is the same index."""

    def __init__(self, box: Box, portfolio: Portfolio) -> None:
        """Answer out of this box."""
        self._box = box
        self._portfolio = portfolio
        self._filters = DataFilters(box.world, portfolio.indexer)

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/v2/trades", self.trades)
        router.add("GET", "/v2/activity", self.activity)
        router.add("GET", "/v2/value", self.value)
        router.add("GET", "/v2/user-stats", self.user_stats)
        router.add("GET", "/v2/oi", self.open_interest)
        router.add("GET", "/v2/resolutions", self.resolutions)
        router.add("GET", "/v2/tokens", self.tokens)

    def trades(self, request: Request) -> object:
        """Trades of one wallet, of some markets, or all, newest first."""
        wallet, now = wallet_of(request), self._box.now()
        return envelope(
            request, lambda at: self._filters.trades(request, wallet, at), trade_row_v2, now
        )

    def activity(self, request: Request) -> object:
        """One wallet's trades and conversions."""
        user, now = user_of(request), self._box.now()
        return envelope(
            request, lambda at: self._filters.activity(request, user, at), activity_row_v2, now
        )

    def value(self, request: Request) -> object:
        """What the wallet's open shares are worth."""
        user, now = user_of(request), self._box.now()
        worth = self._portfolio.value(user, now, self._filters.scope(request).covers)
        return {"data": {"proxy_wallet": user, "value": json_number(worth)}}

    def user_stats(self, request: Request) -> object:
        """A wallet in figures; null for one that never traded."""
        user, now = user_of(request), self._box.now()
        positions = self._portfolio.all_positions(user, now)
        if not positions:
            return {"data": None}
        wins = (position.realized_usd for position in positions)
        return {
            "data": {
                "proxy_wallet": user,
                "trades": self._portfolio.traded_markets(user, now),
                "biggest_win": json_number(max(Decimal(0), *wins)),
                "views": 0,
                "join_date": min(position.first_at for position in positions),
                "all_time_pnl": None,
            }
        }

    def open_interest(self, request: Request) -> object:
        """Dollars behind the outstanding shares of each named market, or of all together."""
        now, scope = self._box.now(), self._filters.scope(request)
        if not scope.named:
            total = self._portfolio.total_open_interest(now)
            return {"data": [{"condition_id": "GLOBAL", "value": json_number(total)}]}
        rows = [
            (market.condition_id, self._portfolio.open_interest(market, now))
            for market in self._filters.markets(scope)
        ]
        return {
            "data": [{"condition_id": name, "value": json_number(value)} for name, value in rows]
        }

    def resolutions(self, request: Request) -> object:
        """How far the named markets' resolutions are."""
        known = self._portfolio.indexer.known_until(self._box.now())
        named = ("question_id", "condition_id", "event_id")
        if sum(name in request.query for name in named) != 1:
            raise VenueError(400, "exactly one of question_id, condition_id, event_id is required")
        question = request.param("question_id").lower()
        if question:
            seen = self._box.world.seen_markets(known)
            markets = [market for market in seen if market.question_id == question]
        else:
            markets = self._filters.markets(self._filters.scope(request))
        return {"data": [resolution_row(m, known) for m in markets if m.opens_at <= known]}

    def tokens(self, request: Request) -> object:
        """What tokens stand for, by their ids or by their conditions."""
        known = self._portfolio.indexer.known_until(self._box.now())
        tokens, conditions = values(request, "token_id"), values(request, "condition")
        if bool(tokens) == bool(conditions):
            raise VenueError(400, "exactly one of token_id and condition is required")
        if len(tokens) > _MOST_TOKENS or len(conditions) > _MOST_CONDITIONS:
            raise VenueError(400, "too many values")
        found: list[tuple[Market, int]] = self._box.world.tokens(tokens, known)
        for condition in conditions:
            market = self._box.world.markets.get(condition.lower())
            if market is not None and market.opens_at <= known:
                found += [(market, 0), (market, 1)]
        return {"data": [token_row(market, index, known) for market, index in found]}


def envelope(
    request: Request,
    listing: Callable[[float], Iterable[T]],
    row: Callable[[T], dict[str, object]],
    now: float,
    *,
    most: int = MAX_ROWS,
) -> dict[str, object]:
    """A page of a listing, which is asked for as it was when its first page was."""
    start = page_start(request.param("cursor"), now)
    limit = request.count("limit", _DEFAULT_ROWS, most=most)
    found = page(listing(start.at), start.offset, limit + 1)
    has_more = len(found) > limit > 0
    following = Cursor(start.offset + limit, start.at_us).encode() if has_more else None
    return {
        "data": [row(each) for each in found[:limit]],
        "pagination": {"limit": limit, "has_more": has_more, "next_cursor": following},
    }
