"""Keys that only read, keys of builders, and accounts whose trading is restricted."""

import base64
import hmac
import time

import pytest
from py_clob_client_v2.order_utils import ExchangeOrderBuilderV2, OrderDataV2
from sim_harness import ONE, Trader

from ltsys.simulator.exchange import eip712
from ltsys.simulator.exchange.envelope import decode

REFUSED = (401, {"error": "Unauthorized/Invalid api key"})


def builder_headers(key, method, path):
    """The headers of a builder key: the recipe of VENUE §2.2 under other names (§16.4)."""
    at = str(int(time.time()))
    secret = base64.urlsafe_b64decode(key["secret"])
    digest = hmac.digest(secret, f"{at}{method}{path}".encode(), "sha256")
    return {
        "POLY_BUILDER_API_KEY": key["key"],
        "POLY_BUILDER_TIMESTAMP": at,
        "POLY_BUILDER_PASSPHRASE": key["passphrase"],
        "POLY_BUILDER_SIGNATURE": base64.urlsafe_b64encode(digest).decode(),
    }


def test_a_readonly_key_reads_and_does_not_trade(venue, ann, token):
    """VENUE §2.1: it shows its wallet's orders, and opens nothing that changes anything."""
    ann.buy(token, 3, 10)
    key = ann.call("POST", "/auth/readonly-api-key")[1]["apiKey"]
    headers = {"POLY_READONLY_API_KEY": key, "POLY_ADDRESS": ann.account.address}

    status, orders = venue.call("GET", "/data/orders", headers=headers)

    assert (status, orders["count"]) == (200, 1)
    assert venue.call("GET", "/balance-allowance", headers=headers)[0] == 200
    for method, path in (
        ("POST", "/order"),
        ("DELETE", "/cancel-all"),
        ("POST", "/v1/heartbeats"),
        ("DELETE", "/notifications"),
        ("POST", "/auth/readonly-api-key"),
    ):
        assert venue.call(method, path, b"{}", headers) == REFUSED
    stranger = {**headers, "POLY_ADDRESS": "0x" + "11" * 20}
    assert venue.call("GET", "/data/orders", headers=stranger) == REFUSED


def test_readonly_keys_are_listed_and_deleted(venue, ann):
    """Only one's own."""
    bob = Trader(venue, "bob")
    first, second = (ann.call("POST", "/auth/readonly-api-key")[1]["apiKey"] for _ in range(2))

    assert ann.call("GET", "/auth/readonly-api-keys")[1] == [first, second]
    assert bob.call("DELETE", "/auth/readonly-api-key", {"key": first})[0] == 400
    assert ann.call("DELETE", "/auth/readonly-api-key", {"key": first}) == (200, True)
    assert ann.call("GET", "/auth/readonly-api-keys")[1] == [second]


def test_builder_keys_are_made_listed_and_revoked(venue, ann):
    """VENUE §2.1: by the key's own signature, by name, or the newest."""
    path = "/auth/builder-api-key"
    keys = [ann.call("POST", path)[1] for _ in range(3)]

    signed = venue.call("DELETE", path, headers=builder_headers(keys[0], "DELETE", path))
    left = ann.call("GET", path)[1]
    named = ann.call("DELETE", path, {"key": keys[1]["key"]})
    newest = ann.call("DELETE", path)

    assert left == [keys[1]["key"], keys[2]["key"]]
    assert [signed, named, newest] == [(200, "OK")] * 3
    assert ann.call("GET", path)[1] == []
    assert ann.call("DELETE", path)[0] == 400
    stale = builder_headers(keys[0], "DELETE", path)
    assert venue.call("DELETE", path, headers=stale) == REFUSED


def test_a_closed_only_account_may_sell(venue, ann, token):
    """VENUE §6: and says so of itself."""
    ann.buy(token, 10, 60, order_type="FAK")
    venue.box.exchange.accounts.set_standing(ann.address, "closed_only")

    status, body = ann.buy(token, 3, 10)

    assert (status, body["error"]) == (400, f"'{ann.address}' address in closed only mode")
    assert ann.call("GET", "/auth/ban-status/closed-only")[1] == {"closed_only": True}
    assert ann.sell(token, 5, 90)[1]["status"] == "live"


