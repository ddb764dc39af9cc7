"""Trading keys at rest: sealed under a master key that is not in the database (LESSONS L62)."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ltsys.domain.ids import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A trading key that only its master key opens, and only for this wallet; machine time."""

    wallet: Address
    master_id: str
    """Which master key sealed it; says nothing of the key."""
    box: bytes = field(repr=False)
    sealed_at: datetime


class Keyring(Protocol):
    """The master keys of this machine; new boxes are sealed by the first of them."""

    @property
    def primary_id(self) -> str: ...

    def seal(self, wallet: Address, key: str, *, at: datetime) -> SealedKey:
        """No two boxes are alike, even of one key."""
        ...

    def opened(self, sealed: SealedKey) -> str:
        """The key. Raises SettingsError without its master key, and for a box that was changed."""
        ...


class MasterKeys(Protocol):
    """Where the master keys are kept. Each method raises SettingsError for what cannot be read."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else seals or rotates meanwhile, or a key could be sealed by what is forgotten."""
        ...

    def ring(self) -> Keyring: ...

    def add(self) -> Keyring:
        """There is a new first master key, safely written; the older ones still open."""
        ...

    def forget_older(self) -> None:
        """Only the first master key is left."""
        ...


class KeyStore(Protocol):
    """The sealed keys in the database."""

    def save_key(self, sealed: SealedKey) -> None:
        """In place of the wallet's key before; a wallet that is not known is an error."""
        ...

    def sealed_key(self, wallet: Address) -> SealedKey | None: ...

    def lock_keys(self) -> tuple[SealedKey, ...]:
        """Every key, by wallet, for this transaction alone to change."""
        ...
