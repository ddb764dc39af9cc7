"""Faults behind the answers: delays, settlement, ticks, redemption (VENUE §18.6)."""

import pytest
from fault_bench import Bench
from sim_harness import START

SHARES = 5


def order_status(bench, order_id):
    """What the client is told of an order."""
    answer = bench.send("GET", f"/data/order/{order_id}")
    return answer.body["status"] if answer.status == 200 else answer.status


def trades(bench):
    """What the client is told of his trades, newest first, their statuses without the prefix."""
    rows = bench.send("GET", "/data/trades").body["data"]
    return [row | {"status": row["status"].removeprefix("TRADE_STATUS_")} for row in rows]


def cash(bench):
    """The trader's dollars in truth, in units."""
    return bench.venue.truth(bench.trader)["balances"][bench.trader.address]["cash_units"]


def holdings(bench):
    """The trader's shares in truth, in units."""
    return bench.venue.truth(bench.trader)["balances"][bench.trader.address]["positions"]


def test_a_delayed_order_is_matched_in_the_end():
    """(g) The answer says delayed; meanwhile it cannot be canceled."""
    bench = Bench("nth 1: delay 3s matched")

    answer = bench.post().body
    cancel = bench.send("DELETE", "/order", {"orderID": answer["orderID"]}).body
    bench.venue.move_to(START + 3)

    assert (answer["status"], answer["tradeIDs"]) == ("delayed", [])
    assert answer["orderID"] in cancel["not_canceled"]
    assert order_status(bench, answer["orderID"]) == "MATCHED"
    assert len(bench.accepted()[0]["fills"]) >= 1
    assert bench.post().body["status"] == "matched"


def test_a_delayed_order_may_stay_unmatched():
    """(g) It rests, marketable as it was, and can be canceled."""
    bench = Bench("nth 1: delay 3s unmatched")

    order_id = bench.post().body["orderID"]
    bench.venue.move_to(START + 3)

    assert order_status(bench, order_id) == "LIVE"
    assert bench.accepted()[0]["fills"] == []
    assert bench.send("DELETE", "/order", {"orderID": order_id}).body["canceled"] == [order_id]


def test_a_trade_may_fail_after_its_match():
    """(i) A ghost fill: dollars and shares are where they were (LESSONS L23)."""
    bench = Bench("nth 1: fail-trade after=20s")
    before = cash(bench)

    assert bench.post().body["status"] == "matched"
    spent = before - cash(bench)
    bench.venue.move_to(START + 10)
    retrying = trades(bench)[0]["status"]
    bench.venue.move_to(START + 20)

    assert spent > 0
    assert (retrying, trades(bench)[0]["status"]) == ("RETRYING", "FAILED")
    assert cash(bench) == before
    assert holdings(bench) == {}
    assert {fill["status"] for fill in bench.accepted()[0]["fills"]} == {"FAILED"}


def test_a_trade_may_be_retried_and_confirmed():
    """(i) The hash is gone in between, and comes back as another."""
    bench = Bench("always: retry-trade after=20s")
    bench.post()
    seen = [trades(bench)[0]]

    for seconds in (10, 20, 30):
        bench.venue.move_to(START + seconds)
        seen.append(trades(bench)[0])

    assert [each["status"] for each in seen] == ["MATCHED", "RETRYING", "MINED", "CONFIRMED"]
    assert seen[1]["transaction_hash"] == ""
    assert seen[2]["transaction_hash"] == seen[3]["transaction_hash"] != ""
    assert holdings(bench) != {}


def test_a_transaction_hash_may_change():
    """(j) It is final when the trade is confirmed, not before (VENUE §8.3)."""
    bench = Bench("always: change-hash after=20s")
    bench.post()

    bench.venue.move_to(START + 10)
    mined = trades(bench)[0]
    bench.venue.move_to(START + 20)
    confirmed = trades(bench)[0]

    assert (mined["status"], confirmed["status"]) == ("MINED", "CONFIRMED")
    assert mined["transaction_hash"] != confirmed["transaction_hash"]


