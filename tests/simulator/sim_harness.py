"""The box in process, and traders who sign with the real SDK's own code."""

import asyncio
import base64
import hmac
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account
from eth_utils import keccak
from py_clob_client_v2.order_utils import ExchangeOrderBuilderV2, OrderDataV2
from py_clob_client_v2.signer import Signer
from py_clob_client_v2.signing.eip712 import sign_clob_auth_message

from ltsys.simulator.exchange.eip712 import EXCHANGE, NEG_RISK_EXCHANGE
from ltsys.simulator.options import SimulatorOptions
from ltsys.simulator.server import build_application, build_box

SHARED = Path(__file__).resolve().parents[3] / "shared"
START = 1_790_000_100
ONE = 1_000_000
ADMIN = {"authorization": "Bearer secret"}


class Venue:
    """The application, called without a socket; the clock stands at START."""

    def __init__(self, **options):
        chosen = {"seed": 7, "paused": True, **options}
        if "recording" not in chosen:
            chosen.setdefault("start", START)
        options = SimulatorOptions(**chosen)
        self.box = build_box(options, admin_token="secret")
        self.application = build_application(
            self.box, limits=options.limits, country=options.country
        )

    def call(self, method, path, body=b"", headers=None):
        """Status and decoded body."""
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        }
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        asyncio.run(self.application(scope, receive, send))
        return sent[0]["status"], json.loads(sent[1]["body"])

    def get(self, path):
        """The body of a successful GET."""
        status, body = self.call("GET", path, headers=ADMIN)
        assert status == 200, body
        return body

    def admin(self, path, payload):
        """The body of a successful POST at the operator's door."""
        status, body = self.call("POST", path, json.dumps(payload).encode(), ADMIN)
        assert status == 200, body
        return body

    def move_to(self, at):
        """Move the clock."""
        self.admin("/sim/clock", {"advance_to": at})

    def market(self):
        """An open market of the invented world that starts at START or later."""
        return next(
            market
            for market in self.box.world.markets.values()
            if market.is_open(self.box.now()) and market.starts_at >= START - START % 300
        )

    def truth(self, trader):
        """What really happened to a trader."""
        return self.get(f"/sim/truth?maker={trader.address}")


@dataclass
class Trader:
    """An account with a key, deposited dollars and the habits of the SDK."""

    venue: Venue
    name: str
    cash_usd: str = "1000"
    salts: int = field(default=0)

    def __post_init__(self):
        self.account = Account.from_key(keccak(text=self.name))
        self.address = self.account.address.lower()
        self.signer = Signer("0x" + self.account.key.hex().removeprefix("0x"), 137)
        status, self.creds = self.login("POST", "/auth/api-key")
        assert status == 200
        self.venue.admin("/sim/accounts", {"address": self.address, "cash_usd": self.cash_usd})

    def login(self, method, path, *, nonce=0, at=None, tamper=False):
        """An L1 call."""
        at = int(time.time()) if at is None else at
        signature = sign_clob_auth_message(self.signer, at, nonce + tamper)
        headers = {
            "POLY_ADDRESS": self.account.address,
            "POLY_SIGNATURE": signature,
            "POLY_TIMESTAMP": str(at),
            "POLY_NONCE": str(nonce),
        }
        return self.venue.call(method, path, headers=headers)

    def headers(self, method, path, body=b"", at=None):
        """L2 headers over the raw body."""
        at = str(int(time.time()) if at is None else at)
        secret = base64.urlsafe_b64decode(self.creds["secret"])
        message = (at + method + path.partition("?")[0]).encode() + body
        digest = hmac.digest(secret, message, "sha256")
        return {
            "POLY_ADDRESS": self.account.address,
            "POLY_SIGNATURE": base64.urlsafe_b64encode(digest).decode(),
            "POLY_TIMESTAMP": at,
            "POLY_API_KEY": self.creds["apiKey"],
            "POLY_PASSPHRASE": self.creds["passphrase"],
        }

    def call(self, method, path, payload=None):
        """A signed call."""
        body = b"" if payload is None else json.dumps(payload).encode()
        return self.venue.call(method, path, body, self.headers(method, path, body))

    def sign(self, token, side, maker, taker, *, order_type="GTC", **more):
        """An order envelope for these base units."""
        self.salts += 1
        contract = NEG_RISK_EXCHANGE if more.get("neg_risk") else EXCHANGE
        builder = ExchangeOrderBuilderV2(contract, 137, self.signer, lambda: str(self.salts))
        kind = more.get("signature_type", 0)
        data = OrderDataV2(
            maker=more.get("wallet", self.account.address),
            signer=more.get("wallet") if kind == 3 else self.account.address,
            tokenId=token,
            makerAmount=str(maker),
            takerAmount=str(taker),
            side=0 if side == "BUY" else 1,
            signatureType=kind,
            timestamp="1790000000000",
            builder=more.get("builder", ""),
        )
        signed = builder.build_signed_order(data)
        order = {
            "salt": int(signed.salt),
            "maker": signed.maker,
            "signer": signed.signer,
            "tokenId": token,
            "makerAmount": str(maker),
            "takerAmount": str(taker),
            "side": side,
            "expiration": str(more.get("expiration", 0)),
            "signatureType": kind,
            "timestamp": signed.timestamp,
            "metadata": signed.metadata,
            "builder": signed.builder,
            "signature": signed.signature,
        }
        return {
            "order": order,
            "owner": self.creds["apiKey"],
            "orderType": order_type,
            "deferExec": False,
            "postOnly": more.get("post_only", False),
        }

    def buy(self, token, usd, price_cents, **more):
        """Post a BUY for this many dollars, taker shares cut to four decimals."""
        maker = int(usd * ONE)
        taker = maker * 100 // price_cents // 100 * 100
        return self.call("POST", "/order", self.sign(token, "BUY", maker, taker, **more))

    def sell(self, token, shares, price_cents, **more):
        """Post a SELL of this many shares."""
        maker = int(shares * ONE)
        taker = maker * price_cents // 100 // 100 * 100
        return self.call("POST", "/order", self.sign(token, "SELL", maker, taker, **more))
