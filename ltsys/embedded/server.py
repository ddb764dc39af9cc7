"""One server process: started under its account, awaited, and stopped within bounds."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from ltsys.domain.errors import SettingsError
from ltsys.embedded.account import Account

_START_LIMIT_S = 30.0
_PAUSE_S = 0.01
_LOG_LIMIT_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server that leads its own session, so that Ctrl-C does not reach it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    crash_signal: signal.Signals

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_until(self, ready: Callable[[], bool]) -> bool:
        """True once it is ready; False when it ended by itself first.

        Raises: SettingsError, with the server stopped, when it is neither in time.
        """
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            if ready():
                return True
            time.sleep(_PAUSE_S)
        self.stop(patience_s=1.0)
        raise SettingsError(f"{self.name} was not ready after {_START_LIMIT_S:.0f} s; {self.why()}")

    def why(self) -> str:
        """Its last words."""
        lines = self.log.read_text(errors="replace").splitlines()[-5:]
        return f"see {self.log}: " + " | ".join(lines)

    def stop(self, *, patience_s: float = 10.0) -> None:
        """The process is gone: asked first, killed with its children when it does not answer."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def kill(self) -> None:
        """The process is gone at once; nothing was saved that was not saved before."""
        self.process.send_signal(self.crash_signal)
        try:
            self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def spawn(
    name: str,
    command: list[str],
    *,
    account: Account,
    folder: Path,
    log: Path,
    stop_signal: signal.Signals,
    crash_signal: signal.Signals = signal.SIGKILL,
    stdin: str = "",
) -> Server:
    """The program runs as that account, in a session of its own, and writes to the log."""
    with os.fdopen(_opened(log), "ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
            env=clean_environment(),
            **account.identity(),
        )
    if process.stdin is not None:
        process.stdin.write(stdin.encode())
        process.stdin.close()
    return Server(
        name=name, process=process, log=log, stop_signal=stop_signal, crash_signal=crash_signal
    )


def clean_environment() -> dict[str, str]:
    """Nothing of ours reaches the servers: an inherited PGDATA or LC_ALL changes what they do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LC_ALL": "C"}


def free_port(wanted: int) -> int:
    """The wanted loopback port when nobody listens on it, else another that is free now."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SettingsError("no port is free on 127.0.0.1")


def stop_leftover(pid: int, *, runs_in: Path, stop_signal: signal.Signals) -> None:
    """No server of that folder runs under this pid; any other program under it is left alone.

    A pid in a file proves nothing: after a crash it may be dead or somebody else's.
    What proves it is that the process works in our data folder.
    """
    try:
        process = psutil.Process(pid)
        if Path(process.cwd()).resolve() != runs_in.resolve():
            return
        family = [*process.children(recursive=True), process]
        process.send_signal(stop_signal)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return
    if not _ended(family, within_s=10.0):
        for survivor in family:
            with suppress(psutil.NoSuchProcess):
                survivor.kill()
        _ended(family, within_s=5.0)


def _ended(family: list[psutil.Process], *, within_s: float) -> bool:
    """True once none runs; one that nobody reaps (a container without an init) has ended too."""
    deadline = time.monotonic() + within_s
    while any(_runs(process) for process in family):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return True


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _opened(log: Path) -> int:
    """A log that was allowed to grow is started anew, the previous one kept beside it."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
