"""What a person sees of their own account; the role that reads may not see a hash (L62, L63)."""

from typing import Final, LiteralString

from ltsys.adapters.postgres.ledger_reads import UserReads
from ltsys.adapters.postgres.session import Row
from ltsys.domain.account import Scope, TokenFacts
from ltsys.ports.accounts import AccountFacts, SessionRow


class OwnReads(UserReads):
    """The account of `ltsys.ports.dashboard.DashboardReads`."""

    def account(self) -> AccountFacts | None:
        row = self._row(_ACCOUNT, self._asked()) if self._user is not None else None
        if row is None:
            return None
        return AccountFacts(
            **row,
            sessions=tuple(SessionRow(**each) for each in self._rows(_SESSIONS, self._asked())),
            tokens=tuple(_token(each) for each in self._rows(_TOKENS, self._asked())),
        )


_ACCOUNT: Final[LiteralString] = """
    SELECT created_at, password_changed_at FROM users
     WHERE %(user)s::text IS NULL OR user_id = %(user)s
"""
_SESSIONS: Final[LiteralString] = """
    SELECT handle, created_at, last_seen_at FROM sessions
     WHERE ended_at IS NULL AND (%(user)s::text IS NULL OR user_id = %(user)s)
     ORDER BY created_at DESC, handle
"""
_TOKENS: Final[LiteralString] = """
    SELECT name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at FROM api_tokens
     WHERE %(user)s::text IS NULL OR user_id = %(user)s
     ORDER BY created_at DESC, prefix
"""


def _token(row: Row) -> TokenFacts:
    return TokenFacts(**{**row, "scopes": frozenset(Scope(scope) for scope in row["scopes"])})
