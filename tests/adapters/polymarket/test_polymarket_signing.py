"""Orders are signed byte for byte as the venue's own SDK signs them."""

import json
import pickle

import pytest
from polymarket_stub import TEST_ADDRESS, TEST_KEY, recorded

from ltsys.adapters.polymarket import signing
from ltsys.adapters.polymarket.signing import PolymarketSigner, require_fast_backend
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import TokenId
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import OrderTicket, TimeInForce

NAMES = ("std_v2_eoa", "negrisk_v2_eoa", "v3_eoa", "std_v2_safe", "std_v2_1271")
FUNDER = "0x1111111111111111111111111111111111111111"


def ticket_of(order, time_in_force, *, is_neg_risk):
    return OrderTicket(
        token_id=TokenId(order["tokenId"]),
        side=Side(order["side"]),
        maker_units=int(order["makerAmount"]),
        taker_units=int(order["takerAmount"]),
        is_neg_risk=is_neg_risk,
        salt=order["salt"],
        timestamp_ms=int(order["timestamp"]),
        time_in_force=TimeInForce(time_in_force),
        expires_at_s=int(order["expiration"]),
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_orders_come_out_byte_for_byte(name):
    """L02, VENUE §3.2: the id is known before anything is sent."""
    vectors = recorded("order_hash_vectors.json")
    vector = vectors["vectors"][name]
    wire = vector["wire"]
    signer = PolymarketSigner(
        vectors["private_key_TEST_ONLY"],
        137,
        wire["order"]["signatureType"],
        wire["order"]["maker"],
        owner=wire["owner"],
    )
    ticket = ticket_of(wire["order"], wire["orderType"], is_neg_risk="negrisk" in name)

    made = signer._sign_v3(ticket) if name.startswith("v3") else signer.sign(ticket)

    assert made.order_id == vector["order_hash"]
    assert json.dumps(made.envelope) == json.dumps(wire)
    assert made == (signer._sign_v3(ticket) if name.startswith("v3") else signer.sign(ticket))


def test_time_in_force_and_expiry_travel_outside_of_the_hash(signed):
    """VENUE §3.1: two orders that differ only in these share one id; L14: both are honoured."""
    order = signed.envelope["order"]
    signer = PolymarketSigner(TEST_KEY, 137, 0, owner="the-key-id")
    ticket = ticket_of({**order, "expiration": "1782760000"}, "GTD", is_neg_risk=False)

    made = signer.sign(ticket)

    assert made.order_id == signed.order_id
    assert made.envelope["orderType"] == "GTD"
    assert made.envelope["order"]["expiration"] == "1782760000"


def test_the_fast_backend_is_in_use_and_a_slow_one_is_refused(monkeypatch):
    """ENGINE §3.4: signing in plain Python is nine times slower."""
    require_fast_backend()

    monkeypatch.setattr(signing, "get_backend", object)
    with pytest.raises(SettingsError, match="install coincurve"):
        require_fast_backend()


def test_a_signer_never_shows_its_key():
    """L62: not in repr, str, an attribute dump or a pickle."""
    signer = PolymarketSigner(TEST_KEY, 137, 0, owner="owner")

    assert TEST_ADDRESS in repr(signer)
    assert TEST_KEY[2:] not in repr(signer) + str(signer) + str(vars(signer))
    with pytest.raises(TypeError, match="not serialised"):
        pickle.dumps(signer)


@pytest.mark.parametrize("key", ["", "0x12", "not-a-key-at-all", TEST_KEY + "77", "0x" + "zz" * 32])
def test_a_bad_key_is_refused_without_being_quoted(key):
    """L62: the message names the fault and not the key."""
    with pytest.raises(SettingsError) as caught:
        PolymarketSigner(key, 137, 0, owner="o")
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    ("chain", "signature_type", "funder", "match"),
    [
        (1, 0, None, "chain 1"),
        (137, 4, None, "signature type 4"),
        (137, 2, None, "needs the funder"),
        (137, 2, "0x12", "not an address"),
        (137, 0, FUNDER, "pays for itself"),
    ],
)
def test_a_wallet_that_cannot_be_is_refused(chain, signature_type, funder, match):
    with pytest.raises(SettingsError, match=match):
        PolymarketSigner(TEST_KEY, chain, signature_type, funder, owner="o")


def test_a_funder_in_lower_case_signs_as_the_same_wallet():
    mixed = "0xE111180000d2663C0091e4f400237545B87B996B"
    order = recorded("order_hash_vectors.json")["vectors"]["std_v2_safe"]["wire"]["order"]
    ticket = ticket_of(order, "FAK", is_neg_risk=False)

    ids = {
        PolymarketSigner(TEST_KEY, 137, 2, text, owner="o").sign(ticket).order_id
        for text in (mixed, mixed.lower())
    }

    assert len(ids) == 1
