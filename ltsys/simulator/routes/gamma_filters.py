"""Which markets and events a Gamma listing shows, and in which order (VENUE §15)."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypeVar

from ltsys.simulator.http import Request
from ltsys.simulator.routes.gamma_views import GammaViews
from ltsys.simulator.routes.parameters import amount, flag, instant, values
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world import resolution
from ltsys.simulator.world.catalogue import MarketEvent, tag_of
from ltsys.simulator.world.facts import Market

T = TypeVar("T")
Wanted = Callable[[Market], bool]
Bounds = Callable[[Iterable[Market]], bool]
Key = Callable[[Market], Decimal | float | str]

_DAY_S = 86_400


def listed_markets(
    request: Request, views: GammaViews, markets: Iterable[Market], now: float
) -> Iterable[Market]:
    """The markets that pass the request's filters, in its order; closed ones only if asked for."""
    closed = flag(request, "closed", default=False)
    tests = _market_tests(request, now)
    bounds = _dollar_tests(request, "volume_num", "liquidity_num", views, now)
    found = (
        market
        for market in markets
        if market.is_closed(now) == closed
        and all(test(market) for test in tests)
        and all(bound([market]) for bound in bounds)
    )
    return _ordered(request, found, _market_keys(views, now))


def listed_events(
    request: Request, views: GammaViews, events: Iterable[MarketEvent], now: float
) -> Iterable[MarketEvent]:
    """The events that pass the request's filters, in its order; all where `closed` is not said.

    What a filter asks of a market, some market of the event must have.
    """
    ids, slugs = set(values(request, "id")), set(values(request, "slug"))
    title = request.param("title_search").lower()
    tests = _span_tests(request) + _tag_tests(request)
    bounds = _dollar_tests(request, "volume", "liquidity", views, now)
    found = (
        event
        for event in events
        if (not ids or event.event_id in ids)
        and (not slugs or event.slug in slugs)
        and title in event.title.lower()
        and _has_state(request, event, now)
        and any(all(test(market) for test in tests) for market in event.seen(now))
        and all(bound(event.seen(now)) for bound in bounds)
    )
    keys = _market_keys(views, now)
    own = {name: lambda event, key=key: key(event.markets[0]) for name, key in keys.items()}
    return _ordered(request, found, own | {"id": lambda event: int(event.event_id)})


def _has_state(request: Request, event: MarketEvent, now: float) -> bool:
    if "closed" not in request.query:
        return True
    return event.is_closed(now) == flag(request, "closed", default=False)


def _market_tests(request: Request, now: float) -> list[Wanted]:
    tests = _span_tests(request) + _tag_tests(request)
    status = request.param("uma_resolution_status")
    if status:
        tests.append(lambda market: resolution.status(market, now) == status)
    questions = {each.lower() for each in values(request, "question_ids")}
    if questions:
        tests.append(lambda market: market.question_id in questions)
    return tests


def _span_tests(request: Request) -> list[Wanted]:
    """Bounds of the start and the end; a market without an end is in no such span."""
    tests: list[Wanted] = []
    starts = instant(request, "start_date_min"), instant(request, "start_date_max")
    ends = instant(request, "end_date_min"), instant(request, "end_date_max")
    if starts != (None, None):
        tests.append(lambda market: _is_within(market.opens_at, *starts))
    if ends != (None, None):
        tests.append(lambda market: _is_within(market.ends_at, *ends))
    return tests


def _tag_tests(request: Request) -> list[Wanted]:
    tests: list[Wanted] = []
    tags, slug = set(values(request, "tag_id")), request.param("tag_slug")
    without = set(values(request, "exclude_tag_id"))
    if tags:
        tests.append(lambda market: tag_of(market.category).tag_id in tags)
    if without:
        tests.append(lambda market: tag_of(market.category).tag_id not in without)
    if slug:
        tests.append(lambda market: tag_of(market.category).slug == slug)
    return tests


def _dollar_tests(
    request: Request, volume_name: str, liquidity_name: str, views: GammaViews, now: float
) -> list[Bounds]:
    """Bounds of some markets' dollars, in parameters that add `_min` or `_max` to a name."""

    def bounded(name: str, measure: Callable[[Market, float], Decimal]) -> Bounds:
        least, most = amount(request, f"{name}_min", "0"), amount(request, f"{name}_max", "1e18")
        return lambda markets: least <= sum(measure(m, now) for m in markets) <= most

    measures = {volume_name: views.volume_usd, liquidity_name: views.liquidity_usd}
    return [
        bounded(name, measure)
        for name, measure in measures.items()
        if {f"{name}_min", f"{name}_max"} & request.query.keys()
    ]


def _is_within(at: int | None, first: float | None, last: float | None) -> bool:
    if at is None:
        return False
    return (first is None or at >= first) and (last is None or at <= last)


def _market_keys(views: GammaViews, now: float) -> dict[str, Key]:
    def volume(period_s: float) -> Key:
        return lambda market: views.volume_usd(market, now, since=now - period_s)

    total: Key = lambda market: views.volume_usd(market, now)  # noqa: E731 - one of several keys
    liquidity: Key = lambda market: views.liquidity_usd(market, now)  # noqa: E731 - another one
    return {
        "id": lambda market: int(market.gamma_id) if market.gamma_id.isdigit() else 0,
        "slug": lambda market: market.slug,
        "question": lambda market: market.title,
        "title": lambda market: market.title,
        "startDate": lambda market: market.opens_at,
        "createdAt": lambda market: market.opens_at,
        "endDate": lambda market: market.ends_at or 0,
        "closedTime": lambda market: market.resolves_at or 0,
        "volume": total,
        "volumeNum": total,
        "volume24hr": volume(_DAY_S),
        "volume1wk": volume(7 * _DAY_S),
        "volume1mo": volume(30 * _DAY_S),
        "liquidity": liquidity,
        "liquidityNum": liquidity,
    }


def _ordered(
    request: Request, found: Iterator[T], keys: dict[str, Callable[[T], Decimal | float | str]]
) -> Iterable[T]:
    """By the fields of `order`, which may be written in snake case too; unordered without."""
    names = values(request, "order")
    if not names:
        return found
    chosen = [keys.get(_camel(name)) for name in names]
    if None in chosen:
        text = f"order fields are not valid: {', '.join(names)}"
        raise VenueError(422, text, extra={"type": "validation error"})
    falling = not flag(request, "ascending", default=True)
    rows = list(found)
    for key in reversed(chosen):
        rows.sort(key=key, reverse=falling)
    return rows


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
