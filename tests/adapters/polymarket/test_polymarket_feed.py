"""Leaders' trades, page by page, with nothing lost and nothing twice."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polymarket_stub import Drop, Reply, recorded, shared

from ltsys.adapters.polymarket import trade_feed
from ltsys.adapters.polymarket.trade_feed import PolymarketTradeFeed
from ltsys.domain.errors import MalformedAnswerError, VenueUnavailableError
from ltsys.domain.ids import Address
from ltsys.domain.money import Usd
from ltsys.domain.source_trade import BadRow, SourceTrade

TRADER = Address("0x" + "19" * 20)
MARKET = "0x" + "cd" * 32
START_S = 1776449798
SINCE = datetime.fromtimestamp(START_S, UTC)


@pytest.fixture
def feed(http, stub):
    return PolymarketTradeFeed(http, stub.url)


def activity_row(second=START_S, **changes):
    row = {
        "proxyWallet": TRADER,
        "timestamp": second,
        "conditionId": MARKET,
        "type": "TRADE",
        "size": 11.11,
        "price": 0.07,
        "asset": "1001",
        "side": "BUY",
        "outcome": "Yes",
        "title": "Will it?",
        "transactionHash": "0xaa",
    }
    return {**row, **changes}


def serve(stub, rows):
    """The Data API over these rows: a start, an order, a limit and an offset."""

    def answer(asked):
        start, offset = int(asked.first("start")), int(asked.first("offset"))
        found = [row for row in rows if row["timestamp"] >= start]
        return Reply(found[offset : offset + int(asked.first("limit"))])

    stub.behave = answer


def test_a_trade_is_read_without_rounding(stub, feed):
    """STYLE §4: 0.968534758 is what was written, to the last digit."""
    row = json.dumps(activity_row()).replace("0.07", "0.968534758000000001234")
    stub.says(f"[{row}]")

    (trade,) = feed.activity(TRADER, SINCE)

    assert isinstance(trade, SourceTrade)
    assert trade.price.per_share == Decimal("0.968534758000000001234")
    assert trade.shares.count == Decimal("11.11")
    asked = stub.asked[0]
    assert dict(asked.query) == {
        "user": TRADER,
        "type": "TRADE",
        "start": str(START_S),
        "sortBy": "TIMESTAMP",
        "sortDirection": "ASC",
        "limit": "500",
        "offset": "0",
    }


def test_a_long_history_is_read_to_its_end_each_trade_once(stub, feed):
    """L48, L50: more than 1,000 rows, moved along by windows that overlap by a second."""
    rows = [activity_row(START_S + n // 3, transactionHash=f"0x{n}") for n in range(1700)]
    serve(stub, rows)

    trades = list(feed.activity(TRADER, SINCE))

    ids = [trade.source_trade_id for trade in trades]
    assert len(ids) == len(set(ids)) == 1700
    assert [trade.traded_at for trade in trades] == sorted(trade.traded_at for trade in trades)


@pytest.mark.parametrize("burst", [499, 500, 501, 1000, 1301])
def test_a_burst_larger_than_a_page_loses_nothing(stub, feed, burst):
    """L50, L06: alike fills of one transaction in one second are all different trades."""
    before = activity_row(START_S - 5, transactionHash="0x99")
    after = activity_row(START_S + 9, transactionHash="0xbb")
    serve(stub, [before, *[activity_row() for _ in range(burst)], after])

    for since_s in (START_S - 60, START_S):
        trades = list(feed.activity(TRADER, datetime.fromtimestamp(since_s, UTC)))

        ids = {trade.source_trade_id for trade in trades}
        assert len(trades) == len(ids) == burst + 1 + (since_s < START_S)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seconds=st.lists(st.integers(0, 6), max_size=40).map(sorted),
    alike=st.booleans(),
    page=st.integers(2, 7),
)
def test_however_trades_fall_on_pages_the_ids_are_the_same(
    stub, feed, monkeypatch, seconds, alike, page
):
    """L06, L50: paging must not change what a trade is called."""
    rows = [
        activity_row(START_S + second, transactionHash=f"0x{second if alike else n}")
        for n, second in enumerate(seconds)
    ]
    serve(stub, rows)
    monkeypatch.setattr(trade_feed, "_ACTIVITY_PAGE", 500)
    whole = [trade.source_trade_id for trade in feed.activity(TRADER, SINCE)]

    monkeypatch.setattr(trade_feed, "_ACTIVITY_PAGE", page)
    paged = [trade.source_trade_id for trade in feed.activity(TRADER, SINCE)]

    assert paged == whole
    assert len(set(whole)) == len(rows)


def test_a_burst_beyond_what_the_venue_gives_out_is_an_error(stub, feed, monkeypatch):
    """L52: never dropped silently."""
    monkeypatch.setattr(trade_feed, "_ACTIVITY_MAX_OFFSET", 1000)
    serve(stub, [activity_row() for _ in range(1501)])

    with pytest.raises(MalformedAnswerError, match="more than"):
        list(feed.activity(TRADER, SINCE))


def test_rows_served_newest_first_are_not_believed(stub, feed):
    """L50: moving the window along such a page would skip what is older."""
    stub.says([activity_row(START_S + 500 - n) for n in range(500)])

    with pytest.raises(MalformedAnswerError, match="order of time"):
        list(feed.activity(TRADER, SINCE))


def test_bad_rows_do_not_stop_the_good_ones(stub, feed):
    """FT_RULES D1: each comes with its reason."""
    bad = ({"price": 0}, {"side": ""}, {"size": -1}, {"asset": MARKET}, {"price": [1]})
    rows = [activity_row(transactionHash=f"0x{n}", **change) for n, change in enumerate(bad)]
    stub.says([*rows, "not even a row", activity_row(transactionHash="0xgood")])

    found = list(feed.activity(TRADER, SINCE))

    reasons = [row.reason for row in found if isinstance(row, BadRow)]
    assert sorted(reasons) == [
        "bad_id",
        "bad_price",
        "bad_shape",
        "bad_shape",
        "bad_side",
        "bad_size",
    ]
    assert len(found) == 7


def test_only_trades_of_a_market_are_taken(stub, feed):
    """FT_RULES §11: rows of type TRADE with a condition id."""
    others = [{"type": "REDEEM"}, {"type": "MERGE"}, {"conditionId": ""}, {"conditionId": None}]
    stub.says([activity_row(**change) for change in others])

    assert list(feed.activity(TRADER, SINCE)) == []


def test_rows_of_another_trader_are_malformed(stub, feed):
    """L45."""
    stub.says([activity_row(proxyWallet="0x" + "20" * 20)])

    with pytest.raises(MalformedAnswerError, match="asked for"):
        list(feed.activity(TRADER, SINCE))


READS = (
    lambda feed: list(feed.activity(TRADER, SINCE)),
    lambda feed: feed.closed_positions(TRADER),
    lambda feed: feed.leaderboard("DAY", "PNL", 10),
)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    "reply",
    [Reply("<html>"), Reply("[]", 403), Reply("", 425), Reply("[]", 404), Reply("x", 502), Drop()],
)
def test_a_feed_that_cannot_be_read_is_not_empty(stub, feed, read, reply):
    """L53, L54."""
    stub.behave = lambda _: reply

    with pytest.raises(VenueUnavailableError):
        read(feed)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("body", ["{}", '"OK"', "[", "null", '[{"proxyWallet": 1}, 7'])
def test_a_feed_of_the_wrong_shape_is_malformed(stub, feed, read, body):
    stub.says(body)

    with pytest.raises(MalformedAnswerError):
        read(feed)


def position_row(number):
    return {
        "proxyWallet": TRADER,
        "asset": str(number),
        "conditionId": MARKET,
        "realizedPnl": -1.25,
        "timestamp": START_S + number,
        "avgPrice": 0.5,
    }


def test_every_closed_position_is_read(stub, feed):
    """L48: fifty a page, and more than 1,000 of them."""
    rows = [position_row(number) for number in range(1010)]
    stub.behave = lambda asked: Reply(
        rows[int(asked.first("offset")) :][: int(asked.first("limit"))]
    )

    positions = feed.closed_positions(TRADER)

    assert [position.token_id for position in positions] == [str(n) for n in range(1010)]
    assert positions[0].realized_pnl == Usd.of("-1.25")
    assert positions[0].closed_at == SINCE
    assert all(int(asked.first("limit")) <= 50 for asked in stub.asked)


@pytest.mark.parametrize(
    "change",
    [
        {"proxyWallet": "0x" + "20" * 20},
        {"realizedPnl": None},
        {"asset": MARKET},
        {"timestamp": {}},
    ],
)
def test_a_closed_position_that_cannot_be_believed_fails_the_whole(stub, feed, change):
    """L54: statistics over half of the positions would be wrong."""
    stub.says([position_row(1), {**position_row(2), **change}])

    with pytest.raises(MalformedAnswerError):
        feed.closed_positions(TRADER)


def test_the_leaderboard_is_read_as_far_as_asked(stub, feed):
    rows = [
        {"rank": str(n), "proxyWallet": f"0x{n:040X}", "vol": 10.5, "pnl": 1e3} for n in range(90)
    ]
    stub.behave = lambda asked: Reply(
        rows[int(asked.first("offset")) :][: int(asked.first("limit"))]
    )

    leaders = feed.leaderboard("WEEK", "VOL", 60)

    assert [leader.trader for leader in leaders] == [f"0x{n:040x}" for n in range(60)]
    assert (leaders[0].pnl, leaders[0].volume) == (Usd.of(1000), Usd.of("10.5"))
    assert stub.asked[0].first("timePeriod") == "WEEK"
    assert stub.asked[0].first("orderBy") == "VOL"
    assert len(feed.leaderboard("WEEK", "VOL", 5)) == 5
    assert len(feed.leaderboard("WEEK", "VOL", 500)) == 90


def test_a_leader_without_an_address_is_malformed(stub, feed):
    stub.says([{"proxyWallet": "somebody", "vol": 1, "pnl": 1}])

    with pytest.raises(MalformedAnswerError, match="not an address"):
        feed.leaderboard("DAY", "PNL", 10)


def test_recorded_activity_parses(stub, feed):
    rows = recorded("third_party/nexiumito+polycopy/activity_sample.json")
    trader = Address(rows[0]["proxyWallet"])
    mine = sorted(
        (row for row in rows if row["proxyWallet"] == trader), key=lambda row: row["timestamp"]
    )
    stub.says(mine)

    trades = list(feed.activity(trader, datetime(2026, 1, 1, tzinfo=UTC)))

    assert len(trades) == sum(row["type"] == "TRADE" for row in mine) > 0
    assert all(isinstance(trade, SourceTrade) for trade in trades)


def test_recorded_trades_of_a_thousand_wallets_parse_to_ids_of_their_own(stub, feed):
    """L06: genuine bursts, several fills in one transaction."""
    with gzip.open(shared("data/data_api/trades.jsonl.gz"), "rt") as lines:
        rows = list(map(json.loads, lines))
    wallets = {}
    for row in sorted(rows, key=lambda row: row["timestamp"]):
        wallets.setdefault(row["proxyWallet"].lower(), []).append(row)
    busiest = sorted(wallets, key=lambda wallet: -len(wallets[wallet]))[:20]

    for wallet in busiest:
        serve(stub, wallets[wallet])
        found = list(feed.activity(Address(wallet), datetime(2025, 1, 1, tzinfo=UTC)))

        good = [row.source_trade_id for row in found if isinstance(row, SourceTrade)]
        assert len(found) == len(wallets[wallet])
        assert len(good) == len(set(good))
