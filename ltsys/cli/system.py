"""Runs the whole system in the foreground, for `lt up` and `lt demo`."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from ltsys.adapters.clock import SystemClock
from ltsys.domain.errors import SettingsError
from ltsys.observability import hide_secrets
from ltsys.processes import Exit, sigterm_as_exit
from ltsys.stack import WORKERS, Stack, World, running

EVERYTHING = WORKERS | {"stream", "web", "beat", "flower"}
_CLOCK_FILE = Path("run") / "venue-clock.json"
_TAIL_BYTES = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What to run and where; `extra` joins the environment of every process."""

    data_dir: Path
    world: World
    port: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def foreground(start: Start, out: Console) -> Iterator[Stack]:
    """The system runs while the block does; Ctrl-C and SIGTERM leave nothing behind.

    Raises SettingsError when something cannot be started.
    """
    _refuse_the_real_venue()
    environment = dict(start.extra)
    if start.port is not None:
        _refuse_taken(start.port)
        environment["PORT"] = str(start.port)
    began = time.monotonic()
    said = _Said(out, start.data_dir / "log")
    with (
        sigterm_as_exit(),
        running(
            start.data_dir,
            start.world,
            only=EVERYTHING,
            extra_environment=environment,
            on_step=said.step,
            on_exit=said.exit,
        ) as stack,
    ):
        announce(stack, out, start.data_dir, took_s=time.monotonic() - began)
        yield stack


def announce(stack: Stack, out: Console, data_dir: Path, *, took_s: float) -> None:
    """Where to look, and how to stop. The password of Flower is named by its place only (L62)."""
    ports = stack.processes.ports
    out.print(f"[green]✓[/] running after {took_s:.1f} s on the [bold]SIMULATOR[/], no real money")
    out.print(f"  web     http://127.0.0.1:{ports['web']}/")
    out.print(f"  flower  http://127.0.0.1:{ports['flower']}/ (read only)")
    out.print(f"          user and password: LTSYS_FLOWER_AUTH in {data_dir}/run/environment.json")
    out.print(f"  logs    {data_dir}/log/")
    out.print("  in another terminal: lt status --watch, lt doctor; Ctrl-C here stops everything")


@dataclass(frozen=True, slots=True)
class _Said:
    """Tells what happens while the system starts and runs."""

    out: Console
    log_dir: Path

    def step(self, text: str) -> None:
        self.out.print(f"[dim]· {text}[/]")

    def exit(self, ended: Exit) -> None:
        """A process that died is shown with its last words."""
        self.out.print(
            f"[yellow]![/] {ended.name} ended with code {ended.code}, start "
            f"{ended.restart_count + 2} in {ended.restart_in_s:.1f} s: "
            f"{escape(last_line(self.log_dir / f'{ended.name}.log'))}"
        )


def last_line(log: Path) -> str:
    """The last line of a log that says something, without secrets."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return "it left no log"
    said = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    return str(hide_secrets(None, "", {"line": said})["line"])


def resumed(start: Start) -> Start:
    """The same start, whose simulated time goes on where it stood when this world ran before.

    Time that ran faster than the machine's is ahead of it; books that hold the future would
    ignore everything until it came.
    """
    kept = _kept(start)
    now_s = SystemClock().wall().timestamp()
    if kept is None or start.world.recording is not None or kept <= now_s:
        return start
    extra = (*start.world.extra, "--start", str(int(kept) + 1))
    return replace(start, world=replace(start.world, extra=extra))


def keep_clock(start: Start, stack: Stack) -> None:
    """The simulated time is written down; one that cannot be read now is read the next time."""
    with suppress(httpx.HTTPError, OSError):
        now = stack.simulator.ask("GET", "/sim/clock")["now"]
        file = start.data_dir / _CLOCK_FILE
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps({"world": _name(start.world), "now": now}))
        fresh.replace(file)


def _kept(start: Start) -> float | None:
    try:
        kept = json.loads((start.data_dir / _CLOCK_FILE).read_text())
    except (OSError, ValueError):
        return None
    return float(kept["now"]) if kept["world"] == _name(start.world) else None


def _name(world: World) -> str:
    """Which story it is; at what speed it is told makes no difference."""
    return f"seed {world.seed}" if world.recording is None else f"recording {world.recording}"


def until(stack: Stack, *, seconds: float | None, every_s: float, then: Callable[[], None]) -> None:
    """Calls `then` in a rhythm until the time is over, or until Ctrl-C where there is none."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while deadline is None or time.monotonic() < deadline:
        then()
        pause = every_s if deadline is None else min(every_s, deadline - time.monotonic())
        if pause > 0:
            time.sleep(pause)
        _refuse_dead_simulator(stack)


def _refuse_dead_simulator(stack: Stack) -> None:
    """Raises SettingsError: without its venue the system has nothing to do."""
    try:
        os.kill(stack.simulator.pid, 0)
    except ProcessLookupError:
        raise SettingsError("the simulator ended; see run/simulator.log") from None


def _refuse_the_real_venue() -> None:
    if os.environ.get("LTSYS_VENUE", "simulator") != "simulator":
        raise SettingsError(
            "LTSYS_VENUE is not simulator; this command only runs the simulator. Real money is not "
            "supported before the safety work that the README names"
        )


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingsError(f"port {port} cannot be had: {error.strerror}") from error
