"""Where a market stands on the venue's site."""

from typing import Protocol
from urllib.parse import quote

from ltsys.domain.market import slug_of

_SITE = "https://polymarket.com"


class NamedMarket(Protocol):
    """Any row that names a market."""

    @property
    def title(self) -> str: ...
    @property
    def slug(self) -> str | None: ...
    @property
    def event_slug(self) -> str | None: ...


def market_url(named: NamedMarket) -> str | None:
    """Its own page where that is known, else a search for its title; None where it has no name.

    "From any Polymarket URL, the slug is the path segment after /event/ or /market/"
    (docs.polymarket.com, Gamma, fetch-markets-guide); one market of an event of several stands
    below the event, at /event/<event>/<market>. An event of one market has the slug of that
    market in the recorded rows, as `btc-updown-5m-1773307200`, and needs it once.
    """
    event, market = slug_of(named.event_slug), slug_of(named.slug)
    if event:
        return f"{_SITE}/event/{event}" + (f"/{market}" if market and market != event else "")
    if market:
        return f"{_SITE}/market/{market}"
    return f"{_SITE}/search?_q={quote(named.title)}" if named.title else None


def is_search(named: NamedMarket) -> bool:
    """Whether its link only looks for it."""
    return slug_of(named.event_slug) is None and slug_of(named.slug) is None
