"""Clients of the streams without sockets, and what the official documents say of the events."""

import json

import jsonschema
from sim_harness import SHARED

SPECS = SHARED / "recorded" / "official_specs"


class StreamClient:
    """One connection: says frames, and reads what waits for it."""

    def __init__(self, streams, channel):
        self.streams = streams
        self.session = streams.open(channel)

    @property
    def is_gone(self):
        """Whether the venue has hung up."""
        return self.session.connection.is_hung_up

    def say(self, message):
        """Send a text, or anything else as JSON."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.streams.hear(self.session, text)
        return self

    def frames(self):
        """Texts that wait, undecoded."""
        return self.session.connection.drain()

    def events(self, *kinds):
        """Events that wait, arrays taken apart; of these kinds, if any are named."""
        decoded = [json.loads(frame) for frame in self.frames()]
        flat = [each for item in decoded for each in (item if isinstance(item, list) else [item])]
        return [each for each in flat if not kinds or each["event_type"] in kinds]

    def leave(self):
        """Disconnect."""
        self.streams.close(self.session)


def follow(streams, *tokens, **more):
    """A client of the market channel that has subscribed and read its books."""
    client = StreamClient(streams, "market")
    client.say({"type": "market", "assets_ids": list(tokens), **more})
    client.frames()
    return client


def subscription(trader, **more):
    """The user channel's first message."""
    return {"type": "user", "auth": trader.creds, **more}


def listen(streams, trader, **more):
    """A client of the user channel that has proved its key."""
    return StreamClient(streams, "user").say(subscription(trader, **more))


def check_event(event, file, schema):
    """The event is as the venue's AsyncAPI document describes it.

    The document's `nullable` is not JSON Schema's, and its order types are older than FAK.
    """
    document = json.loads((SPECS / file).read_text())
    order_event = document["components"]["schemas"].get("OrderEvent")
    if order_event:
        order_event["properties"]["associate_trades"]["type"] = ["array", "null"]
        order_event["properties"]["order_type"]["enum"].append("FAK")
    wanted = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    jsonschema.validate(event, wanted)
    extra = set(event) - set(document["components"]["schemas"][schema]["properties"])
    assert extra <= _KNOWN_EXTRAS.get(schema, set()), extra


_KNOWN_EXTRAS = {"BookEvent": {"tick_size", "last_trade_price"}}
