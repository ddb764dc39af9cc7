"""The halt file: a line a halt, read anew before every plan and every post (LESSONS L61).

Whatever is there and cannot be understood is a halt, for a person meant something by it: an
empty file made with `touch` stops everything too.
"""

import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ltsys.domain.errors import SettingsError
from ltsys.domain.halt import Halt, HaltKind, HaltScope, new_halt
from ltsys.domain.ids import HaltId

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = "the halt file"


class LocalHaltFile:
    """One file for all processes of this machine. Its folder must exist, or that is a halt."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def standing(self) -> tuple[Halt, ...]:
        try:
            text = self._path.read_text(encoding="utf-8")
            written_at = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except FileNotFoundError:
            if self._path.parent.is_dir():
                return ()
            return (_unread(f"the folder {self._path.parent} is gone"),)
        except (OSError, ValueError) as error:
            return (_unread(f"it cannot be read: {type(error).__name__}"),)
        halts = tuple(_halt_of(line, written_at) for line in text.splitlines())
        return halts or (_unread("it is empty", written_at),)

    def add(self, halt: Halt) -> None:
        def added(lines: list[str]) -> list[str]:
            return [*lines, _line(halt)]

        self._change(added)

    def remove(self, halt_ids: Collection[HaltId]) -> None:
        def kept(lines: list[str]) -> list[str]:
            halts = zip(lines, self.standing(), strict=False)
            return [line for line, halt in halts if halt.halt_id not in halt_ids]

        if any(halt.halt_id in halt_ids for halt in self.standing()):
            self._change(kept)

    def _change(self, change: Callable[[list[str]], list[str]]) -> None:
        """The file is replaced as a whole, so that nobody reads half of it."""
        try:
            with self._locked():
                before = self._path.read_text() if self._path.exists() else ""
                self._replace(change(before.splitlines()))
        except (OSError, ValueError) as error:
            raise SettingsError(f"the halt file {self._path} cannot be written: {error}") from error

    def _replace(self, lines: list[str]) -> None:
        if not lines:
            self._path.unlink(missing_ok=True)
            return
        fresh = self._path.with_name(f"{self._path.name}.new")
        with fresh.open("w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._path.with_name(f"{self._path.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _line(halt: Halt) -> str:
    said = {
        "halt_id": halt.halt_id,
        "scope": halt.scope,
        "target": halt.target,
        "kind": halt.kind,
        "by": halt.by,
        "reason": halt.reason,
        "since": halt.since.isoformat(),
    }
    return json.dumps(said)


def _halt_of(line: str, written_at: datetime) -> Halt:
    try:
        said = json.loads(line)
        return Halt(
            halt_id=HaltId(str(said["halt_id"])),
            scope=HaltScope(said["scope"]),
            target=str(said["target"]),
            kind=HaltKind(said["kind"]),
            by=str(said["by"]),
            reason=str(said["reason"]),
            since=datetime.fromisoformat(said["since"]).astimezone(UTC),
        )
    except (ValueError, KeyError, TypeError):
        return _unread(f"it says {line[:80]!r}", written_at)


def _unread(what: str, since: datetime = _LONG_AGO) -> Halt:
    """Fails closed (LESSONS L18); named after what was found, so that it can be lifted."""
    reason = f"stopped for safety: {what}"
    return new_halt(
        HaltScope.GLOBAL, "", HaltKind.STOP_ENTRIES, by=_NOBODY, reason=reason, since=since
    )
