"""Faults of single requests: what the client sees, and what is true (VENUE §18.6)."""

import json

import pytest
from fault_bench import Bench, ask
from sim_harness import START, Venue


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_taken_order_may_never_be_answered(how):
    """(a) Silence is not refusal (LESSONS L03)."""
    bench = Bench(f"nth 1 POST /order: drop-after-accept {how}")
    envelope = bench.order()

    lost = bench.post(envelope)
    again = bench.post(envelope)

    assert lost.status is None
    assert again.status == 400
    assert "Duplicated" in again.body["error"]
    assert [order["status"] for order in bench.accepted()] == ["MATCHED"]
    assert bench.struck() == [1]


def test_a_lost_request_was_never_taken():
    """(b) The same silence, and the order may be posted again."""
    bench = Bench("nth 1 POST /order: drop-before-accept")
    envelope = bench.order()

    lost = bench.post(envelope)

    assert lost.status is None
    assert bench.accepted() == []
    assert bench.post(envelope).body["success"] is True


def test_an_error_may_hide_a_taken_order():
    """(c) A 5xx says nothing about the order (LESSONS L03)."""
    bench = Bench("always POST /order: status-after-accept 500 'could not insert order'")

    answer = bench.post()

    assert (answer.status, answer.body) == (500, {"error": "could not insert order"})
    assert len(bench.accepted()) == 1


def test_an_error_may_also_mean_what_it_says():
    """(c) The same status without the order."""
    bench = Bench("always POST /order: status 500 'could not insert order'")

    assert bench.post().status == 500
    assert bench.accepted() == []


def test_too_many_requests_are_told_when_to_come_back():
    """(f) Nothing is taken."""
    bench = Bench("nth 1 POST /order: too-many-requests retry-after=3")

    answer = bench.post()

    assert (answer.status, answer.headers["retry-after"]) == (429, "3")
    assert answer.body == {"error": "too many requests"}
    assert bench.accepted() == []


def test_a_matched_order_is_out_of_sight_for_a_while():
    """(h) A 404 is no proof of absence (LESSONS L05)."""
    bench = Bench("always: hide-matched 10m")
    order_id = bench.post().body["orderID"]
    resting = bench.post(bench.order(cents=1)).body["orderID"]

    early = bench.send("GET", f"/data/order/{order_id}")
    bench.venue.move_to(START + 600)
    late = bench.send("GET", f"/data/order/{order_id}")

    assert (early.status, early.body["error"]) == (404, "Unable to find requested resource")
    assert (late.status, late.body["id"]) == (200, order_id)
    assert [order["status"] for order in bench.accepted()][:1] == ["MATCHED"]
    assert resting != order_id


def test_a_resting_order_is_never_hidden():
    """(h) Only a match takes it out of sight."""
    bench = Bench("always: hide-matched 10m")
    order_id = bench.post(bench.order(cents=1)).body["orderID"]

    assert bench.send("GET", f"/data/order/{order_id}").body["id"] == order_id


def test_a_slow_answer_is_about_something_done_at_once():
    """(k) Slower than the SDK's five seconds (VENUE §4.1)."""
    bench = Bench("nth 1 POST /order: slow 7s")

    answer = bench.post()

    assert (answer.status, answer.waited_s) == (200, 7)
    assert len(bench.accepted()) == 1
    assert bench.post().waited_s == 0


def test_the_hashes_may_be_missing():
    """(m) Trade ids come without transaction hashes (VENUE §5.1)."""
    bench = Bench("always: no-hashes")

    single = bench.post().body
    (leg,) = bench.send("POST", "/orders", [bench.order()]).body

    for answer in (single, leg):
        assert answer["tradeIDs"]
        assert "transactionsHashes" not in answer


def test_a_200_may_be_a_refusal():
    """(o) Success must be read, not assumed from the status."""
    bench = Bench("always: success-false 'not enough balance / allowance'")

    answer = bench.post()

    assert answer.status == 200
    assert answer.body["success"] is False
    assert (answer.body["errorMsg"], answer.body["orderID"]) == (
        "not enough balance / allowance",
        "",
    )
    assert bench.accepted() == []


@pytest.mark.parametrize("status", [403, 502])
def test_the_edge_answers_with_a_page(status):
    """(p) HTML where JSON is expected; nothing was taken (LESSONS L53)."""
    bench = Bench(f"always POST /order: html {status}")

    answer = bench.post()

    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=UTF-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert bench.accepted() == []


