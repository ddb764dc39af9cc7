"""Give people accounts, and links by which they set their passwords."""

from ltsys.domain.account import LINK_LIFE, Role, weakness_of
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import UserId
from ltsys.usecases.entrance import Entrance, entry, new_secret
from ltsys.usecases.identify_caller import secret_hash

OWNER = UserId("owner")
"""The first user, to whom the strategies of the command line belong."""
_SPENT = "this link was used, replaced by a newer one, or has run out; ask for a new one"


def add_user(user_id: UserId, role: Role, *, entrance: Entrance) -> None:
    """The user exists and cannot sign in yet. Raises RefusedError for a name that is taken."""
    with entrance.store.transaction() as tx:
        if not tx.add_user(user_id, role, at=entrance.wall()):
            raise RefusedError(f"there is a user {user_id} already")
        tx.log(entry(user_id, f"added as {role}"))


def make_link(user_id: UserId, *, entrance: Entrance) -> str:
    """A secret by which the user sets a password, once, within an hour; older ones are void.

    Raises RefusedError for a user who does not exist or is disabled.
    """
    secret, now = new_secret(), entrance.wall()
    with entrance.store.transaction() as tx:
        user = tx.user(user_id)
        if user is None or user.is_disabled:
            raise RefusedError(f"there is no user {user_id} who may sign in")
        tx.add_link(user_id, secret_hash(secret), at=now, until=now + LINK_LIFE)
        tx.log(entry(user_id, "may set a password by a link"))
    return secret


def first_link(*, entrance: Entrance) -> str | None:
    """As `make_link` for the owner, an admin; None once anybody can sign in."""
    with entrance.store.transaction() as tx:
        if any(user.password_hash is not None for user in tx.users()):
            return None
        if not tx.add_user(OWNER, Role.ADMIN, at=entrance.wall()):
            tx.set_role(OWNER, Role.ADMIN)
    return make_link(OWNER, entrance=entrance)


def set_password_by_link(secret: str, password: str, *, entrance: Entrance) -> UserId:
    """The link's user has that password; whoever was signed in as them is not any more.

    Raises RefusedError for a weak password, which leaves the link good, and for a spent link.
    """
    key, now = secret_hash(secret), entrance.wall()
    with entrance.store.reading() as tx:
        user_id = tx.open_link(key, now)
    if user_id is None:
        raise RefusedError(_SPENT)
    hashed = _hashed(user_id, password, entrance)
    with entrance.store.transaction() as tx:
        if tx.use_link(key, now) is None:
            raise RefusedError(_SPENT)
        tx.set_password(user_id, hashed, at=now)
        tx.end_sessions(user_id, at=now)
        tx.log(entry(user_id, "set a password by a link"))
    return user_id


def set_password(user_id: UserId, password: str, *, entrance: Entrance) -> None:
    """As `set_password_by_link`, by whoever may: the operator of the machine, or a demo."""
    hashed, now = _hashed(user_id, password, entrance), entrance.wall()
    with entrance.store.transaction() as tx:
        tx.set_password(user_id, hashed, at=now)
        tx.end_sessions(user_id, at=now)
        tx.log(entry(user_id, "was given a password"))


def open_demo_account(*, entrance: Entrance) -> tuple[UserId, str]:
    """The owner, an admin, with a fresh password: only for a system that has no real money."""
    password = new_secret()[:16]
    with entrance.store.transaction() as tx:
        if not tx.add_user(OWNER, Role.ADMIN, at=entrance.wall()):
            tx.set_role(OWNER, Role.ADMIN)
    set_password(OWNER, password, entrance=entrance)
    return OWNER, password


def set_disabled(user_id: UserId, *, is_disabled: bool, entrance: Entrance) -> None:
    """Disabled: may do nothing at once, by session or token. Enabled again: signs in anew.

    Raises RefusedError for nobody, and for the last admin.
    """
    now = entrance.wall()
    with entrance.store.transaction() as tx:
        users = {user.user_id: user for user in tx.users()}
        if user_id not in users:
            raise RefusedError(f"there is no user {user_id}")
        admins = {u.user_id for u in users.values() if u.role is Role.ADMIN and not u.is_disabled}
        if is_disabled and admins == {user_id}:
            raise RefusedError(f"{user_id} is the last admin; nobody could undo that here")
        tx.set_disabled(user_id, is_disabled=is_disabled)
        tx.end_sessions(user_id, at=now)
        if is_disabled:
            tx.revoke_tokens(user_id, at=now)
        tx.log(entry(user_id, "disabled" if is_disabled else "enabled", level="WARNING"))


def _hashed(user_id: UserId, password: str, entrance: Entrance) -> str:
    if (weak := weakness_of(password, user_id)) is not None:
        raise RefusedError(weak)
    return entrance.passwords.hashed(password)
