"""Gamma, which says what markets there are and how they ended (VENUE §15)."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import TypeVar

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.indexer.indexer import Indexer
from ltsys.simulator.routes.cursors import Cursor, page_start
from ltsys.simulator.routes.gamma_filters import listed_events, listed_markets
from ltsys.simulator.routes.gamma_views import GammaViews, tag_view
from ltsys.simulator.routes.market import MarketRoutes
from ltsys.simulator.routes.parameters import DISTANT, flag, values
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.catalogue import MarketEvent, Tag, tag_of
from ltsys.simulator.world.facts import Market

MAX_ROWS = 500
MAX_KEYSET_MARKETS = 100
MAX_SEARCH_ROWS = 50
_DEFAULT_ROWS = 20
_SEARCH_ROWS = 10

T = TypeVar("T")


class GammaRoutes:
    """/markets in the plural is Gamma's; below it, a condition id is the CLOB's."""

    def __init__(self, box: Box, indexer: Indexer) -> None:
        """Answer out of this box."""
        self._box = box
        self._views = GammaViews(box, indexer)
        self._catalogue = self._views.catalogue
        self._clob = MarketRoutes(box)

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/markets", self.markets)
        router.add("GET", "/markets/keyset", self.markets_by_key)
        router.add("GET", "/markets/slug/*", self.market_by_slug)
        router.add("GET", "/markets/*", self.market)
        router.add("GET", "/events", self.events)
        router.add("GET", "/events/keyset", self.events_by_key)
        router.add("GET", "/events/slug/*", self.event_by_slug)
        router.add("GET", "/events/*", self.event)
        router.add("GET", "/tags", self.tags)
        router.add("GET", "/tags/slug/*", self.tag)
        router.add("GET", "/tags/*", self.tag)
        router.add("GET", "/public-search", self.search)

    def markets(self, request: Request) -> object:
        """Markets by ids, tokens or slugs, or all of them; closed ones only when asked for.

        One port serves both hosts: with its own cursor the CLOB's listing is meant.
        """
        if "next_cursor" in request.query:
            return self._clob.markets(request)
        now = self._box.now()
        found = self._listed_markets(request, now)
        return [self._views.market(market, now) for market in _page(request, found)]

    def markets_by_key(self, request: Request) -> object:
        """The same listing by cursor."""
        now = self._box.now()
        listing = partial(self._listed_markets, request)
        page, cursor = _keyset(request, listing, now, most=MAX_KEYSET_MARKETS)
        return {"markets": [self._views.market(market, now) for market in page]} | cursor

    def market_by_slug(self, request: Request) -> object:
        """One market, closed or not."""
        now = self._box.now()
        market = self._box.world.by_slug.get(request.tail)
        if market is None or market.opens_at > now:
            raise VenueError(404, "slug not found")
        return self._views.market(market, now)

    def market(self, request: Request) -> object:
        """Gamma's object for a number, or its tags; the CLOB's object for a condition id."""
        now, (wanted, _, part) = self._box.now(), request.tail.partition("/")
        if wanted.startswith("0x"):
            known = self._box.world.markets.get(wanted.lower())
            if known is not None and known.opens_at <= now:
                return self._clob.long(known)
        market = self._catalogue.market(wanted, now)
        if market is None or part not in {"", "tags"}:
            raise VenueError(404, "market not found")
        return [_tag(market.category)] if part else self._views.market(market, now)

    def events(self, request: Request) -> object:
        """Events with their markets."""
        now = self._box.now()
        found = self._listed_events(request, now)
        return [self._views.event(event, now) for event in _page(request, found)]

    def events_by_key(self, request: Request) -> object:
        """The same listing by cursor."""
        now = self._box.now()
        listing = partial(self._listed_events, request)
        page, cursor = _keyset(request, listing, now, most=MAX_ROWS)
        return {"events": [self._views.event(event, now) for event in page]} | cursor

    def event_by_slug(self, request: Request) -> object:
        """One event, closed or not."""
        now = self._box.now()
        for event in self._catalogue.events(now):
            if event.slug == request.tail:
                return self._views.event(event, now)
        raise VenueError(404, "slug not found")

    def event(self, request: Request) -> object:
        """One event by its number, or its tags."""
        now, (wanted, _, part) = self._box.now(), request.tail.partition("/")
        for event in self._catalogue.events(now):
            if event.event_id == wanted and part in {"", "tags"}:
                return [_tag(event.category)] if part else self._views.event(event, now)
        raise VenueError(404, "event not found")

    def tags(self, request: Request) -> object:
        """Every tag that some market has."""
        tags = self._catalogue.tags(self._box.now())
        return [tag_view(tag) for tag in _page(request, tags)]

    def tag(self, request: Request) -> object:
        """One tag by number or slug."""
        for tag in self._catalogue.tags(self._box.now()):
            if request.tail in {tag.tag_id, tag.slug}:
                return tag_view(tag)
        raise VenueError(404, "tag not found")

    def search(self, request: Request) -> object:
        """Events in whose titles, or markets' questions, all words of `q` occur."""
        now, words = self._box.now(), request.param("q").lower().split()
        if not words:
            raise _invalid("q is required")
        per_page = request.count("limit_per_type", _SEARCH_ROWS, most=MAX_SEARCH_ROWS)
        start = max(0, request.count("page", 1, most=DISTANT) - 1) * per_page
        events = self._listed_events(request, now)
        found = [event for event in events if _mentions(event, words, now)]
        if request.param("events_status") in {"active", "closed"}:
            closed = request.param("events_status") == "closed"
            found = [event for event in found if event.is_closed(now) == closed]
        page = found[start : start + per_page]
        answer: dict[str, object] = {"events": [self._views.event(event, now) for event in page]}
        if flag(request, "search_tags", default=False):
            tags = self._catalogue.tags(now)
            matching = (tag for tag in tags if all(word in tag.slug for word in words))
            answer["tags"] = [_search_tag(tag, found) for tag in matching]
        has_more = len(found) > start + per_page
        return answer | {"pagination": {"hasMore": has_more, "totalResults": len(found)}}

    def _listed_markets(self, request: Request, now: float) -> Iterable[Market]:
        return listed_markets(request, self._views, self._named(request, now), now)

    def _listed_events(self, request: Request, now: float) -> Iterable[MarketEvent]:
        return listed_events(request, self._views, self._catalogue.events(now), now)

    def _named(self, request: Request, now: float) -> Iterable[Market]:
        """Markets that the request names; all, in order of their coming, where it names none."""
        world, catalogue = self._box.world, self._catalogue
        names = ("id", "slug", "condition_ids", "clob_token_ids")
        if not any(name in request.query for name in names):
            return world.seen_markets(now)
        wanted = [world.markets.get(each.lower()) for each in values(request, "condition_ids")]
        wanted += [world.by_slug.get(each) for each in values(request, "slug")]
        wanted += [catalogue.market(each, now) for each in values(request, "id")]
        wanted += [market for market, _ in world.tokens(values(request, "clob_token_ids"), now)]
        distinct = {m.condition_id: m for m in wanted if m is not None and m.opens_at <= now}
        return distinct.values()


