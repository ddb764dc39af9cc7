"""The private folder that holds the servers' data, their password and their lock."""

import fcntl
import json
import os
import secrets
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from ltsys.domain.errors import SettingsError
from ltsys.embedded.account import Account, blocked_at

# What other parts of ltsys may have put there before the first start.
_OUR_OWN = frozenset({"logs", "run", "lock", "servers.json", "bin", "postgres", "valkey"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client needs besides the address; ports are those of the last start, 0 before it."""

    password: str = field(repr=False)
    postgres_port: int = 0
    valkey_port: int = 0


class DataDir:
    """A folder that is 0700, belongs to the servers' account, and is locked by one supervisor."""

    def __init__(self, path: Path, account: Account, lock: int) -> None:
        self.path = path
        self.account = account
        self._lock = lock

    @classmethod
    def claim(cls, path: Path, account: Account) -> Self:
        """The folder exists, is private, is reachable for the servers, and is ours until release.

        No parent folder's mode is touched.

        Raises: SettingsError when another supervisor holds it, when the account
        cannot reach it, or when it holds something that is not ours.
        """
        path = path.expanduser().absolute()
        _make_private(path, account)
        return cls(path, account, _locked(path))

    def release(self) -> None:
        os.close(self._lock)

    def subfolder(self, name: str) -> Path:
        """A folder of that name exists, 0700, owned by the servers' account."""
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        self.give(folder)
        return folder

    def give(self, path: Path) -> None:
        """The path belongs to the servers' account."""
        if self.account.differs:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def credentials(self) -> Credentials:
        """The saved ones, or new ones where no database was made yet.

        Raises: SettingsError when a database exists and its password is lost.
        """
        file = self.path / "servers.json"
        if file.exists():
            return Credentials(**json.loads(file.read_text()))
        if (self.path / "postgres").exists():
            raise SettingsError(
                f"{self.path} holds a database, but {file.name} with its password is missing; "
                "restore that file or choose another folder (--data-dir, LTSYS_DATA_DIR)"
            )
        return Credentials(password=secrets.token_urlsafe(24))

    def save(self, credentials: Credentials) -> None:
        self.write_private("servers.json", json.dumps(asdict(credentials)))

    def write_private(self, name: str, text: str) -> Path:
        """The file holds exactly this text and only its owner may read it.

        It is made anew and then renamed, never written through: the servers' account
        owns the folder and must not be able to steer a write of root's by a link.
        """
        target = self.path / name
        fresh = target.with_name(f"{name}.new")
        fresh.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(fresh, flags, 0o600), "w") as file:
            file.write(text)
        fresh.replace(target)
        return target


def _make_private(path: Path, account: Account) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"the data folder {path} cannot be made ({error.strerror}); "
            "choose another one with --data-dir or LTSYS_DATA_DIR"
        ) from error
    _refuse_unreachable(path, account)
    found = path.stat()
    if stat.S_IMODE(found.st_mode) == 0o700 and found.st_uid == account.uid:
        return
    _refuse_foreign(path)
    path.chmod(0o700)
    if found.st_uid != account.uid:
        os.chown(path, account.uid, account.gid)


def _refuse_unreachable(path: Path, account: Account) -> None:
    blocked = blocked_at(path.parent, account)
    if blocked is None:
        return
    raise SettingsError(
        f"the servers run as {account.name!r}, which may not enter {blocked}; keep the data "
        "elsewhere (--data-dir or LTSYS_DATA_DIR, for example /var/lib/ltsys) "
        "or name an account that may (LTSYS_SERVER_USER). No folder was opened."
    )


def _refuse_foreign(path: Path) -> None:
    """A folder with other things in it is never closed or given away."""
    foreign = sorted(entry.name for entry in path.iterdir() if entry.name not in _OUR_OWN)
    if foreign:
        raise SettingsError(
            f"the data folder {path} holds {foreign[0]!r}, which ltsys did not put there; "
            "give it an empty folder (--data-dir or LTSYS_DATA_DIR)"
        )


def _locked(path: Path) -> int:
    """A descriptor that holds the folder's lock; the kernel lets go when we die."""
    lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode().strip() or "unknown"
        os.close(lock)
        raise SettingsError(
            f"the servers of {path} are already running under process {holder}; "
            "stop that one first, or give this one another folder (--data-dir, LTSYS_DATA_DIR)"
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock
