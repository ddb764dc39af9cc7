"""Passwords at no cost, for tests."""

import hashlib

_KIND = "$argon2id$digest$"


class DigestPasswords:
    """`ltsys.ports.passwords.Passwords`, without a salt and without the work."""

    def hashed(self, password: str) -> str:
        return _KIND + hashlib.sha256(password.encode()).hexdigest()

    def matches(self, password_hash: str | None, password: str) -> bool:
        return password_hash == self.hashed(password)

    def is_outdated(self, password_hash: str) -> bool:
        return not password_hash.startswith(_KIND)
