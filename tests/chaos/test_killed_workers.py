"""Workers are killed while orders are in flight; what comes of it is what would have come."""

import json
import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from agreement import assert_fills_agree, assert_nothing_is_amiss
from replayed import environment_of, replay

pytestmark = pytest.mark.slow

VICTIMS = ("execution", "signals", "fills", "resolution")
ORDERS_BETWEEN = 20
IN_FLIGHT = """
    SELECT count(*), count(*) FILTER (WHERE status IN ('planned', 'submitting')) FROM lt_orders
"""


class Killer:
    """SIGKILLs one worker after another, each some orders after the one before.

    The execution worker is hit when an order of its is written down and has no answer yet.
    """

    def __init__(self) -> None:
        self.killed: list[str] = []
        self.in_flight = 0
        self._next_at = ORDERS_BETWEEN
        self._pause = threading.Event()

    def __call__(self, data_dir: Path) -> None:
        """Watches closely for a moment: an order is in flight for some milliseconds only."""
        address = environment_of(data_dir).get("LTSYS_DATABASE_URL")
        if not address or len(self.killed) == len(VICTIMS):
            return
        with (
            suppress(psycopg.OperationalError, psycopg.errors.UndefinedTable),
            psycopg.connect(address, autocommit=True) as connection,
        ):
            for _ in range(1_000):
                if self._is_time(connection):
                    self._kill(data_dir)
                    return
                self._pause.wait(0.002)

    def _is_time(self, connection: psycopg.Connection) -> bool:
        count, in_flight = connection.execute(IN_FLIGHT).fetchone()
        if count < self._next_at:
            return False
        is_busy = in_flight > 0 or VICTIMS[len(self.killed)] != "execution"
        if is_busy:
            self._next_at = count + ORDERS_BETWEEN
            self.in_flight += in_flight
        return is_busy

    def _kill(self, data_dir: Path) -> None:
        victim = VICTIMS[len(self.killed)]
        pids = json.loads((data_dir / "run" / "processes.json").read_text())
        os.kill(pids[victim], signal.SIGKILL)
        self.killed.append(victim)


def test_killed_workers_change_nothing_of_what_is_traded(hour, reachable_folder):
    """Not one order more, less or other, and the same cents, after four deaths (L01, L02, L56)."""
    killer = Killer()

    disturbed = replay(
        hour.recording, wallets=hour.wallets, data_dir=reachable_folder(), watcher=killer
    )

    assert killer.killed == list(VICTIMS)
    assert killer.in_flight > 0
    deaths = {name: VICTIMS.count(name) for name in VICTIMS}
    assert disturbed.report["restarts"] == deaths
    calm, shaken = hour.replayed.books, disturbed.books
    assert shaken.orders == calm.orders
    assert shaken.reasons == calm.reasons
    assert shaken.live_orders == calm.live_orders
    assert shaken.live_pnl == calm.live_pnl
    assert sorted(shaken.fills.values()) == sorted(calm.fills.values())
    assert disturbed.report["lt_orders_by_status"] == hour.replayed.report["lt_orders_by_status"]
    assert_fills_agree(disturbed)
    assert_nothing_is_amiss(disturbed)
