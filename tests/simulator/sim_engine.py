"""The exchange alone, over a small world whose prices and ends a test chooses."""

from dataclasses import dataclass, field
from hashlib import sha256

from coincurve import PrivateKey
from eth_utils import keccak

from ltsys.simulator.exchange import eip712
from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.exchange.exchange import Exchange
from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import Market, PricePoint
from ltsys.simulator.world.quotes import House
from ltsys.simulator.world.world import World

T0 = 1_790_000_000
ENDS_S, RESOLVES_S = 600, 660


def market(number=0, **more):
    """A market that is open from T0 on for ten minutes and resolves a minute later."""
    digest = sha256(f"market {number}".encode()).hexdigest()
    chosen = {
        "condition_id": "0x" + digest,
        "gamma_id": str(number),
        "slug": f"market-{number}",
        "title": f"Market {number}",
        "category": "crypto",
        "outcomes": ("Yes", "No"),
        "tokens": (str(10**75 + 2 * number), str(10**75 + 2 * number + 1)),
        "opens_at": T0 - 100,
        "starts_at": T0,
        "ends_at": T0 + ENDS_S,
        "resolves_at": T0 + RESOLVES_S,
        "payouts": (ONE, 0),
    }
    return Market(**{**chosen, **more})


class Facts:
    """A source that knows everything from the start."""

    start, end = T0, None

    def __init__(self, markets, prices):
        self._markets, self._prices = markets, prices

    def extend(self, world, until):  # noqa: ARG002 - a protocol's signature
        """Tell all of it, once."""
        markets, self._markets = self._markets, []
        for each in markets:
            world.add_market(each)
            for at, price in self._prices:
                world.add_price(each, PricePoint(T0 + at, 0, price))

    def report(self):
        """Nothing was read."""
        return {}


class Absent(House):
    """A house that quotes nothing."""

    def quotes(self, market, point):  # noqa: ARG002 - the house's signature
        """No levels on either side."""
        return (), ()


class Engine:
    """An exchange at T0; every market's first outcome last traded at the given prices."""

    def __init__(self, *, markets=None, prices=((0, 500_000),), settle_s=0.0, house=True):
        self.markets = markets or [market()]
        facts = Facts(list(self.markets), list(prices))
        self.world = World(facts, house=House() if house else Absent())
        self.exchange = Exchange(self.world, settle_s=settle_s)
        self.events = []
        self.exchange.events.listen(self.events.append)
        self.now = float(T0)
        self.move(0)

    def move(self, seconds):
        """Let simulated time pass."""
        self.now += seconds
        self.exchange.advance(self.now)

    def user(self, name, usd=1000, pairs=0):
        """A trader with dollars, of which some are split into pairs of each market."""
        user = User(self, name)
        self.exchange.ledger.deposit(user.address, (usd + pairs * len(self.markets)) * ONE)
        for each in self.markets:
            self.exchange.split(user.address, each, pairs * ONE, self.now)
        return user

    def told(self, kind):
        """The events of one class, in the order of their telling."""
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class User:
    """A trader who signs by the simulator's own arithmetic, which the SDK's vectors prove."""

    engine: Engine
    name: str
    salts: int = field(default=0)

    def __post_init__(self):
        self.private = PrivateKey(keccak(text=self.name))
        public = self.private.public_key.format(compressed=False)[1:]
        self.address = "0x" + keccak(public)[-20:].hex()
        self.key = ApiKey(f"key-{self.name}", "", "", self.address, b"")

    def sign(self, token, side, maker, taker, *, order_type="GTC", **more):
        """An order envelope for these base units."""
        self.salts += 1
        market, _ = self.engine.world.by_token[token]
        signed = eip712.SignedFields(
            salt=self.salts,
            maker=self.address,
            signer=self.address,
            token_id=int(token),
            maker_amount=maker,
            taker_amount=taker,
            side=0 if side == "BUY" else 1,
            signature_type=0,
            timestamp=T0 * 1000,
            metadata=bytes(32),
            builder=bytes.fromhex(more.get("builder", "00" * 32)),
        )
        domain = eip712.exchange_domain(int(token), neg_risk=market.neg_risk)
        digest = eip712.signing_hash(domain, eip712.struct_hash(signed))
        signature = self.private.sign_recoverable(digest, hasher=None)
        order = {
            "salt": signed.salt,
            "maker": signed.maker,
            "signer": signed.signer,
            "tokenId": token,
            "makerAmount": str(maker),
            "takerAmount": str(taker),
            "side": side,
            "expiration": str(more.get("expiration", 0)),
            "signatureType": 0,
            "timestamp": str(signed.timestamp),
            "metadata": "",
            "builder": "0x" + signed.builder.hex(),
            "signature": "0x" + signature.hex(),
        }
        return {
            "order": order,
            "owner": self.key.key,
            "orderType": order_type,
            "deferExec": False,
            "postOnly": more.get("post_only", False),
        }

    def post(self, payload):
        """Submit an envelope."""
        return self.engine.exchange.submit(self.key, payload, self.engine.now)

    def buy(self, token, shares, cents, **more):
        """Post a BUY of whole shares."""
        amounts = shares * cents * ONE // 100, shares * ONE
        return self.post(self.sign(token, "BUY", *amounts, **more))

    def sell(self, token, shares, cents, **more):
        """Post a SELL of whole shares."""
        amounts = shares * ONE, shares * cents * ONE // 100
        return self.post(self.sign(token, "SELL", *amounts, **more))

    def cash(self):
        """Dollars in units."""
        return self.engine.exchange.ledger.balance(self.address, "")

    def held(self, token):
        """Shares in units."""
        return self.engine.exchange.ledger.balance(self.address, token)
