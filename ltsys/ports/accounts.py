"""The database, as far as people and what signs them in are concerned. All times are machine time.

Secrets are never given to it: only their hashes (LESSONS L62).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ltsys.domain.account import (
    ApiToken,
    Attempts,
    Role,
    Session,
    SessionTimes,
    TokenFacts,
    User,
)
from ltsys.domain.ids import Address, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow(SessionTimes):
    """A browser of somebody's, by the name that `handle_of` gives it."""

    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What a person sees of their own account, without a hash of anything."""

    created_at: datetime
    password_changed_at: datetime | None
    sessions: tuple[SessionRow, ...]
    """Those nobody ended, newest first."""
    tokens: tuple[TokenFacts, ...]
    """All there ever were, newest first."""


class AccountStore(Protocol):
    """Users, their sessions, their tokens, and links by which they set a password."""

    def user(self, user_id: UserId) -> User | None: ...

    def users(self) -> tuple[User, ...]:
        """By name."""
        ...

    def add_user(self, user_id: UserId, role: Role, *, at: datetime) -> bool:
        """False if that user exists; nothing is changed then."""
        ...

    def set_role(self, user_id: UserId, role: Role) -> None:
        """Raises StaleWriteError for nobody, at the latest at the commit."""
        ...

    def set_disabled(self, user_id: UserId, *, is_disabled: bool) -> None:
        """Raises as `set_role`."""
        ...

    def set_password(self, user_id: UserId, password_hash: str, *, at: datetime) -> None:
        """Raises as `set_role`."""
        ...

    def add_account(
        self, user_id: str, address: Address, signature_type: int, key_reference: str
    ) -> None:
        """The user, and their trading account unless it is somebody's; nothing of it is changed."""
        ...

    def account_owner(self, address: Address) -> UserId | None:
        """Whose trading account it is; None for one that is not known."""
        ...

    def add_session(self, session: Session) -> None: ...

    def session(self, session_hash: str) -> Session | None: ...

    def sessions(self, user_id: UserId) -> tuple[Session, ...]:
        """Those nobody ended, newest first."""
        ...

    def touch_session(self, session_hash: str, *, at: datetime) -> None:
        """It was used then; never set back."""
        ...

    def end_session(self, session_hash: str, *, at: datetime) -> None:
        """Nothing happens to one that was ended before, or that never was."""
        ...

    def end_own_session(self, user_id: UserId, handle: str, *, at: datetime) -> bool:
        """False where the user has no such session that nobody ended."""
        ...

    def end_sessions(self, user_id: UserId, *, at: datetime, but: str | None = None) -> int:
        """All of the user's, but the one of that hash; how many there were."""
        ...

    def forget_sessions(self, before: datetime) -> None:
        """Those that were last seen before that are gone."""
        ...

    def add_token(self, token: ApiToken) -> None:
        """Raises AlreadyRecordedError for a hash or a prefix that exists."""
        ...

    def token(self, token_hash: str) -> ApiToken | None: ...

    def tokens(self, user_id: UserId) -> tuple[ApiToken, ...]:
        """All there ever were, newest first."""
        ...

    def touch_token(self, token_hash: str, *, at: datetime) -> None:
        """It was used then; never set back."""
        ...

    def revoke_token(self, user_id: UserId, prefix: str, *, at: datetime) -> bool:
        """False where the user has no such token that still lives."""
        ...

    def revoke_tokens(self, user_id: UserId, *, at: datetime) -> int:
        """All of the user's; how many there were."""
        ...

    def add_link(self, user_id: UserId, link_hash: str, *, at: datetime, until: datetime) -> None:
        """Links to the same user that nobody used end with it."""
        ...

    def open_link(self, link_hash: str, now: datetime) -> UserId | None:
        """Whose it is; None once it was used or ran out."""
        ...

    def use_link(self, link_hash: str, now: datetime) -> UserId | None:
        """As `open_link`, and it is used now: of two at once one gets None."""
        ...

    def note_login(
        self, login_key: str, address: str, *, at: datetime, since: datetime
    ) -> Attempts:
        """Writes an attempt down before it is tried, one at a time, and counts those since then.

        The one written now is among them.
        """
        ...

    def forget_logins(self, login_key: str, address: str) -> None:
        """Attempts under that name from that address do not count any more."""
        ...

    def forget_logins_before(self, before: datetime) -> None:
        """Older attempts do not count any more."""
        ...
