"""The Data API's /positions: what a wallet holds, in the first version's shape (VENUE §14.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.indexer.portfolio import Portfolio
from ltsys.simulator.indexer.positions import Position
from ltsys.simulator.routes.data_filters import DataFilters
from ltsys.simulator.routes.data_views import percentage, position_row
from ltsys.simulator.routes.parameters import amount, choice, flag, user_of


@dataclass(frozen=True, slots=True)
class Holding:
    """A position with what it is worth, and what can be done with it."""

    position: Position
    price: Decimal
    redeemable: bool
    mergeable: bool

    @property
    def value_usd(self) -> Decimal:
        """At the last price, or the payout."""
        return self.position.size * self.price

    @property
    def profit_usd(self) -> Decimal:
        """Of the shares still held, fees apart."""
        return self.value_usd - self.position.cost_usd

    @property
    def profit_pct(self) -> Decimal:
        """The profit in percent of the cost."""
        return percentage(self.profit_usd, self.position.cost_usd)


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
            if held.position.size >= least
            and scope.covers(held.position.market)
            and title in held.position.market.title.lower()
            and (held.redeemable or not only_redeemable)
            and (held.mergeable or not only_mergeable)
        ]
        found.sort(key=_ORDERS[order], reverse=falling)
        return [
            position_row(
                held.position, held.price, mergeable=held.mergeable, redeemable=held.redeemable
            )
            for held in found[start : start + limit]
        ]


def holdings(portfolio: Portfolio, wallet: str, now: float) -> list[Holding]:
    """The open positions of a wallet; a pair can be merged until its market resolves."""
    known = portfolio.indexer.known_until(now)
    found = portfolio.open_positions(wallet, now)
    tokens = {position.token for position in found}
    return [
        Holding(
            position,
            portfolio.price(position, now),
            position.market.is_resolved(known),
            tokens.issuperset(position.market.tokens) and not position.market.is_resolved(known),
        )
        for position in found
    ]
