"""Lost answers, late requests and half-open sockets over a real connection."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager, closing

import httpx
import pytest
from sim_harness import Trader
from sim_process import running
from uvicorn import Config
from uvicorn.server import ServerState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ltsys.simulator.http import Application, Router
from ltsys.simulator.http_connection import MAX_HEAD_BYTES, HttpConnection
from ltsys.simulator.streams import protocol
from ltsys.simulator.streams.protocol import StreamProtocol


class Wire:
    """What a trader needs of a venue, over a socket."""

    def __init__(self, venue):
        self.venue = venue
        self.client = httpx.Client(base_url=venue.url)
        self.admin = venue.post

    def call(self, method, path, body=b"", headers=None):
        """Status and decoded body."""
        answer = self.client.request(method, path, content=body, headers=headers)
        return answer.status_code, answer.json()

    def talk(self, *parts, half_close=False):
        """Send bytes as they are; everything that comes back until the venue closes."""
        url = httpx.URL(self.venue.url)
        with closing(socket.create_connection((url.host, url.port), timeout=10)) as line:
            for part in parts:
                line.sendall(part)
            if half_close:
                line.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := line.recv(65536):
                received += chunk
            return received


@pytest.fixture
def wire(tmp_path):
    """A running venue that drops the first two orders after, the next two before it takes them."""
    lines = (
        "nth 1 POST /order: drop-after-accept close",
        "nth 2 POST /order: drop-after-accept reset",
        "nth 3 POST /order: drop-before-accept close",
        "nth 4 POST /order: drop-before-accept reset",
    )
    with running(tmp_path, *(part for line in lines for part in ("--fault", line))) as venue:
        wire = Wire(venue)
        with wire.client:
            yield wire


def test_the_client_loses_its_connection_and_the_truth_stays(wire):
    """(a), (b) The same errors in the client, whether the order was taken or not (LESSONS L03)."""
    trader = Trader(wire, "ann")
    market = wire.venue.open_market()
    token = json.loads(market["clobTokenIds"])[0]

    for error in (httpx.RemoteProtocolError, httpx.ReadError) * 2:
        with pytest.raises(error):
            trader.buy(token, 5, 99)
    status, answer = trader.buy(token, 5, 99)

    assert (status, answer["status"]) == (200, "matched")
    taken = [order["order_id"] for order in wire.venue.truth(trader.address)["orders"]]
    assert len(taken) == 3
    assert taken[-1] == answer["orderID"]
    rules = wire.venue.get("/sim/faults")["rules"]
    assert [rule["struck"] for rule in rules] == [1, 1, 1, 1]


def test_what_is_not_http_is_refused_in_json(wire):
    """No traceback, no HTML, and the connection ends."""
    answer = wire.talk(b"\x16\x03\x01 hello\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json")
    assert answer.endswith(b'{"error":"Bad Request"}')


def test_a_client_that_leaves_in_mid_body_is_not_served(wire):
    """Half an order is no order."""
    head = b"POST /order HTTP/1.1\r\nhost: sim\r\ncontent-length: 100\r\n\r\n"

    assert wire.talk(head, b'{"order":', half_close=True) == b""
    assert wire.venue.get("/sim/truth")["posts"] == 0


def test_a_body_beyond_the_limit_is_refused(wire):
    """A megabyte is enough for a thousand cancels."""
    answer = wire.client.post("/order", content=b"x" * ((1 << 20) + 1))

    assert (answer.status_code, answer.json()) == (413, {"error": "request entity too large"})


@pytest.mark.parametrize(
    "begun", [b"", b"GET /time HT", b"POST /order HTTP/1.1\r\ncontent-length: 9\r\n\r\n{"]
)
def test_a_request_that_does_not_arrive_is_given_up(begun, monkeypatch):
    """Nobody holds a socket by sending a byte a minute."""
    monkeypatch.setattr(HttpConnection, "patience_s", 0.01)

    assert asyncio.run(_given_up(begun)) == b""


def test_a_stream_may_be_silent_as_long_as_it_likes():
    """Patience is for requests; it ends when one has become a stream."""
    assert asyncio.run(_patience_of_a_stream()) is None


def test_a_head_without_end_is_refused():
    """The parser would keep every byte of it."""
    assert asyncio.run(_endless_head()).endswith(b'{"error":"Bad Request"}')


@pytest.mark.parametrize(
    ("limit", "say"),
    [
        ("MAX_FRAGMENTS", lambda stream: stream.send(["a", "", "", "b"])),
        ("MAX_UNREAD_BYTES", lambda stream: stream.ping()),
    ],
)
def test_crumbs_and_unread_pongs_end_a_stream(limit, say, monkeypatch):
    """Without a closing handshake, which nobody would read."""
    monkeypatch.setattr(protocol, limit, -1)

    assert asyncio.run(_end_of_stream(say)) is None


async def _endless_head():
    """What a client hears whose second request has no end."""
    async with _listening(Application(Router())) as (address, made):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.readuntil(b'{"error":"Not Found"}')
        made[0].data_received(b"GET / HTTP/1.1\r\nx: ")
        made[0].data_received(b"a" * MAX_HEAD_BYTES)
        made[0].data_received(b"a")
        heard = await reader.read()
        writer.close()
        await writer.wait_closed()
    return heard


async def _end_of_stream(say):
    """The closing frame that a client hears once it has said something, if there is one."""
    async with (
        _listening(_echo) as ((host, port), _),
        connect(f"ws://{host}:{port}/ws/user") as stream,
    ):
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.gather(say(stream), stream.recv())
    return closed.value.rcvd


async def _given_up(begun):
    """What a client hears who says no more than this."""
    async with _listening(Application(Router())) as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(begun)
        heard = await asyncio.wait_for(reader.read(), timeout=10)
        writer.close()
        await writer.wait_closed()
    return heard


async def _patience_of_a_stream():
    """The timer of a connection that has been accepted as a stream."""
    async with (
        _listening(_echo) as ((host, port), made),
        connect(f"ws://{host}:{port}/ws/user") as stream,
    ):
        await stream.send("PING")
        assert await stream.recv() == "PING"
        (connection,) = made
        return connection._patience


async def _echo(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


@asynccontextmanager
async def _listening(application):
    """An application behind the simulator's connections: its address, and those made so far."""
    made = []
    config = Config(
        application, http=HttpConnection, ws=StreamProtocol, log_config=None, lifespan="off"
    )
    config.load()

    def connection():
        made.append(HttpConnection(config=config, server_state=ServerState(), app_state={}))
        return made[-1]

    async with await asyncio.get_running_loop().create_server(connection, "127.0.0.1") as server:
        yield server.sockets[0].getsockname(), made
