"""A trading key that lives at Turnkey: we send hashes, it sends signatures (their API v1)."""

import json
from typing import Annotated, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel, Field, StringConstraints, ValidationError

# Turnkey's own package; it names no types, and is pinned by tests against a stub that verifies.
from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig

from ltsys.adapters.polymarket.http import Http
from ltsys.domain.errors import MalformedAnswerError, SettingsError, VenueUnavailableError
from ltsys.domain.ids import Address
from ltsys.ports import Clock

_PATH: Final = "/public/v1/submit/sign_raw_payload"
_COMPLETED: Final = "ACTIVITY_STATUS_COMPLETED"
_Hex32 = Annotated[str, StringConstraints(pattern=r"^(0x)?[0-9a-fA-F]{64}$")]


class _Signature(BaseModel):
    r: _Hex32
    s: _Hex32
    v: Annotated[str, StringConstraints(pattern=r"^(0x)?0?[01]$")]


class _Result(BaseModel):
    signature: _Signature | None = Field(default=None, alias="signRawPayloadResult")


class _Activity(BaseModel):
    status: str
    result: _Result | None = None


class _Answer(BaseModel):
    activity: _Activity


class TurnkeyKey:
    """`ltsys.adapters.polymarket.signing.SigningKey`: signs for one address of an organization.

    The stamp is made by a P-256 API key that can ask for signatures and for nothing else if
    Turnkey's policy says so; the trading key itself never leaves Turnkey. Raises SettingsError
    for an API key that is none.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        *,
        organization: str,
        api_key: str,
        address: Address,
        clock: Clock,
    ) -> None:
        self._http, self._url = http, url.rstrip("/") + _PATH
        self._organization, self._address, self._clock = organization, address, clock
        self._stamper = _stamper(api_key)

    @property
    def address(self) -> str:
        return self._address

    def sign_hash(self, digest: bytes) -> bytes:
        """65 bytes r, s, v. Asking again is harmless: nothing is sent to the venue by it.

        Raises VenueUnavailableError when Turnkey does not sign, MalformedAnswerError.
        """
        body = json.dumps(self._asked(digest), separators=(",", ":"))
        stamp = self._stamper.stamp(body)
        headers = {stamp.stamp_header_name: stamp.stamp_header_value}
        answer = self._http.read(self._url, headers=headers, body=body)
        if answer.status != 200:
            raise VenueUnavailableError(f"Turnkey answered {answer.status} and signed nothing")
        return _signature(answer.text)

    def _asked(self, digest: bytes) -> dict[str, object]:
        return {
            "type": "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2",
            "timestampMs": str(int(self._clock.wall().timestamp() * 1000)),
            "organizationId": self._organization,
            "parameters": {
                "signWith": self._address,
                "payload": digest.hex(),
                "encoding": "PAYLOAD_ENCODING_HEXADECIMAL",
                "hashFunction": "HASH_FUNCTION_NO_OP",
            },
        }

    def __repr__(self) -> str:
        return f"TurnkeyKey(address={self._address})"

    def __reduce__(self) -> str:
        raise TypeError("an API key is not serialised")


def _stamper(api_key: str) -> ApiKeyStamper:
    try:
        point = ec.derive_private_key(int(api_key, 16), ec.SECP256R1()).public_key()
    except ValueError:
        raise SettingsError("the Turnkey API key is not a P-256 private key in hex") from None
    public = point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint).hex()
    return ApiKeyStamper(ApiKeyStamperConfig(api_public_key=public, api_private_key=api_key))


def _signature(text: str) -> bytes:
    try:
        activity = _Answer.model_validate_json(text).activity
    except ValidationError as error:
        raise MalformedAnswerError("Turnkey's answer cannot be read") from error
    signature = activity.result.signature if activity.result else None
    if activity.status != _COMPLETED or signature is None:
        # waiting for an approval, refused by a policy, failed: no signature was made
        raise VenueUnavailableError(f"Turnkey signed nothing: {activity.status}")
    r, s = (bytes.fromhex(part.removeprefix("0x")) for part in (signature.r, signature.s))
    return r + s + bytes([27 + int(signature.v, 16)])
