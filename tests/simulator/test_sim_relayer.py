"""The relayer: redemptions without gas, signed as the official client signs them (VENUE §16.4)."""

import base64
import hmac
import json
import time

import pytest
from polymarket._internal.actions.relayer.calls import (
    ctf_merge_positions_call,
    ctf_redeem_positions_call,
    ctf_split_position_call,
    encode_proxy_call,
    encode_safe_multisend_call,
    erc20_approval_call,
)
from polymarket._internal.actions.relayer.gasless import (
    build_deposit_wallet_payload,
    build_proxy_payload,
    build_safe_payload,
)
from polymarket._internal.actions.relayer.signing.deposit_wallet import sign_deposit_wallet_batch
from polymarket._internal.actions.relayer.signing.proxy import (
    build_proxy_transaction_hash,
    sign_proxy_message,
)
from polymarket._internal.actions.relayer.signing.safe import sign_safe_transaction
from polymarket._internal.environment import PRODUCTION_CONFIG
from sim_harness import ONE, START, Trader, Venue

KINDS = {"PROXY": 1, "SAFE": 2, "WALLET": 3}
RESOLVED_AT = START + 400


class Account:
    """A trader with a contract wallet, whose calls go through the relayer."""

    def __init__(self, venue, kind, name="ann"):
        self.venue, self.kind = venue, kind
        self.trader = Trader(venue, name)
        self.signer = self.trader.account
        self.wallet = "0x" + name.encode().hex().rjust(40, "c")
        funding = {
            "address": self.wallet,
            "cash_usd": "1000",
            "signer": self.trader.address,
            "signature_type": KINDS[kind],
        }
        venue.admin("/sim/accounts", funding)
        _, self.builder = self.trader.call("POST", "/auth/builder-api-key", {})

    def buy(self, token, usd, price_cents):
        more = {"wallet": self.wallet, "signature_type": KINDS[self.kind], "order_type": "FAK"}
        status, answer = self.trader.buy(token, usd, price_cents, **more)
        assert status == 200, answer

    def nonce(self):
        query = f"address={self.signer.address}&type={self.kind}"
        return self.venue.get(f"/v1/account/transactions/params?{query}")["nonce"]

    def payload(self, calls, nonce=None):
        """A signed submission as the official client builds it."""
        nonce = self.nonce() if nonce is None else nonce
        return {"PROXY": self._proxy, "SAFE": self._safe, "WALLET": self._batch}[self.kind](
            calls, nonce
        )

    def submit(self, payload):
        body = json.dumps(payload).encode()
        return self.venue.call("POST", "/submit", body, self.headers("POST", "/submit", body))

    def headers(self, method, path, body=b""):
        """The builder's signature over the raw body."""
        at = str(int(time.time()))
        secret = base64.urlsafe_b64decode(self.builder["secret"])
        digest = hmac.digest(secret, (at + method + path).encode() + body, "sha256")
        return {
            "POLY_BUILDER_API_KEY": self.builder["key"],
            "POLY_BUILDER_PASSPHRASE": self.builder["passphrase"],
            "POLY_BUILDER_SIGNATURE": base64.urlsafe_b64encode(digest).decode(),
            "POLY_BUILDER_TIMESTAMP": at,
        }

    def done(self, calls):
        """The state of a transaction that was given time to reach its end."""
        status, answer = self.submit(self.payload(calls))
        assert (status, answer["state"]) == (200, "STATE_NEW"), answer
        self.venue.move_to(self.venue.box.clock.now() + 60)
        return self.venue.get(f"/v1/account/transactions/{answer['transactionID']}")

    def cash(self):
        return self.venue.box.exchange.ledger.cash[self.wallet]

    def shares(self, token):
        return self.venue.box.exchange.ledger.shares[self.wallet].get(token, 0)

    def _safe(self, calls, nonce):
        target, data, operation = calls[0].to, calls[0].data, 0
        if len(calls) > 1:
            target, operation = PRODUCTION_CONFIG.safe_multisend, 1
            data = encode_safe_multisend_call(calls)
        signature = sign_safe_transaction(
            self.signer,
            safe_address=self.wallet,
            to=target,
            data=data,
            value=0,
            operation=operation,
            nonce=nonce,
            chain_id=137,
        )
        return build_safe_payload(
            signer_address=self.signer.address,
            wallet=self.wallet,
            target=target,
            data=data,
            value=0,
            operation=operation,
            nonce=nonce,
            signature=signature,
            metadata="",
        )

    def _proxy(self, calls, nonce):
        query = f"address={self.signer.address}&type=PROXY"
        relay = self.venue.get(f"/relay-payload?{query}")["address"]
        factory, hub = (
            PRODUCTION_CONFIG.wallet_derivation.proxy_factory,
            PRODUCTION_CONFIG.relay_hub,
        )
        data = encode_proxy_call(calls)
        digest = build_proxy_transaction_hash(
            from_address=self.signer.address,
            to=factory,
            data=data,
            relayer_fee="0",
            gas_price="0",
            gas_limit="200000",
            nonce=nonce,
            relay_hub=hub,
            relay=relay,
        )
        return build_proxy_payload(
            signer_address=self.signer.address,
            proxy_factory=factory,
            wallet=self.wallet,
            data=data,
            nonce=nonce,
            signature=sign_proxy_message(self.signer, digest),
            gas_limit="200000",
            relay=relay,
            relay_hub=hub,
            metadata="",
        )

    def _batch(self, calls, nonce):
        deadline = str(int(time.time()) + 600)
        signature = sign_deposit_wallet_batch(
            self.signer,
            wallet=self.wallet,
            calls=calls,
            nonce=nonce,
            deadline=deadline,
            chain_id=137,
        )
        return build_deposit_wallet_payload(
            signer_address=self.signer.address,
            deposit_wallet_factory=PRODUCTION_CONFIG.wallet_derivation.deposit_wallet_factory,
            wallet=self.wallet,
            calls=calls,
            nonce=nonce,
            deadline=deadline,
            signature=signature,
            metadata="",
        )


ADAPTERS = {
    False: PRODUCTION_CONFIG.collateral_adapter,
    True: PRODUCTION_CONFIG.neg_risk_collateral_adapter,
}
TARGETS = {ctf_redeem_positions_call: "ctf"}


def call(build, market, *, neg_risk=False, **more):
    """A call of a collateral adapter, which has the functions of the contract behind it."""
    return build(
        **{TARGETS.get(build, "target"): ADAPTERS[neg_risk]},
        collateral=PRODUCTION_CONFIG.collateral_token,
        condition_id=market.condition_id,
        **more,
    )


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
