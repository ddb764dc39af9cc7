"""API keys: made for a wallet's signature, proved afterwards by an HMAC (VENUE §2)."""

import base64
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from ltsys.simulator.exchange.eip712 import login_signer
from ltsys.simulator.http import Request
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError

TOLERANCE_S = 60
_ADDRESS_CHARS = 42


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Credentials of one wallet; the address is lower-case."""

    key: str
    secret: str
    passphrase: str
    address: str
    secret_bytes: bytes

    def body(self) -> dict[str, str]:
        """What the wallet's owner is told, every time he proves who he is."""
        return {"apiKey": self.key, "secret": self.secret, "passphrase": self.passphrase}


class KeyRing:
    """All keys ever made here.

    Timestamps are compared with the machine's clock: real SDKs use theirs, however
    fast the simulated one runs. `ahead_s` is how far the venue's own is off.
    """

    def __init__(self, *, seed: int, wall: Callable[[], float] = time.time) -> None:
        """Derive keys from the seed, so that a wallet gets the same ones in every run."""
        self.ahead_s = 0.0
        self._seed = seed
        self._wall = wall
        self._made: dict[tuple[str, int], ApiKey] = {}
        self._keys: dict[str, ApiKey] = {}

    def create(self, request: Request) -> dict[str, str]:
        """Make the key of this address and nonce; a second time is refused."""
        owner = self._login(request)
        if owner in self._made:
            raise VenueError(400, "Could not create api key")
        key = self._derive(*owner)
        self._made[owner] = key
        self._keys[key.key] = key
        return key.body()

    def derive(self, request: Request) -> dict[str, str]:
        """Tell the key of this address and nonce again."""
        key = self._made.get(self._login(request))
        if key is None:
            raise VenueError(400, "Could not derive api key!")
        return key.body()

    def listing(self, request: Request) -> dict[str, list[str]]:
        """The ids of all keys of the caller's wallet."""
        address = self.authenticate(request).address
        return {"apiKeys": [key.key for key in self._keys.values() if key.address == address]}

    def delete(self, request: Request) -> str:
        """Forget the key that signed this request."""
        key = self.authenticate(request)
        del self._keys[key.key]
        self._made = {owner: made for owner, made in self._made.items() if made is not key}
        return "OK"

    def owner_of(self, key: str, secret: str, passphrase: str) -> ApiKey | None:
        """The key that these three words belong to, as a stream is told them (VENUE §13.2)."""
        known = self._keys.get(key)
        if known is None:
            return None
        pairs = ((known.secret, secret), (known.passphrase, passphrase))
        is_proven = all(hmac.compare_digest(a.encode(), b.encode()) for a, b in pairs)
        return known if is_proven else None

    def authenticate(self, request: Request) -> ApiKey:
        """The key whose HMAC covers time, method, path and the raw body (VENUE §2.2)."""
        key = self._keys.get(request.header(b"poly_api_key"))
        timestamp = request.header(b"poly_timestamp")
        if key is None or not self._is_timely(timestamp):
            raise _unauthorized()
        message = f"{timestamp}{request.method}{request.path}".encode()
        body = request.body.replace(b"'", b'"')
        digest = hmac.digest(key.secret_bytes, message + body, "sha256")
        proofs = (
            (base64.urlsafe_b64encode(digest), request.header(b"poly_signature").encode()),
            (key.passphrase.encode(), request.header(b"poly_passphrase").encode()),
            (key.address.encode(), request.header(b"poly_address").lower().encode()),
        )
        if not all(hmac.compare_digest(ours, theirs) for ours, theirs in proofs):
            raise _unauthorized()
        return key

    def _login(self, request: Request) -> tuple[str, int]:
        address = request.header(b"poly_address")
        timestamp = request.header(b"poly_timestamp")
        nonce = parse_uint(request.header(b"poly_nonce") or "0", digits=20)
        signature = _hex(request.header(b"poly_signature"))
        if nonce is None or not self._is_timely(timestamp) or not _is_address(address):
            raise VenueError(401, "Invalid L1 Request headers")
        if login_signer(address, timestamp, nonce, signature) != address.lower():
            raise VenueError(401, "Invalid L1 Request headers")
        return address.lower(), nonce

    def _is_timely(self, timestamp: str) -> bool:
        seconds = parse_uint(timestamp, digits=12)
        return seconds is not None and abs(seconds - self._wall() - self.ahead_s) <= TOLERANCE_S

    def _derive(self, address: str, nonce: int) -> ApiKey:
        digests = [
            sha256(f"{part}|{self._seed}|{address}|{nonce}".encode()).digest()
            for part in ("key", "secret", "passphrase")
        ]
        secret = base64.urlsafe_b64encode(digests[1]).decode()
        key = str(UUID(bytes=digests[0][:16], version=4))
        return ApiKey(key, secret, digests[2].hex(), address, digests[1])


def _unauthorized() -> VenueError:
    return VenueError(401, "Unauthorized/Invalid api key", kind="unauthorized")


def _is_address(text: str) -> bool:
    return len(text) == _ADDRESS_CHARS and text.startswith("0x") and len(_hex(text)) == 20


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        return b""
