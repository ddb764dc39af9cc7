"""The Data API's first version: bare arrays with camel-case keys (VENUE §14.1)."""

from collections.abc import Callable
from decimal import Decimal

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.indexer.entries import page
from ltsys.simulator.indexer.leader_stats import ClosedPosition
from ltsys.simulator.indexer.portfolio import Portfolio
from ltsys.simulator.routes.data_filters import DataFilters
from ltsys.simulator.routes.data_views import (
    activity_row,
    closed_position_row,
    holder_row,
    json_number,
    trade_row,
)
from ltsys.simulator.routes.parameters import amount, choice, user_of
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

_PERIODS = {"DAY", "WEEK", "MONTH", "ALL"}
_CLOSED_ORDERS: dict[str, Callable[[ClosedPosition], Decimal | str]] = {
    "REALIZEDPNL": lambda closed: closed.pnl_usd,
    "TIMESTAMP": lambda closed: Decimal(closed.at),
    "TITLE": lambda closed: closed.market.title,
    "PRICE": lambda closed: closed.payout,
    "AVGPRICE": lambda closed: closed.bought_usd / closed.bought_shares,
}


class DataRoutes:
    """Everything here is as late as the index (VENUE §14.3)."""

    def __init__(self, box: Box, portfolio: Portfolio) -> None:
        """Answer out of this box."""
        self._box = box
        self._portfolio = portfolio
        self._filters = DataFilters(box.world, portfolio.indexer)

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/trades", self.trades)
        router.add("GET", "/activity", self.activity)
        router.add("GET", "/closed-positions", self.closed_positions)
        router.add("GET", "/holders", self.holders)
        router.add("GET", "/value", self.value)
        router.add("GET", "/traded", self.traded)
        router.add("GET", "/oi", self.open_interest)
        router.add("GET", "/live-volume", self.live_volume)
        router.add("GET", "/v1/leaderboard", self.leaderboard)

    def trades(self, request: Request) -> object:
        """Trades of one wallet or of all, newest first."""
        limit = request.count("limit", 100, most=10_000)
        start = request.count("offset", 0, most=10_000, strict=True)
        wallet = user_of(request) if request.param("user") else ""
        found = self._filters.trades(request, wallet, self._box.now())
        return [trade_row(trade) for trade in page(found, start, limit)]

    def activity(self, request: Request) -> object:
        """One wallet's trades and redemptions."""
        user = user_of(request)
        limit = request.count("limit", 100, most=500)
        start = request.count("offset", 0, most=5_000, strict=True)
        found = self._filters.activity(request, user, self._box.now())
        return [activity_row(entry) for entry in page(found, start, limit)]

    def closed_positions(self, request: Request) -> object:
        """One wallet's results, best first."""
        user, now = user_of(request), self._box.now()
        limit = request.count("limit", 10, most=50)
        start = request.count("offset", 0, most=100_000, strict=True)
        order = choice(request, "sortBy", set(_CLOSED_ORDERS), "REALIZEDPNL")
        falling = choice(request, "sortDirection", {"ASC", "DESC"}, "DESC") == "DESC"
        scope, title = self._filters.scope(request), request.param("title").lower()
        found = self._portfolio.closed_positions(user, now)
        found.sort(key=_CLOSED_ORDERS[order], reverse=falling)
        chosen = (
            closed
            for closed in found
            if scope.covers(closed.market) and title in closed.market.title.lower()
        )
        return [closed_position_row(user, closed) for closed in page(chosen, start, limit)]

    def holders(self, request: Request) -> object:
        """The biggest holders of each outcome of the named markets."""
        scope = self._filters.scope(request)
        if not scope.named:
            raise VenueError(400, "required query param 'market' not provided")
        limit = request.count("limit", 20, most=20)
        least, now = amount(request, "minBalance", "1"), self._box.now()
        groups = []
        for market in self._filters.markets(scope):
            sides = self._portfolio.holders(market, now)
            for token, held in zip(market.tokens, sides, strict=True):
                big = [position for position in held if position.size >= least]
                groups.append({"token": token, "holders": [holder_row(p) for p in big[:limit]]})
        return groups

    def value(self, request: Request) -> object:
        """What the wallet's open shares are worth at the last prices."""
        user, now = user_of(request), self._box.now()
        scope = self._filters.scope(request)
        return [
            {"user": user, "value": json_number(self._portfolio.value(user, now, scope.covers))}
        ]

    def traded(self, request: Request) -> object:
        """In how many markets the wallet has traded."""
        user, now = user_of(request), self._box.now()
        return {"user": user, "traded": self._portfolio.traded_markets(user, now)}

    def open_interest(self, request: Request) -> object:
        """Dollars behind the outstanding shares of each named market, or of all together."""
        now, scope = self._box.now(), self._filters.scope(request)
        if not scope.named:
            total = self._portfolio.total_open_interest(now)
            return [{"market": "GLOBAL", "value": json_number(total)}]
        return [
            {
                "market": market.condition_id,
                "value": json_number(self._portfolio.open_interest(market, now)),
            }
            for market in self._filters.markets(scope)
        ]

    def live_volume(self, request: Request) -> object:
        """Dollars traded in an event, and in each of its markets."""
        event = request.count("id", 0, most=1 << 40)
        if not event:
            raise VenueError(400, "required query param 'id' not provided")
        volumes = self._volumes(self._filters.event_markets({str(event)}))
        rows = [
            {"market": market.condition_id, "value": json_number(value)}
            for market, value in volumes
        ]
        total = sum((value for _, value in volumes), Decimal(0))
        return [{"total": json_number(total), "markets": rows}]

    def leaderboard(self, request: Request) -> object:
        """Leaders by profit or volume; every category is answered alike."""
        now = self._box.now()
        period = request.param("timePeriod", "DAY").upper()
        order_by = request.param("orderBy", "PNL").upper()
        if period not in _PERIODS or order_by not in {"PNL", "VOL"}:
            raise VenueError(400, "invalid timePeriod or orderBy")
        limit = request.count("limit", 25, most=50)
        start = request.count("offset", 0, most=1_000, strict=True)
        user, name = request.param("user").lower(), request.param("userName")
        rows = self._portfolio.leaders.leaderboard(period, order_by, now)
        chosen = [
            row
            for row in rows
            if user in {"", row["proxyWallet"]} and name in {"", row["userName"]}
        ]
        return [
            {name: json_number(value) for name, value in row.items()}
            for row in chosen[start : start + limit]
        ]

    def _volumes(self, markets: list[Market]) -> list[tuple[Market, Decimal]]:
        now, indexer = self._box.now(), self._portfolio.indexer
        return [(market, indexer.volume_usd(now, market)) for market in markets]
