"""A trader with a contract wallet, whose calls go through the relayer as his own client's do."""

import base64
import hmac
import json
import time

from polymarket._internal.actions.relayer.calls import (
    ctf_redeem_positions_call,
    encode_proxy_call,
    encode_safe_multisend_call,
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
from sim_harness import Trader

KINDS = {"PROXY": 1, "SAFE": 2, "WALLET": 3}
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
        return self.call("POST", "/submit", payload)

    def call(self, method, path, payload=None):
        """A call that the builder signs."""
        body = b"" if payload is None else json.dumps(payload).encode()
        signed_path, _, _ = path.partition("?")
        return self.venue.call(method, path, body, self.headers(method, signed_path, body))

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