def _page(request: Request, found: Iterable[T]) -> Iterable[T]:
    limit = request.count("limit", _DEFAULT_ROWS, most=MAX_ROWS)
    start = request.count("offset", 0, most=DISTANT)
    return islice(found, start, start + limit)


def _keyset(
    request: Request, listing: Callable[[float], Iterable[T]], now: float, *, most: int
) -> tuple[list[T], dict[str, str]]:
    """A page and, only where it is full, the cursor of the next one (the API's own rule)."""
    if "offset" in request.query:
        raise _invalid("offset is not allowed on keyset endpoints")
    limit = request.count("limit", _DEFAULT_ROWS, most=most)
    try:
        start = page_start(request.param("after_cursor"), now)
    except VenueError as error:
        raise _invalid(error.text) from error
    page = list(islice(listing(start.at), start.offset, start.offset + limit))
    is_full = len(page) == limit and limit > 0
    following = Cursor(start.offset + limit, start.at_us)
    return page, {"next_cursor": following.encode()} if is_full else {}


def _invalid(text: str) -> VenueError:
    return VenueError(422, text, extra={"type": "validation error"})


def _mentions(event: MarketEvent, words: list[str], now: float) -> bool:
    titles = [event.title, *(market.title for market in event.seen(now))]
    return any(all(word in title.lower() for word in words) for title in titles)


def _tag(category: str) -> dict[str, object]:
    return tag_view(tag_of(category))


def _search_tag(tag: Tag, events: list[MarketEvent]) -> dict[str, object]:
    count = sum(tag_of(event.category) == tag for event in events)
    return {"id": tag.tag_id, "label": tag.label, "slug": tag.slug, "event_count": count}
