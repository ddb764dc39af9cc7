"""Runs the lines of a Procfile on one machine the way a platform does."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import psutil

from ltsys.deathwatch import DeathWatch
from ltsys.domain.errors import SettingsError
from ltsys.procfile import Command, parse_command, parse_procfile

_LISTENING = frozenset({"web", "flower"})
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 5.0
# A process that lived this long was healthy: its next restart is prompt again.
_HEALTHY_AFTER_S = 30.0
_TICK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A process that ended without being asked to."""

    name: str
    pid: int
    code: int
    restart_count: int
    restart_in_s: float


@dataclass(slots=True, kw_only=True)
class _Process:
    name: str
    command: Command
    running: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    restart_at_s: float = 0.0
    delay_s: float = _FIRST_DELAY_S
    restart_count: int = 0
    peak_rss_bytes: int = 0
    log: Path = field(default_factory=Path)


class Processes:
    """The processes of a Procfile: started together, restarted when they die, stopped together.

    Each leads a process group of its own. None survives `stop`, an exception, the
    death of this process by any signal, or a second Ctrl-C.
    """

    def __init__(
        self,
        lines: Mapping[str, str],
        *,
        environ: Mapping[str, str],
        log_dir: Path,
        run_dir: Path,
        cwd: Path,
        on_exit: Callable[[Exit], None] = lambda _: None,
    ) -> None:
        self._environ = {**environ, "PATH": _path_with_interpreter(environ)}
        self._processes = {
            name: _Process(
                name=name, command=self._command(name, line), log=log_dir / f"{name}.log"
            )
            for name, line in lines.items()
        }
        self._run_dir = run_dir
        self._log_dir = log_dir
        self._cwd = cwd
        self._on_exit = on_exit
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watch: DeathWatch | None = None
        self._keeper = threading.Thread(target=self._keep, name="processes", daemon=True)

    @classmethod
    def from_procfile(
        cls,
        procfile: Path,
        *,
        environ: Mapping[str, str],
        log_dir: Path,
        run_dir: Path,
        only: Container[str] | None = None,
        on_exit: Callable[[Exit], None] = lambda _: None,
    ) -> Self:
        """The processes that the file names (or `only` some), in the file's folder, not started."""
        lines = parse_procfile(procfile.read_text())
        return cls(
            {name: line for name, line in lines.items() if only is None or name in only},
            environ=environ,
            log_dir=log_dir,
            run_dir=run_dir,
            cwd=procfile.resolve().parent,
            on_exit=on_exit,
        )

    def start(self) -> Self:
        """Every process was started, and is started again when it dies."""
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._run_dir.mkdir(parents=True, exist_ok=True)
        self._watch = DeathWatch(signal_name="TERM", patience_s=15)
        try:
            with self._lock:
                for process in self._processes.values():
                    self._launch(process)
                self._publish()
        except OSError as error:
            self.stop()
            raise SettingsError(f"cannot start {error.filename}: {error.strerror}") from error
        self._keeper.start()
        return self

    def stop(self, *, patience_s: float = 15.0) -> None:
        """No process is left: all are asked at once, the groups of the slow ones are killed."""
        self._stopping.set()
        if self._keeper.is_alive():
            self._keeper.join()
        with self._lock:
            self._end_all(patience_s)
            self._publish()
        if self._watch is not None:
            self._watch.close()

    def pids(self) -> dict[str, int]:
        """The process id of each that runs now."""
        with self._lock:
            return {p.name: p.running.pid for p in self._processes.values() if p.running}

    def restart_counts(self) -> dict[str, int]:
        """How often each was started again after dying."""
        with self._lock:
            return {p.name: p.restart_count for p in self._processes.values()}

    @property
    def ports(self) -> dict[str, int]:
        """The loopback port given to each process that listens."""
        return {
            p.name: int(p.command.environ["PORT"])
            for p in self._processes.values()
            if "PORT" in p.command.environ
        }

    def sample(self) -> dict[str, int]:
        """The resident bytes of each process now, with its children; peaks are remembered."""
        now = {name: _resident_bytes(pid) for name, pid in self.pids().items()}
        for name, size in now.items():
            process = self._processes[name]
            process.peak_rss_bytes = max(process.peak_rss_bytes, size)
        return now

    def peak_rss_bytes(self) -> dict[str, int]:
        """The most that each process was seen to hold by `sample`."""
        return {p.name: p.peak_rss_bytes for p in self._processes.values()}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _command(self, name: str, line: str) -> Command:
        """A free port for those that listen, unless the environment names the web's."""
        environ = dict(self._environ)
        given = {}
        if name in _LISTENING:
            port = environ.get("PORT") if name == "web" else None
            given = {"PORT": port or str(_free_port())}
        command = parse_command(line, environ | given)
        return Command(arguments=command.arguments, environ=given | command.environ)

    def _launch(self, process: _Process) -> None:
        with process.log.open("ab") as output:
            process.running = subprocess.Popen(
                process.command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environ | process.command.environ,
                cwd=self._cwd,
                start_new_session=True,
            )
        process.started_s = time.monotonic()

    def _keep(self) -> None:
        while not self._stopping.wait(_TICK_S):
            with self._lock:
                changes = [self._care(process) for process in self._processes.values()]
                if any(changes):
                    self._publish()

    def _care(self, process: _Process) -> bool:
        """True when the process died or was started again."""
        now = time.monotonic()
        if process.running is None:
            if now < process.restart_at_s:
                return False
            process.restart_count += 1
            return self._relaunch(process)
        code = process.running.poll()
        if code is None:
            return False
        self._note_death(process, process.running.pid, code, now)
        return True

    def _relaunch(self, process: _Process) -> bool:
        """A program that cannot be started for the moment (no memory, no descriptor) waits too."""
        try:
            self._launch(process)
        except OSError:
            process.restart_at_s = time.monotonic() + _LONGEST_DELAY_S
            return False
        return True

    def _note_death(self, process: _Process, pid: int, code: int, now: float) -> None:
        """Its children go with it: two generations of one worker would fight over its work."""
        _signal_group(pid, signal.SIGKILL)
        healthy = now - process.started_s >= _HEALTHY_AFTER_S
        delay = _FIRST_DELAY_S if healthy else process.delay_s
        process.running = None
        process.restart_at_s = now + delay
        process.delay_s = min(delay * 2, _LONGEST_DELAY_S)
        self._on_exit(
            Exit(
                name=process.name,
                pid=pid,
                code=code,
                restart_count=process.restart_count,
                restart_in_s=delay,
            )
        )

    def _end_all(self, patience_s: float) -> None:
        running = [p.running for p in self._processes.values() if p.running]
        deadline = time.monotonic() + patience_s
        try:
            for process in running:
                _signal_group(process.pid, signal.SIGTERM)
            for process in running:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))
        finally:
            # Also after a second Ctrl-C; and a leader that left may have left children.
            for process in running:
                _signal_group(process.pid, signal.SIGKILL)
                process.wait()
        for known in self._processes.values():
            known.running = None

    def _publish(self) -> None:
        """Others find the pids in `processes.json`, whole or not at all; the witness knows them."""
        pids = self.pids()
        target = self._run_dir / "processes.json"
        if not self._run_dir.is_dir():
            return
        fresh = target.with_name(f"{target.name}.new")
        fresh.write_text(json.dumps(pids, indent=2) + "\n")
        fresh.replace(target)
        if self._watch is not None:
            self._watch.watch(-pid for pid in pids.values())


@contextmanager
def sigterm_as_exit() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP leave through SystemExit, so that every `with` above is closed."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _path_with_interpreter(environ: Mapping[str, str]) -> str:
    """`celery` and `lt` are found beside the running Python, activated or not."""
    return os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _resident_bytes(pid: int) -> int:
    """0 for a process that has just gone."""
    try:
        leader = psutil.Process(pid)
        family = [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for member in family:
        with suppress(psutil.NoSuchProcess):
            total += member.memory_info().rss
    return total
