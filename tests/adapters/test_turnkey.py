"""A key at Turnkey signs orders like a key that is here: a stub verifies the stamp and signs."""

import base64
import json
import pickle
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from eth_account import Account
from live_made import NOON

from ltsys.adapters.memory import HandClock
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.signing import PolymarketSigner
from ltsys.adapters.turnkey import TurnkeyKey
from ltsys.domain.errors import MalformedAnswerError, SettingsError, VenueUnavailableError
from ltsys.domain.ids import Address, TokenId
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import OrderTicket, TimeInForce

KEY = "0x" + "7" * 64
WALLET = Address(Account.from_key(KEY).address.lower())
API_KEY = "5" * 64
ORGANIZATION = "organization-1"
TICKET = OrderTicket(
    token_id=TokenId("123"),
    side=Side.BUY,
    maker_units=4_000_000,
    taker_units=10_000_000,
    is_neg_risk=False,
    salt=99,
    timestamp_ms=1_771_588_800_000,
    time_in_force=TimeInForce.FAK,
    expires_at_s=0,
)


@dataclass
class Stub:
    """Turnkey: knows one API key's public half and one wallet's key."""

    key: str = KEY
    status: str = "ACTIVITY_STATUS_COMPLETED"
    text: str | None = None
    asked: list[dict] = field(default_factory=list)

    def answer(self, path: str, body: bytes, stamp: str) -> tuple[int, str]:
        if not verified(body, stamp):
            return 401, '{"message": "the stamp is wrong"}'
        self.asked.append({"path": path, **json.loads(body)})
        if self.text is not None:
            return 200, self.text
        digest = bytes.fromhex(self.asked[-1]["parameters"]["payload"])
        signed = Account.unsafe_sign_hash(digest, self.key)
        result = {
            "r": f"{signed.r:064x}",
            "s": f"{signed.s:064x}",
            "v": f"{signed.v - 27:02x}",
        }
        done = self.status == "ACTIVITY_STATUS_COMPLETED"
        found = {"result": {"signRawPayloadResult": result}} if done else {}
        return 200, json.dumps({"activity": {"id": "1", "status": self.status, **found}})


def verified(body: bytes, stamp: str) -> bool:
    """By the document: base64url JSON with the compressed key and a signature over the body."""
    said = json.loads(base64.urlsafe_b64decode(stamp + "=" * (-len(stamp) % 4)))
    expected = ec.derive_private_key(int(API_KEY, 16), ec.SECP256R1()).public_key()
    given = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), bytes.fromhex(said["publicKey"])
    )
    try:
        given.verify(bytes.fromhex(said["signature"]), body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    is_known = given.public_numbers() == expected.public_numbers()
    return is_known and said["scheme"] == "SIGNATURE_SCHEME_TK_API_P256"


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
def url(stub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text = stub.answer(self.path, body, self.headers["X-Stamp"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http()
    yield made
    made.close()


@pytest.fixture
def key(url, http) -> TurnkeyKey:
    return a_key(url, http)


def a_key(url, http, api_key=API_KEY) -> TurnkeyKey:
    return TurnkeyKey(
        http,
        url,
        organization=ORGANIZATION,
        api_key=api_key,
        address=WALLET,
        clock=HandClock(NOON),
    )


def signer_of(key, signature_type=0, funder=None) -> PolymarketSigner:
    return PolymarketSigner(key, 137, signature_type, funder, owner="owner")


@pytest.mark.parametrize(("kind", "funder"), [(0, None), (2, "0x" + "1" * 40)])
def test_an_order_is_signed_as_by_the_key_itself(key, stub, kind, funder):
    """L02: the same id and the same bytes."""
    there = signer_of(key, kind, funder).sign(TICKET)

    here = signer_of(KEY, kind, funder).sign(TICKET)

    assert there == here
    (asked,) = stub.asked
    assert asked["path"] == "/public/v1/submit/sign_raw_payload"
    assert asked["type"] == "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"
    assert asked["organizationId"] == ORGANIZATION
    assert asked["timestampMs"] == str(int(NOON.timestamp() * 1000))
    assert asked["parameters"] == {
        "signWith": WALLET,
        "payload": there.order_id.removeprefix("0x"),
        "encoding": "PAYLOAD_ENCODING_HEXADECIMAL",
        "hashFunction": "HASH_FUNCTION_NO_OP",
    }


def test_a_wrong_api_key_signs_nothing(url, http):
    with pytest.raises(VenueUnavailableError, match="401"):
        signer_of(a_key(url, http, "6" * 64)).sign(TICKET)


@pytest.mark.parametrize(
    "status", ["ACTIVITY_STATUS_CONSENSUS_NEEDED", "ACTIVITY_STATUS_PENDING", "…_REJECTED"]
)
def test_what_waits_for_approval_is_not_signed(key, stub, status):
    stub.status = status

    with pytest.raises(VenueUnavailableError, match=status):
        signer_of(key).sign(TICKET)


@pytest.mark.parametrize("text", ["{}", "no", '{"activity": {"status": 1}}'])
def test_an_answer_that_cannot_be_read_is_no_signature(key, stub, text):
    stub.text = text

    with pytest.raises(MalformedAnswerError):
        signer_of(key).sign(TICKET)


def test_a_signature_of_another_key_is_never_used(key, stub):
    stub.key = "0x" + "8" * 64

    with pytest.raises(MalformedAnswerError, match="no signature of"):
        signer_of(key).sign(TICKET)


def test_silence_is_no_signature(http):
    with pytest.raises(VenueUnavailableError):
        signer_of(a_key("http://127.0.0.1:1", http)).sign(TICKET)


def test_a_wallet_contract_that_signs_needs_the_key_here(key):
    with pytest.raises(SettingsError, match="signature type 3"):
        signer_of(key, 3, "0x" + "1" * 40)


def test_nothing_that_is_said_holds_the_api_key(key, url, http):
    """L62."""
    with pytest.raises(SettingsError) as refused:
        a_key(url, http, "not-a-key")

    assert "not-a-key" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert API_KEY not in repr(key) + repr(signer_of(key))
    with pytest.raises(TypeError):
        pickle.dumps(key)
