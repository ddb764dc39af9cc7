"""How passwords are kept: as something that costs a guesser as much as it costs us."""

from typing import Protocol


class Passwords(Protocol):
    """Makes and checks hashes; no password leaves it (LESSONS L62)."""

    def hashed(self, password: str) -> str:
        """A fresh salted hash, which names its own cost."""
        ...

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password. For None it is not, after the same work as for any other."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it costs less than a hash that is made today."""
        ...
