"""Frames of the streams become facts, or are counted and left out (VENUE §13)."""

import gzip
import json
from decimal import Decimal

import pytest
from polymarket_stub import recorded, shared

from ltsys.adapters.polymarket.stream_facts import frame_of
from ltsys.domain.ids import TokenId
from ltsys.domain.money import Price, Shares
from ltsys.domain.stream import Channel, MarketEnded, OrderHeard, TickChanged, TradeHeard
from ltsys.domain.venue import FillStatus, VenueOrderStatus

MARKET = "0x" + "d" * 64
TOKEN = "71321045679252212594626385532706912750332728571942532289631379312455583992563"
TAKER, MAKER, STRANGER = ("0x" + digit * 64 for digit in "abc")


def told(message, channel=Channel.USER, **more):
    return frame_of(json.dumps(message), channel, **more)


def the_fact(message, channel=Channel.USER, **more):
    (heard,) = told(message, channel, **more).heard
    return heard.fact


def a_frame(name):
    return recorded(f"nautilus_rust/{name}.json")


def a_trade(**changes):
    maker = {
        "order_id": MAKER,
        "owner": "key-of-maker",
        "matched_amount": "10",
        "price": "0.57",
        "asset_id": TOKEN,
        "outcome": "YES",
        "side": "SELL",
    }
    trade = {
        "event_type": "trade",
        "type": "TRADE",
        "id": "28c4d2eb",
        "taker_order_id": TAKER,
        "market": MARKET,
        "asset_id": TOKEN,
        "side": "BUY",
        "size": "10",
        "price": "0.57",
        "status": "MATCHED",
        "match_time": "1672290701",
        "owner": "key-of-taker",
        "trade_owner": "key-of-taker",
        "maker_orders": [maker],
        "timestamp": "1672290701000",
    }
    return {**trade, **changes}


def test_a_recorded_trade_is_a_fill_of_its_taker():
    fact = the_fact(a_frame("ws_user_trade_msg"))

    assert isinstance(fact, TradeHeard)
    assert fact.status is FillStatus.CONFIRMED
    (fill,) = fact.fills
    assert fill.is_taker
    assert (fill.shares, fill.price) == (Shares.of(25), Price.of("0.5"))
    assert fact.fill_of(fill.order_id) == fill


def test_every_side_of_a_trade_has_its_own_part():
    """A maker's is its entry, never the top level (L21)."""
    fact = the_fact(a_trade())

    assert fact.order_ids == (TAKER, MAKER)
    assert [fill.is_taker for fill in fact.fills] == [True, False]
    assert [fill.side.value for fill in fact.fills] == ["BUY", "SELL"]


def test_other_peoples_broken_entries_spoil_nothing():
    """Ours is found by its order; one that is ours and broken has no fill."""
    strange = {**a_trade()["maker_orders"][0], "order_id": STRANGER}
    del strange["side"]

    fact = the_fact(a_trade(maker_orders=[strange]))

    assert fact.fill_of(TAKER).shares == Shares.of(10)
    assert STRANGER in fact.order_ids
    assert fact.fill_of(STRANGER) is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"matchtime": "1672290701", "match_time": None}, id="the older spelling"),
        pytest.param({"match_time": None}, id="only the time of the message"),
    ],
)
def test_the_time_of_a_match_is_found(changes):
    trade = {key: value for key, value in a_trade(**changes).items() if value is not None}

    assert the_fact(trade).fills[0].matched_at.timestamp() == 1672290701


def test_a_key_is_the_same_for_a_repetition_and_another_for_a_step():
    """One a status (L22)."""
    keys = [told(a_trade(status=status)).heard[0].key for status in ("MATCHED", "MATCHED", "MINED")]

    assert keys[0] == keys[1] != keys[2]


def test_no_api_key_is_kept():
    """L62."""
    (heard,) = told(a_trade()).heard

    assert "key-of" not in json.dumps(heard.payload)
    assert heard.payload["maker_orders"][0]["order_id"] == MAKER


