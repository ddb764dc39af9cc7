"""Each market's own page on the venue's site, where it is known."""

from dataclasses import dataclass

import pytest

from ltsys.web.market_link import market_url
from ltsys.web.pages import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    title: str = "Will it <rain>?"
    token_label: str = "Yes"
    slug: str | None = None
    event_slug: str | None = None


@pytest.mark.parametrize(
    ("named", "place"),
    [
        (Named(slug="yes-rain", event_slug="rain"), "event/rain/yes-rain"),
        (Named(slug="rain", event_slug="rain"), "event/rain"),
        (Named(event_slug="rain"), "event/rain"),
        (Named(slug="rain"), "market/rain"),
        (Named(), "search?_q=Will%20it%20%3Crain%3E%3F"),
        (Named(slug="../login", event_slug="a?b"), "search?_q=Will%20it%20%3Crain%3E%3F"),
    ],
)
def test_a_market_is_linked_as_closely_as_it_is_known(named, place):
    assert market_url(named) == f"https://polymarket.com/{place}"
    assert f'href="https://polymarket.com/{place}"' in shown.market(named)


def test_the_link_says_whether_it_opens_the_market_or_looks_for_it():
    opened, searched = shown.market(Named(slug="rain")), shown.market(Named())

    assert "Open it on polymarket.com" in opened
    assert "Look for it on polymarket.com" in searched
    assert "Will it &lt;rain&gt;? on Polymarket" in opened


def test_a_market_that_is_not_known_has_no_link():
    assert market_url(Named(title="")) is None
    assert shown.market(Named(title="")) == "Yes"
