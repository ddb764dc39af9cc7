"""Give out API tokens, and take them back."""

from dataclasses import dataclass, field
from datetime import timedelta

from ltsys.domain.account import TOKEN_DAYS, ApiToken, Scope
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import UserId
from ltsys.usecases.entrance import Entrance, entry, new_secret
from ltsys.usecases.identify_caller import secret_hash

_PREFIX_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token with its secret, which is shown once and can never be read again."""

    token: ApiToken
    secret: str = field(repr=False)


def issue_token(
    user_id: UserId, name: str, scopes: frozenset[Scope], *, days: int, entrance: Entrance
) -> IssuedToken:
    """A token that may do that much for so many days.

    Raises RefusedError for nobody, for more than the user's role may, and for nonsense.
    """
    now, secret = entrance.wall(), f"lt_{new_secret()}"
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise RefusedError("a token's name has 1 to 80 characters: say what it is for")
    if days not in TOKEN_DAYS:
        raise RefusedError(f"a token lives {TOKEN_DAYS[0]} to {TOKEN_DAYS[-1]} days, not {days}")
    token = ApiToken(
        token_hash=secret_hash(secret),
        user_id=user_id,
        name=name.strip(),
        prefix=secret[:_PREFIX_LENGTH],
        scopes=scopes,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    with entrance.store.transaction() as tx:
        user = tx.user(user_id)
        if user is None or user.is_disabled:
            raise RefusedError(f"there is no user {user_id} who may have tokens")
        if not scopes or not scopes <= user.role.scopes:
            may = ", ".join(sorted(user.role.scopes))
            raise RefusedError(f"{user_id} is {user.role} and may give: {may}")
        tx.add_token(token)
        said = ", ".join(sorted(scopes))
        tx.log(entry(user_id, f"token {token.prefix}… for {said}, {days} days"))
    return IssuedToken(token=token, secret=secret)


def revoke_token(user_id: UserId, prefix: str, *, entrance: Entrance) -> None:
    """The token opens nothing any more. Raises RefusedError where the user has no such token."""
    with entrance.store.transaction() as tx:
        if not tx.revoke_token(user_id, prefix, at=entrance.wall()):
            raise RefusedError(f"{user_id} has no living token that begins with {prefix}")
        tx.log(entry(user_id, f"token {prefix}… revoked"))
