"""The watch connects again for ever, and lets trading rely on what is heard and no more (L28)."""

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from live_made import NOON, YES
from scripted_streams import ScriptedStreams, Watched, holds
from stream_made import a_trade_heard
from trading_floor import accepted

from ltsys.domain.errors import VenueUnavailableError
from ltsys.domain.gate import Gate
from ltsys.domain.money import Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.stream import BLIND_LIMIT, Channel, StreamState
from ltsys.domain.venue import VenueOrderStatus
from ltsys.ports.stream import Frame, StreamLostError
from ltsys.usecases.watch_streams import Rhythm

SECOND = timedelta(seconds=1)
WORD = Frame()


def gate(floor):
    return floor.store.tables.lt_gates.get(Gate.STREAM)


def open_until(floor):
    state = gate(floor)
    return None if state is None else state.open_until


def state(floor, channel=Channel.USER) -> StreamState:
    return next(s for s in floor.store.tables.stream_state.values() if s.channel is channel)


def alerts(floor):
    return set(floor.store.tables.lt_alerts)


def passing(floor, seconds):
    """A step of a script: time passes."""

    async def step():
        floor.clock.move(timedelta(seconds=seconds))

    return step


def once(condition):
    """A step of a script: it goes on when the condition holds."""

    async def step():
        await holds(condition)

    return step


def test_the_gate_opens_for_fifteen_seconds_after_the_last_word(floor):
    watched = Watched(floor, ScriptedStreams([passing(floor, 10), WORD]))

    watched.until(lambda: open_until(floor) == NOON + 10 * SECOND + BLIND_LIMIT)

    assert "the user channel was heard at 12:00:10" in gate(floor).reason


def test_the_gate_stays_shut_until_everything_missed_was_asked_for(floor):
    """L28, L54."""
    order = floor.execute(1, accepted())
    floor.reports(order)
    floor.venue.outage = VenueUnavailableError("503")
    watched = Watched(floor, ScriptedStreams([WORD]))

    def failed_thrice():
        said = [text for text in floor.messages("stream") if "resync failed: 503" in text]
        if len(said) >= 3 and floor.venue.outage is not None:
            assert gate(floor) is None
            assert not watched.watch.synced.is_set()
            floor.venue.outage = None
        return open_until(floor)

    watched.until(failed_thrice)

    assert floor.order(order).status is OrderStatus.FILLED
    assert watched.watch.synced.is_set()


def test_nothing_renews_the_gate_once_the_connection_is_lost(floor):
    """Its lease ends 15 s after the last word, and people are told (L28)."""
    was_open = once(lambda: open_until(floor))
    script = [was_open, passing(floor, 5), WORD, once(lambda: renewed(floor)), passing(floor, 60)]
    watched = Watched(floor, ScriptedStreams([*script, StreamLostError("cut")]))

    watched.until(lambda: "stream-blind:user" in alerts(floor))

    assert open_until(floor) == NOON + 5 * SECOND + BLIND_LIMIT
    assert not gate(floor).is_open(floor.clock.wall())
    assert state(floor).blind_since == NOON + 5 * SECOND
    assert any("user channel lost: cut" in text for text in floor.messages("stream"))


def renewed(floor):
    return open_until(floor) == NOON + 5 * SECOND + BLIND_LIMIT


def test_a_new_connection_and_a_resync_open_it_again(floor):
    """The seconds of blindness are counted, and the alert is cleared."""
    first = [once(lambda: open_until(floor)), passing(floor, 60), StreamLostError("cut")]
    told = []

    def is_told():
        told.extend(alerts(floor))
        return told

    streams = ScriptedStreams(first, [], has_come_back=is_told)
    watched = Watched(floor, streams)

    watched.until(lambda: is_seen_again(floor))

    assert told == ["stream-blind:user"]
    assert alerts(floor) == set()
    assert open_until(floor) == NOON + 60 * SECOND + BLIND_LIMIT
    assert any("heard after 60.0 s, 0 orders" in text for text in floor.messages("stream"))


def is_seen_again(floor):
    found = floor.store.tables.stream_state
    return found and state(floor).reconnect_count == 1 and state(floor).blind_since is None


def test_what_is_heard_is_booked_and_kicked(floor):
    order = floor.execute(1, accepted())
    frame = Frame(heard=(a_trade_heard(order.order_id),), ignored_count=2, malformed_count=1)
    watched = Watched(floor, ScriptedStreams([frame]))

    watched.until(lambda: watched.kicked.orders)

    assert watched.kicked.orders == (order.lt_order_id,)
    assert floor.order(order).executed == Usd.of(10)
    assert (state(floor).ignored_count, state(floor).malformed_count) == (2, 1)


