"""Which trades, activities and positions a Data API request wants (VENUE §14)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ltsys.simulator.http import Request
from ltsys.simulator.indexer.entries import E, Entry, Span, UserConversion, UserTrade, in_order
from ltsys.simulator.indexer.indexer import Indexer
from ltsys.simulator.routes.parameters import amount, choice, flag, values, window
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.catalogue import Catalogue
from ltsys.simulator.world.facts import LeaderTrade, Market
from ltsys.simulator.world.world import World

ACTIVITY_TYPES = frozenset(
    {
        "TRADE",
        "SPLIT",
        "MERGE",
        "REDEEM",
        "REWARD",
        "CONVERSION",
        "MIGRATION",
        "DEPOSIT",
        "WITHDRAWAL",
        "YIELD",
        "MAKER_REBATE",
        "TAKER_REBATE",
        "REFERRAL_REWARD",
        "TIP",
    }
)
_CONVERSIONS = frozenset({"REDEEM", "SPLIT", "MERGE"})
_MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class Scope:
    """The markets that a request names; all of them where `named` is false."""

    condition_ids: frozenset[str]
    named: bool

    def covers(self, market: Market) -> bool:
        """Whether a market is wanted."""
        return not self.named or market.condition_id in self.condition_ids


class DataFilters:
    """Requests become rows of the index; windows are bisected, the rest is filtered lazily."""

    def __init__(self, world: World, indexer: Indexer) -> None:
        """Search this index."""
        self._world = world
        self._indexer = indexer
        self._catalogue = Catalogue(world)

    def scope(self, request: Request) -> Scope:
        """Conditions or events, not both; the two versions name them differently."""
        markets = {each.lower() for each in values(request, "market", "condition_id")}
        events = set(values(request, "eventId", "event_id"))
        if markets and events:
            raise VenueError(400, "market and eventId are mutually exclusive")
        if "condition_id" in request.query and len(markets) > _MOST_IDS:
            raise VenueError(400, f"at most {_MOST_IDS} condition_id values are allowed")
        if events:
            return Scope(frozenset(self._catalogue.event_markets(events)), named=True)
        return Scope(frozenset(markets), named=bool(markets))

    def markets(self, scope: Scope) -> list[Market]:
        """The known markets of a scope that names some."""
        found = (self._world.markets.get(each) for each in sorted(scope.condition_ids))
        return [market for market in found if market is not None]

    def event_markets(self, event_ids: set[str]) -> list[Market]:
        """All markets of these events."""
        found = self._catalogue.event_markets(event_ids)
        return self.markets(Scope(frozenset(found), named=True))

    def trades(self, request: Request, wallet: str, now: float) -> Iterator[LeaderTrade]:
        """Trades for /trades, newest first; makers' sides only if asked for."""
        first, last = window(request)
        scope = self.scope(request)
        spans: list[Span[LeaderTrade]] = []
        if scope.named and not wallet:
            for market in self.markets(scope):
                spans += self._indexer.market_trades(now, market, first, last)
        else:
            spans = self._indexer.trades(now, wallet or None, first, last)
        tests = [*_trade_tests(request), *_side_tests(request)]
        if scope.named and wallet:
            tests.append(lambda trade: scope.covers(trade.market))
        return _passing(in_order(spans, newest_first=True), tests)

    def activity(self, request: Request, wallet: str, now: float) -> Iterable[Entry]:
        """Trades and conversions for /activity, in the order asked for."""
        first, last = window(request)
        types = _types(request)
        spans: list[Span[Entry]] = []
        if "TRADE" in types:
            spans += self._indexer.trades(now, wallet, first, last)
        if types & _CONVERSIONS:
            spans.append(self._indexer.conversions(now, wallet, first, last))
        sort_by = choice(request, "sortBy", {"TIMESTAMP", "TOKENS", "CASH"}, "TIMESTAMP")
        name = "sort_direction" if "sort_direction" in request.query else "sortDirection"
        falling = choice(request, name, {"ASC", "DESC"}, "DESC") == "DESC"
        scope, tests = self.scope(request), _side_tests(request)
        tests.append(lambda entry: not isinstance(entry, UserConversion) or entry.kind in types)
        if scope.named:
            tests.append(lambda entry: scope.covers(entry.market))
        found = _passing(in_order(spans, newest_first=falling), tests)
        if sort_by == "TIMESTAMP":
            return found
        return sorted(found, key=_BY_AMOUNT[sort_by], reverse=falling)


Test = Callable[[Entry], bool]
_BY_AMOUNT: dict[str, Callable[[Entry], Decimal]] = {
    "TOKENS": lambda entry: entry.size,
    "CASH": lambda entry: entry.usdc_size,
}


def _passing(entries: Iterator[E], tests: list[Test]) -> Iterator[E]:
    if not tests:
        return entries
    return (entry for entry in entries if all(test(entry) for test in tests))


def _side_tests(request: Request) -> list[Test]:
    side = request.param("side").upper()
    if not side:
        return []
    if side not in {"BUY", "SELL"}:
        raise VenueError(400, "invalid side")
    return [lambda entry: not isinstance(entry, UserConversion) and entry.side == side]


def _trade_tests(request: Request) -> list[Test]:
    tests: list[Test] = []
    name = "taker_only" if "taker_only" in request.query else "takerOnly"
    if flag(request, name, default=True):
        # A recording does not say who took; its trades count as takers'.
        tests.append(lambda trade: not isinstance(trade, UserTrade) or trade.is_taker)
    kinds = [each for each in ("filterType", "filter_type") if each in request.query]
    amounts = [each for each in ("filterAmount", "filter_amount") if each in request.query]
    if len(kinds) != len(amounts):
        raise VenueError(400, "filterType and filterAmount must be provided together")
    if kinds:
        kind = choice(request, kinds[0], {"CASH", "TOKENS"}, "")
        least, measure = amount(request, amounts[0], "0"), _BY_AMOUNT[kind]
        tests.append(lambda trade: measure(trade) >= least)
    return tests


def _types(request: Request) -> frozenset[str]:
    """The wanted types; deposits and withdrawals are never listed, for none are kept."""
    wanted = frozenset(each.upper() for each in values(request, "type"))
    unknown = wanted - ACTIVITY_TYPES
    if unknown:
        raise VenueError(400, f"invalid activity type: {', '.join(sorted(unknown))}")
    return wanted or ACTIVITY_TYPES
