"""Who may do what: people, what signs them in, and how long that lasts (issue "accounts", L63)."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from ltsys.domain.ids import UserId

SESSION_IDLE: Final = timedelta(hours=2)
"""Machine time without a request after which a session is over."""
SESSION_LIFE: Final = timedelta(hours=24)
"""Machine time after which a session is over, used or not."""

LINK_LIFE: Final = timedelta(hours=1)
"""Machine time in which a password may be set by a link."""
TOKEN_DAYS: Final = range(1, 366)
"""How long a token may live."""
PASSWORD_LENGTH: Final = range(12, 257)
"""Characters; the upper bound is what hashing is asked to swallow."""
_HANDLE_LENGTH: Final = 12
_USER_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


class Scope(StrEnum):
    """What a caller may do to what is theirs; `admin` is for what concerns everybody."""

    READ = "read"
    TRADE = "trade"
    ADMIN = "admin"


class Role(StrEnum):
    """What a person may do at most."""

    VIEWER = "viewer"
    TRADER = "trader"
    ADMIN = "admin"

    @property
    def scopes(self) -> frozenset[Scope]:
        """Each role may all that the role before it may."""
        return _SCOPES[self]


_SCOPES: Final = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.TRADER: frozenset({Scope.READ, Scope.TRADE}),
    Role.ADMIN: frozenset(Scope),
}


class How(StrEnum):
    """By what a request proved whose it is. Only browsers send a session by themselves."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - the kind of a credential, not one


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The person a request acts for; `scopes` never exceed those of the role."""

    user_id: UserId
    role: Role
    scopes: frozenset[Scope]
    how: How

    def may(self, scope: Scope) -> bool:
        """Whether that was granted, by the role and by the token alike."""
        return scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person. Without a password hash nobody can sign in as them."""

    user_id: UserId
    role: Role
    is_disabled: bool
    created_at: datetime
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimes:
    """Since when a browser is signed in, and until when; all is machine time."""

    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None
    """When somebody logged it out."""

    @property
    def ends_at(self) -> datetime:
        """Idle or too old, whichever comes first."""
        return min(self.last_seen_at + SESSION_IDLE, self.created_at + SESSION_LIFE)

    def is_good(self, now: datetime) -> bool:
        """Whether it still signs anybody in."""
        return self.ended_at is None and self.created_at <= now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(SessionTimes):
    """A browser that is signed in. Only the hash of its secret is known."""

    session_hash: str = field(repr=False)
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What a person may know of a token: all but its secret; machine time."""

    name: str
    prefix: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.created_at <= now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken(TokenFacts):
    """A secret for scripts. Only its hash and its first letters are known."""

    token_hash: str = field(repr=False)
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Sign-ins on the books within `WINDOW`: those that failed, and the one that is tried now."""

    of_both: int
    """Under this name from this address."""
    of_login: int
    of_address: int

    WINDOW: ClassVar[timedelta] = timedelta(minutes=15)
    MOST: ClassVar[tuple[int, int, int]] = (6, 100, 40)
    """Few guesses from one place; more in all, or anybody could lock anybody out."""

    @property
    def are_too_many(self) -> bool:
        """Whether the password is not even looked at."""
        counts = (self.of_both, self.of_login, self.of_address)
        return any(count > most for count, most in zip(counts, self.MOST, strict=True))


def handle_of(session_hash: str) -> str:
    """What a session is called on its user's page: enough to end it by, of no use to enter by."""
    return session_hash[:_HANDLE_LENGTH]


def user_id_of(text: str) -> UserId:
    """A name to sign in by, in lower case. Raises ValueError for what cannot be one."""
    lowered = text.strip().lower()
    if not _USER_ID.fullmatch(lowered):
        raise ValueError(
            "a user's name is 1 to 32 letters, digits, dots, dashes or underscores, "
            "and begins with a letter or a digit"
        )
    return UserId(lowered)


def weakness_of(password: str, user_id: UserId) -> str | None:
    """Why it may not be a password, in one sentence that does not repeat it; None if it may."""
    least, most = PASSWORD_LENGTH[0], PASSWORD_LENGTH[-1]
    if len(password) not in PASSWORD_LENGTH:
        return f"the password has {len(password)} characters; it must have {least} to {most}"
    if user_id in password.lower() and len(password) < len(user_id) + least:
        return "the password is little more than the name"
    if len(set(password)) < least // 2:
        return "the password repeats a few characters"
    return None


def caller_of(user: User, how: How, *, granted: frozenset[Scope] = frozenset(Scope)) -> Caller:
    """The user with no more than was granted; a viewer's token may never trade."""
    return Caller(user_id=user.user_id, role=user.role, scopes=granted & user.role.scopes, how=how)
