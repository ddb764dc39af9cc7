"""Change one's own password: by whoever knows the old one."""

from ltsys.domain.account import weakness_of
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import UserId
from ltsys.usecases.entrance import Entrance, SignInRefusedError, entry
from ltsys.usecases.identify_caller import secret_hash
from ltsys.usecases.sign_in import note_attempt

_WRONG = "the old password is wrong"


def change_password(
    user_id: UserId, *, old: str, new: str, secret: str, address: str, entrance: Entrance
) -> None:
    """The user has the new password, and no session but the one of that secret.

    The old one is asked for, because a browser that was left open proves nobody. Typing it is an
    attempt to sign in like any other, under the same bounds (LESSONS L63). Raises RefusedError
    for a weak new password, TooManyAttemptsError, and SignInRefusedError for a wrong old one.
    """
    _refuse_new(new, old, user_id)
    note_attempt(user_id, address, entrance=entrance)
    with entrance.store.reading() as tx:
        user = tx.user(user_id)
    kept = user.password_hash if user else None
    if not entrance.passwords.matches(kept, old) or user is None or user.is_disabled:
        raise SignInRefusedError(_WRONG)
    hashed, now = entrance.passwords.hashed(new), entrance.wall()
    with entrance.store.transaction() as tx:
        if tx.user(user_id) != user:
            raise SignInRefusedError(_WRONG)  # somebody changed it while it was compared
        tx.set_password(user_id, hashed, at=now)
        count = tx.end_sessions(user_id, at=now, but=secret_hash(secret))
        tx.forget_logins(secret_hash(user_id), address)
        tx.log(entry(user_id, f"changed the password, which ended {count} other sessions"))


def _refuse_new(new: str, old: str, user_id: UserId) -> None:
    """Before anything is tried: a slip of the new one costs no attempt."""
    if (weak := weakness_of(new, user_id)) is not None:
        raise RefusedError(weak)
    if new == old:
        raise RefusedError("the new password is the old one")
