"""The user channel: one key's orders and trades, as they happen (VENUE §13.2)."""

import pytest
from sim_harness import ONE, START, Trader, Venue
from stream_client import SPECS, StreamClient, check_event, listen, subscription

from ltsys.simulator.server import build_application
from ltsys.simulator.streams.delivery import NoStreamFaults
from ltsys.simulator.streams.streams import Streams


@pytest.fixture
def venue():
    """A standing clock in an invented world where trades confirm after ten seconds."""
    return Venue(settle_s=10)


@pytest.fixture
def streams(venue):
    """The venue's streams."""
    return Streams(venue.box)


@pytest.fixture
def ann(venue):
    """A trader with a thousand dollars."""
    return Trader(venue, "ann")


@pytest.fixture
def bob(venue):
    """Another one."""
    return Trader(venue, "bob")


@pytest.fixture
def token(venue):
    """The first outcome of a market whose price is about a half."""
    return venue.market().tokens[0]


def shape(event):
    """What an order event says of the order's life."""
    return event["type"], event["status"], event["size_matched"]


def test_a_resting_order_is_placed_and_canceled(streams, ann, token):
    """PLACEMENT with LIVE, CANCELLATION with CANCELED."""
    client = listen(streams, ann)

    _, body = ann.buy(token, 3, 3)
    ann.call("DELETE", "/order", {"orderID": body["orderID"]})

    placed, canceled = client.events()
    assert placed["id"] == canceled["id"] == body["orderID"]
    assert shape(placed) == ("PLACEMENT", "LIVE", "0")
    assert shape(canceled) == ("CANCELLATION", "CANCELED", "0")
    assert (placed["original_size"], placed["price"], placed["side"]) == ("100", "0.03", "BUY")
    assert placed["owner"] == placed["order_owner"] == ann.creds["apiKey"]
    assert placed["timestamp"] == str(START * 1000)
    assert placed["created_at"] == str(START)


def test_every_step_of_a_settlement_is_told(venue, streams, ann, token):
    """MATCHED, MINED, CONFIRMED, once each, at their own times (VENUE §8.3)."""
    client = listen(streams, ann)
    _, body = ann.buy(token, 10, 90, order_type="FAK")

    matched = client.events("trade")
    venue.move_to(START + 60)
    later = client.events("trade")

    trades = len(body["tradeIDs"])
    assert [event["status"] for event in matched] == ["MATCHED"] * trades
    assert sorted(event["status"] for event in later) == ["CONFIRMED"] * trades + ["MINED"] * trades
    confirmed = [event for event in later if event["status"] == "CONFIRMED"]
    assert {event["id"] for event in confirmed} == set(body["tradeIDs"])
    assert {event["timestamp"] for event in confirmed} == {str((START + 10) * 1000)}
    assert {event["last_update"] for event in confirmed} == {str(START + 10)}
    assert matched[0]["transaction_hash"] == ""
    assert confirmed[0]["transaction_hash"].startswith("0x")
    assert {event["taker_order_id"] for event in matched} == {body["orderID"]}
    assert {event["trader_side"] for event in matched} == {"TAKER"}


def test_a_matched_order_is_placed_then_updated(streams, ann, token):
    """The update says what was matched, which may be more than was signed (VENUE §8.1)."""
    client = listen(streams, ann)

    _, body = ann.buy(token, 10, 90, order_type="FAK")

    placed, updated = client.events("order")
    assert shape(placed) == ("PLACEMENT", "LIVE", "0")
    assert shape(updated) == ("UPDATE", "MATCHED", body["takingAmount"])
    assert placed["associate_trades"] is None
    assert updated["associate_trades"] == body["tradeIDs"]
    assert float(updated["size_matched"]) > float(updated["original_size"])


def test_a_trade_may_be_told_before_the_answer_to_its_order(venue, streams, ann, token):
    """While the answer is on its way, the stream has it already (VENUE §13.2)."""
    client, told = listen(streams, ann), []
    venue.application = build_application(venue.box, latency_s=1)

    async def on_its_way(seconds):
        told.append((seconds, [event["event_type"] for event in client.events()]))

    venue.application._sleep = on_its_way
    status, _ = ann.buy(token, 10, 90, order_type="FAK")

    ((seconds, events),) = told
    assert (status, seconds) == (200, 1)
    assert "trade" in events


@pytest.mark.parametrize(("order_type", "usd"), [("FOK", 900), ("FAK", 1)])
def test_a_killed_order_is_told_with_its_reason(streams, venue, token, order_type, usd):
    """The status is CANCELED_ and the text of the refusal; what is unknown is empty."""
    rich = Trader(venue, "rich", cash_usd="1000000")
    client = listen(streams, rich)
    price = 1 if order_type == "FAK" else 99

    status, body = rich.buy(token, usd * 1000, price, order_type=order_type)

    (event,) = client.events()
    assert status == 400
    assert shape(event) == ("CANCELLATION", "CANCELED_" + body["error"], "")
    assert (event["outcome"], event["created_at"], event["associate_trades"]) == ("", "", [])
    assert event["id"] == body["orderID"]


def test_a_maker_hears_of_his_trade_as_the_maker(venue, streams, ann, bob, token):
    """His own entry is in maker_orders; the top level is the taker's (LESSONS L21)."""
    best = venue.get(f"/book?token_id={token}")["bids"][-1]["price"]
    bid = round(float(best) * 100)
    bob.buy(token, 20, bid + 5, order_type="FAK")
    client = listen(streams, ann)
    _, resting = ann.buy(token, 5, bid)

    bob.sell(token, 10, bid, order_type="FAK")

    trades = client.events("trade")
    mine = [
        each
        for event in trades
        for each in event["maker_orders"]
        if each["order_id"] == resting["orderID"]
    ]
    assert {event["trader_side"] for event in trades} == {"MAKER"}
    assert {each["owner"] for each in mine} == {ann.creds["apiKey"]}
    assert {(each["price"], each["side"]) for each in mine} == {(best, "BUY")}


