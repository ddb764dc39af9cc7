"""One connection: its queue, its faults, and its life as an ASGI application."""

import asyncio
import json

import pytest
from sim_harness import START, Trader, Venue
from stream_client import StreamClient, follow, subscription

from ltsys.simulator.http import DROP
from ltsys.simulator.streams.connection import Connection
from ltsys.simulator.streams.delivery import Delivery, NoStreamFaults, OutgoingFrame
from ltsys.simulator.streams.streams import Streams


class Script(NoStreamFaults):
    """Deliveries by the number of the frame, from 1; untouched where none is given."""

    def __init__(self, **deliveries):
        self.deliveries = {int(name[1:]): delivery for name, delivery in deliveries.items()}
        self.seen = []

    def delivery(self, frame):
        self.seen.append(frame)
        return self.deliveries.get(len(self.seen), Delivery())


class Peer:
    """The other end of an ASGI connection: what it says is listed, what it hears is kept."""

    def __init__(self, *said):
        self.said = [{"type": "websocket.connect"}]
        self.said += [{"type": "websocket.receive", "text": text} for text in said]
        self.heard = []
        self.awaited = 0
        self.stays = asyncio.Event()
        self.is_stuck = False
        self.is_reset = False

    def reset(self):
        """The server's way to end a connection without a handshake."""
        self.is_reset = True

    async def receive(self):
        if self.said:
            return self.said.pop(0)
        await self.stays.wait()
        return {"type": "websocket.disconnect", "code": 1005}

    async def send(self, message):
        self.heard.append(message)
        if self.is_stuck and message["type"] == "websocket.send":
            await asyncio.Event().wait()
        if self.awaited and len(self.heard) >= self.awaited:
            self.stays.set()

    def texts(self):
        """What it heard as text."""
        return [each["text"] for each in self.heard if each["type"] == "websocket.send"]


def serve(streams, path, peer):
    """Run one connection to its end."""
    extensions = {DROP: {"reset": peer.reset}}
    scope = {"type": "websocket", "path": path, "extensions": extensions}

    async def run():
        async with asyncio.timeout(10):
            await streams(scope, peer.receive, peer.send)

    asyncio.run(run())


@pytest.fixture
def venue():
    """A standing clock in an invented world."""
    return Venue()


def connection(faults, **more):
    """A connection that has said nothing."""
    return Connection("market", 1, faults=faults, **more)


def say(faults, *texts):
    """What is left of these frames."""
    line = connection(faults)
    for text in texts:
        line.say(text, START)
    return line.drain()


def test_frames_may_be_lost_repeated_and_swapped():
    """VENUE §13.1: duplicates and reordering happen."""
    assert say(Script(f2=Delivery(copies=0)), "a", "b", "c") == ["a", "c"]
    assert say(Script(f2=Delivery(copies=2)), "a", "b", "c") == ["a", "b", "b", "c"]
    assert say(Script(f1=Delivery(swaps=True)), "a", "b", "c") == ["b", "a", "c"]


def test_an_event_may_come_in_an_array():
    """VENUE §13.1: messages may be a single object or an array."""
    line = connection(Script(f2=Delivery(as_array=True)))

    for _ in range(2):
        line.tell({"event_type": "book"}, START)

    assert [json.loads(text) for text in line.drain()] == [
        {"event_type": "book"},
        [{"event_type": "book"}],
    ]


def test_a_fault_may_end_the_connection_in_place_of_a_frame(venue):
    """What came before arrives; there is no closing handshake."""
    streams = Streams(venue.box, faults=Script(f2=Delivery(hangs_up=True)))
    peer = Peer(json.dumps({"type": "market", "assets_ids": []}), "PING", "PING", "PING")

    serve(streams, "/ws/market", peer)

    assert [each["type"] for each in peer.heard] == ["websocket.accept", "websocket.send"]
    assert peer.is_reset


def test_faults_are_asked_about_every_frame(venue):
    """Channel, connection, kind and simulated time."""
    script = Script()
    streams = Streams(venue.box, faults=script)
    market = venue.market()

    follow(streams, market.tokens[0]).say("PING")
    StreamClient(streams, "user").say(subscription(Trader(venue, "ann"))).say("PING")

    assert script.seen == [
        OutgoingFrame(channel="market", connection=1, kind="book", at=START),
        OutgoingFrame(channel="market", connection=1, kind="PONG", at=START),
        OutgoingFrame(channel="user", connection=2, kind="PONG", at=START),
    ]


def test_a_slow_reader_is_left_behind():
    """Frames wait up to a limit; then the connection ends, and giving goes on for free."""
    line = connection(NoStreamFaults(), max_waiting=3)

    for number in range(5):
        line.say(str(number), START)

    assert line.is_hung_up
    assert line.drain() == ["0", "1", "2"]


def test_a_reader_that_is_stuck_loses_its_connection_and_nobody_waits(venue):
    """The writer hangs in the middle of a frame; the queue fills; the venue goes on."""
    streams = Streams(venue.box)
    token = venue.market().tokens[0]
    peer = Peer(json.dumps({"type": "market", "assets_ids": [token]}), *["PING"] * 20_000)
    peer.is_stuck = True

    serve(streams, "/ws/market", peer)

    assert len(peer.texts()) == 1
    assert peer.is_reset
    assert follow(streams, token).say("PING").frames() == ["PONG"]


def test_a_connection_is_served_until_the_client_leaves(venue):
    """Accepted, answered, forgotten."""
    streams = Streams(venue.box)
    token = venue.market().tokens[0]
    peer = Peer(json.dumps({"type": "market", "assets_ids": [token]}), "PING")
    peer.awaited = 3

    serve(streams, "/ws/market", peer)

    assert peer.heard[0] == {"type": "websocket.accept"}
    assert json.loads(peer.texts()[0])[0]["asset_id"] == token
    assert peer.texts()[1] == "PONG"


def test_a_goodbye_comes_after_what_waits(venue):
    """The code and the reason are the venue's."""
    peer = Peer("hello")

    serve(Streams(venue.box), "/ws/user", peer)

    assert peer.heard[1:] == [
        {"type": "websocket.close", "code": 1008, "reason": "invalid subscription payload"}
    ]


def test_a_delayed_frame_still_comes(venue):
    """And what follows waits behind it."""
    streams = Streams(venue.box, faults=Script(f1=Delivery(delay_s=0.01)))
    peer = Peer(json.dumps({"type": "market", "assets_ids": []}), "PING", "PING")
    peer.awaited = 3

    serve(streams, "/ws/market", peer)

    assert peer.texts() == ["PONG", "PONG"]


def test_a_client_that_has_left_is_no_error(venue):
    """Servers raise OSError when they cannot send any more."""

    class Gone(Peer):
        async def send(self, message):
            await super().send(message)
            if message["type"] == "websocket.send":
                raise OSError

    peer = Gone(json.dumps({"type": "market", "assets_ids": []}), "PING")

    serve(Streams(venue.box), "/ws/market", peer)

    assert peer.texts() == ["PONG"]


def test_an_operator_may_hang_up_on_everybody(venue):
    """A fault that needs no frame to strike."""
    streams = Streams(venue.box)
    clients = [StreamClient(streams, channel) for channel in ("user", "market")]

    streams.hang_up()

    assert [client.is_gone for client in clients] == [True, True]


def test_other_paths_do_not_exist(venue):
    """The handshake is answered with 404."""
    peer = Peer()

    serve(Streams(venue.box), "/ws/", peer)

    assert [each.get("status") for each in peer.heard] == [404, None]


def test_a_fault_may_turn_a_connection_away(venue):
    """The handshake is answered with 503."""

    class Closed(NoStreamFaults):
        def refuses(self, channel, at):
            return (channel, at) == ("user", START)

    streams, peer = Streams(venue.box, faults=Closed()), Peer()

    serve(streams, "/ws/user", peer)

    assert [each.get("status") for each in peer.heard] == [503, None]
