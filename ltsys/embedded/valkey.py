"""A real Valkey (the free Redis) on loopback that forgets nothing it was given."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import redis

from ltsys.domain.errors import SettingsError
from ltsys.embedded.binaries import Binaries
from ltsys.embedded.data_dir import DataDir
from ltsys.embedded.server import Server, free_port, spawn, stop_leftover

_ATTEMPTS = 3


def start_valkey(
    folder: DataDir,
    binaries: Binaries,
    *,
    password: str,
    port: int,
    for_tests: bool,
    on_spawn: Callable[[Server], None],
) -> int:
    """Valkey answers on the returned port of 127.0.0.1, and only with the password.

    `on_spawn` hears of the process before it is waited for, so that no interruption
    can lose it.

    Raises: SettingsError with the server's last words when it does not start.
    """
    home = folder.subfolder("valkey")
    _clear_stale(home)
    for _ in range(_ATTEMPTS):
        # Somebody may take the port between the question and the start.
        port = free_port(port)
        text = _configuration(home, password=password, port=port, for_tests=for_tests)
        server = _spawned(folder, binaries, home, text)
        on_spawn(server)
        client = redis.Redis(port=port, password=password, socket_timeout=1.0)
        with client:
            if server.wait_until(lambda: _is_ready(client)):  # noqa: B023 - called at once
                return port
        port = 0
    raise SettingsError(f"Valkey did not start; {server.why()}")


def forget_everything(folder: DataDir) -> None:
    """The next start finds an empty store; for a server that does not run."""
    shutil.rmtree(folder.subfolder("valkey") / "appendonlydir", ignore_errors=True)


def _spawned(folder: DataDir, binaries: Binaries, home: Path, configuration: str) -> Server:
    """The configuration goes through stdin, so no list of processes shows the password."""
    return spawn(
        "Valkey",
        [str(binaries.valkey), "-"],
        account=folder.account,
        folder=home,
        log=folder.path / "valkey.log",
        stop_signal=signal.SIGTERM,
        stdin=configuration,
    )


def _configuration(home: Path, *, password: str, port: int, for_tests: bool) -> str:
    """A queue broker must refuse work rather than evict it, hence `noeviction` (ENGINE §4)."""
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {port}",
            "protected-mode yes",
            f"requirepass {password}",
            f'dir "{home}"',
            f'pidfile "{home / "valkey.pid"}"',
            "daemonize no",
            "appendonly yes",
            f"appendfsync {'no' if for_tests else 'everysec'}",
            "maxmemory-policy noeviction",
            'save ""',
            "databases 64",
            "timeout 0",
            "",
        ]
    )


def _is_ready(client: "redis.Redis") -> bool:
    """Loading its log after a restart is not ready yet."""
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.BusyLoadingError):
        return False


def _clear_stale(home: Path) -> None:
    file = home / "valkey.pid"
    if not file.exists():
        return
    text = file.read_text().strip()
    if text.isdigit():
        stop_leftover(int(text), runs_in=home, stop_signal=signal.SIGTERM)
    file.unlink(missing_ok=True)
