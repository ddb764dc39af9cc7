"""A real Postgres on loopback, made and run without trusting anybody."""

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from ltsys.domain.errors import SettingsError
from ltsys.embedded.binaries import Binaries
from ltsys.embedded.data_dir import DataDir
from ltsys.embedded.server import Server, clean_environment, free_port, spawn, stop_leftover

USER = "ltsys"
DATABASE = "ltsys"
_ATTEMPTS = 3
_INITDB_LIMIT_S = 120.0
_READY_LINE = 7

# One machine, one application: no helpers that cost memory, no socket file.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "io_method": "sync",
    "jit": "off",
}
_TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def start_postgres(
    folder: DataDir,
    binaries: Binaries,
    *,
    password: str,
    port: int,
    for_tests: bool,
    on_spawn: Callable[[Server], None],
) -> int:
    """Postgres accepts connections on the returned port of 127.0.0.1, and only with the password.

    `on_spawn` hears of the process before it is waited for, so that no interruption
    can lose it.

    Raises: SettingsError with the server's last words when it does not start.
    """
    cluster = folder.path / "postgres"
    _clear_stale(cluster)
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(folder, binaries, password=password, for_tests=for_tests)
    chosen = _SETTINGS | (_TEST_SETTINGS if for_tests else {"fsync": "on"})
    for _ in range(_ATTEMPTS):
        # Somebody may take the port between the question and the start.
        port = free_port(port)
        server = _spawned(folder, binaries, {**chosen, "port": str(port)})
        on_spawn(server)
        if server.wait_until(lambda: _is_ready(cluster)):
            return port
        port = 0
    raise SettingsError(f"Postgres did not start; {server.why()}")


def _spawned(folder: DataDir, binaries: Binaries, chosen: dict[str, str]) -> Server:
    cluster = folder.path / "postgres"
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    return spawn(
        "Postgres",
        [str(binaries.postgres), "-D", str(cluster), *options],
        account=folder.account,
        folder=cluster,
        log=folder.path / "postgres.log",
        # "Fast": sessions are ended, transactions rolled back, everything flushed.
        stop_signal=signal.SIGINT,
        # "Immediate": it takes its children along and recovers from its log afterwards.
        crash_signal=signal.SIGQUIT,
    )


def _make_cluster(folder: DataDir, binaries: Binaries, *, password: str, for_tests: bool) -> None:
    """Renamed into place when complete, so half a cluster is never started."""
    fresh = folder.path / "postgres.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    folder.subfolder(fresh.name)
    secret = folder.write_private("postgres.new.password", password)
    folder.give(secret)
    try:
        _run_initdb(folder, binaries, fresh, secret, for_tests=for_tests)
    finally:
        secret.unlink()
    fresh.rename(folder.path / "postgres")


def _run_initdb(
    folder: DataDir, binaries: Binaries, target: Path, secret: Path, *, for_tests: bool
) -> None:
    command = [str(binaries.initdb), "-D", str(target), "-U", USER, f"--pwfile={secret}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = subprocess.run(
        [*command, "--no-sync"] if for_tests else command,
        check=False,
        capture_output=True,
        text=True,
        timeout=_INITDB_LIMIT_S,
        cwd=folder.path,
        env=clean_environment(),
        **folder.account.identity(),
    )
    if done.returncode != 0:
        raise SettingsError(f"initdb failed in {target}: {(done.stderr or done.stdout).strip()}")


def _clear_stale(cluster: Path) -> None:
    """No server runs here and no pid file says so; safe because we hold the folder's lock.

    Postgres itself refuses to start when the file's pid lives, whoever that is.
    """
    file = cluster / "postmaster.pid"
    if not file.exists():
        return
    first, *_ = file.read_text().splitlines() or [""]
    if first.strip().isdigit():
        stop_leftover(int(first), runs_in=cluster, stop_signal=signal.SIGINT)
    file.unlink(missing_ok=True)


def _is_ready(cluster: Path) -> bool:
    """The postmaster writes its state into its pid file; no connection is spent on asking."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"
