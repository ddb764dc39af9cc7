"""People, their sessions, their tokens, and links by which they set a password."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory import session
from ltsys.adapters.memory.tables import AccountRow, LinkRow, LoginRow
from ltsys.domain.account import ApiToken, Attempts, Role, Session, User, handle_of
from ltsys.domain.ids import Address, UserId


class AccountRecords(session.Session):
    """`ltsys.ports.accounts.AccountStore`."""

    def user(self, user_id: UserId) -> User | None:
        return self._tables.users.get(user_id)

    def users(self) -> tuple[User, ...]:
        return tuple(self._tables.users[name] for name in sorted(self._tables.users))

    def add_user(self, user_id: UserId, role: Role, *, at: datetime) -> bool:
        if user_id in self._tables.users:
            return False
        added = User(user_id=user_id, role=role, is_disabled=False, created_at=at)
        self._tables.users[user_id] = added
        return True

    def set_role(self, user_id: UserId, role: Role) -> None:
        if (user := self._known(user_id)) is not None:
            self._tables.users[user_id] = replace(user, role=role)

    def set_disabled(self, user_id: UserId, *, is_disabled: bool) -> None:
        if (user := self._known(user_id)) is not None:
            self._tables.users[user_id] = replace(user, is_disabled=is_disabled)

    def set_password(self, user_id: UserId, password_hash: str, *, at: datetime) -> None:
        del at
        if (user := self._known(user_id)) is not None:
            self._tables.users[user_id] = replace(user, password_hash=password_hash)

    def _known(self, user_id: UserId) -> User | None:
        user = self._tables.users.get(user_id)
        if user is None:
            self._not_found(f"user {user_id}")
        return user

    def add_account(
        self, user_id: str, address: Address, signature_type: int, key_reference: str
    ) -> None:
        row = AccountRow(
            user_id=user_id, signature_type=signature_type, key_reference=key_reference
        )
        self._tables.wallets.setdefault(address, row)
        nobody = User(
            user_id=UserId(user_id),
            role=Role.VIEWER,
            is_disabled=False,
            created_at=self._clock.wall(),
        )
        self._tables.users.setdefault(nobody.user_id, nobody)

    def account_owner(self, address: Address) -> UserId | None:
        row = self._tables.wallets.get(address)
        return UserId(row.user_id) if row else None

    def add_session(self, session: Session) -> None:
        self._tables.sessions[session.session_hash] = session

    def session(self, session_hash: str) -> Session | None:
        return self._tables.sessions.get(session_hash)

    def sessions(self, user_id: UserId) -> tuple[Session, ...]:
        own = [s for s in self._open_sessions() if s.user_id == user_id]
        own.sort(key=lambda each: each.session_hash)
        return tuple(sorted(own, key=lambda each: each.created_at, reverse=True))

    def touch_session(self, session_hash: str, *, at: datetime) -> None:
        if (found := self.session(session_hash)) is not None:
            seen = max(found.last_seen_at, at)
            self._tables.sessions[session_hash] = replace(found, last_seen_at=seen)

    def end_session(self, session_hash: str, *, at: datetime) -> None:
        found = self.session(session_hash)
        if found is not None and found.ended_at is None:
            self._tables.sessions[session_hash] = replace(found, ended_at=at)

    def end_own_session(self, user_id: UserId, handle: str, *, at: datetime) -> bool:
        own = [s for s in self.sessions(user_id) if handle_of(s.session_hash) == handle]
        for each in own:
            self.end_session(each.session_hash, at=at)
        return bool(own)

    def end_sessions(self, user_id: UserId, *, at: datetime, but: str | None = None) -> int:
        own = [each for each in self.sessions(user_id) if each.session_hash != but]
        for each in own:
            self.end_session(each.session_hash, at=at)
        return len(own)

    def forget_sessions(self, before: datetime) -> None:
        kept = {k: s for k, s in self._tables.sessions.items() if s.last_seen_at >= before}
        self._tables.sessions = kept

    def _open_sessions(self) -> list[Session]:
        return [each for each in self._tables.sessions.values() if each.ended_at is None]

    def add_token(self, token: ApiToken) -> None:
        prefixes = {each.prefix for each in self._tables.api_tokens.values()}
        if token.token_hash in self._tables.api_tokens or token.prefix in prefixes:
            self._repeated.append("api_tokens")
        self._tables.api_tokens[token.token_hash] = token

    def token(self, token_hash: str) -> ApiToken | None:
        return self._tables.api_tokens.get(token_hash)

    def tokens(self, user_id: UserId) -> tuple[ApiToken, ...]:
        own = [each for each in self._tables.api_tokens.values() if each.user_id == user_id]
        own.sort(key=lambda each: each.prefix)
        return tuple(sorted(own, key=lambda each: each.created_at, reverse=True))

    def touch_token(self, token_hash: str, *, at: datetime) -> None:
        if (found := self.token(token_hash)) is not None:
            used = max(found.last_used_at or at, at)
            self._tables.api_tokens[token_hash] = replace(found, last_used_at=used)

    def revoke_token(self, user_id: UserId, prefix: str, *, at: datetime) -> bool:
        return self._revoke(at, [t for t in self.tokens(user_id) if t.prefix == prefix]) == 1

    def revoke_tokens(self, user_id: UserId, *, at: datetime) -> int:
        return self._revoke(at, self.tokens(user_id))

    def _revoke(self, at: datetime, tokens: list[ApiToken] | tuple[ApiToken, ...]) -> int:
        living = [each for each in tokens if each.revoked_at is None]
        for each in living:
            self._tables.api_tokens[each.token_hash] = replace(each, revoked_at=at)
        return len(living)

    def add_link(self, user_id: UserId, link_hash: str, *, at: datetime, until: datetime) -> None:
        del at
        for known, row in list(self._tables.account_links.items()):
            if row.user_id == user_id:
                self._tables.account_links[known] = replace(row, is_used=True)
        self._tables.account_links[link_hash] = LinkRow(user_id=user_id, expires_at=until)

    def open_link(self, link_hash: str, now: datetime) -> UserId | None:
        row = self._tables.account_links.get(link_hash)
        return row.user_id if row and not row.is_used and row.expires_at > now else None

    def use_link(self, link_hash: str, now: datetime) -> UserId | None:
        user_id = self.open_link(link_hash, now)
        if user_id is not None:
            row = self._tables.account_links[link_hash]
            self._tables.account_links[link_hash] = replace(row, is_used=True)
        return user_id

    def note_login(
        self, login_key: str, address: str, *, at: datetime, since: datetime
    ) -> Attempts:
        attempts = self._tables.login_attempts
        attempts.append(LoginRow(login_key=login_key, address=address, at=at))
        recent = [each for each in attempts if each.at > since]
        of_login = [each for each in recent if each.login_key == login_key]
        return Attempts(
            of_both=sum(each.address == address for each in of_login),
            of_login=len(of_login),
            of_address=sum(each.address == address for each in recent),
        )

    def forget_logins(self, login_key: str, address: str) -> None:
        forgotten = (login_key, address)
        self._tables.login_attempts = [
            each
            for each in self._tables.login_attempts
            if (each.login_key, each.address) != forgotten
        ]

    def forget_logins_before(self, before: datetime) -> None:
        self._tables.login_attempts = [
            each for each in self._tables.login_attempts if each.at >= before
        ]
