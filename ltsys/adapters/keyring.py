"""Master keys from a private file or the environment, and boxes sealed by AES-256-GCM."""

import base64
import binascii
import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import Address
from ltsys.ports.keys import SealedKey

_PRIVATE: Final = 0o077
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class AesKeyring:
    """`ltsys.ports.keys.Keyring`. A box opens for its own wallet only: the address is bound in."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        """Raises SettingsError for none, and for one that is not 32 bytes long."""
        if not masters or any(len(master) != _KEY_BYTES for master in masters):
            raise SettingsError(f"a master key is {_KEY_BYTES} random bytes in base64")
        self._masters = {_id_of(master): master for master in masters}

    @property
    def primary_id(self) -> str:
        return next(iter(self._masters))

    def seal(self, wallet: Address, key: str, *, at: datetime) -> SealedKey:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self._masters[self.primary_id])
        box = nonce + cipher.encrypt(nonce, key.encode(), _bound(wallet))
        return SealedKey(wallet=wallet, master_id=self.primary_id, box=box, sealed_at=at)

    def opened(self, sealed: SealedKey) -> str:
        master = self._masters.get(sealed.master_id)
        if master is None:
            raise SettingsError(
                f"the key of {sealed.wallet} is sealed by master key {sealed.master_id}, "
                f"which is not here; here is: {', '.join(self._masters)}"
            )
        nonce, box = sealed.box[:_NONCE_BYTES], sealed.box[_NONCE_BYTES:]
        try:
            return AESGCM(master).decrypt(nonce, box, _bound(sealed.wallet)).decode()
        except (InvalidTag, ValueError):
            raise SettingsError(
                f"the sealed key of {sealed.wallet} was changed or belongs to another wallet"
            ) from None

    def __repr__(self) -> str:
        return f"AesKeyring(primary_id={self.primary_id})"

    def __reduce__(self) -> str:
        raise TypeError("a keyring holds master keys and is not serialised")


class MasterKeyFile:
    """`ltsys.ports.keys.MasterKeys`: one key a line, the first seals. Mode 600, replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lock on a file beside it, since the file itself is replaced."""
        lock = self._path.with_name(f"{self._path.name}.lock")
        try:
            opened = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise SettingsError(f"{lock} cannot be made: {error.strerror}") from error
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield
        finally:
            os.close(opened)

    def ring(self) -> AesKeyring:
        return AesKeyring(self._read())

    def add(self) -> AesKeyring:
        older = self._read() if self._path.exists() else []
        masters = [secrets.token_bytes(_KEY_BYTES), *older]
        self._write(masters)
        return AesKeyring(masters)

    def forget_older(self) -> None:
        self._write(self._read()[:1])

    def _read(self) -> list[bytes]:
        return [_master(line) for line in private_text(self._path).split()]

    def _write(self, masters: Sequence[bytes]) -> None:
        """On disk before it is used, and never half: a lost master key is a lost wallet."""
        folder = self._path.parent
        number, name = tempfile.mkstemp(dir=folder, prefix=f".{self._path.name}.")
        with os.fdopen(number, "w") as file:
            file.writelines(f"{base64.b64encode(master).decode()}\n" for master in masters)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._path)
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


class MasterKeysGiven:
    """`ltsys.ports.keys.MasterKeys` from the environment, which only its owner can change."""

    def __init__(self, text: str) -> None:
        self._masters = [_master(part.strip()) for part in text.split(",") if part.strip()]

    def alone(self) -> AbstractContextManager[None]:
        """Nothing is forgotten here, so nothing has to wait."""
        return nullcontext()

    def ring(self) -> AesKeyring:
        return AesKeyring(self._masters)

    def add(self) -> AesKeyring:
        """Raises RefusedError where the environment does not hold the new one already."""
        if len(self._masters) < 2:
            raise RefusedError(
                "put a new master key before the old one: LTSYS_MASTER_KEY=new,old; "
                "then rotate, then take the old one out"
            )
        return self.ring()

    def forget_older(self) -> None:
        """Nothing: the old one is taken out by whoever set it."""


def private_text(path: Path) -> str:
    """What a file says. Raises SettingsError unless it is its owner's alone (LESSONS L62)."""
    try:
        mode = path.stat().st_mode
        text = path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"the key file {path} cannot be read: {error.strerror}") from error
    if mode & _PRIVATE:
        raise SettingsError(f"the key file {path} has mode {mode & 0o777:o}; it must be 600")
    return text


def _master(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SettingsError(f"a master key is {_KEY_BYTES} random bytes in base64") from None


def _id_of(master: bytes) -> str:
    return hashlib.sha256(b"ltsys master key " + master).hexdigest()[:12]


def _bound(wallet: Address) -> bytes:
    return f"ltsys trading key {wallet}".encode()
