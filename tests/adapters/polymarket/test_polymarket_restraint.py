"""A venue that asks to be left alone for a while is left alone (LESSONS L53)."""

import pytest

from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.restraint import LONGEST_S, Restraint, kind_of
from ltsys.domain.errors import VenueUnavailableError


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def venue(make_venue, stub, watch):
    http = Http(restraint=Restraint(watch))
    yield make_venue(http, stub.url)
    http.close()


def refusal(act, *arguments) -> VenueUnavailableError:
    with pytest.raises(VenueUnavailableError) as caught:
        act(*arguments)
    return caught.value


def test_nothing_is_sent_before_the_wait_is_over(venue, stub, signed, watch):
    """L53, VENUE §3.5: neither was this order, nor is any other one meanwhile."""
    stub.says({"error": "too many requests"}, 429, Retry_After="7")
    refusal(venue.post, signed)
    watch.seconds += 4

    early = refusal(venue.post, signed)

    assert len(stub.asked) == 1
    assert early.retry_after_s == 3
    assert "not sent: POST" in str(early)
    assert "3.0 s are left" in str(early)
    watch.seconds += 3
    refusal(venue.post, signed)
    assert len(stub.asked) == 2


def test_other_kinds_of_requests_go_on(venue, stub, signed):
    """Posts and cancels have buckets of their own (VENUE §12)."""
    stub.says({"error": "too many requests"}, 429, Retry_After="7")
    refusal(venue.post, signed)

    refusal(venue.cancel, signed.order_id)
    refusal(venue.order, signed.order_id)

    assert [asked.path.split("/")[1] for asked in stub.asked] == ["order", "order", "data"]


@pytest.mark.parametrize(
    ("status", "asked_for"), [(500, "7"), (429, "0"), (429, "-1"), (429, "soon"), (404, "7")]
)
def test_what_is_no_request_for_patience_holds_nothing_back(venue, stub, status, asked_for):
    stub.says({"error": "x"}, status, Retry_After=asked_for)

    for _ in range(2):
        refusal(venue.balance)

    assert len(stub.asked) == 2


def test_nobody_can_keep_us_silent_for_ever(watch):
    restraint = Restraint(watch)

    restraint.heed("GET x", 429, 1e9)

    assert refusal(restraint.refuse_early, "GET x").retry_after_s == LONGEST_S


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/order", "POST host/order"),
        ("/data/order/0xabc", "POST host/data/order"),
        ("/markets/0xabc", "POST host/markets"),
        ("", "POST host/"),
    ],
)
def test_requests_count_together_whatever_they_ask_about(path, kind):
    assert kind_of("POST", "host", path) == kind