@pytest.mark.parametrize(
    ("name", "status", "has_ended"),
    [
        ("ws_user_order_msg", VenueOrderStatus.LIVE, False),
        ("ws_user_order_update", VenueOrderStatus.LIVE, False),
        ("ws_user_order_matched", VenueOrderStatus.MATCHED, False),
        ("ws_user_order_cancellation", VenueOrderStatus.CANCELED, True),
        # captured from the venue, with ids blacked out afterwards
        ("ws_user_order_fok_killed", VenueOrderStatus.CANCELED, True),
        ("ws_user_order_venue_cancel", VenueOrderStatus.INVALID, True),
    ],
)
def test_recorded_orders(name, status, has_ended):
    """Free text after CANCELED_ and empty amounts included (L25)."""
    whole = {"event_type": "order", "id": TAKER, "market": MARKET}

    fact = the_fact({**a_frame(name), **whole})

    assert fact == OrderHeard(order_id=TAKER, status=status, has_ended=has_ended)


def test_an_order_may_come_without_its_status():
    """The venue's document does not require it."""
    message = {**a_frame("ws_user_order_msg"), "market": MARKET}
    del message["status"]

    assert the_fact(message).status is None


def test_a_recorded_change_of_the_tick():
    fact = the_fact(a_frame("ws_market_tick_size_msg"), Channel.MARKET)

    assert isinstance(fact, TickChanged)
    assert (fact.old, fact.new) == (Decimal("0.1"), Decimal("0.01"))


def test_a_recorded_end_of_a_market_is_heard_by_those_who_follow_it():
    message = a_frame("ws_market_resolved_msg")
    ours = frozenset({TokenId(message["assets_ids"][1])})

    fact = the_fact(message, Channel.MARKET, followed=ours)

    winner = message["winning_asset_id"]
    assert fact == MarketEnded(condition_id=message["market"], winner=winner)
    assert told(message, Channel.MARKET).ignored_count == 1


@pytest.mark.parametrize(
    "name",
    [
        "ws_market_book_msg",
        "ws_market_price_change_msg",
        "ws_market_last_trade_msg",
        "ws_market_best_bid_ask_msg",
        "ws_market_new_market_msg",
    ],
)
def test_books_and_prices_are_counted_only(name):
    """They are read fresh for each plan (L13)."""
    frame = told(a_frame(name), Channel.MARKET)

    assert (frame.heard, frame.ignored_count, frame.malformed_count) == ((), 1, 0)


def test_the_recorded_market_channel_holds_nothing_malformed():
    path = shared("data/books/market_channel.jsonl.gz")
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()[:2_000]

    frames = [frame_of(line, Channel.MARKET) for line in lines]

    assert sum(frame.malformed_count for frame in frames) == 0
    assert sum(frame.ignored_count for frame in frames) == len(lines)


def test_an_array_is_many_messages_and_a_bad_one_spoils_no_other():
    frame = told([a_trade(), {"event_type": "trade"}, a_trade(status="MINED"), 7, {"a": 1}])

    assert [heard.fact.status.value for heard in frame.heard] == ["matched", "mined"]
    assert frame.malformed_count == 3


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<html>", id="not JSON"),
        pytest.param('"text"', id="no message"),
        pytest.param(json.dumps(a_trade(status="LOST")), id="a status that does not exist"),
        pytest.param(json.dumps(a_trade(price="")), id="no price"),
        pytest.param(json.dumps({"event_type": "order", "id": TAKER}), id="half an order"),
        pytest.param(
            json.dumps({**a_trade(), "event_type": "order", "status": "RESTING"}),
            id="an order's status that does not exist",
        ),
    ],
)
def test_what_cannot_be_believed_is_counted(text):
    frame = frame_of(text, Channel.USER)

    assert (frame.heard, frame.malformed_count) == ((), 1)


def test_a_price_beyond_the_scale_is_no_fill():
    """Percent and cents are refused at the border (L43)."""
    fact = the_fact(a_trade(price="57"))

    assert fact.fill_of(TAKER) is None
