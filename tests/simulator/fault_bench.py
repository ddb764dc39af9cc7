"""One application call as a client sees it: an answer with its headers, or a lost connection."""

import asyncio
import json
from dataclasses import dataclass, field

from sim_harness import Trader, Venue


@dataclass(frozen=True)
class Seen:
    """What came back; a status of None says that the connection ended instead."""

    status: int | None
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    waited_s: float = 0

    @property
    def body(self):
        """The decoded JSON."""
        return json.loads(self.text)


def ask(venue, method, path, body=b"", headers=None, client="10.0.0.1"):
    """Call the application; what it would sleep is told and not slept."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        "client": (client, 50_000),
    }
    sent, slept = [], []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    async def sleep(seconds):
        slept.append(seconds)

    venue.application._sleep = sleep
    asyncio.run(venue.application(scope, receive, send))
    if not sent:
        return Seen(None, waited_s=sum(slept))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Seen(sent[0]["status"], sent[1]["body"].decode(), told, sum(slept))


class Bench:
    """A venue with a fault script, and one trader who sees what comes of it."""

    def __init__(self, *lines, **options):
        self.venue = Venue(fault=lines, **options)
        self.trader = Trader(self.venue, "ann")
        self.market = self.venue.market()
        self.token = self.market.tokens[0]

    def order(self, side="BUY", usd=5, cents=99, **more):
        """A signed envelope; a BUY at 99 cents matches at once, one at 1 cent rests."""
        maker = int(usd * 1_000_000)
        taker = maker * 100 // cents // 100 * 100
        return self.trader.sign(self.token, side, maker, taker, **more)

    def send(self, method, path, payload=None):
        """A signed call."""
        body = b"" if payload is None else json.dumps(payload).encode()
        return ask(self.venue, method, path, body, self.trader.headers(method, path, body))

    def post(self, envelope=None):
        """Post an order that matches at once, or the given one."""
        return self.send("POST", "/order", self.order() if envelope is None else envelope)

    def accepted(self):
        """Every order that the venue took, as it stands in truth."""
        return self.venue.truth(self.trader)["orders"]

    def struck(self):
        """How often each line of the script has struck, in its order."""
        return [rule.struck_count for rule in self.venue.box.faults.rules.values()]
