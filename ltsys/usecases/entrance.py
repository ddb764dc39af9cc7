"""What everybody needs who lets people in."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import UserId
from ltsys.ports import Clock
from ltsys.ports.passwords import Passwords
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store

STAGE = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The books, the passwords in them, and the time."""

    store: Store
    passwords: Passwords
    clock: Clock

    def wall(self) -> datetime:
        """Machine time: sessions, links and tokens live by it."""
        return self.clock.wall()


class SignInRefusedError(RefusedError):
    """The name or the password is wrong; which of them is not said."""


class TooManyAttemptsError(RefusedError):
    """Nothing was looked at: there were too many attempts."""


def new_secret() -> str:
    """256 random bits, as text for cookies and headers."""
    return secrets.token_urlsafe(32)


def entry(user_id: UserId, done: str, *, level: str = "INFO") -> LogEntry:
    """What an account's log line says; never a secret (LESSONS L62)."""
    return LogEntry(stage=STAGE, message=f"{user_id}: {done}", level=level)
