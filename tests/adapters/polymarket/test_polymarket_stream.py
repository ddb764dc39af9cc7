"""One connection: how it subscribes, shows that it is alive, and is lost (VENUE §13.1)."""

import asyncio
import json
import logging

import pytest
import websockets

from ltsys.adapters.polymarket.stream import Connection, PolymarketStreams
from ltsys.adapters.polymarket.stream_transport import dial
from ltsys.domain.ids import TokenId
from ltsys.domain.stream import Channel
from ltsys.ports.stream import Frame, StreamLostError


class Script:
    """A transport and its time: each frame comes after so many seconds, then silence."""

    def __init__(self, *frames):
        self.frames = list(frames)
        self.now_s = 0.0
        self.said: list[tuple[float, object]] = []
        self.is_open = True

    async def dial(self, url):
        self.url = url
        return self

    def monotonic(self):
        return self.now_s

    async def send(self, text):
        self.said.append((self.now_s, text))

    async def receive(self, within_s):
        at_s, text = self.frames[0] if self.frames else (float("inf"), "")
        if at_s > self.now_s + within_s:
            self.now_s += within_s
            return None
        self.now_s = max(self.now_s, at_s)
        self.frames.pop(0)
        return text

    async def close(self):
        self.is_open = False

    @property
    def messages(self):
        return [json.loads(text) for _, text in self.said if text != "PING"]


def streams(script, credentials):
    return PolymarketStreams(
        "ws://venue/", credentials, dial=script.dial, monotonic=script.monotonic
    )


async def words(connection, count):
    return [await connection.listen() for _ in range(count)]


def test_the_first_message_on_the_user_channel_proves_who_we_are(credentials):
    script = Script()

    asyncio.run(streams(script, credentials).user())

    assert script.url == "ws://venue/ws/user"
    auth = {"apiKey": "the-key-id", "secret": credentials.secret, "passphrase": "hush-hush"}
    assert script.messages == [{"auth": auth, "type": "user"}]


def test_the_market_channel_follows_what_it_is_told_to(credentials):
    async def follow():
        market = await streams(script, credentials).market([TokenId("1"), TokenId("2")])
        await market.follow([TokenId("1"), TokenId("2")])
        await market.follow([TokenId("2"), TokenId("3")])

    script = Script()
    asyncio.run(follow())

    first, *later = script.messages
    assert script.url == "ws://venue/ws/market"
    assert (first["type"], first["assets_ids"]) == ("market", ["1", "2"])
    assert first["custom_feature_enabled"] is True
    assert later == [
        {"operation": "subscribe", "assets_ids": ["3"]},
        {"operation": "unsubscribe", "assets_ids": ["1"]},
    ]


def test_a_ping_is_said_every_ten_seconds_and_its_answer_is_a_sign_of_life():
    script = Script((10.1, "PONG"), (20.1, "PONG"), (30.1, "PONG"))
    connection = Connection(script, Channel.USER, monotonic=script.monotonic)

    assert asyncio.run(words(connection, 3)) == [Frame()] * 3
    assert script.said == [(10.0, "PING"), (20.0, "PING"), (30.0, "PING")]


def test_a_busy_connection_is_pinged_too():
    script = Script(*((second, "[]") for second in range(1, 25)))
    connection = Connection(script, Channel.USER, monotonic=script.monotonic)

    asyncio.run(words(connection, 24))

    assert script.said == [(10.0, "PING"), (20.0, "PING")]


def test_thirty_seconds_of_silence_are_a_loss():
    script = Script((5.0, "[]"))
    connection = Connection(script, Channel.USER, monotonic=script.monotonic)

    with pytest.raises(StreamLostError, match="not a word for 30 s"):
        asyncio.run(words(connection, 2))

    assert script.now_s == 35.0


def test_a_refused_subscription_is_a_loss():
    """We would hear less than we think."""
    script = Script((1.0, "INVALID OPERATION"))
    connection = Connection(script, Channel.MARKET, monotonic=script.monotonic)

    with pytest.raises(StreamLostError, match="refused"):
        asyncio.run(words(connection, 1))


# on a real socket


def served(handle, client):
    """What a client makes of a server that does `handle` with each connection."""

    async def run():
        async with websockets.serve(handle, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await client(f"ws://127.0.0.1:{port}")

    return asyncio.run(run())


def test_frames_go_both_ways():
    async def echo(server):
        async for frame in server:
            await server.send(frame)

    async def client(url):
        transport = await dial(url)
        await transport.send("PING")
        heard = await transport.receive(5)
        silence = await transport.receive(0.01)
        await transport.close()
        return heard, silence

    assert served(echo, client) == ("PING", None)


def test_a_connection_that_ends_is_lost_in_both_directions():
    async def leave(server):
        await server.close(1011, "no more")

    async def client(url):
        transport = await dial(url)
        with pytest.raises(StreamLostError, match="the connection ended"):
            await transport.receive(5)
        with pytest.raises(StreamLostError, match="nothing can be said"):
            await transport.send("PING")
        await transport.close()

    served(leave, client)


def test_a_connection_that_cannot_be_had_is_lost(closed_port_url):
    with pytest.raises(StreamLostError, match="no connection"):
        asyncio.run(dial(closed_port_url.replace("http", "ws")))


def test_the_library_logs_no_credentials(credentials, caplog):
    """Its own log shows every frame (L62)."""

    async def silent(server):
        await server.wait_closed()

    async def client(url):
        connection = await PolymarketStreams(url, credentials).user()
        await connection.close()

    with caplog.at_level(logging.DEBUG):
        served(silent, client)

    ours = [record for record in caplog.records if record.name != "websockets.server"]
    assert "hush-hush" not in "".join(record.getMessage() for record in ours)
