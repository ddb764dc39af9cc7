"""Rate limits per address and per signer, and the geoblock (VENUE §6, §12)."""

from types import SimpleNamespace

import pytest
from fault_bench import Bench, ask
from hypothesis import given
from hypothesis import strategies as st
from sim_harness import START, Trader, Venue

from ltsys.simulator.admission.buckets import REFRESH_S, TIERS, tier_of
from ltsys.simulator.admission.windows import WINDOWS, SlidingWindows, Window
from ltsys.simulator.http import Request
from ltsys.simulator.options import parse

GARBAGE = [{}] * 15
"""A batch that costs as much as fifteen orders and places none."""


def spend(bench, batches):
    """Let a signer pay for so many batches of fifteen; the last answer."""
    return [bench.send("POST", "/orders", GARBAGE) for _ in range(batches)][-1]


def test_there_are_no_limits_unless_asked_for():
    """Neither a header nor a refusal."""
    bench = Bench()

    answers = [spend(bench, 10), bench.post()]

    assert [answer.status for answer in answers] == [200, 200]
    assert not any(name.startswith("poly-") for answer in answers for name in answer.headers)


def test_an_order_tells_what_is_left():
    """Sixty tokens for a wallet without volume, one for an order."""
    bench = Bench(limits="on")

    told = bench.post().headers

    assert told["poly-ratelimit-remaining"] == "59"
    assert told["poly-ratelimit-tier"] == "standard"
    assert told["poly-ratelimit-reset"] == str(START)
    assert "poly-ratelimit-warning" not in told


def test_a_signer_beyond_his_rate_is_refused_until_it_grows_back():
    """Sixty at once, forty a second; what is refused is not taken."""
    bench = Bench(limits="on")
    spend(bench, 4)

    refused = bench.post()
    bench.venue.move_to(START + 1)
    admitted = bench.post()

    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert refused.headers["poly-ratelimit-remaining"] == "0"
    assert refused.headers["poly-ratelimit-reset"] == str(START + 1)
    assert admitted.headers["poly-ratelimit-remaining"] == "39"
    assert [order["order_id"] for order in bench.accepted()] == [admitted.body["orderID"]]


def test_a_batch_passes_whole_or_not_at_all():
    """Five tokens are too few for fifteen orders and enough for one."""
    bench = Bench(limits="on")
    spend(bench, 3)
    for _ in range(10):
        bench.send("POST", "/order", {})

    assert bench.send("POST", "/orders", GARBAGE).status == 429
    assert bench.post().headers["poly-ratelimit-remaining"] == "4"


def test_cancels_are_paid_from_a_bucket_of_their_own():
    """All at once cost one and one for each that it met."""
    bench = Bench(limits="on")
    for _ in range(3):
        bench.post(bench.order(cents=1))

    single = bench.send("DELETE", "/order", {"orderID": "0x" + "11" * 32})
    several = bench.send("DELETE", "/orders", ["0x" + "11" * 32, "0x" + "22" * 32])
    everything = bench.send("DELETE", "/cancel-all")

    left = [each.headers["poly-ratelimit-remaining"] for each in (single, several, everything)]
    assert left == ["119", "117", "113"]


def test_a_warning_lets_everything_pass():
    """The limiter says what it would have done."""
    bench = Bench(limits="warn")
    spend(bench, 4)

    warned = bench.post()

    assert warned.status == 200
    assert warned.headers["poly-ratelimit-warning"] == "true"


def test_who_is_not_let_in_pays_nothing():
    """A stranger cannot empty another's bucket."""
    bench = Bench(limits="on")
    headers = {"POLY_ADDRESS": bench.trader.address}

    assert ask(bench.venue, "POST", "/order", b"{}", headers).status == 401
    assert bench.post().headers["poly-ratelimit-remaining"] == "59"


def test_one_signer_does_not_pay_for_another():
    """Each has his own bucket."""
    bench = Bench(limits="on")
    spend(bench, 4)
    bench.trader = Trader(bench.venue, "bob")

    assert bench.post().headers["poly-ratelimit-remaining"] == "59"


