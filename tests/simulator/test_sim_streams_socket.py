"""The streams over real sockets: a process, the `websockets` client, the SDK's orders."""

import json
import socket
from contextlib import contextmanager

import pytest
from py_clob_client_v2 import MarketOrderArgs, OrderArgs, OrderType
from py_clob_client_v2.clob_types import OrderPayload
from sdk_trader import SdkTrader
from sim_process import START, running
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

WAIT_S = 10


@contextmanager
def channel(venue, name, first=None):
    """A connection to a channel, subscribed."""
    with connect(venue.url.replace("http", "ws") + f"/ws/{name}", compression=None) as client:
        if first is not None:
            client.send(json.dumps(first))
        yield client


def credentials(trader, **more):
    """The user channel's first message."""
    creds = trader.client.creds
    auth = {
        "apiKey": creds.api_key,
        "secret": creds.api_secret,
        "passphrase": creds.api_passphrase,
    }
    return {"type": "user", "auth": auth, **more}


def heard(client):
    """Every event up to the answer of a PING, arrays taken apart."""
    client.send("PING")
    events = []
    while (text := client.recv(timeout=WAIT_S)) != "PONG":
        decoded = json.loads(text)
        events += decoded if isinstance(decoded, list) else [decoded]
    return events


@pytest.fixture
def slow_venue(tmp_path):
    """A standing clock; trades confirm after ten simulated seconds."""
    with running(tmp_path, "--settle-s", "10") as venue:
        yield venue


def test_an_order_is_told_from_its_placement_to_its_settlement(slow_venue, monkeypatch):
    """Subscribe, order, match, mined, confirmed; another user hears nothing of it."""
    # Without a transaction in the answer the SDK would ask for it, for half a minute.
    monkeypatch.setattr("py_clob_client_v2.client.RESOLVE_TRADES_TIMEOUT_SECONDS", 0)
    ann, bob = (SdkTrader(slow_venue) for _ in range(2))
    token = json.loads(slow_venue.open_market()["clobTokenIds"])[0]
    with (
        channel(slow_venue, "user", credentials(ann)) as hers,
        channel(slow_venue, "user", credentials(bob)) as his,
    ):
        assert heard(hers) == heard(his) == []

        resting = ann.client.create_and_post_order(OrderArgs(token, 0.02, 100, "BUY"))
        ann.client.cancel_order(OrderPayload(orderID=resting["orderID"]))
        matched = ann.client.create_and_post_market_order(
            MarketOrderArgs(token_id=token, amount=10, side="BUY", order_type=OrderType.FAK),
            order_type=OrderType.FAK,
        )
        before = heard(hers)
        slow_venue.post("/sim/clock", {"advance_to": START + 60})
        after = heard(hers)

        orders = [(each["id"], each["type"]) for each in before if each["event_type"] == "order"]
        assert orders == [
            (resting["orderID"], "PLACEMENT"),
            (resting["orderID"], "CANCELLATION"),
            (matched["orderID"], "PLACEMENT"),
            (matched["orderID"], "UPDATE"),
        ]
        statuses = [each["status"] for each in before + after if each["event_type"] == "trade"]
        assert sorted(set(statuses)) == ["CONFIRMED", "MATCHED", "MINED"]
        assert heard(his) == []


def test_prices_come_by_themselves_while_the_clock_runs(tmp_path):
    """Nobody asks the venue for anything; the pump lets the time pass."""
    with running(tmp_path) as venue:
        tokens = json.loads(venue.open_market()["clobTokenIds"])
        first = {"type": "market", "assets_ids": tokens, "custom_feature_enabled": True}
        with channel(venue, "market", first) as client:
            assert [each["event_type"] for each in heard(client)] == ["book", "book"]
            venue.post("/sim/clock", {"rate": 60, "paused": False})

            kinds = {json.loads(client.recv(timeout=WAIT_S))["event_type"] for _ in range(20)}

            assert kinds & {"price_change", "best_bid_ask"}


def test_frames_without_sense_are_answered_and_nothing_breaks(running_venue):
    """Text, binary and half a subscription; the process says no word on its error stream."""
    token = json.loads(running_venue.open_market()["clobTokenIds"])[0]
    with channel(running_venue, "market", {"type": "market", "assets_ids": [token]}) as client:
        client.recv(timeout=WAIT_S)
        for nonsense in ("{", b"\x00\xff", "[" * 5000, '{"operation":7}'):
            client.send(nonsense)
            assert client.recv(timeout=WAIT_S) == "INVALID OPERATION"
        assert heard(client) == []
    with channel(running_venue, "user") as client:
        client.send("PING")
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=WAIT_S)
    assert closed.value.rcvd.code == 1008


def test_a_huge_frame_ends_the_connection(running_venue):
    """Code 1009; the next client is served as ever."""
    with channel(running_venue, "market") as client:
        client.send("x" * (1 << 19))
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=WAIT_S)
    assert closed.value.rcvd.code == 1009
    with channel(running_venue, "market", {"type": "market", "assets_ids": []}) as client:
        assert heard(client) == []


def test_text_that_is_not_utf8_ends_the_connection(running_venue):
    """Code 1007, and no traceback on the error stream."""
    with channel(running_venue, "market", {"type": "market", "assets_ids": []}) as client:
        client.send(b"\xff\xfe", text=True)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=WAIT_S)
    assert closed.value.rcvd.code == 1007


def test_half_open_sockets_and_sudden_ends_leave_the_venue_unmoved(running_venue):
    """A handshake that stops, a client that dies, a client that never reads."""
    address = tuple(running_venue.url.removeprefix("http://").split(":"))
    tokens = json.loads(running_venue.open_market()["clobTokenIds"])
    first = {"type": "market", "assets_ids": tokens}
    with socket.create_connection(address) as half, channel(running_venue, "market", first) as idle:
        half.sendall(b"GET /ws/market HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")
        for _ in range(20):
            with channel(running_venue, "market", first) as dying:
                dying.socket.shutdown(socket.SHUT_RDWR)

        running_venue.post("/sim/clock", {"advance_to": START + 100})

        assert {each["event_type"] for each in heard(idle)} >= {"book", "price_change"}


def test_an_unknown_path_is_not_found(running_venue):
    """And plain HTTP on a stream's path is nothing either."""
    with pytest.raises(InvalidStatus) as refused:
        connect(running_venue.url.replace("http", "ws") + "/ws/")
    assert refused.value.response.status_code == 404
