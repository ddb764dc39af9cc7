"""Faults of the streams (VENUE §13.1, §18.6 r): what a script does to frames and connections."""

import json

import pytest
from fault_bench import Bench
from sim_harness import START
from stream_client import StreamClient, follow, listen

from ltsys.simulator.faults.frames import FrameFaults
from ltsys.simulator.streams.streams import Streams


class StreamBench(Bench):
    """The same, with streams that the script may meddle with."""

    def __init__(self, *lines):
        super().__init__(*lines)
        box = self.venue.box
        self.streams = Streams(box, faults=FrameFaults(box))
        box.faults.hang_up = self.streams.hang_up
        self.user = listen(self.streams, self.trader)

    def traded(self):
        """The texts that an order which matches at once brings to its owner."""
        answer = self.post()
        assert answer.body["status"] == "matched"
        return self.user.frames()


def kinds(texts):
    """Event types, an array's in brackets."""
    found = [json.loads(text) for text in texts]
    return [
        [each[0]["event_type"]] if isinstance(each, list) else each["event_type"] for each in found
    ]


@pytest.fixture
def undisturbed():
    """What the owner hears on a good day."""
    return kinds(StreamBench().traded())


def test_frames_may_be_lost(undisturbed):
    """Of one kind only, if the script says so."""
    heard = kinds(StreamBench("always /ws/user: ws-lose trade").traded())

    assert "trade" in undisturbed
    assert heard == [kind for kind in undisturbed if kind != "trade"]


def test_frames_may_come_twice(undisturbed):
    """The same text, twice in a row (LESSONS L22)."""
    texts = StreamBench("always: ws-duplicate").traded()

    assert texts[0::2] == texts[1::2]
    assert kinds(texts[0::2]) == undisturbed


def test_frames_may_change_places(undisturbed):
    """The first comes after the second."""
    heard = kinds(StreamBench("nth 1: ws-swap").traded())

    assert heard == [undisturbed[1], undisturbed[0], *undisturbed[2:]]


def test_single_events_may_come_in_arrays(undisturbed):
    """Both forms mean the same (VENUE §13.1)."""
    heard = kinds(StreamBench("always: ws-array").traded())

    assert heard == [[kind] for kind in undisturbed]


def test_a_frame_may_be_late():
    """By real seconds, which the connection waits before it sends on."""
    bench = StreamBench("nth 2 /ws/user: ws-delay 5s")
    bench.post()

    waiting = bench.user.session.connection._waiting._queue
    assert [frame.delay_s for frame in waiting][:3] == [0, 5, 0]


def test_a_stream_may_end_in_place_of_a_frame():
    """A goodbye without a code is a reset."""
    heard = StreamBench("nth 2: ws-hang-up").traded()

    assert heard[1] == "hung up"
    assert json.loads(heard[0])


def test_faults_of_one_channel_spare_the_other(undisturbed):
    """A script for the market's frames leaves the owner's alone."""
    bench = StreamBench("always /ws/market: ws-lose")
    market = follow(bench.streams, bench.token)

    assert kinds(bench.traded()) == undisturbed
    assert market.frames() == []


def test_all_streams_may_end_at_a_moment(undisturbed):
    """Whether something was to be told or not; new ones may come (LESSONS L28)."""
    bench = StreamBench("at 60s: ws-disconnect")
    market = follow(bench.streams, bench.token)

    bench.venue.move_to(START + 60)

    assert bench.user.is_gone
    assert market.is_gone
    bench.user = listen(bench.streams, bench.trader)
    assert kinds(bench.traded()) == undisturbed


def test_new_streams_may_be_refused_for_a_while():
    """Only in the window, only on the channel."""
    faults = StreamBench("at 60s for 30s /ws/user: ws-refuse")
    seam = FrameFaults(faults.venue.box)

    told = [seam.refuses(channel, START + at) for channel in ("user", "market") for at in (59, 60)]

    assert told == [False, True, False, False]


@pytest.mark.parametrize(("lines", "ends"), [((), False), (("always: ws-close-strangers",), True)])
def test_wrong_credentials_are_met_with_silence_or_an_end(lines, ends):
    """Both were seen (VENUE §13.2)."""
    bench = StreamBench(*lines)
    stranger = StreamClient(bench.streams, "user")

    stranger.say({"type": "user", "auth": bench.trader.creds | {"secret": "wrong"}})
    bench.post()

    assert stranger.is_gone == ends
    assert stranger.frames() == []


def test_a_trade_is_told_before_a_slow_answer():
    """The stream knows the order before its poster does (VENUE §13.2)."""
    bench = StreamBench("always POST /order: slow 3s")

    answer = bench.post()

    told = bench.user.events("trade")
    assert answer.waited_s == 3
    assert {event["taker_order_id"] for event in told} == {answer.body["orderID"]}


def test_a_failing_trade_is_told_step_by_step():
    """(i) MATCHED, RETRYING, FAILED on the stream too."""
    bench = StreamBench("always: fail-trade after=20s")
    bench.post()

    bench.venue.move_to(START + 20)

    told = [event["status"] for event in bench.user.events("trade")]
    assert told[0] == "MATCHED"
    assert sorted(set(told)) == ["FAILED", "MATCHED", "RETRYING"]
    assert told[-1] == "FAILED"


def test_a_changed_tick_is_told_on_the_stream():
    """(n) tick_size_change for whoever follows the market (VENUE §13.3)."""
    bench = StreamBench("at 60s: tick 0.001")
    market = follow(bench.streams, bench.token)

    bench.venue.move_to(START + 60)

    (change,) = market.events("tick_size_change")
    assert (change["old_tick_size"], change["new_tick_size"]) == ("0.01", "0.001")
    assert change["asset_id"] == bench.token
