"""API keys: made for a wallet's signature, proved afterwards by an HMAC (VENUE §2)."""

import base64
import hmac
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from uuid import UUID

from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.exchange.eip712 import login_signer
from ltsys.simulator.http import Request
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError

TOLERANCE_S = 60
_ADDRESS_CHARS = 42


class KeyRing:
    """All keys ever made here.

    A timestamp may be near any of the clocks: real SDKs use the machine's, however fast
    the simulated one runs, or on demand the one that /time tells. `ahead_s` is how far
    the venue's own is off.
    """

    def __init__(self, *, seed: int, clocks: Sequence[Callable[[], float]] = (time.time,)) -> None:
        """Derive keys from the seed, so that a wallet gets the same ones in every run."""
        self.ahead_s = 0.0
        self._seed = seed
        self._clocks = clocks
        self._made: dict[tuple[str, int], ApiKey] = {}
        self._keys: dict[str, ApiKey] = {}
        self._readonly: dict[str, ApiKey] = {}
        self._builders: dict[str, ApiKey] = {}
        self._issued = 0

    def create(self, request: Request) -> dict[str, str]:
        """Make the key of this address and nonce; a second time is refused."""
        owner = self._login(request)
        if owner in self._made:
            raise VenueError(400, "Could not create api key")
        key = self._derive(owner[0], str(owner[1]))
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
        return {"apiKeys": _keys_of(self._keys, self.authenticate(request).address)}

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

    def create_readonly(self, request: Request) -> dict[str, str]:
        """Make a key that may read what its wallet may; it is its own proof."""
        key = self._issue(self.authenticate(request).address, "readonly")
        self._readonly[key.key] = key
        return {"apiKey": key.key}

    def readonly_listing(self, request: Request) -> list[str]:
        """The caller's read-only keys; the bare list is what the official clients expect."""
        return _keys_of(self._readonly, self.authenticate(request).address)

    def delete_readonly(self, request: Request) -> bool:
        """Forget the read-only key that the body names; True, as the official clients expect."""
        address, name = self.authenticate(request).address, _named_key(request)
        if name not in _keys_of(self._readonly, address):
            raise VenueError(400, "Could not delete readonly api key")
        del self._readonly[name]
        return True

    def create_builder(self, request: Request) -> dict[str, str]:
        """Make a key that orders and relayed transactions are attributed with."""
        key = self._issue(self.authenticate(request).address, "builder")
        self._builders[key.key] = key
        return {"key": key.key, "secret": key.secret, "passphrase": key.passphrase}

    def builder_listing(self, request: Request) -> list[str]:
        """The caller's builder keys."""
        return _keys_of(self._builders, self.authenticate(request).address)

    def revoke_builder(self, request: Request) -> str:
        """Forget a builder key: the one that signed, the one named, or else the newest.

        The official clients disagree on the three ways; that no name means the newest is a
        guess.
        """
        if request.header(b"poly_builder_api_key"):
            name = self.authenticate_builder(request).key
        else:
            own = _keys_of(self._builders, self.authenticate(request).address)
            name = _named_key(request) if request.body else "".join(own[-1:])
            if name not in own:
                raise VenueError(400, "Invalid revoke builder api key body")
        del self._builders[name]
        return "OK"

    def authenticate(self, request: Request) -> ApiKey:
        """The key whose HMAC covers time, method, path and the raw body (VENUE §2.2)."""
        key = self._proven(request, self._keys, b"poly_")
        given = request.header(b"poly_address").lower().encode()
        if not hmac.compare_digest(key.address.encode(), given):
            raise _unauthorized()
        return key

    def authenticate_reader(self, request: Request) -> ApiKey:
        """As above, or a read-only key with its address, which signs nothing.

        The header's name comes from the official examples; that it needs no more is a guess.
        """
        name = request.header(b"poly_readonly_api_key")
        if not name:
            return self.authenticate(request)
        key = self._readonly.get(name)
        if key is None or request.header(b"poly_address").lower() != key.address:
            raise _unauthorized()
        return key

    def authenticate_builder(self, request: Request) -> ApiKey:
        """The builder key that signed, by the same recipe under other headers (VENUE §16.4)."""
        return self._proven(request, self._builders, b"poly_builder_")

    def authenticate_relayed(self, request: Request) -> str:
        """The address behind a builder's signature, or behind a key and its own address.

        The second pair proves by being known. Which keys the venue takes there is a guess:
        here any builder's or trading key, with its secret kept at home.
        """
        name = request.header(b"relayer_api_key")
        address = request.header(b"relayer_api_key_address").lower()
        try:
            if not name:
                return self.authenticate_builder(request).address
        except VenueError as error:
            raise VenueError(401, "invalid authorization", kind="unauthorized") from error
        key = self._builders.get(name) or self._keys.get(name)
        if key is None or key.address != address:
            raise VenueError(401, "invalid authorization", kind="unauthorized")
        return address

    def _proven(self, request: Request, known: dict[str, ApiKey], prefix: bytes) -> ApiKey:
        key = known.get(request.header(prefix + b"api_key"))
        timestamp = request.header(prefix + b"timestamp")
        if key is None or not self._is_timely(timestamp):
            raise _unauthorized()
        message = f"{timestamp}{request.method}{request.path}".encode()
        body = request.body.replace(b"'", b'"')
        digest = hmac.digest(key.secret_bytes, message + body, "sha256")
        signature = request.header(prefix + b"signature").encode()
        passphrase = request.header(prefix + b"passphrase").encode()
        is_signed = hmac.compare_digest(base64.urlsafe_b64encode(digest), signature)
        if not is_signed or not hmac.compare_digest(key.passphrase.encode(), passphrase):
            raise _unauthorized()
        return key

    def _issue(self, address: str, kind: str) -> ApiKey:
        """A key under a name that nobody had before."""
        self._issued += 1
        return self._derive(address, f"{kind}|{self._issued}")

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
        if seconds is None:
            return False
        skews = (abs(seconds - clock() - self.ahead_s) for clock in self._clocks)
        return any(skew <= TOLERANCE_S for skew in skews)

    def _derive(self, address: str, nonce: str) -> ApiKey:
        digests = [
            sha256(f"{part}|{self._seed}|{address}|{nonce}".encode()).digest()
            for part in ("key", "secret", "passphrase")
        ]
        return ApiKey(
            key=str(UUID(bytes=digests[0][:16], version=4)),
            secret=base64.urlsafe_b64encode(digests[1]).decode(),
            passphrase=digests[2].hex(),
            address=address,
            secret_bytes=digests[1],
        )


def _keys_of(known: dict[str, ApiKey], address: str) -> list[str]:
    return [key.key for key in known.values() if key.address == address]


def _named_key(request: Request) -> str:
    payload = request.json()
    return str(payload.get("key", "")) if isinstance(payload, dict) else ""


def _unauthorized() -> VenueError:
    return VenueError(401, "Unauthorized/Invalid api key", kind="unauthorized")


def _is_address(text: str) -> bool:
    return len(text) == _ADDRESS_CHARS and text.startswith("0x") and len(_hex(text)) == 20


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        return b""
