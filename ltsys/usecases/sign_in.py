"""Sign people in and out by name and password."""

from dataclasses import dataclass, field

from ltsys.domain.account import SESSION_LIFE, Attempts, Session, User, user_id_of
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import UserId
from ltsys.usecases.entrance import (
    Entrance,
    SignInRefusedError,
    TooManyAttemptsError,
    entry,
    new_secret,
)
from ltsys.usecases.identify_caller import secret_hash

_WRONG = "the name or the password is wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session; its secret is known here and in the browser, nowhere else."""

    user_id: UserId
    secret: str = field(repr=False)


def sign_in(name: str, password: str, *, address: str, entrance: Entrance) -> SignedIn:
    """A session for the right password; the attempt is on the books before it is tried.

    Unknown, disabled and password-less users cost the same work and get the same answer as a
    wrong password, so that nobody learns who exists. Raises SignInRefusedError, and
    TooManyAttemptsError before any password is looked at.
    """
    login = name.strip().lower()
    note_attempt(login, address, entrance=entrance)
    user = _user(login, entrance)
    kept = user.password_hash if user else None
    if not entrance.passwords.matches(kept, password) or user is None or user.is_disabled:
        raise SignInRefusedError(_WRONG)
    return _open_session(user, password, login, address, entrance)


def sign_out(secret: str, *, entrance: Entrance) -> None:
    """The session is over. One that is over already, or never was, is no error."""
    key, now = secret_hash(secret), entrance.wall()
    with entrance.store.transaction() as tx:
        session = tx.session(key)
        if session is not None and session.ended_at is None:
            tx.end_session(key, at=now)
            tx.log(entry(session.user_id, "signed out"))


def sign_out_everywhere(user_id: UserId, *, entrance: Entrance) -> int:
    """Every session of the user is over; how many there were."""
    with entrance.store.transaction() as tx:
        count = tx.end_sessions(user_id, at=entrance.wall())
        tx.log(entry(user_id, f"signed out everywhere, of {count} sessions"))
    return count


def sign_out_elsewhere(user_id: UserId, secret: str, *, entrance: Entrance) -> int:
    """Every session of the user but the one of that secret is over; how many there were."""
    with entrance.store.transaction() as tx:
        count = tx.end_sessions(user_id, at=entrance.wall(), but=secret_hash(secret))
        tx.log(entry(user_id, f"signed out elsewhere, of {count} sessions"))
    return count


def end_session(user_id: UserId, handle: str, *, entrance: Entrance) -> None:
    """That session of the user is over. Raises RefusedError where they have no such session."""
    with entrance.store.transaction() as tx:
        if not tx.end_own_session(user_id, handle, at=entrance.wall()):
            raise RefusedError(f"{user_id} has no such session any more")
        tx.log(entry(user_id, "signed one session out"))


def note_attempt(login: str, address: str, *, entrance: Entrance) -> None:
    """The attempt is on the books. Raises TooManyAttemptsError where it must not be tried."""
    now = entrance.wall()
    with entrance.store.transaction() as tx:
        since = now - Attempts.WINDOW
        attempts = tx.note_login(secret_hash(login), address, at=now, since=since)
        if attempts.are_too_many:
            # which takes this attempt off the books: waiting helps, whoever else keeps trying
            minutes = Attempts.WINDOW.seconds // 60
            raise TooManyAttemptsError(
                f"too many attempts to sign in; the next may succeed within {minutes} minutes"
            )
        tx.forget_logins_before(since)
        tx.forget_sessions(now - 2 * SESSION_LIFE)


def _user(login: str, entrance: Entrance) -> User | None:
    try:
        user_id = user_id_of(login)
    except ValueError:
        return None
    with entrance.store.reading() as tx:
        return tx.user(user_id)


def _open_session(
    user: User, password: str, login: str, address: str, entrance: Entrance
) -> SignedIn:
    secret, now = new_secret(), entrance.wall()
    kept = user.password_hash
    renewed = None
    if kept is not None and entrance.passwords.is_outdated(kept):
        renewed = entrance.passwords.hashed(password)
    session = Session(
        session_hash=secret_hash(secret), user_id=user.user_id, created_at=now, last_seen_at=now
    )
    with entrance.store.transaction() as tx:
        if tx.user(user.user_id) != user:
            raise SignInRefusedError(_WRONG)  # somebody changed it while it was compared
        if renewed is not None:
            tx.set_password(user.user_id, renewed, at=now)
        tx.forget_logins(secret_hash(login), address)
        tx.add_session(session)
        tx.log(entry(user.user_id, f"signed in from {address}"))
    return SignedIn(user_id=user.user_id, secret=secret)