def test_faults_of_trades_may_be_meant_for_one_wallet():
    """(i) Another wallet's trades are confirmed as usual."""
    bench = Bench()
    other = type(bench.trader)(bench.venue, "bob")
    script = f"wallet {other.address}: fail-trade after=0s"
    bench.venue.admin("/sim/faults", {"script": script})

    bench.post()
    other.buy(bench.token, 5, 99)

    own, others = (
        {fill["status"] for order in truth["orders"] for fill in order["fills"]}
        for truth in (bench.venue.truth(bench.trader), bench.venue.truth(other))
    )
    assert (own, others) == ({"CONFIRMED"}, {"FAILED"})


def test_fresh_shares_cannot_be_sold_for_a_while():
    """(l) "balance is 0", though the shares were bought (LESSONS L12)."""
    bench = Bench("always: unsettled 40s")
    bench.post()

    early = bench.trader.sell(bench.token, SHARES, 1)
    bench.venue.move_to(START + 40)
    late = bench.trader.sell(bench.token, SHARES, 1)

    assert early[0] == 400
    assert "not enough balance / allowance" in early[1]["error"]
    assert (late[0], late[1]["status"]) == (200, "matched")
    assert holdings(bench)[bench.token] > 0


def test_a_tick_changes_at_its_time():
    """(n) The market's grid is finer from then on (LESSONS L13)."""
    bench = Bench()
    script = f"at 60s market {bench.market.condition_id}: tick 0.001"
    bench.venue.admin("/sim/faults", {"script": script})

    def place(cents):
        return bench.trader.sign(bench.token, "BUY", 1_000_000, round(100_000_000 / cents))

    early = bench.post(place(12.5))
    bench.venue.move_to(START + 60)
    late = bench.post(place(12.5))

    assert "minimum tick size rule: 0.01" in early.body["error"]
    assert late.body["status"] == "live"
    told = bench.send("GET", f"/tick-size?token_id={bench.token}").body
    assert told == {"minimum_tick_size": 0.001}


def test_a_removed_rule_of_a_moment_does_not_happen():
    """Its time comes, and nothing changes."""
    bench = Bench("at 60s: tick 0.001")
    (number,) = bench.venue.box.faults.rules

    assert bench.send("DELETE", f"/sim/faults/{number}").status == 401
    bench.venue.box.faults.remove(number)
    bench.venue.move_to(START + 60)

    assert bench.market.tick == 10_000


def resolved_with_shares(*lines):
    """A bench whose market has resolved with five dollars' worth of shares in it."""
    bench = Bench(*lines)
    bench.post()
    bench.venue.move_to(bench.market.resolves_at)
    return bench


def test_shares_may_be_redeemed_without_being_asked_for():
    """(q) The venue's AutoRedeemer was there first (LESSONS L60)."""
    bench = resolved_with_shares("at 0s: no-redeem")
    unpaid = cash(bench), holdings(bench)
    bench.venue.admin("/sim/faults", {"script": "at 60s: auto-redeem", "from": "now"})

    bench.venue.move_to(bench.market.resolves_at + 60)

    assert unpaid[1][bench.token] > 0
    assert holdings(bench) == {}
    won = bench.market.payouts[0] > 0
    assert cash(bench) - unpaid[0] == (unpaid[1][bench.token] if won else 0)
    assert bench.struck() == [1, 1]


def test_redemption_waits_only_for_a_window():
    """(q) At its end everybody is paid."""
    bench = Bench("at 0s for 2h: no-redeem")
    bench.post()
    bench.venue.move_to(START + 7199)
    assert holdings(bench) != {}

    bench.venue.move_to(START + 7200)

    assert holdings(bench) == {}


@pytest.mark.parametrize("begin", ["start", "now"])
def test_times_count_from_the_start_or_from_now(begin):
    """A rule that is added later may count from then on."""
    bench = Bench()
    bench.venue.move_to(START + 100)
    payload = {"script": "at 50s for 10s POST /order: status 500", "from": begin}
    bench.venue.admin("/sim/faults", payload)

    bench.venue.move_to(START + 150)

    assert bench.post().status == (500 if begin == "now" else 200)
