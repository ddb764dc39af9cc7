"""argon2id, with the cost that RFC 9106 recommends where memory is scarce."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2
"""Each takes 64 MiB; whoever sends many sign-ins at once waits instead of filling the memory."""


class Argon2Passwords:
    """`ltsys.ports.passwords.Passwords`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        # What passwords of people who do not exist are compared with, so that nobody learns that.
        self._of_nobody = self._hasher.hash("nobody's")

    def hashed(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        kept = self._of_nobody if password_hash is None else password_hash
        try:
            with self._turns:
                self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)
