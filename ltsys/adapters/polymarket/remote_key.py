"""A trading key that is elsewhere, in the shape in which the SDK's builder wants a signer."""

from dataclasses import dataclass
from typing import Protocol

# The wheel names no types; its public pieces are used and pinned by recorded vectors.
from eth_account import Account
from eth_account.messages import SignableMessage
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from ltsys.domain.errors import MalformedAnswerError

_HALF_OF_CURVE = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


class SigningKey(Protocol):
    """Signs 32 bytes; whoever holds it does not show it (LESSONS L62)."""

    @property
    def address(self) -> str: ...

    def sign_hash(self, digest: bytes) -> bytes:
        """65 bytes r, s, v with v 27 or 28.

        Raises VenueUnavailableError when it is not signed, which may be asked again, and
        MalformedAnswerError.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the SDK's local account gives back too."""

    signature: bytes
    message_hash: bytes


class RemoteSigner:
    """Stands where the SDK has its signer with a private key."""

    def __init__(self, key: SigningKey, chain_id: int) -> None:
        self._key = key
        self._address = str(to_checksum_address(key.address))
        self.chain_id = chain_id

    @property
    def account(self) -> "RemoteSigner":
        """Itself: it signs as the SDK's account does."""
        return self

    def address(self) -> str:
        """With its checksum in capitals."""
        return self._address

    def sign_message(self, message: SignableMessage) -> Signed:
        """Signed elsewhere and checked here: a wrong signature is never offered to the venue.

        Raises as `SigningKey.sign_hash`.
        """
        digest = keccak(b"\x19" + message.version + message.header + message.body)
        signature = self._key.sign_hash(digest)
        if not self._is_ours(digest, signature):
            raise MalformedAnswerError(f"that is no signature of {self._address}")
        return Signed(signature=signature, message_hash=digest)

    def _is_ours(self, digest: bytes, signature: bytes) -> bool:
        """By our key, and in the one of its two forms that contracts take."""
        try:
            signer = Account._recover_hash(digest, signature=signature)  # noqa: SLF001 - the only way to recover from a hash
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not ours
            return False
        is_low = int.from_bytes(signature[32:64], "big") <= _HALF_OF_CURVE
        return bool(signer == self._address) and is_low
