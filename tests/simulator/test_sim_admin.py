"""The operator's door: faults at run time, the truth, rulings, standings, the clock."""

import json

import pytest
from fault_bench import Bench, ask
from sim_harness import ADMIN, ONE, START, Trader, Venue

GUARDED = (
    ("POST", "/sim/clock"),
    ("POST", "/sim/accounts"),
    ("POST", "/sim/standings"),
    ("POST", "/sim/markets"),
    ("GET", "/sim/truth"),
    ("GET", "/sim/recording"),
    ("GET", "/sim/faults"),
    ("POST", "/sim/faults"),
    ("DELETE", "/sim/faults"),
    ("DELETE", "/sim/faults/1"),
)


@pytest.fixture(scope="module")
def locked():
    """A venue that nobody gets into, for all who try."""
    return Venue(fault=("always GET /time: slow 1s",))


def ruled(venue, payload):
    """Status and body of a ruling, right or wrong."""
    return venue.call("POST", "/sim/markets", json.dumps(payload).encode(), ADMIN)


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("token", ["", "Bearer wrong", "secret"])
def test_the_door_is_locked(method, path, token, locked):
    """Without the token nothing is told and nothing changes (LESSONS L63)."""
    answer = ask(locked, method, path, b"{}", {"authorization": token})

    assert (answer.status, answer.body) == (401, {"error": "Unauthorized"})
    assert len(locked.box.faults.rules) == 1


def test_faults_come_and_go_and_are_counted():
    """Added by script, listed with their counts, removed by number, and all at once."""
    bench = Bench()
    script = "# two rules\nnth 2 GET /time: status 500\nalways GET /ok: slow 1s\n"

    added = bench.venue.admin("/sim/faults", {"script": script})["added"]
    for _ in range(3):
        ask(bench.venue, "GET", "/time")
    first, second = bench.venue.get("/sim/faults")["rules"]
    removed = bench.venue.call("DELETE", f"/sim/faults/{first['id']}", headers=ADMIN)
    (left,) = bench.venue.get("/sim/faults")["rules"]
    again = bench.venue.call("DELETE", f"/sim/faults/{first['id']}", headers=ADMIN)
    cleared = bench.venue.call("DELETE", "/sim/faults", headers=ADMIN)

    assert added == [first["id"], second["id"]]
    assert first["line"] == "nth 2 GET /time: status 500"
    assert (first["met"], first["struck"]) == (3, 1)
    assert (first["starts_s"], first["ends_s"]) == (0, None)
    assert removed == (200, {"removed": first["id"]})
    assert left["id"] == second["id"]
    assert again[0] == 404
    assert cleared == (200, {"rules": []})


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"script": "always: slow\nalways: slwo"}, "line 2: no such fault: 'slwo'"),
        ({"script": 5}, "a script is wanted"),
        ({"script": "always: slow", "from": "yesterday"}, "start or now"),
        ({}, "a JSON object is wanted"),
        ([], "a JSON object is wanted"),
    ],
)
def test_a_script_that_cannot_be_read_changes_nothing(payload, complaint):
    """400 with the reason, and no rule of it is in force."""
    venue = Venue()

    status, body = venue.call("POST", "/sim/faults", json.dumps(payload).encode(), ADMIN)

    assert status == 400
    assert complaint in body["error"]
    assert venue.box.faults.rules == {}


def test_every_fault_is_listed_with_an_example():
    """What a rule may say can be read at run time."""
    kinds = Venue().get("/sim/faults")["kinds"]

    assert {"name", "meaning", "example"} == set(kinds[0])
    assert "drop-after-accept" in {kind["name"] for kind in kinds}


def test_the_truth_counts_what_was_refused():
    """By kind, for the whole venue and for each signer; repeated orders apart."""
    bench = Bench()
    other = Trader(bench.venue, "bob")
    envelope = bench.order()
    for _ in range(3):
        bench.post(envelope)
    other.sell(bench.token, 5, 50)

    whole, own = bench.venue.get("/sim/truth"), bench.venue.truth(bench.trader)

    assert (whole["posts"], whole["duplicates"]) == (4, 2)
    assert whole["refused"] == {"duplicated": 2, "balance": 1}
    assert whole["refused_by_signer"][other.address] == {"balance": 1}
    assert own["refused_by_signer"] == {bench.trader.address: {"duplicated": 2}}