def test_nobody_hears_of_anothers_orders(streams, ann, bob, token):
    """A user sees only their own (LESSONS L63)."""
    hers, his = listen(streams, ann), listen(streams, bob)

    ann.buy(token, 10, 90, order_type="FAK")
    ann.buy(token, 3, 3)

    assert hers.frames()
    assert his.frames() == []


def test_orders_are_filtered_by_market(venue, streams, ann, token):
    """Named markets only, from the first message or a later one; none named means all."""
    market = venue.box.world.by_token[token][0]
    wanted = listen(streams, ann, markets=[market.condition_id.upper().replace("0X", "0x")])
    other = listen(streams, ann, markets=["0x" + "0" * 64])
    everything = listen(streams, ann, markets=[])

    ann.buy(token, 3, 3)
    other.say({"operation": "subscribe", "markets": [market.condition_id]})
    wanted.say({"operation": "unsubscribe", "markets": ["0x" + "1" * 64]})
    ann.buy(token, 3, 4)

    assert len(wanted.events()) == len(everything.events()) == 2
    assert len(other.events()) == 1


def test_leaving_the_last_market_widens_the_view_to_all(streams, ann, token):
    """The venue's own SDK says so: it unsubscribes its markets when all are wanted again."""
    client = listen(streams, ann, markets=["0x" + "0" * 64])

    client.say({"operation": "unsubscribe", "markets": ["0x" + "0" * 64]})
    ann.buy(token, 3, 3)

    assert len(client.events()) == 1


@pytest.mark.parametrize("word", ["apiKey", "secret", "passphrase"])
def test_wrong_credentials_are_met_with_silence(streams, ann, token, word):
    """It looks alive, but nothing comes (VENUE §13.2)."""
    wrong = subscription(ann)
    wrong["auth"] = ann.creds | {word: "wrong"}
    client = StreamClient(streams, "user").say(wrong)

    ann.buy(token, 3, 3)

    assert client.frames() == []
    assert not client.is_gone
    assert client.say("PING").frames() == ["PONG"]


def test_wrong_credentials_may_end_the_connection(venue, ann):
    """The venue does either (VENUE §13.2)."""

    class Strict(NoStreamFaults):
        def closes_strangers(self, at):
            return at == START

    streams = Streams(venue.box, faults=Strict())
    wrong = subscription(ann)
    wrong["auth"] = ann.creds | {"secret": "wrong"}

    stranger = StreamClient(streams, "user").say(wrong)
    friend = listen(streams, ann)

    assert stranger.is_gone
    assert not friend.is_gone


def test_a_market_that_ends_cancels_its_orders(venue, streams, ann):
    """CANCELED_MARKET_RESOLVED at the end of trading (VENUE §16.5, LESSONS L25)."""
    market = venue.market()
    winner = market.tokens[market.payouts.index(ONE)]
    client = listen(streams, ann)
    ann.buy(winner, 3, 1)
    client.events()

    venue.move_to(market.ends_at)

    (event,) = client.events()
    assert shape(event) == ("CANCELLATION", "CANCELED_MARKET_RESOLVED", "0")
    assert event["timestamp"] == str(market.ends_at * 1000)


def test_events_are_as_the_official_document_says(venue, streams, ann, token):
    """Orders placed, matched, canceled and killed; trades matched to confirmed."""
    if not SPECS.is_dir():
        pytest.skip(f"the shared material is not at {SPECS}")
    client = listen(streams, ann)

    ann.buy(token, 10, 90, order_type="FAK")
    ann.buy(token, 10, 1, order_type="FAK")
    _, body = ann.buy(token, 3, 2)
    ann.call("DELETE", "/order", {"orderID": body["orderID"]})
    venue.move_to(START + 60)

    events = client.events()
    assert {event["event_type"] for event in events} == {"order", "trade"}
    for event in events:
        schema = "OrderEvent" if event["event_type"] == "order" else "TradeEvent"
        check_event(event, "asyncapi-user.json", schema)


MALFORMED = (
    "PING",
    "[]",
    '{"type":"user"}',
    '{"type":"user","auth":{}}',
    '{"type":"user","auth":{"apiKey":"a","secret":"b"}}',
    '{"type":"user","auth":{"apiKey":1,"secret":"b","passphrase":"c"}}',
    '{"type":"user","auth":{"apiKey":"a","secret":"b","passphrase":"c"},"markets":"all"}',
    '{"type":"market","auth":{"apiKey":"a","secret":"b","passphrase":"c"}}',
)


@pytest.mark.parametrize("text", MALFORMED)
def test_a_first_message_without_credentials_ends_the_connection(streams, text):
    """A guess, after the market channel's behaviour."""
    client = StreamClient(streams, "user").say(text)

    assert client.frames() == ["1008 invalid subscription payload"]


@pytest.mark.parametrize("text", [*MALFORMED[1:], '{"operation":"dance","markets":[]}'])
def test_a_later_message_that_means_nothing_is_called_invalid(streams, ann, token, text):
    """And the subscription goes on."""
    client = listen(streams, ann).say(text)

    assert client.frames() == ["INVALID OPERATION"]
    ann.buy(token, 3, 3)
    assert len(client.events()) == 1
