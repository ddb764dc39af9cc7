"""The operating-system account that the embedded servers run as."""

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from ltsys.domain.errors import SettingsError


class Identity(TypedDict):
    """The keywords of `subprocess.Popen` that choose who the child is; empty means ourselves."""

    user: NotRequired[int]
    group: NotRequired[int]
    extra_groups: NotRequired[list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the servers are; `differs` when that is not who we are."""

    uid: int
    gid: int
    name: str
    differs: bool

    def identity(self) -> Identity:
        if not self.differs:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data_dir: Path, environ: Mapping[str, str]) -> Account:
    """Ourselves; or, because Postgres refuses root, somebody who is not root.

    As root it is LTSYS_SERVER_USER, else the owner of the data folder when that is
    not root, else `nobody`.

    Raises: SettingsError when LTSYS_SERVER_USER names root or nobody known.
    """
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), name=_name(os.geteuid()), differs=False)
    wanted = environ.get("LTSYS_SERVER_USER")
    if wanted:
        return _named(wanted)
    owner = data_dir.stat().st_uid if data_dir.exists() else 0
    if owner == 0 or _name(owner) == str(owner):
        return _named("nobody")
    return _named(_name(owner))


def blocked_at(path: Path, account: Account) -> Path | None:
    """The outermost part of `path` that the account may not enter or execute, None when it may.

    The kernel is asked by a child with the account's identity, so access lists and
    mounts count, and no mode is changed to find out.
    """
    if _may_enter(path, account):
        return None
    chain = [*reversed(path.parents), path]
    return next((part for part in chain if not _may_enter(part, account)), path)


def default_data_dir(environ: Mapping[str, str] | None = None) -> Path:
    """LTSYS_DATA_DIR, else the user's data folder, else (root with a private home) /var/lib/ltsys.

    Creates nothing. /root is usually closed to every other account, and the servers
    cannot run as root; opening it is not ours to do.
    """
    environ = os.environ if environ is None else environ
    chosen = environ.get("LTSYS_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    shared = environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    usual = Path(shared).absolute() / "ltsys"
    account = server_account(usual, environ)
    if account.differs and blocked_at(_nearest_existing(usual.parent), account):
        return Path("/var/lib/ltsys")
    return usual


def _may_enter(path: Path, account: Account) -> bool:
    if not account.differs:
        return os.access(path, os.X_OK)
    found = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        check=False,
        cwd="/",
        **account.identity(),
    )
    return found.returncode == 0


def _nearest_existing(path: Path) -> Path:
    return path if path.exists() else _nearest_existing(path.parent)


def _named(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise SettingsError(
            f"LTSYS_SERVER_USER: there is no account {name!r}; name one that exists and is not root"
        ) from None
    if entry.pw_uid == 0:
        raise SettingsError(f"LTSYS_SERVER_USER: {name!r} is root, which Postgres refuses")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=name, differs=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