def test_the_edge_may_lose_the_answer_to_a_taken_order():
    """(p) The same page, and the order was taken."""
    bench = Bench("always POST /order: html-after-accept 502")

    assert bench.post().status == 502
    assert len(bench.accepted()) == 1


def test_the_data_api_may_fall_behind():
    """(s) What happened a minute ago is not yet to be seen."""
    bench = Bench("at 20m for 5m: data-lag 19m")
    bench.venue.move_to(START + 1199)
    current = ask(bench.venue, "GET", "/trades?limit=1").body
    bench.venue.move_to(START + 1200)
    behind = ask(bench.venue, "GET", "/trades?limit=1").body
    bench.venue.move_to(START + 1500)
    caught_up = ask(bench.venue, "GET", "/trades?limit=1").body

    assert behind[0]["timestamp"] <= START + 60 < current[0]["timestamp"]
    assert caught_up[0]["timestamp"] > START + 1200


def test_a_skewed_clock_refuses_signed_calls():
    """The venue's clock is ahead, and /time says so (VENUE §2.2)."""
    bench = Bench("at 60s for 60s: clock-skew 90s")
    bench.venue.move_to(START + 60)

    refused = bench.post()
    told = ask(bench.venue, "GET", "/time").body
    bench.venue.move_to(START + 120)

    assert (refused.status, refused.body["error"]) == (401, "Unauthorized/Invalid api key")
    assert told == START + 60 + 90
    assert bench.post().status == 200
    assert ask(bench.venue, "GET", "/time").body == START + 120


def test_a_balance_stands_still_until_it_is_updated():
    """Deposits are not seen before the client asks the venue to look again (VENUE §10)."""
    bench = Bench("always: stale-balance")
    wallet = {"address": bench.trader.address, "cash_usd": "5"}

    def told(path="/balance-allowance"):
        return bench.send("GET", path + "?asset_type=COLLATERAL").body["balance"]

    before = told()
    bench.venue.admin("/sim/accounts", wallet)
    stale, updated, after = told(), told("/balance-allowance/update"), told()
    bench.venue.admin("/sim/accounts", wallet)

    assert (before, stale) == ("1000000000", "1000000000")
    assert (updated, after, told()) == ("1005000000", "1005000000", "1005000000")
    assert bench.send("PUT", "/balance-allowance?asset_type=COLLATERAL").status == 200
    assert told() == "1010000000"


def test_a_fault_may_be_meant_for_one_wallet():
    """Others do not notice."""
    bench = Bench()
    other = type(bench.trader)(bench.venue, "bob")
    bench.venue.admin("/sim/faults", {"script": f"wallet {other.address}: status 500"})

    assert bench.post().status == 200
    assert other.call("GET", "/data/orders")[0] == 500


def test_a_fault_may_be_meant_for_one_market():
    """It is met under its condition id and under its tokens."""
    bench = Bench()
    line = f"market {bench.market.condition_id}: status 500"
    bench.venue.admin("/sim/faults", {"script": line})
    others = next(m for m in bench.venue.box.world.markets.values() if m is not bench.market)

    def book(token):
        return ask(bench.venue, "GET", f"/book?token_id={token}").status

    assert bench.post().status == 500
    assert book(bench.token) == 500
    assert ask(bench.venue, "GET", f"/markets/{bench.market.condition_id}").status == 500
    assert book(others.tokens[0]) != 500


def test_the_same_seed_strikes_the_same_requests():
    """A rate is thrown by the seed and the request's number, not by chance."""

    def history(seed):
        bench = Bench("rate 0.3 GET /time: status 500", seed=seed)
        return [ask(bench.venue, "GET", "/time").status for _ in range(200)]

    first, second, other = history(7), history(7), history(8)

    assert first == second != other
    assert 30 <= first.count(500) <= 90


def test_the_operator_is_never_struck():
    """A script cannot lock its author out."""
    venue = Venue(fault=("always: drop-before-accept",))

    assert ask(venue, "GET", "/time").status is None
    assert venue.get("/sim/faults")["rules"][0]["struck"] == 1


def test_the_first_rule_stands_outermost():
    """Two faults on one request: the later one is hidden by the earlier."""
    bench = Bench("always: slow 3s", "always POST /order: status-after-accept 500")

    answer = bench.post()

    assert (answer.status, answer.waited_s) == (500, 3)
    assert json.loads(answer.text)["error"] == "could not insert order"
