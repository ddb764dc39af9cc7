"""Steps the simulated clock and lets the workers finish each step before the next.

The conductor is the beat of a replay: it sends the same tasks that beat sends, only by the
recording's time. Because nothing is left undone between two steps, the same recording gives the
same decisions and the same fills at any speed, on any machine, and with workers that die.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from celery import Celery

from ltsys.domain.errors import SettingsError
from ltsys.replay.progress import Progress
from ltsys.stack import Stack

_POLL_S = 0.004
_NUDGE_AFTER_S = 2.0
_GIVE_UP_AFTER_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the clock moves. `speed` is recorded seconds a real second; None: as fast as it goes."""

    tick_s: int = 10
    statistics_s: int = 600
    speed: float | None = None


class StalledError(SettingsError):
    """A step did not come to its end; the message says what was still undone."""


class Conductor:
    """Moves one replay from its start to its end."""

    def __init__(
        self, stack: Stack, app: Celery, progress: Progress, *, pace: Pace, leaders: Iterable[str]
    ) -> None:
        self._stack = stack
        self._app = app
        self._progress = progress
        self._pace = pace
        self._leaders = tuple(leaders)
        self._pause = threading.Event()

    def play(self, start: datetime, end: datetime, on_step: Callable[[datetime], None]) -> int:
        """Every step from `start` to `end` was played to its last order; returns how many.

        Raises StalledError when a step does not end, and what the database raises when it is
        gone.
        """
        tick_s = self._pace.tick_s
        first, last = int(start.timestamp()), int(end.timestamp())
        began = time.monotonic()
        steps = 0
        for moment_s in range(first + tick_s, last + tick_s + 1, tick_s):
            self._keep_pace(began, moment_s - first)
            now = datetime.fromtimestamp(moment_s, UTC)
            self._stack.simulator.advance_to(moment_s)
            self._step(now, is_statistics_due=(moment_s - first) % self._pace.statistics_s < tick_s)
            steps += 1
            on_step(now)
        return steps

    def _step(self, now: datetime, *, is_statistics_due: bool) -> None:
        if is_statistics_due:
            self._send_each("signals.refresh_trader", self._leaders)
            self._wait("statistics", lambda: self._progress.unrefreshed_leaders(now))
        self._send_each("signals.ingest_trades", self._leaders)
        self._wait("ingestion", lambda: self._progress.unsynced_leaders(now))
        wallets = self._progress.undecided_wallets()
        self._send_each("signals.evaluate_wallet", wallets)
        self._wait("evaluation", self._progress.undecided_wallets)
        self._wait("execution", self._progress.unfinished_orders)
        markets = self._progress.unresolved_markets(now)
        self._send_each("resolution.resolve_market", markets)
        self._wait("resolution", lambda: self._progress.unresolved_markets(now))

    def _wait(self, what: str, undone: Callable[[], tuple[str, ...]]) -> None:
        """Nothing is undone. What seems lost on its way is sent again (LESSONS L58)."""
        began = nudged = time.monotonic()
        while left := undone():
            now = time.monotonic()
            if now - began > _GIVE_UP_AFTER_S:
                shown = ", ".join(left[:3])
                raise StalledError(
                    f"{what}: {len(left)} undone after {_GIVE_UP_AFTER_S:.0f} s, such as {shown}"
                )
            if now - nudged > _NUDGE_AFTER_S:
                nudged = now
                self._nudge(what, left)
            self._pause.wait(_POLL_S)

    def _nudge(self, what: str, left: tuple[str, ...]) -> None:
        match what:
            case "statistics":
                self._send_each("signals.refresh_trader", left)
            case "ingestion":
                self._send_each("signals.ingest_trades", left)
            case "evaluation":
                self._send_each("signals.evaluate_wallet", left)
            case "resolution":
                self._send_each("resolution.resolve_market", left)
            case _:
                for strategy_id, source_trade_id in self._progress.queued_signals():
                    self._send("execution.execute_order", strategy_id, source_trade_id)
                self._send_each("fills.track_order", self._progress.orders_due())

    def _send_each(self, task: str, ids: Iterable[str]) -> None:
        for one in ids:
            self._send(task, one)

    def _send(self, task: str, *ids: str) -> None:
        self._app.send_task(task, args=ids)

    def _keep_pace(self, began: float, recorded_s: float) -> None:
        if self._pace.speed is None:
            return
        ahead_s = recorded_s / self._pace.speed - (time.monotonic() - began)
        if ahead_s > 0:
            self._pause.wait(ahead_s)
