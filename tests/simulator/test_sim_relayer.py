"""The relayer: redemptions without gas, signed as the official client signs them (VENUE §16.4)."""

import json

import pytest
from polymarket._internal.actions.relayer.calls import (
    ctf_merge_positions_call,
    ctf_redeem_positions_call,
    ctf_split_position_call,
    erc20_approval_call,
)
from polymarket._internal.environment import PRODUCTION_CONFIG
from relayer_account import ADAPTERS, KINDS, Account, call
from sim_harness import ONE, START, Venue

RESOLVED_AT = START + 400


@pytest.fixture
def venue():
    """A venue where nobody is paid who does not ask."""
    venue = Venue()
    venue.box.exchange.redeemer.is_automatic = False
    return venue


@pytest.mark.parametrize("kind", KINDS)
def test_a_redemption_pays_once(venue, kind):
    """Winners become dollars, losers vanish, and a second redemption pays nothing."""
    market = venue.market()
    account = Account(venue, kind)
    for token in market.tokens:
        account.buy(token, 5, 99)
    held = [account.shares(token) for token in market.tokens]
    venue.move_to(RESOLVED_AT)
    before = account.cash()
    redeem = call(ctf_redeem_positions_call, market)

    first = account.done([redeem])
    paid = account.cash() - before
    second = account.done([redeem])

    assert first["state"] == second["state"] == "STATE_CONFIRMED"
    assert paid == sum(
        units * payout // ONE for units, payout in zip(held, market.payouts, strict=True)
    )
    assert paid > 0
    assert account.cash() - before == paid
    assert [account.shares(token) for token in market.tokens] == [0, 0]
    assert first["transaction_hash"] != second["transaction_hash"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_carried_out_call_by_call(venue, kind):
    """An approval, which does nothing here, a split, and a merge of half of it."""
    market = venue.market()
    account = Account(venue, kind)
    approval = erc20_approval_call(
        token_address=PRODUCTION_CONFIG.collateral_token,
        spender=ADAPTERS[False],
        amount=1,
    )
    split = call(ctf_split_position_call, market, amount=10 * ONE)

    account.done([approval, split])
    account.done([call(ctf_merge_positions_call, market, amount=4 * ONE)])

    assert [account.shares(token) for token in market.tokens] == [6 * ONE, 6 * ONE]
    assert account.cash() == 994 * ONE
    rows = venue.get(f"/activity?user={account.wallet}&type=SPLIT,MERGE")
    assert [(row["type"], row["size"], row["outcomeIndex"]) for row in rows] == [
        ("MERGE", 4, 999),
        ("SPLIT", 10, 999),
    ]
    held = venue.get(f"/positions?user={account.wallet}")
    assert [(row["size"], row["avgPrice"], row["mergeable"]) for row in held] == [
        (6, 0.5, True)
    ] * 2


def test_states_follow_simulated_time(venue):
    """New, executed with a hash, mined, confirmed; nothing happens before it is mined."""
    market = venue.market()
    account = Account(venue, "SAFE")
    split = call(ctf_split_position_call, market, amount=ONE)
    _, answer = account.submit(account.payload([split]))
    path = f"/transaction?id={answer['transactionID']}"
    seen = []

    for second in (0, 2, 5, 6, 36):
        venue.move_to(START + second)
        (row,) = venue.get(path)
        seen.append((row["state"], bool(row["transactionHash"]), account.cash() == 999 * ONE))

    assert seen == [
        ("STATE_NEW", False, False),
        ("STATE_EXECUTED", True, False),
        ("STATE_EXECUTED", True, False),
        ("STATE_MINED", True, True),
        ("STATE_CONFIRMED", True, True),
    ]


def test_what_would_revert_is_invalid_and_what_reverts_later_fails(venue):
    """A redemption before the resolution; a split whose dollars are gone when it is mined."""
    market = venue.market()
    account = Account(venue, "SAFE")
    split = call(ctf_split_position_call, market, amount=900 * ONE)

    early = account.done([call(ctf_redeem_positions_call, market)])
    _, first = account.submit(account.payload([split]))
    _, second = account.submit(account.payload([split]))
    venue.move_to(START + 160)

    assert (early["state"], early["transaction_hash"]) == ("STATE_INVALID", "")
    assert "not received yet" in early["error_msg"]
    states = [venue.get(f"/transaction?id={each['transactionID']}") for each in (first, second)]
    assert [rows[0]["state"] for rows in states] == ["STATE_CONFIRMED", "STATE_FAILED"]
    assert account.cash() == 100 * ONE


def test_a_wrong_adapter_redeems_nothing(venue):
    """A standard market's shares do not go through the negative-risk adapter."""
    market = venue.market()
    account = Account(venue, "SAFE")
    account.buy(market.tokens[0], 5, 99)
    venue.move_to(RESOLVED_AT)
    held = account.shares(market.tokens[0])

    outcome = account.done([call(ctf_redeem_positions_call, market, neg_risk=True)])

    assert outcome["state"] == "STATE_INVALID"
    assert account.shares(market.tokens[0]) == held


def test_a_nonce_is_used_once_and_a_busy_wallet_waits(venue):
    """The retryable refusals, in the words that the official client looks for."""
    market = venue.market()
    account = Account(venue, "WALLET")
    split = call(ctf_split_position_call, market, amount=ONE)
    payload = account.payload([split])
    account.submit(payload)

    busy = account.submit(account.payload([split]))
    venue.move_to(START + 3)
    in_flight = account.submit(account.payload([split]))
    venue.move_to(START + 60)
    replayed = account.submit(payload)

    assert (busy[0], in_flight[0], replayed[0]) == (400, 400, 400)
    assert "active action" in busy[1]["error"]
    assert in_flight[1]["error"] == "wallet has in-flight action"
    assert replayed[1]["error"] == "batch nonce 0 does not match on-chain nonce 1"
    assert account.cash() == 999 * ONE


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_else_can_move_a_wallet(venue, kind):
    """Neither by signing for a stranger's wallet nor by changing what was signed."""
    market = venue.market()
    owner, thief = Account(venue, kind), Account(venue, kind, "bob")
    split = call(ctf_split_position_call, market, amount=ONE)
    stolen = thief.payload([split])
    thief.wallet = owner.wallet
    foreign = thief.payload([split])
    changed = json.loads(json.dumps(stolen))
    changed["nonce"] = "1"

    assert thief.submit(foreign)[1]["error"] == "wallet is not owned by the signer"
    assert thief.submit(changed)[1]["error"] == "invalid signature"
    assert thief.submit(stolen)[0] == 200


def test_a_key_is_wanted_and_lists_its_own(venue):
    """A builder's signature, or a relayer key with its address."""
    account, other = Account(venue, "SAFE"), Account(venue, "SAFE", "bob")
    split = call(ctf_split_position_call, venue.market(), amount=ONE)
    account.submit(account.payload([split]))
    key = {
        "RELAYER_API_KEY": account.builder["key"],
        "RELAYER_API_KEY_ADDRESS": account.signer.address,
    }
    stranger = key | {"RELAYER_API_KEY_ADDRESS": other.signer.address}

    listed = venue.call("GET", "/transactions", headers=key)
    others = venue.call("GET", "/transactions", headers=other.headers("GET", "/transactions"))
    refused = venue.call("GET", "/transactions", headers=stranger)

    assert [row["proxyAddress"] for row in listed[1]] == [account.wallet]
    assert others == (200, [])
    assert refused == (401, {"error": "invalid authorization"})
    assert venue.call("POST", "/submit", b"{}") == (401, {"error": "invalid authorization"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"type":"SAFE"}',
        b'{"type":"WALLET","depositWalletParams":{"calls":[1]}}',
    ],
)
def test_nonsense_is_refused(venue, body):
    """Whatever is sent, the relayer says 400 in its own shape."""
    account = Account(venue, "SAFE")

    status, answer = venue.call("POST", "/submit", body, account.headers("POST", "/submit", body))

    assert status == 400
    assert set(answer) == {"error"}


def test_a_wallet_is_deployed_once_it_holds_something(venue):
    """Also after its creation through the relayer."""
    account = Account(venue, "WALLET")
    fresh = "0x" + "77" * 20

    assert venue.get(f"/deployed?address={account.wallet}&type=WALLET") == {"deployed": True}
    assert venue.get(f"/deployed?address={fresh}") == {"deployed": False}
    creation = {
        "type": "SAFE-CREATE",
        "from": account.signer.address,
        "to": fresh,
        "proxyWallet": fresh,
    }
    assert account.submit(creation)[0] == 200
    venue.move_to(START + 10)
    assert venue.get(f"/deployed?address={fresh}") == {"deployed": True}