def test_volume_lifts_the_tier_after_a_while():
    """The tier is looked up every three hours."""
    bench = Bench(limits="on")
    bench.post()
    fill = SimpleNamespace(at=START, taker=SimpleNamespace(usd=100_000_000_000))
    bench.venue.box.exchange.fills_by_owner[bench.trader.address] = [fill]

    bench.venue.move_to(START + REFRESH_S - 1)
    before = bench.send("DELETE", "/cancel-all").headers["poly-ratelimit-tier"]
    bench.venue.move_to(START + REFRESH_S)
    after = bench.send("DELETE", "/cancel-all").headers["poly-ratelimit-tier"]

    assert (before, after) == ("standard", "silver")


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name)
def test_a_tier_begins_at_its_volume(tier):
    """At the dollar, not below it."""
    assert tier_of(tier.volume_usd) is tier
    assert tier.volume_usd == 0 or tier_of(tier.volume_usd - 1) is not tier


def test_an_address_that_asks_too_fast_has_to_wait():
    """The edge holds it back (VENUE §12), twice as short where the clock runs twice as fast."""
    venue = Venue(limits="on", speed=2.0)

    waits = [ask(venue, "GET", "/ok").waited_s for _ in range(101)]

    assert waits == [0] * 100 + [5]
    assert ask(venue, "GET", "/ok", client="10.0.0.2").waited_s == 0
    assert ask(venue, "GET", "/time").waited_s == 0


def test_an_address_that_asks_too_fast_may_be_refused_instead():
    """Strictly, it is told when to come back."""
    venue = Venue(limits="strict")
    statuses = {ask(venue, "GET", "/ok").status for _ in range(100)}

    refused = ask(venue, "GET", "/ok")
    venue.move_to(START + 10)

    assert statuses == {200}
    assert (refused.status, refused.headers["retry-after"]) == (429, "10")
    assert ask(venue, "GET", "/ok").status == 200


def test_every_window_can_be_met():
    """Each row of the table covers a request that can be made."""
    for window in WINDOWS:
        path = window.paths[0].replace("*", "x")
        request = Request(
            method=window.method or "GET", path=path, query_string=b"", headers={}, body=b""
        )
        assert window.covers(request), window.name


@given(
    st.lists(st.floats(0, 5), max_size=60),
    st.integers(1, 5),
    st.integers(1, 10),
)
def test_no_window_ever_holds_more_than_it_may(gaps, count, length_s):
    """Whatever the arrivals: more than `count` never pass within `length_s`."""
    windows = SlidingWindows([Window("all", count, length_s, "", ("/*",))])
    request = Request(method="GET", path="/x", query_string=b"", headers={}, body=b"")
    now, passed = 0.0, []

    for gap in gaps:
        now += gap
        at = now + windows.wait_s(request, now)
        windows.admit(request, at)
        passed.append(at)

    assert passed == sorted(passed)
    assert all(
        later - earlier >= length_s - 1e-6
        for earlier, later in zip(passed, passed[count:], strict=False)
    )


@pytest.mark.parametrize(("country", "blocked"), [("IE", False), ("US", True), ("IR", True)])
def test_the_geoblock_tells_where_one_seems_to_be(country, blocked):
    """The venue's own shape (VENUE §6)."""
    venue = Venue(country=country)

    told = ask(venue, "GET", "/api/geoblock", client="10.0.0.9").body

    assert told == {"blocked": blocked, "ip": "10.0.0.9", "country": country, "region": "L"}


def test_a_close_only_country_may_sell_and_cancel():
    """Buying is refused before the key is looked at, and nothing is taken."""
    bench = Bench(country="US")

    buy = bench.post()
    batch = bench.send("POST", "/orders", [bench.order()])
    stranger = ask(bench.venue, "POST", "/order", b"not json")
    sale = bench.trader.sell(bench.token, 5, 50)
    cancel = bench.send("DELETE", "/cancel-all")

    assert [buy.status, batch.status, stranger.status] == [403] * 3
    assert buy.body["error"].startswith("Trading restricted in your region")
    assert "not enough balance" in sale[1]["error"]
    assert cancel.status == 200
    assert bench.accepted() == []


def test_a_sanctioned_country_may_do_nothing_but_look():
    """Neither sell nor cancel."""
    bench = Bench(country="CU")

    assert bench.trader.sell(bench.token, 5, 50)[0] == 403
    assert bench.send("DELETE", "/cancel-all").status == 403
    assert bench.send("GET", "/data/orders").status == 200


@pytest.mark.parametrize("arguments", [["--country", "Eire"], ["--limits", "some"]])
def test_other_words_are_refused_at_the_start(arguments):
    """Status 2."""
    with pytest.raises(SystemExit, match="2"):
        parse(arguments)


def test_the_country_is_written_large():
    """As the geoblock tells it."""
    assert parse(["--country", "us", "--limits", "warn"]).country == "US"
