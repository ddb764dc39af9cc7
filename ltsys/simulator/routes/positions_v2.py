"""Positions, holders and price histories of the Data API's second version (VENUE §14.2)."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.indexer.holdings import Holding, holdings
from ltsys.simulator.indexer.portfolio import Portfolio
from ltsys.simulator.routes.data_filters import DataFilters
from ltsys.simulator.routes.data_v2 import envelope
from ltsys.simulator.routes.data_v2_views import holder_profit_row, holder_row_v2, position_row_v2
from ltsys.simulator.routes.parameters import (
    DAY_S,
    DISTANT,
    INTERVALS_S,
    amount,
    choice,
    flag,
    wallet_of,
)
from ltsys.simulator.units import number
from ltsys.simulator.venue_error import VenueError

_MOST_POINTS = 10_000
_LONGEST_WINDOW_S = 15 * DAY_S
_SHORTEST_BUCKET_S = 60
_BUCKETS_S = {"1w": 300, "1m": 600, "max": 600, "all": 600}
_STATUSES: dict[str, Callable[[Holding], bool]] = {
    "": lambda held: held.status != "CLOSED",
    "OPEN": lambda held: held.status == "OPEN",
    "REDEEMABLE": lambda held: held.status == "REDEEMABLE",
    "REDEEMABLE_LOST": lambda held: held.status == "REDEEMABLE" and not held.price,
    "MERGEABLE": lambda held: held.mergeable and held.status == "OPEN",
    "CLOSED": lambda held: held.status == "CLOSED",
}
_ORDERS: dict[str, Callable[[Holding], Decimal | int]] = {
    "CURRENT_VALUE": lambda held: held.value_usd,
    "PRICE": lambda held: held.price,
    "TOKENS": lambda held: held.position.size,
    "UNREALIZED_PNL": lambda held: held.profit_usd,
    "REALIZED_PNL": lambda held: held.position.realized_usd,
    "TOTAL_PNL": lambda held: held.profit_usd + held.position.realized_usd,
    "TIMESTAMP": lambda held: held.position.last_at,
}


class PositionV2Routes:
    """A lost position still reports REDEEMABLE, a mergeable one OPEN, as the SDK says."""

    def __init__(self, box: Box, portfolio: Portfolio) -> None:
        """Answer out of this box."""
        self._box = box
        self._portfolio = portfolio
        self._filters = DataFilters(box.world, portfolio.indexer)

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/v2/positions", self.positions)
        router.add("GET", "/v2/holders", self.holders)
        router.add("GET", "/v2/prices-history", self.prices_history)

    def positions(self, request: Request) -> object:
        """Positions of one wallet, or of everybody in one market; without a status, held ones."""
        return envelope(
            request, lambda at: self._positions(request, at), position_row_v2, self._box.now()
        )

    def holders(self, request: Request) -> object:
        """Who holds each outcome of the named markets, biggest first, grouped by token."""
        scope, now = self._filters.scope(request), self._box.now()
        if not scope.named:
            raise VenueError(400, "condition_id is required")
        with_profit = flag(request, "include_pnl", default=False)
        markets = self._filters.markets(scope)
        if with_profit and len(markets) > 1:
            raise VenueError(400, "include_pnl requires exactly one condition_id")
        least = amount(request, "min_balance", "1")
        answer = envelope(
            request,
            lambda at: self._holders(request, at, least),
            lambda held: holder_profit_row(held) if with_profit else holder_row_v2(held.position),
            now,
            most=100 if with_profit else 1_000,
        )
        rows, groups = answer["data"], dict[str, list[object]]()
        assert isinstance(rows, list)  # noqa: S101 - made by the envelope
        for row in rows:
            groups.setdefault(row["token_id"], []).append(row)
        return answer | {"data": [{"token_id": t, "holders": h} for t, h in groups.items()]}

    def prices_history(self, request: Request) -> object:
        """What a token has cost: a point a bucket, or the one price as of a second."""
        now = self._box.now()
        known = self._portfolio.indexer.known_until(now)
        found = self._box.world.tokens([request.param("token_id")], known)
        first = found[0][0].opens_at if found else int(known)
        buckets = _buckets(request, first, int(known))
        rows = [
            _point(at, self._box.world.outcome_prices(market, at)[index], bucket_s)
            for market, index in found
            for at, bucket_s in buckets
        ]
        return envelope(request, lambda _: rows, lambda row: row, now, most=_MOST_POINTS)

    def _positions(self, request: Request, at: float) -> list[Holding]:
        wallet, scope = wallet_of(request), self._filters.scope(request)
        status = choice(request, "status", set(_STATUSES), "")
        markets = self._filters.markets(scope)
        if wallet:
            found = holdings(self._portfolio, wallet, at)
        elif len(markets) == 1 and "event_id" not in request.query:
            traders = self._portfolio.indexer.traders(at, markets[0])
            found = [h for each in traders for h in holdings(self._portfolio, each, at, markets[0])]
        else:
            raise VenueError(400, "user or exactly one condition_id is required")
        title, is_wanted = request.param("title").lower(), _STATUSES[status]
        measure, least = _measure(request)
        chosen = [
            held
            for held in found
            if is_wanted(held)
            and measure(held) >= least
            and scope.covers(held.position.market)
            and title in held.position.market.title.lower()
        ]
        order = choice(request, "sort_by", set(_ORDERS), "CURRENT_VALUE")
        falling = choice(request, "sort_direction", {"ASC", "DESC"}, "DESC") == "DESC"
        return sorted(chosen, key=_ORDERS[order], reverse=falling)

    def _holders(self, request: Request, at: float, least: Decimal) -> Iterator[Holding]:
        for market in self._filters.markets(self._filters.scope(request)):
            for held in self._portfolio.holders(market, at):
                for position in held:
                    if position.size >= least:
                        price = self._portfolio.price(position, at)
                        yield Holding(position, price, redeemable=False, mergeable=False)


def _measure(request: Request) -> tuple[Callable[[Holding], Decimal], Decimal]:
    """What is compared with the least amount: dollars, or shares."""
    if ("filter_type" in request.query) != ("filter_amount" in request.query):
        raise VenueError(400, "filter_type and filter_amount must be provided together")
    kind = choice(request, "filter_type", {"CASH", "TOKENS"}, "TOKENS")
    least = amount(request, "filter_amount", "0")
    if kind == "CASH":
        return lambda held: held.value_usd, least
    return lambda held: max(Decimal(0), held.position.size), least


def _buckets(request: Request, opened_at: int, known: int) -> list[tuple[int, int]]:
    """The seconds of the points, oldest first, and how many seconds each stands for."""
    given = [name for name in ("interval", "start", "as_of") if name in request.query]
    if len(given) != 1:
        raise VenueError(400, "exactly one of interval, start and as_of is required")
    if given == ["as_of"]:
        at = request.count("as_of", known, most=DISTANT)
        return [(at, 0)] if opened_at <= at <= known else []
    interval = request.param("interval")
    if interval and interval not in INTERVALS_S:
        raise VenueError(400, "invalid interval")
    least_s = _BUCKETS_S.get(interval, _SHORTEST_BUCKET_S)
    step = request.count("bucket_seconds", least_s, most=DAY_S)
    if step < least_s:
        raise VenueError(400, f"bucket_seconds must be between {least_s} and {DAY_S}")
    last = min(known, request.count("end", known, most=DISTANT))
    first = request.count("start", max(0, last - INTERVALS_S.get(interval, 0)), most=DISTANT)
    if not interval and last - first > _LONGEST_WINDOW_S:
        raise VenueError(400, "the window exceeds 15 days")
    first = -(-max(first, opened_at) // step) * step
    return [(at, step) for at in range(first, last + 1, step)]


def _point(at: int, price: int, bucket_s: int) -> dict[str, object]:
    return {"timestamp": at, "price": number(price), "resolution_seconds": bucket_s}
