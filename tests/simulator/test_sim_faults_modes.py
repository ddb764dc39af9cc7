"""The venue's modes: what is refused, in which words, and for how long (VENUE §6)."""

from fault_bench import Bench
from sim_harness import START

UNKNOWN = "0x" + "11" * 32
CANCELS = (
    ("DELETE", "/cancel-all", None),
    ("DELETE", "/order", {"orderID": UNKNOWN}),
    ("DELETE", "/orders", [UNKNOWN]),
    ("DELETE", "/cancel-market-orders", {"market": UNKNOWN}),
)
POST_ONLY = {
    "error": "post-only mode: only post-only orders and cancels are allowed",
    "code": "post_only_mode",
    "retry_after_seconds": 120,
}


def cancels(bench):
    """The statuses of every way to cancel."""
    return {bench.send(*call).status for call in CANCELS}


def test_a_restart_refuses_all_order_calls_then_takers():
    """(d) 425 for 90 seconds, post-only for two minutes, and then as before."""
    bench = Bench("at 60s for 90s: restart post-only=2m")
    resting = {"cents": 1, "usd": 5}
    statuses = [bench.post().status]

    bench.venue.move_to(START + 60)
    statuses += [bench.post().status, *cancels(bench)]
    bench.venue.move_to(START + 150)
    refused = bench.post()
    passed = bench.post(bench.order(**resting, post_only=True))
    canceled = cancels(bench)
    bench.venue.move_to(START + 270)

    assert statuses == [200, 425, 425]
    assert (refused.status, refused.body) == (503, POST_ONLY)
    assert refused.headers["retry-after"] == "120"
    assert passed.body["status"] == "live"
    assert canceled == {200}
    assert bench.post().status == 200
    assert len(bench.accepted()) == 3


def test_a_disabled_venue_refuses_cancels_too():
    """(e) In its exact words; reading goes on."""
    bench = Bench("at 0s for 60s: disabled")
    text = "Trading is currently disabled. Check polymarket.com for updates"

    answer = bench.post()

    assert (answer.status, answer.body) == (503, {"error": text})
    assert cancels(bench) == {503}
    assert bench.send("GET", "/data/orders").status == 200
    assert bench.accepted() == []


def test_a_cancel_only_venue_lets_cancels_through():
    """(e) In its exact words."""
    bench = Bench("at 60s for 60s: cancel-only")
    order_id = bench.post(bench.order(cents=1)).body["orderID"]
    bench.venue.move_to(START + 60)

    answer = bench.post()
    canceled = bench.send("DELETE", "/order", {"orderID": order_id})

    assert answer.status == 503
    assert answer.body == {
        "error": "Trading is currently cancel-only. "
        "New orders are not accepted, but cancels are allowed."
    }
    assert canceled.body["canceled"] == [order_id]


def test_a_batch_in_post_only_mode_calls_its_refusals_successes():
    """(e) success:true with an error and without an id (VENUE §5.1); the rest is taken."""
    bench = Bench("always: post-only")
    batch = [bench.order(), bench.order(cents=1, post_only=True), {}]

    refused, taken, unreadable = bench.send("POST", "/orders", batch).body

    assert (refused["success"], refused["orderID"]) == (True, "")
    assert refused["errorMsg"] == POST_ONLY["error"]
    assert unreadable["success"] is False
    assert [order["order_id"] for order in bench.accepted()] == [taken["orderID"]]


def test_a_mode_without_an_end_does_not_promise_one():
    """No Retry-After where nobody knows."""
    bench = Bench("always: post-only")

    answer = bench.post()

    assert answer.body == {"error": POST_ONLY["error"], "code": "post_only_mode"}
    assert "retry-after" not in answer.headers
