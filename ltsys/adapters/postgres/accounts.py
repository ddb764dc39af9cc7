"""People, their sessions, their tokens, and links by which they set a password."""

from datetime import datetime

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain import account
from ltsys.domain.account import ApiToken, Attempts, Role, Scope, User
from ltsys.domain.ids import Address, UserId


class AccountRecords(Session):
    """`ltsys.ports.accounts.AccountStore`."""

    def user(self, user_id: UserId) -> User | None:
        row = self._row("SELECT * FROM users WHERE user_id = %s", (user_id,))
        return _user_of(row) if row else None

    def users(self) -> tuple[User, ...]:
        rows = self._rows("SELECT * FROM users ORDER BY user_id")
        return tuple(_user_of(row) for row in rows)

    def add_user(self, user_id: UserId, role: Role, *, at: datetime) -> bool:
        row = self._row(
            """
            INSERT INTO users (user_id, role, created_at) VALUES (%s, %s, %s)
            ON CONFLICT DO NOTHING RETURNING 1 AS added
            """,
            (user_id, role.value, at),
        )
        return row is not None

    def set_role(self, user_id: UserId, role: Role) -> None:
        self._write_one(
            "UPDATE users SET role = %s WHERE user_id = %s",
            (role.value, user_id),
            what=f"user {user_id}",
        )

    def set_disabled(self, user_id: UserId, *, is_disabled: bool) -> None:
        self._write_one(
            "UPDATE users SET is_disabled = %s WHERE user_id = %s",
            (is_disabled, user_id),
            what=f"user {user_id}",
        )

    def set_password(self, user_id: UserId, password_hash: str, *, at: datetime) -> None:
        self._write_one(
            "UPDATE users SET password_hash = %s, password_changed_at = %s WHERE user_id = %s",
            (password_hash, at, user_id),
            what=f"user {user_id}",
        )

    def add_account(
        self, user_id: str, address: Address, signature_type: int, key_reference: str
    ) -> None:
        self._write("INSERT INTO users (user_id) VALUES (%s) ON CONFLICT DO NOTHING", (user_id,))
        self._write(
            """
            INSERT INTO wallets (wallet_address, user_id, signature_type, key_reference)
            VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
            """,
            (address, user_id, signature_type, key_reference),
        )

    def account_owner(self, address: Address) -> UserId | None:
        row = self._row("SELECT user_id FROM wallets WHERE wallet_address = %s", (address,))
        return UserId(row["user_id"]) if row else None

    def add_session(self, session: account.Session) -> None:
        self._write(
            """
            INSERT INTO sessions (session_hash, user_id, created_at, last_seen_at)
            VALUES (%s, %s, %s, %s)
            """,
            (session.session_hash, session.user_id, session.created_at, session.last_seen_at),
        )

    def session(self, session_hash: str) -> account.Session | None:
        row = self._row(
            """
            SELECT session_hash, user_id, created_at, last_seen_at, ended_at FROM sessions
             WHERE session_hash = %s
            """,
            (session_hash,),
        )
        return account.Session(**row) if row else None

    def sessions(self, user_id: UserId) -> tuple[account.Session, ...]:
        rows = self._rows(
            """
            SELECT session_hash, user_id, created_at, last_seen_at, ended_at FROM sessions
             WHERE user_id = %s AND ended_at IS NULL
             ORDER BY created_at DESC, session_hash
            """,
            (user_id,),
        )
        return tuple(account.Session(**row) for row in rows)

    def touch_session(self, session_hash: str, *, at: datetime) -> None:
        self._write(
            """
            UPDATE sessions SET last_seen_at = greatest(last_seen_at, %s) WHERE session_hash = %s
            """,
            (at, session_hash),
        )

    def end_session(self, session_hash: str, *, at: datetime) -> None:
        self._write(
            "UPDATE sessions SET ended_at = %s WHERE session_hash = %s AND ended_at IS NULL",
            (at, session_hash),
        )

    def end_own_session(self, user_id: UserId, handle: str, *, at: datetime) -> bool:
        rows = self._rows(
            """
            UPDATE sessions SET ended_at = %s
             WHERE user_id = %s AND handle = %s AND ended_at IS NULL RETURNING 1 AS ended
            """,
            (at, user_id, handle),
        )
        return bool(rows)

    def end_sessions(self, user_id: UserId, *, at: datetime, but: str | None = None) -> int:
        rows = self._rows(
            """
            UPDATE sessions SET ended_at = %s
             WHERE user_id = %s AND ended_at IS NULL AND session_hash IS DISTINCT FROM %s
            RETURNING 1 AS ended
            """,
            (at, user_id, but),
        )
        return len(rows)

    def forget_sessions(self, before: datetime) -> None:
        self._write("DELETE FROM sessions WHERE last_seen_at < %s", (before,))

    def add_token(self, token: ApiToken) -> None:
        self._write(
            """
            INSERT INTO api_tokens
                (token_hash, user_id, name, prefix, scopes, created_at, expires_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            (
                token.token_hash,
                token.user_id,
                token.name,
                token.prefix,
                sorted(scope.value for scope in token.scopes),
                token.created_at,
                token.expires_at,
            ),
        )

    def token(self, token_hash: str) -> ApiToken | None:
        row = self._row("SELECT * FROM api_tokens WHERE token_hash = %s", (token_hash,))
        return _token_of(row) if row else None

    def tokens(self, user_id: UserId) -> tuple[ApiToken, ...]:
        rows = self._rows(
            "SELECT * FROM api_tokens WHERE user_id = %s ORDER BY created_at DESC, prefix",
            (user_id,),
        )
        return tuple(_token_of(row) for row in rows)

    def touch_token(self, token_hash: str, *, at: datetime) -> None:
        self._write(
            """
            UPDATE api_tokens SET last_used_at = greatest(coalesce(last_used_at, %(at)s), %(at)s)
             WHERE token_hash = %(hash)s
            """,
            {"at": at, "hash": token_hash},
        )

    def revoke_token(self, user_id: UserId, prefix: str, *, at: datetime) -> bool:
        row = self._row(
            """
            UPDATE api_tokens SET revoked_at = %s
             WHERE user_id = %s AND prefix = %s AND revoked_at IS NULL RETURNING 1 AS revoked
            """,
            (at, user_id, prefix),
        )
        return row is not None

    def revoke_tokens(self, user_id: UserId, *, at: datetime) -> int:
        rows = self._rows(
            """
            UPDATE api_tokens SET revoked_at = %s WHERE user_id = %s AND revoked_at IS NULL
            RETURNING 1 AS revoked
            """,
            (at, user_id),
        )
        return len(rows)

    def add_link(self, user_id: UserId, link_hash: str, *, at: datetime, until: datetime) -> None:
        self._write(
            "UPDATE account_links SET used_at = %s WHERE user_id = %s AND used_at IS NULL",
            (at, user_id),
        )
        self._write(
            """
            INSERT INTO account_links (link_hash, user_id, created_at, expires_at)
            VALUES (%s, %s, %s, %s)
            """,
            (link_hash, user_id, at, until),
        )

    def open_link(self, link_hash: str, now: datetime) -> UserId | None:
        row = self._row(
            """
            SELECT user_id FROM account_links
             WHERE link_hash = %s AND used_at IS NULL AND expires_at > %s
            """,
            (link_hash, now),
        )
        return UserId(row["user_id"]) if row else None

    def use_link(self, link_hash: str, now: datetime) -> UserId | None:
        row = self._row(
            """
            UPDATE account_links SET used_at = %(now)s
             WHERE link_hash = %(hash)s AND used_at IS NULL AND expires_at > %(now)s
            RETURNING user_id
            """,
            {"now": now, "hash": link_hash},
        )
        return UserId(row["user_id"]) if row else None

    def note_login(
        self, login_key: str, address: str, *, at: datetime, since: datetime
    ) -> Attempts:
        # guesses that are made at once would not see each other
        self._write("SELECT pg_advisory_xact_lock(hashtextextended('login_attempts', 0))")
        self._write(
            "INSERT INTO login_attempts (login_key, address, at) VALUES (%s, %s, %s)",
            (login_key, address, at),
        )
        row = self._row(
            """
            SELECT count(*) FILTER (WHERE login_key = %(key)s) AS of_login,
                   count(*) FILTER (WHERE address = %(address)s) AS of_address,
                   count(*) FILTER (WHERE login_key = %(key)s AND address = %(address)s) AS of_both
              FROM login_attempts
             WHERE at > %(since)s AND (login_key = %(key)s OR address = %(address)s)
            """,
            {"key": login_key, "address": address, "since": since},
        )
        return Attempts(**(row or {}))

    def forget_logins(self, login_key: str, address: str) -> None:
        self._write(
            "DELETE FROM login_attempts WHERE login_key = %s AND address = %s",
            (login_key, address),
        )

    def forget_logins_before(self, before: datetime) -> None:
        self._write("DELETE FROM login_attempts WHERE at < %s", (before,))


def _user_of(row: Row) -> User:
    return User(
        user_id=UserId(row["user_id"]),
        role=Role(row["role"]),
        is_disabled=row["is_disabled"],
        created_at=row["created_at"],
        password_hash=row["password_hash"],
    )


def _token_of(row: Row) -> ApiToken:
    return ApiToken(**{**row, "scopes": frozenset(Scope(scope) for scope in row["scopes"])})