def test_a_banned_account_may_only_leave(venue, ann, token):
    """VENUE §6: reading and canceling still work."""
    order_id = ann.buy(token, 3, 10)[1]["orderID"]
    venue.box.exchange.accounts.set_standing(ann.address, "banned")

    status, body = ann.sell(token, 5, 90)

    assert (status, body["error"]) == (400, f"'{ann.address}' address banned")
    assert ann.call("DELETE", "/order", {"orderID": order_id})[1]["canceled"] == [order_id]
    venue.box.exchange.accounts.set_standing(ann.address, "good")
    assert ann.buy(token, 3, 10)[0] == 200


def test_an_order_of_the_first_protocol_is_refused(ann, token):
    """VENUE §0, §17: order_version_mismatch, whatever its signature."""
    envelope = ann.sign(token, "BUY", 1_000_000, 10_000_000)
    del envelope["order"]["timestamp"], envelope["order"]["metadata"], envelope["order"]["builder"]
    envelope["order"] |= {"nonce": "0", "feeRateBps": "0", "taker": "0x" + "0" * 40}

    answer = ann.call("POST", "/order", envelope)

    assert answer == (400, {"error": "order_version_mismatch"})


def test_an_order_without_a_time_has_an_invalid_nonce(ann, token):
    """The time of creation took the nonce's place (VENUE §3.1)."""
    builder = ExchangeOrderBuilderV2(eip712.EXCHANGE, 137, ann.signer, lambda: "1")
    data = OrderDataV2(
        maker=ann.account.address,
        signer=ann.account.address,
        tokenId=token,
        makerAmount="1000000",
        takerAmount="10000000",
        side=0,
        signatureType=0,
        timestamp="00",
    )
    envelope = ann.sign(token, "BUY", 1_000_000, 10_000_000)
    signed = builder.build_signed_order(data)
    envelope["order"] |= {"salt": 1, "timestamp": "0", "signature": signed.signature}

    assert ann.call("POST", "/order", envelope) == (400, {"error": "invalid nonce"})


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_wallets_order_must_be_signed_by_its_owner(venue, ann, token, kind):
    """VENUE §3.6, §16.2: types 1 to 3, signed by somebody else, or for another contract."""
    bob = Trader(venue, "bob")
    more = {"signature_type": kind, "wallet": "0x" + f"{kind}{kind}" * 20}
    good = ann.sign(token, "BUY", 1_000_000, 10_000_000, **more)
    forged = bob.sign(token, "BUY", 1_000_000, 10_000_000, **more)
    forged["owner"], forged["order"]["signer"] = good["owner"], good["order"]["signer"]
    elsewhere = ann.sign(token, "BUY", 1_000_000, 10_000_000, neg_risk=True, **more)

    for envelope in (forged, elsewhere):
        status, body = ann.call("POST", "/order", envelope)
        assert status == 400
        assert "invalid signature" in body["error"]
    venue.admin("/sim/accounts", {"address": more["wallet"], "cash_usd": 5})
    assert ann.call("POST", "/order", good)[1]["status"] == "live"


def test_a_position_of_the_second_protocol_is_hashed_under_its_own_exchange(ann):
    """VENUE §0: domain version 3, the third contract, the same struct."""
    position = str((1 << 248) | (77 << 104) | 1)
    builder = ExchangeOrderBuilderV2(eip712.EXCHANGE_V3, 137, ann.signer, lambda: "1", "3")
    data = OrderDataV2(
        maker=ann.account.address,
        signer=ann.account.address,
        tokenId=position,
        makerAmount=str(5 * ONE),
        takerAmount=str(10 * ONE),
        side=0,
        signatureType=0,
        timestamp="1790000000000",
    )
    signed = builder.build_signed_order(data)
    envelope = ann.sign(position, "BUY", 5 * ONE, 10 * ONE)
    envelope["order"] |= {"salt": 1, "signature": signed.signature}

    order = decode(envelope).signed
    digest = eip712.signing_hash(
        eip712.exchange_domain(order.token_id, neg_risk=False), eip712.struct_hash(order)
    )

    assert "0x" + digest.hex() == builder.build_order_hash(builder.build_order_typed_data(signed))
    assert eip712.exchange_of(order.token_id, neg_risk=True) == eip712.EXCHANGE_V3
