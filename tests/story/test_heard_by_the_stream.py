"""Nobody polls: what becomes of an order is heard, and once nothing is heard nothing new begins.

Real processes: the simulator, the servers, one execution worker and `lt stream`. There is no
beat and no worker for fills, so every fill that is counted was heard, or resynced.
"""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import psycopg
import pytest
from live_made import NO_LIMITS, STRATEGY, a_strategy, a_wallet

from ltsys.bootstrap import Services
from ltsys.cli.broker import send
from ltsys.domain.gate import Gate, GateState
from ltsys.domain.money import Usd
from ltsys.domain.stream import BLIND_LIMIT, Channel, StreamState
from ltsys.settings import load
from ltsys.stack import Stack, World, running
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.launch_strategy import launch_strategy

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
TWO_DOLLARS = Usd.of(2)


@dataclass
class Floor:
    """The running system, and short words for what the story does with it."""

    stack: Stack
    own: Services
    eventually: Callable[..., None]

    def order(self, run_id: str) -> str:
        """A test order of two dollars is on its way; returns the name of its signal."""
        key = queue_force_test(
            STRATEGY,
            run_id=run_id,
            size=TWO_DOLLARS,
            store=self.own.store,
            market_data=self.own.market_data,
            clock=self.own.clock,
        )
        send(self.own.settings.redis_url, "execution.execute_order", *key)
        return key[1]

    def booked(self, name: str) -> list[tuple]:
        return self.ask(BOOKED, name)

    def ask(self, statement: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.own.settings.database_url) as connection:
            return connection.execute(statement, values).fetchall()

    def faults(self, script: str) -> None:
        self.stack.simulator.ask("POST", "/sim/faults", {"script": script, "from": "now"})

    def no_faults(self) -> None:
        self.stack.simulator.ask("DELETE", "/sim/faults")

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
    with running(reachable_folder(), World(seed=3), only=only) as stack:
        for name, value in stack.environment.items():
            monkeypatch.setenv(name, value)
        own = Services(load())
        with own.database:
            _set_up(stack, own)
            made = Floor(stack, own, eventually)
            eventually(made.is_open, limit_s=30)
            yield made
        own.http.close()


def _set_up(stack: Stack, own: Services) -> None:
    rows = httpx.get(f"{stack.simulator.url}/markets?limit=100", trust_env=False).json()
    markets = own.market_data.markets([row["conditionId"] for row in rows])
    with own.store.transaction() as tx:
        tx.save_markets(markets, checked_at=own.clock.now())
    add_ft_wallet(a_wallet(), leader_pool=None, store=own.store)
    add_account("ann", stack.account, signature_type=0, key_reference="file", store=own.store)
    launch_strategy(a_strategy(wallet_address=stack.account), NO_LIMITS, store=own.store)


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