def test_the_truth_tells_what_is_reserved():
    """By a resting BUY in dollars, by a resting SELL in shares."""
    bench = Bench()
    bench.post()
    bench.post(bench.order(usd=5, cents=1))
    bench.trader.sell(bench.token, 5, 99)

    balance = bench.venue.truth(bench.trader)["balances"][bench.trader.address]

    assert balance["reserved_cash_units"] == 5 * ONE
    assert balance["reserved_positions"] == {bench.token: 5 * ONE}
    assert balance["positions"][bench.token] >= 5 * ONE
    assert balance["cash_units"] < balance["deposited_units"] == 1000 * ONE


def test_the_totals_add_up():
    """Cash and the dollars behind pairs are the deposits, after trades and a payout."""
    bench = Bench("always: fail-trade after=5s")
    bench.post()
    bench.venue.box.faults.clear()
    bench.post()
    totals = [bench.venue.get("/sim/truth")["totals"]]
    bench.venue.move_to(START + 3600)
    totals.append(bench.venue.get("/sim/truth")["totals"])

    assert [each["difference_units"] for each in totals] == [0, 0]
    assert [each["deposited_units"] for each in totals] == [1000 * ONE] * 2
    assert totals[0]["collateral_units"] > 0


@pytest.mark.parametrize(("winner", "payout"), [(0, ONE), (1, 0), (None, ONE // 2)])
def test_a_market_can_be_settled(winner, payout):
    """At once, with a winner or half each (LESSONS L46); the shares are paid."""
    bench = Bench()
    bench.post()
    before = bench.venue.truth(bench.trader)["balances"][bench.trader.address]
    ruling = {"condition_id": bench.market.condition_id, "ruling": "settle", "winner": winner}

    told = bench.venue.admin("/sim/markets", ruling)
    bench.venue.move_to(START + 1)
    after = bench.venue.truth(bench.trader)["balances"][bench.trader.address]

    assert told["payouts"] == [payout, ONE - payout]
    gained = after["cash_units"] - before["cash_units"]
    assert gained == before["positions"][bench.token] * payout // ONE
    assert after["positions"] == {}
    assert bench.post().status == 400
    assert ruled(bench.venue, ruling)[0] == 400


def test_a_market_can_be_proposed_and_disputed():
    """Each ruling adds to its course, and puts its resolution off."""
    bench = Bench()
    name = {"condition_id": bench.market.condition_id}

    proposed = bench.venue.admin("/sim/markets", name | {"ruling": "propose", "winner": 1})
    bench.venue.move_to(START + 10)
    disputed = bench.venue.admin("/sim/markets", name | {"ruling": "dispute"})

    assert [step["status"] for step in proposed["steps"]] == ["proposed"]
    assert [step["status"] for step in disputed["steps"]][:2] == ["proposed", "disputed"]
    assert START < proposed["resolves_at"] < disputed["resolves_at"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"condition_id": "0x1"}, 404),
        ({"ruling": "annul"}, 400),
        ({"winner": 2}, 400),
        ({"winner": True}, 400),
        ({"winner": "Up"}, 400),
        ({"winner": [0]}, 400),
    ],
)
def test_a_ruling_that_cannot_be_is_refused(change, status):
    """The market goes on as planned."""
    venue = Venue()
    market = venue.market()
    planned = (market.resolves_at, market.payouts)
    ruling = {"condition_id": market.condition_id, "ruling": "settle", "winner": 0}

    assert ruled(venue, ruling | change)[0] == status
    assert (market.resolves_at, market.payouts) == planned


def test_a_winner_must_be_named():
    """Silence is not half each."""
    venue = Venue()
    ruling = {"condition_id": venue.market().condition_id, "ruling": "settle"}

    assert ruled(venue, ruling)[0] == 400


def test_a_signer_can_be_banned_and_let_in_again():
    """Banned he may not trade, in closed-only mode he may not buy."""
    bench = Bench()

    def stand(standing):
        payload = {"address": bench.trader.address, "standing": standing}
        bench.venue.admin("/sim/standings", payload)
        return bench.post()

    banned, closed, good = stand("banned"), stand("closed_only"), stand("good")

    assert "address banned" in banned.body["error"]
    assert "address in closed only mode" in closed.body["error"]
    assert good.status == 200
    payload = json.dumps({"address": bench.trader.address, "standing": "grounded"}).encode()
    assert bench.venue.call("POST", "/sim/standings", payload, ADMIN)[0] == 400


def test_the_clock_can_be_stepped():
    """By so many simulated seconds, forward only."""
    venue = Venue()

    assert venue.admin("/sim/clock", {"advance_by": 2.5})["now"] == START + 2.5
    for wrong in (-1, "2", True, None):
        body = json.dumps({"advance_by": wrong}).encode()
        assert venue.call("POST", "/sim/clock", body, ADMIN)[0] == 400
    assert venue.get("/sim/clock")["now"] == START + 2.5
