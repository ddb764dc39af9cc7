"""The Data API's /positions: what a wallet holds, in the first version's shape (VENUE §14.1)."""

from collections.abc import Callable
from decimal import Decimal

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.indexer.holdings import Holding, holdings
from ltsys.simulator.indexer.portfolio import Portfolio
from ltsys.simulator.routes.data_filters import DataFilters
from ltsys.simulator.routes.data_views import position_row
from ltsys.simulator.routes.parameters import amount, choice, flag, user_of

_ORDERS: dict[str, Callable[[Holding], Decimal | float | str]] = {
    "CURRENT": lambda held: held.value_usd,
    "INITIAL": lambda held: held.position.cost_usd,
    "TOKENS": lambda held: held.position.size,
    "CASHPNL": lambda held: held.profit_usd,
    "PERCENTPNL": lambda held: held.profit_pct,
    "TITLE": lambda held: held.position.market.title,
    "RESOLVING": lambda held: held.position.market.ends_at or float("inf"),
    "PRICE": lambda held: held.price,
    "AVGPRICE": lambda held: held.position.average_price,
}


class PositionRoutes:
    """A loser's worthless shares stay redeemable until somebody redeems them."""

    def __init__(self, box: Box, portfolio: Portfolio) -> None:
        """Answer out of this box."""
        self._box = box
        self._portfolio = portfolio
        self._filters = DataFilters(box.world, portfolio.indexer)

    def install(self, router: Router) -> None:
        """Add the path."""
        router.add("GET", "/positions", self.positions)

    def positions(self, request: Request) -> object:
        """One wallet's open positions."""
        user, now = user_of(request), self._box.now()
        limit = request.count("limit", 100, most=500)
        start = request.count("offset", 0, most=10_000, strict=True)
        least = amount(request, "sizeThreshold", "1")
        order = choice(request, "sortBy", set(_ORDERS), "TOKENS")
        falling = choice(request, "sortDirection", {"ASC", "DESC"}, "DESC") == "DESC"
        only_redeemable = flag(request, "redeemable", default=False)
        only_mergeable = flag(request, "mergeable", default=False)
        scope, title = self._filters.scope(request), request.param("title").lower()
        found = [
            held
            for held in holdings(self._portfolio, user, now)
            if held.position.size > 0
            and held.position.size >= least
            and scope.covers(held.position.market)
            and title in held.position.market.title.lower()
            and (held.redeemable or not only_redeemable)
            and (held.mergeable or not only_mergeable)
        ]
        found.sort(key=_ORDERS[order], reverse=falling)
        return [position_row(held) for held in found[start : start + limit]]
