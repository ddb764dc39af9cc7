"""Finds the running system that a command is about, and its settings."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from ltsys.bootstrap import Services, services
from ltsys.domain.errors import SettingsError
from ltsys.embedded import default_data_dir

_FILE = Path("run") / "environment.json"
_OWN_SERVERS = ("LTSYS_DATABASE_URL", "LTSYS_REDIS_URL")


def attach(data_dir: Path | None) -> Services:
    """The services of the system that runs, once its database has answered.

    The environment wins where it names both servers; else the file that `lt up` and `lt demo`
    leave in their data folder does. Raises SettingsError where nothing runs, and
    StoreUnavailableError.
    """
    settle_environment(data_dir)
    own = services()
    own.queries.schema_version()
    return own


def settle_environment(data_dir: Path | None) -> Path | None:
    """LTSYS_… variables are those of the running system; returns the file they came from."""
    if data_dir is None and all(os.environ.get(name) for name in _OWN_SERVERS):
        return None
    file = _running(data_dir)
    try:
        os.environ.update(json.loads(file.read_text()))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    return file


@dataclass(frozen=True, slots=True, order=True)
class _Found:
    started_at: float
    file: Path


def _running(data_dir: Path | None) -> Path:
    """The newest environment file whose processes are alive."""
    base = default_data_dir() if data_dir is None else data_dir.expanduser().absolute()
    found = [
        _Found(file.stat().st_mtime, file)
        for file in (base / _FILE, *base.glob(f"*/{_FILE}"))
        if file.is_file() and _is_alive(file.parent)
    ]
    if not found:
        raise SettingsError(
            f"no running system was found in {base}; start one with `lt up` or `make demo`, name "
            "its folder with --data-dir, or set LTSYS_DATABASE_URL and LTSYS_REDIS_URL"
        )
    return max(found).file


def _is_alive(run_dir: Path) -> bool:
    """Whether any process that the folder names still runs."""
    try:
        pids = json.loads((run_dir / "processes.json").read_text())
    except (OSError, ValueError):
        return False
    return any(psutil.pid_exists(pid) for pid in pids.values())