def told_while_more_is_heard(floor) -> tuple[Counter, Counter]:
    """How often the queues were told of each order, and how often they should have been."""
    orders = [floor.execute(number, accepted()) for number in range(1, 31)]
    facts = [
        a_trade_heard(order.order_id, trade_id=f"trade-{number}")
        for number, order in enumerate(orders)
    ]
    few, more, many = (Frame(heard=tuple(part)) for part in (facts[:1], facts[1:2], facts[2:]))
    tells, goes_on = threading.Event(), threading.Event()

    async def let_go():
        goes_on.set()

    def hold_up():
        """The first time the queues are slow to take it."""
        tells.set()
        goes_on.wait(timeout=5)

    watched = Watched(floor, ScriptedStreams([few, once(tells.is_set), more, let_go, many]))
    watched.before_kick = hold_up
    watched.until(lambda: len(watched.kicked.orders) == len(orders))
    told = Counter(name for kicks in watched.kicks for name in kicks.orders)
    return told, Counter(order.lt_order_id for order in orders)


def test_nobody_is_kicked_again_for_what_was_told(new_floor):
    """What the queues know by then must not come back, whoever is quicker (L52)."""
    for told, wanted in (told_while_more_is_heard(new_floor()) for _ in range(8)):
        assert told == wanted


class AwayForTheFirstFact:
    """A store whose database goes away when it is to keep the first fact; its own transaction."""

    def __init__(self, inner, *, shared=None) -> None:
        self._inner, self._shared = inner, shared or {"failures": 1}

    def __getattr__(self, name):
        return getattr(self._inner, name)

    @contextmanager
    def transaction(self):
        with self._inner.transaction() as tx:
            yield AwayForTheFirstFact(tx, shared=self._shared)

    def keep_stream_event(self, heard, **kept):
        if self._shared["failures"]:
            self._shared["failures"] -= 1
            raise OSError("the database went away")
        return self._inner.keep_stream_event(heard, **kept)


def test_a_fact_that_could_not_be_kept_is_one_that_was_missed(floor):
    """The connection is given up, and the next one begins with a resync."""
    order = floor.execute(1, accepted())
    floor.reports(order)
    desk = replace(floor.desk, store=AwayForTheFirstFact(floor.store))
    fact = Frame(heard=(a_trade_heard(order.order_id),))
    streams = ScriptedStreams([fact], [], has_come_back=lambda: True)
    watched = Watched(floor, streams, desk=desk)

    watched.until(lambda: is_seen_again(floor))

    assert floor.order(order).executed == Usd.of(10)
    assert any("user channel lost: OSError" in text for text in floor.messages("stream"))


def test_the_end_of_the_process_is_a_loss_that_its_successor_knows_of(floor):
    """Stopped or killed, the time until the next resync was blind."""
    first = Watched(floor, ScriptedStreams([passing(floor, 10), WORD]))
    first.until(lambda: open_until(floor) == NOON + 10 * SECOND + BLIND_LIMIT)
    stopped = state(floor)
    floor.clock.move(100 * SECOND)

    Watched(floor, ScriptedStreams([])).until(lambda: is_seen_again(floor))

    assert stopped.connected_at is None
    assert stopped.blind_since == NOON + 10 * SECOND
    assert state(floor).blind_before - stopped.blind_before == 100 * SECOND


def test_connections_are_closed_when_it_ends(floor):
    streams = ScriptedStreams([])

    Watched(floor, streams).until(lambda: open_until(floor))

    (connection,) = streams.opened[Channel.USER]
    assert not connection.is_open


def test_the_market_channel_waits_until_something_is_at_stake(floor):
    """That it has nothing to hear is no blindness, and no alert."""
    streams = ScriptedStreams([], market=[[]])
    watched = Watched(floor, streams)

    watched.until(lambda: open_until(floor) and watched.paused.count(3.0) > 5)

    assert not streams.opened[Channel.MARKET]
    assert state(floor, Channel.MARKET).blind_since is None


def test_the_market_channel_follows_what_is_at_stake(floor):
    streams = ScriptedStreams([], market=[[]])
    order = floor.execute(1, accepted())

    def ended():
        """As soon as its token is followed the order is over, without a fill."""
        if streams.opened[Channel.MARKET] and floor.order(order).status is OrderStatus.LIVE:
            floor.shows(order, VenueOrderStatus.CANCELED)
            floor.track(order)
        found = streams.opened[Channel.MARKET]
        return found and found[0].followed[-1] == ()

    Watched(floor, streams).until(ended)

    (connection,) = streams.opened[Channel.MARKET]
    assert connection.followed[0] == (YES,)


def test_pauses_double_to_a_limit_and_differ():
    """So that many clients of a venue that was away do not come back as one."""
    rhythm = Rhythm(first_pause_s=0.5, longest_pause_s=30)

    assert [*islice(rhythm.pauses(lambda: 1.0), 8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [*islice(rhythm.pauses(lambda: 0.0), 3)] == [0.25, 0.5, 1]


def test_a_venue_that_is_away_is_tried_ever_less_often_and_then_as_often_as_at_first(floor):
    """A connection that was good starts the pauses anew."""
    good = [once(lambda: open_until(floor)), StreamLostError("cut")]
    watched = Watched(floor, ScriptedStreams(good))

    watched.until(lambda: watched.paused.count(30.0) >= 2)

    between = [pause for pause in watched.paused if pause != Rhythm().note_every_s]
    assert between[:8] == [0.5, 1, 2, 4, 8, 16, 30, 30]
