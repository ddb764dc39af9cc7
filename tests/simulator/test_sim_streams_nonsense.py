"""The market channel hears nonsense: the venue's own words, never a crash (VENUE §13)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_harness import Venue
from stream_client import StreamClient, follow

from ltsys.simulator.streams.streams import Streams


@pytest.fixture
def venue():
    """A standing clock in an invented world."""
    return Venue()


@pytest.fixture
def streams(venue):
    """The venue's streams."""
    return Streams(venue.box)


@pytest.fixture
def market(venue):
    """An open market."""
    return venue.market()


MALFORMED = (
    "",
    "PING",
    "pong",
    "{",
    "[]",
    "7",
    "null",
    '{"type":"market"}',
    '{"type":"market","assets_ids":"1"}',
    '{"type":"market","assets_ids":[1]}',
    '{"type":"user","assets_ids":[]}',
    '{"type":"market","assets_ids":[],"initial_dump":"no"}',
    '{"operation":"subscribe","assets_ids":[]}',
    "[" * 2000,
    '{"type":"market","assets_ids":["\\ud800"]}',
)


@pytest.mark.parametrize("text", MALFORMED)
def test_a_first_message_that_is_no_subscription_ends_the_connection(streams, text):
    """Seen in August 2026: code 1008, invalid subscription payload, even for a PING."""
    client = StreamClient(streams, "market").say(text)

    assert client.frames() == ["1008 invalid subscription payload"]


@pytest.mark.parametrize(
    "text", [each for each in MALFORMED if each not in {"PING", MALFORMED[-3]}]
)
def test_a_later_message_that_means_nothing_is_called_invalid(streams, market, text):
    """The connection goes on."""
    client = follow(streams, market.tokens[0])

    assert client.say(text).frames() == ["INVALID OPERATION"]
    assert client.say("PING").frames() == ["PONG"]


def test_a_second_subscription_is_called_invalid(streams, market):
    """Seen in March 2026: later messages must be operations."""
    client = follow(streams, market.tokens[0])

    client.say({"type": "market", "assets_ids": list(market.tokens)})

    assert client.frames() == ["INVALID OPERATION"]


def test_a_binary_frame_is_called_invalid(streams, market):
    """The channel is text."""
    client = follow(streams, market.tokens[0])

    streams.hear(client.session, None)

    assert client.frames() == ["INVALID OPERATION"]


def test_nobody_follows_tokens_without_end(streams, market):
    """A limit of ours; the venue's is unknown."""
    client = follow(streams, market.tokens[0])

    client.say({"operation": "subscribe", "assets_ids": [str(n) for n in range(5000)]})

    assert client.frames() == ["INVALID OPERATION"]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        ("type", "assets_ids", "operation", "auth", "markets", "level")
                    ),
                    inner,
                )
            ),
        ),
    )
)
def test_whatever_is_said_the_venue_stands(said):
    """No frame is answered with anything but the venue's own words."""
    streams = _STREAMS
    for channel in ("user", "market"):
        client = StreamClient(streams, channel)
        client.say(said if isinstance(said, str) else json.dumps(said))
        assert set(client.frames()) <= {"1008 invalid subscription payload"}
        client.leave()


_STREAMS = Streams(Venue().box)
