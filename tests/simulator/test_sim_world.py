"""The world: recordings with bad rows, seeds, resolution."""

import json
from datetime import UTC, datetime

import pytest
from sim_harness import ONE, SHARED, START, Trader, Venue

from ltsys.simulator.units import taker_fee

WALLET = "0x" + "ab" * 20
SLUG = "btc-updown-5m-1790000100"


def row(at, **changes):
    """A good trade row, or one with changes."""
    return {
        "proxyWallet": WALLET,
        "side": "BUY",
        "size": 10,
        "price": 0.4,
        "timestamp": at,
        "slug": SLUG,
        "outcome": "Up",
        "transactionHash": f"0x{at}",
    } | changes


def recorded(directory, rows, *, winner="Up"):
    """A recording of one market; a row may be a dict or raw text."""
    ends = datetime.fromtimestamp(START + 300, UTC).isoformat()
    market = {
        "slug": SLUG,
        "question": "Bitcoin Up or Down",
        "outcomes": '["Up", "Down"]',
        "eventStartTime": datetime.fromtimestamp(START, UTC).isoformat(),
        "endDate": ends,
        "_winner": winner,
    }
    (directory / "markets.jsonl").write_text(json.dumps(market) + "\n")
    lines = [each if isinstance(each, str) else json.dumps(each) for each in rows]
    (directory / "trades.jsonl").write_text("\n".join(lines) + "\n")
    return Venue(recording=directory)


def test_bad_rows_are_counted_by_reason_and_good_ones_go_through(tmp_path):
    """A broken line stops nothing."""
    rows = [
        row(START),
        "{broken",
        "[1]",
        row(START + 1, price=1),
        row(START + 1, price="x"),
        row(START + 1, size=-1),
        row(START + 1, size=float("nan")),
        row(START + 1, slug="nobody-knows"),
        row(START - 5),
        row(START + 1, side="HOLD"),
        row("yesterday"),
        row(START),
        {"side": "BUY"},
        row(START + 1, outcome="Sideways"),
        row(START + 2),
    ]

    report = recorded(tmp_path, rows).get("/sim/recording")

    assert report["rows_read"] == 15
    assert report["rows_good"] == 2
    assert report["bad_rows"] == {
        "broken_json": 2,
        "bad_price": 2,
        "bad_size": 2,
        "unknown_market": 1,
        "time_reversed": 1,
        "bad_side": 1,
        "bad_timestamp": 1,
        "duplicate_row": 1,
        "missing_field": 1,
        "unknown_outcome": 1,
    }
    assert report["leaders"] == [WALLET]


def test_a_trade_appears_when_its_time_has_come(tmp_path):
    """Rows are seen at their timestamp, by window, by page, and no page is too deep."""
    venue = recorded(tmp_path, [row(START + n) for n in range(4)])
    path = f"/activity?user={WALLET}"

    assert len(venue.get(path)) == 1
    venue.move_to(START + 2)
    assert [each["timestamp"] - START for each in venue.get(path)] == [2, 1, 0]
    ascending = venue.get(f"{path}&sortDirection=ASC&start={START + 1}&limit=1")
    assert [each["timestamp"] - START for each in ascending] == [1]
    assert ascending[0]["usdcSize"] == 4
    assert len(venue.get(f"/trades?offset=1&limit=5&end={START + 1}")) == 1
    assert venue.call("GET", f"{path}&offset=5001")[0] == 400
    assert venue.call("GET", "/trades?offset=10001")[0] == 400
    assert venue.call("GET", "/activity")[0] == 400


def test_quotes_follow_the_last_trade_and_mirror_each_other(tmp_path):
    """Best ask is the price rounded up; the other token's book is the mirror; best is last."""
    venue = recorded(tmp_path, [row(START, price=0.403, outcome="Down")])
    up, down = venue.box.world.by_slug[SLUG].tokens

    ups, downs = (venue.get(f"/book?token_id={token}") for token in (up, down))

    assert downs["asks"][-1]["price"] == "0.41"
    for ours, theirs in (("bids", "asks"), ("asks", "bids")):
        mirrored = [round((1 - float(each["price"])) * 100) for each in downs[theirs]]
        assert [round(float(each["price"]) * 100) for each in ups[ours]] == mirrored
    assert float(ups["bids"][0]["price"]) < float(ups["bids"][-1]["price"])
    assert float(ups["asks"][0]["price"]) > float(ups["asks"][-1]["price"])


def test_a_resting_order_is_reached_by_the_price_at_its_own_limit(tmp_path):
    """However seldom anybody asks, the fill happened when the price came (VENUE §5.1)."""
    prices = [row(START), row(START + 50, price=0.25), row(START + 60, price=0.6)]
    venue = recorded(tmp_path, prices)
    ann = Trader(venue, "ann")
    token = venue.box.world.by_slug[SLUG].tokens[0]
    ann.buy(token, 3, 30)

    venue.move_to(START + 200)

    fill = venue.truth(ann)["orders"][0]["fills"][0]
    assert (fill["at"], fill["price"], fill["shares_units"]) == (START + 50, "0.3", 10 * ONE)
    assert fill["fee_units"] == 0


