"""Who we are to the venue: one signature by the key, then an HMAC a request (VENUE §2)."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from py_clob_client_v2.headers.headers import create_level_1_headers
from py_clob_client_v2.signer import Signer as SdkSigner

from ltsys.adapters.polymarket.failures import error_text
from ltsys.adapters.polymarket.http import Answer, Http
from ltsys.adapters.polymarket.wire import ApiKey, parse
from ltsys.domain.errors import (
    OutcomeUnknownError,
    SettingsError,
    VenueRejectedError,
    VenueUnavailableError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCredentials:
    """The API key of a signer, for ever the same for the same nonce; shown by nothing."""

    api_key: str = field(repr=False)
    secret: str = field(repr=False)
    passphrase: str = field(repr=False)


class RequestSigner:
    """Gives private requests their L2 headers. Raises SettingsError for an unreadable secret."""

    def __init__(self, address: str, credentials: ApiCredentials) -> None:
        self._address = address
        self._credentials = credentials
        try:
            self._secret = base64.urlsafe_b64decode(credentials.secret)
        except (binascii.Error, ValueError):
            raise SettingsError("the API secret is not base64") from None

    @property
    def address(self) -> str:
        """Whose key signs, with its checksum in capitals."""
        return self._address

    @property
    def owner(self) -> str:
        """The API key's name, by which the venue marks our orders."""
        return self._credentials.api_key

    def headers(self, method: str, path: str, body: str, *, timestamp_s: int) -> dict[str, str]:
        """Signed over exactly what is sent; `path` is without its query (VENUE §2.2)."""
        message = f"{timestamp_s}{method}{path}{body.replace(chr(39), chr(34))}"
        digest = hmac.new(self._secret, message.encode(), sha256).digest()
        return {
            "POLY_ADDRESS": self._address,
            "POLY_SIGNATURE": base64.urlsafe_b64encode(digest).decode(),
            "POLY_TIMESTAMP": str(timestamp_s),
            "POLY_API_KEY": self._credentials.api_key,
            "POLY_PASSPHRASE": self._credentials.passphrase,
        }

    def __repr__(self) -> str:
        return f"RequestSigner(address={self._address})"


def create_or_derive_credentials(
    http: Http, clob_url: str, key: str, chain_id: int, *, timestamp_s: int, nonce: int = 0
) -> ApiCredentials:
    """The signer's API key, made if it has none yet; the same one however often it is asked for.

    Raises VenueUnavailableError, VenueRejectedError, MalformedAnswerError.
    """
    base = clob_url.rstrip("/")
    headers = create_level_1_headers(SdkSigner(key, chain_id), nonce, timestamp_s)
    try:
        made = http.write("POST", f"{base}/auth/api-key", headers=headers)
    except OutcomeUnknownError:
        pass  # whether it was made or not, deriving tells
    else:
        if made.status == 200:
            return _credentials(made)
    return _credentials(http.read(f"{base}/auth/derive-api-key", headers=headers))


def _credentials(answer: Answer) -> ApiCredentials:
    if answer.status in {400, 401, 403}:
        raise VenueRejectedError("UNAUTHORIZED", error_text(answer))
    if answer.status != 200:  # said without its body, which may hold a key
        raise VenueUnavailableError(
            f"{answer.request} answered {answer.status}", answer.retry_after_s
        )
    said = parse(ApiKey, answer.text)
    return ApiCredentials(api_key=said.api_key, secret=said.secret, passphrase=said.passphrase)
