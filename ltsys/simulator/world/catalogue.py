"""Markets by Gamma's numbers, their events and their tags."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.world import World

_KNOWN_TAGS = {"sports": "1", "politics": "2", "crypto": "21"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketEvent:
    """Markets about one question, in the order of their coming."""

    event_id: str
    slug: str
    title: str
    markets: list[Market]

    @property
    def category(self) -> str:
        """The first market's; the markets of an event are of one kind."""
        return self.markets[0].category

    def seen(self, now: float) -> list[Market]:
        """Its markets that exist by now."""
        return [market for market in self.markets if market.opens_at <= now]

    def is_closed(self, now: float) -> bool:
        """Whether all its markets are."""
        return all(market.is_closed(now) for market in self.markets)


@dataclass(frozen=True, slots=True)
class Tag:
    """A category as Gamma tags it."""

    tag_id: str
    label: str
    slug: str


class Catalogue:
    """Follows the world as it grows; nothing that was once in it goes."""

    def __init__(self, world: World) -> None:
        """Read this world's markets when asked."""
        self._world = world
        self._by_id: dict[str, Market] = {}
        self._events: dict[str, MarketEvent] = {}
        self._read = 0

    def market(self, gamma_id: str, now: float) -> Market | None:
        """The market of a number."""
        self._follow()
        market = self._by_id.get(gamma_id)
        return market if market is not None and market.opens_at <= now else None

    def events(self, now: float) -> list[MarketEvent]:
        """Events with a market by now, in the order of their coming."""
        self._follow()
        return [event for event in self._events.values() if event.markets[0].opens_at <= now]

    def event(self, market: Market) -> MarketEvent:
        """The event of a market of this world."""
        self._follow()
        return self._events[market.event_slug]

    def event_markets(self, event_ids: set[str]) -> set[str]:
        """Condition ids of all markets of these events."""
        self._follow()
        return {
            market.condition_id
            for event in self._events.values()
            if event.event_id in event_ids
            for market in event.markets
        }

    def tags(self, now: float) -> list[Tag]:
        """One tag a category."""
        categories = dict.fromkeys(market.category for market in self._world.seen_markets(now))
        return [tag_of(category) for category in categories]

    def _follow(self) -> None:
        markets = self._world.markets
        if self._read == len(markets):
            return
        for market in islice(markets.values(), self._read, None):
            self._by_id.setdefault(market.gamma_id, market)
            event = self._events.get(market.event_slug)
            if event is None:
                event = self._events[market.event_slug] = MarketEvent(
                    event_id=market.event_id,
                    slug=market.event_slug,
                    title=market.event_title,
                    markets=[],
                )
            event.markets.append(market)
        self._read = len(markets)


def tag_of(category: str) -> Tag:
    """The tag of a category; numbers of unknown ones are made up, but always the same."""
    slug = category.lower().replace(" ", "-")
    derived = str(100_000 + int(sha256(slug.encode()).hexdigest()[:4], 16))
    return Tag(_KNOWN_TAGS.get(slug, derived), category.capitalize(), slug)