def test_resolution_pays_winners_and_ends_every_order(tmp_path):
    """No order outlives its market; winning shares become dollars once (L27, L60)."""
    venue = recorded(tmp_path, [row(START)])
    ann = Trader(venue, "ann")
    up, down = venue.box.world.by_slug[SLUG].tokens
    ann.buy(up, 4, 40, order_type="FAK")
    ann.buy(down, 6.1, 61, order_type="FAK")
    resting = ann.buy(up, 3, 10)[1]["orderID"]
    before = venue.truth(ann)["balances"][ann.address]

    venue.move_to(START + 300)
    closed = venue.get(f"/markets?slug={SLUG}")[0]
    late = ann.buy(up, 3, 10)
    venue.move_to(START + 330)
    venue.move_to(START + 400)

    after = venue.truth(ann)["balances"][ann.address]
    assert closed["acceptingOrders"] is False
    assert closed["closed"] is False
    assert late[0] == 400
    assert "does not exist" in late[1]["error"]
    assert ann.call("GET", f"/data/order/{resting}")[1]["status"] == "CANCELED_MARKET_RESOLVED"
    assert after["cash_units"] - before["cash_units"] == before["positions"][up]
    assert after["positions"] == {}
    assert venue.get(f"/markets?slug={SLUG}") == []
    final = venue.get(f"/markets?slug={SLUG}&closed=true")[0]
    assert (final["umaResolutionStatus"], final["outcomePrices"]) == ("resolved", '["1", "0"]')
    tokens = venue.get(f"/markets/{final['conditionId']}")["tokens"]
    assert [each["winner"] for each in tokens] == [True, False]


@pytest.mark.parametrize(("winner", "paid"), [(None, None), ("50-50", 5 * ONE)])
def test_an_unknown_winner_never_resolves_and_a_void_pays_half(tmp_path, winner, paid):
    """L44, L46."""
    venue = recorded(tmp_path, [row(START)], winner=winner)
    ann = Trader(venue, "ann")
    ann.buy(venue.box.world.by_slug[SLUG].tokens[0], 4, 40, order_type="FAK")
    before = venue.truth(ann)["balances"][ann.address]["cash_units"]

    venue.move_to(START + 4000)

    market = venue.get(f"/markets?slug={SLUG}&closed=true")[0]
    assert market["umaResolutionStatus"] == ("resolved" if paid else "proposed")
    after = venue.truth(ann)["balances"][ann.address]
    assert after["cash_units"] - before == (paid or 0)


def test_leaders_results_add_up(tmp_path):
    """Payout of what is left, plus sales, less purchases (L41)."""
    rows = [row(START), row(START + 1, side="SELL", size=4, price=0.5), row(START + 500)]
    venue = recorded(tmp_path, rows)
    assert venue.get(f"/closed-positions?user={WALLET}") == []

    venue.move_to(START + 600)

    position = venue.get(f"/closed-positions?user={WALLET}")
    assert [each["realizedPnl"] for each in position] == [4]
    assert position[0]["curPrice"] == 1
    board = venue.get("/v1/leaderboard?timePeriod=ALL&orderBy=PNL")
    assert [(each["proxyWallet"], each["pnl"], each["vol"]) for each in board] == [(WALLET, 4, 10)]


def test_one_seed_has_one_history_at_any_speed():
    """What happened by a moment does not depend on how the clock came there."""
    slow, fast, other = Venue(seed=3), Venue(seed=3), Venue(seed=4)
    for step in range(1, 13):
        slow.move_to(START + 300 * step)
        slow.get("/trades?limit=3")
    for venue in (fast, other):
        venue.move_to(START + 3600)

    path = "/trades?limit=10000"
    assert slow.get(path) == fast.get(path)
    assert fast.get(path) != other.get(path)
    assert slow.get("/v1/leaderboard?timePeriod=ALL") == fast.get("/v1/leaderboard?timePeriod=ALL")
    times = [each["timestamp"] for each in fast.get(path)]
    assert times == sorted(times, reverse=True)
    assert max(times) <= START + 3600


def test_the_clock_moves_forward_only():
    """And wants sensible numbers."""
    venue = Venue()
    venue.move_to(START + 10)
    headers = {"authorization": "Bearer secret"}

    for payload in ({"advance_to": START}, {"rate": 0}, {"paused": 1}, {"warp": 1}, {}):
        body = json.dumps(payload).encode()
        assert venue.call("POST", "/sim/clock", body, headers)[0] == 400
    assert venue.get("/time") == START + 10


def test_the_model_stub_scores_by_price_alone():
    """And never claims to be the model."""
    headers = {"authorization": "Bearer any"}
    venue = Venue()

    for price, expected in (("0.4", 0.65), (0.9, 0.9), (0, 0.45)):
        body = json.dumps({"original_trade": {"price": price}}).encode()
        _, answer = venue.call("POST", "/model/score", body, headers)
        assert answer["prediction"]["probability"] == expected
        assert answer["stub"] is True
    assert venue.call("POST", "/model/score", b'{"original_trade":{"price":2}}', headers)[0] == 400


def test_the_fee_of_the_venues_own_example():
    """100 shares at 0.5 in crypto cost 1.75 (VENUE §11)."""
    fee = taker_fee(100 * ONE, ONE // 2, rate=70_000, exponent=1)

    assert fee == 1_750_000
    assert taker_fee(100 * ONE, ONE // 2, rate=0, exponent=1) == 0


def test_the_whole_recording_loads_without_a_bad_row():
    """90,200 recorded trades in 260 markets."""
    directory = SHARED / "data" / "leaders"
    if not directory.exists():
        pytest.skip(f"no recording at {directory}")

    venue = Venue(recording=directory)
    venue.move_to(venue.get("/sim/clock")["end"])

    report = venue.get("/sim/recording")
    assert (report["rows_good"], report["bad_rows"], report["markets"]) == (90_200, {}, 260)
    assert len(venue.get("/trades?limit=10000&offset=10000")) == 10_000
