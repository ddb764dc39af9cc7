"""Nobody polls: what becomes of an order is heard, and once nothing is heard nothing new begins.

Real processes: the simulator, the servers, one execution worker and `lt stream`. There is no
beat and no worker for fills, so every fill that is counted was heard, or resynced.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from one_strategy import OneStrategy, launched

from ltsys.domain.gate import Gate, GateState
from ltsys.domain.stream import BLIND_LIMIT, Channel, StreamState
from ltsys.stack import World, running

pytestmark = pytest.mark.slow

EVERY_FRAME_TWICE_AND_SOME_SWAPPED = """
always /ws/user: ws-duplicate
rate 0.3 /ws/user: ws-swap
rate 0.5 /ws/user: ws-array
"""
BOOKED = """
    SELECT o.status, f.shares, f.status, o.executed_shares
      FROM lt_orders o JOIN lt_fills f USING (lt_order_id)
     WHERE o.source_trade_id = %s
"""


@dataclass
class Floor(OneStrategy):
    """The running system, and short words for what the story does with it."""

    def booked(self, name: str) -> list[tuple]:
        return self.ask(BOOKED, name)

    def faults(self, script: str) -> None:
        self.stack.simulator.ask("POST", "/sim/faults", {"script": script, "from": "now"})

    @property
    def user(self) -> StreamState | None:
        with self.own.store.reading() as tx:
            return next((s for s in tx.stream_states() if s.channel is Channel.USER), None)

    @property
    def gate(self) -> GateState | None:
        with self.own.store.reading() as tx:
            return next((g for g in tx.gates() if g.gate is Gate.STREAM), None)

    def is_heard(self) -> bool:
        return self.user is not None and self.user.trusted_until is not None

    def is_open(self) -> bool:
        return self.gate is not None and self.gate.is_open(self.now)

    @property
    def now(self) -> datetime:
        return self.own.clock.wall()


@pytest.fixture
def floor(reachable_folder, eventually, monkeypatch) -> Iterator[Floor]:
    """A strategy without limits, in a world of open markets."""
    only = frozenset({"execution", "stream"})
    with (
        running(reachable_folder(), World(seed=3), only=only) as stack,
        launched(stack, monkeypatch) as own,
    ):
        made = Floor(stack, own, eventually)
        eventually(made.is_open, limit_s=30)
        yield made


def test_a_fill_is_heard_cut_off_missed_and_made_good(floor):
    """L22, L28."""
    # Every message comes twice, some in the wrong order: the fill is counted once, to its end.
    floor.faults(EVERY_FRAME_TWICE_AND_SOME_SWAPPED)
    heard = floor.order("heard")
    floor.eventually(lambda: [row[2] for row in floor.booked(heard)] == ["confirmed"])
    ((status, shares, _, counted),) = floor.booked(heard)
    assert (status, counted) == ("filled", shares)
    copies = floor.ask("SELECT sum(copies), count(*) FROM stream_events WHERE kind = 'trade'")
    assert copies[0][0] > copies[0][1]

    # The connection is cut and no other can be had. Nothing renews the lease any more.
    floor.no_faults()
    floor.faults("always /ws/user: ws-refuse\nat 0s: ws-disconnect")
    floor.eventually(lambda: not floor.is_heard())
    lost = floor.user
    shut_from = floor.gate.open_until
    assert shut_from <= lost.blind_since + BLIND_LIMIT
    assert not floor.gate.is_open(shut_from)

    # Within these seconds an order is still placed. Its fill is told to nobody.
    missed = floor.order("missed")
    placed = "SELECT 1 FROM orders WHERE state = 'accepted' GROUP BY () HAVING count(*) = 2"
    floor.eventually(lambda: floor.ask(placed))
    assert floor.booked(missed) == []
    assert floor.gate.open_until == shut_from

    # The venue is back: what was missed is asked for, and only then the gate opens again.
    floor.no_faults()
    floor.eventually(lambda: floor.user.trusted_until is not None, limit_s=60)
    assert floor.booked(missed)[0][0] == "filled"
    assert floor.gate.open_until > shut_from
    assert floor.is_open()
    assert floor.user.reconnect_count >= 1
    assert floor.user.blind_before >= floor.user.connected_at - lost.blind_since


def test_stopped_by_sigterm_it_leaves_a_lease_that_ends_and_its_successor_resyncs(floor):
    """Nothing is written to the log but words without secrets (L28, L62)."""
    pid = floor.stack.pids()["stream"]
    os.kill(pid, signal.SIGTERM)
    floor.eventually(lambda: floor.stack.pids().get("stream") not in {None, pid})
    floor.eventually(lambda: floor.is_heard() and floor.user.reconnect_count == 1, limit_s=30)

    name = floor.order("after")

    floor.eventually(lambda: floor.booked(name))
    assert floor.user.blind_before > timedelta(0)
