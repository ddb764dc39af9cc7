"""Keys and signatures: who may speak, and that the order id is the order's hash."""

import json
import time

import pytest
from sim_harness import SHARED, START, Trader, Venue

from ltsys.simulator.exchange import eip712
from ltsys.simulator.exchange.envelope import decode

VECTORS = SHARED / "recorded" / "order_hash_vectors.json"
NAMES = ["std_v2_eoa", "negrisk_v2_eoa", "std_v2_safe", "std_v2_1271"]


@pytest.mark.parametrize("name", NAMES)
def test_the_order_hash_and_its_signer_agree_with_the_sdk(name):
    """The id is known before anything is sent (VENUE §3.2, L02)."""
    if not VECTORS.exists():
        pytest.skip(f"no recorded vectors at {VECTORS}")
    vectors = json.loads(VECTORS.read_text())
    vector = vectors["vectors"][name]
    envelope = decode(vector["wire"])
    is_neg_risk = name.startswith("negrisk")
    domain = eip712.exchange_domain(envelope.signed.token_id, neg_risk=is_neg_risk)

    contents = eip712.struct_hash(envelope.signed)
    signer = eip712.order_signer(envelope.signed, contents, domain, envelope.signature)

    assert "0x" + eip712.signing_hash(domain, contents).hex() == vector["order_hash"]
    assert signer == vectors["vectors"]["std_v2_eoa"]["wire"]["order"]["signer"].lower()


def test_a_key_is_made_once_and_derived_for_ever():
    """create_or_derive works on every start (VENUE §2.1)."""
    trader = Trader(Venue(), "ann")

    again = trader.login("POST", "/auth/api-key")
    derived = trader.login("GET", "/auth/derive-api-key")

    assert again == (400, {"error": "Could not create api key"})
    assert derived == (200, trader.creds)
    assert trader.login("GET", "/auth/derive-api-key", nonce=5)[0] == 400


@pytest.mark.parametrize("trouble", [{"tamper": True}, {"at": 1_000}])
def test_a_bad_or_stale_wallet_signature_gets_no_key(trouble):
    """VENUE §2.2: 401 Invalid L1 Request headers."""
    trader = Trader(Venue(), "ann")

    status, body = trader.login("POST", "/auth/api-key", **trouble)

    assert (status, body) == (401, {"error": "Invalid L1 Request headers"})


def test_the_hmac_covers_time_method_path_and_raw_body():
    """VENUE §2.2: the query string is left out, everything else counts."""
    venue = Venue()
    trader = Trader(venue, "ann")
    good = trader.headers("GET", "/data/orders")
    stale = trader.headers("GET", "/data/orders", at=int(time.time()) - 120)

    assert venue.call("GET", "/data/orders?next_cursor=MA==", headers=good)[0] == 200
    refused = (401, {"error": "Unauthorized/Invalid api key"})
    assert venue.call("GET", "/data/trades", headers=good) == refused
    assert venue.call("GET", "/data/orders", headers=stale) == refused
    assert venue.call("GET", "/data/orders", headers={**good, "POLY_PASSPHRASE": "x"}) == refused
    assert venue.call("DELETE", "/cancel-all", b"{}", good) == refused
    assert venue.call("GET", "/data/orders") == refused


def test_a_key_may_be_listed_and_deleted():
    """After that it opens nothing."""
    trader = Trader(Venue(), "ann")

    assert trader.call("GET", "/auth/api-keys")[1] == {"apiKeys": [trader.creds["apiKey"]]}
    assert trader.call("DELETE", "/auth/api-key") == (200, "OK")
    assert trader.call("GET", "/auth/api-keys")[0] == 401


def test_an_order_of_another_key_signer_or_exchange_is_refused():
    """VENUE §6: owner, signer and signature must be one and the same."""
    venue = Venue()
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    token = venue.market().tokens[0]
    args = (token, "BUY", 3_000_000, 10_000_000)

    foreign_owner = {**ann.sign(*args), "owner": bob.creds["apiKey"]}
    foreign_signer = {**bob.sign(*args), "owner": ann.creds["apiKey"]}
    wrong_exchange = ann.sign(*args, neg_risk=True)
    answers = [
        ann.call("POST", "/order", order)
        for order in (foreign_owner, foreign_signer, wrong_exchange)
    ]

    assert [status for status, _ in answers] == [400, 400, 400]
    assert "owner" in answers[0][1]["error"]
    assert "signer address" in answers[1][1]["error"]
    assert "invalid signature" in answers[2][1]["error"]


def test_a_deposit_wallet_and_a_safe_trade_for_their_signer():
    """Types 2 and 3: the wallet holds the money, the signer the key (VENUE §16.2)."""
    venue = Venue()
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    token = venue.market().tokens[0]
    wallets = {2: "0x" + "22" * 20, 3: "0x" + "33" * 20}
    for kind, wallet in wallets.items():
        venue.admin("/sim/accounts", {"address": wallet, "cash_usd": 50})
        more = {"signature_type": kind, "wallet": wallet}

        status, body = ann.buy(token, 3, 30, **more)

        assert (status, body.get("status")) == (200, "live"), body
        path = f"/balance-allowance?asset_type=COLLATERAL&signature_type={kind}"
        assert ann.call("GET", path)[1]["balance"] == "50000000"
        assert bob.buy(token, 3, 30, **more)[0] == 400


def test_the_operators_door_is_locked():
    """L63: nothing changes without the token; only the clock's face is public."""
    venue = Venue()

    assert venue.call("GET", "/sim/clock")[1]["now"] == START
    for method, path in (("POST", "/sim/clock"), ("POST", "/sim/accounts"), ("GET", "/sim/truth")):
        assert venue.call(method, path, b"{}")[0] == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'{"order":1}', b'{"order":{"salt":-1}}', b"[" * 5000]
)
def test_nonsense_gets_the_venues_own_error(body):
    """Never a traceback and never a 500."""
    venue = Venue()
    trader = Trader(venue, "ann")

    answer = venue.call("POST", "/order", body, trader.headers("POST", "/order", body))

    assert answer == (400, {"error": "Invalid order payload"})


def test_a_huge_body_and_an_unknown_path_are_refused_politely():
    """One megabyte is the end."""
    venue = Venue()

    assert venue.call("POST", "/order", b"x" * ((1 << 20) + 1))[0] == 413
    assert venue.call("GET", "/nowhere") == (404, {"error": "Not Found"})
    assert venue.call("GET", "/cancel-all")[0] == 405
