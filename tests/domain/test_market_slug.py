"""What of the venue's text may become part of an address."""

import pytest

from ltsys.domain.market import slug_of


@pytest.mark.parametrize("slug", ["a", "btc-updown-5m-1773307200", "2026-nhl", "a" * 200])
def test_a_slug_is_kept_as_it_is(slug):
    assert slug_of(slug) == slug


@pytest.mark.parametrize(
    "text", [None, 3, "", "-a", "A", "a_b", "a b", "a\n", "a/../b", "a?q=1", "a#b", "é", "a" * 201]
)
def test_any_other_text_is_no_slug(text):
    assert slug_of(text) is None
