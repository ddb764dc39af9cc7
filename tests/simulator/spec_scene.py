"""A venue where something of everything has happened, and calls that are made to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from polymarket._internal.actions.relayer.calls import ctf_split_position_call
from relayer_account import Account
from relayer_account import call as adapter_call
from sim_harness import ONE, START, Trader, Venue

SETTLE_S = 4
_PAUSE_S = 60
_DAY_S = 86_400


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: an operation of a document, its path, who signs it, and the status to expect.

    `path` holds names of the scene in braces; `body` makes the payload from the scene. With a
    `nonce` the wallet itself signs, not its key.
    """

    document: str
    operation: str
    path: str
    status: int = 200
    by: str = ""
    nonce: int | None = None
    body: Callable[["Scene"], object] | None = None

    def __str__(self):
        return f"{self.document} {self.operation} {self.status} {self.path}"


class Scene:
    """Ann has rested, bought and been killed; Bob, Cid and Dan have an order each to lose; Eve acts
    through the relayer.

    All of that twice: of the first time everything is settled, of the second time nothing.
    """

    def __init__(self):
        self.venue = Venue(settle_s=SETTLE_S)
        self.market = self.venue.market()
        self.traders = {name: Trader(self.venue, name) for name in ("ann", "bob", "cid", "dan")}
        self.ann = self.traders["ann"]
        self.traders["eve"] = Account(self.venue, "SAFE", "eve")
        up, down = self.market.tokens
        self.names = {
            "up": up,
            "down": down,
            "condition": self.market.condition_id,
            "slug": self.market.slug,
            "gamma_id": self.market.gamma_id,
            "ann": self.ann.address,
            "leader": self.venue.box.world.leaders[0],
            "start": START - _DAY_S,
            "nobody": "0x" + "ab" * 20,
            "no_order": "0x" + "cd" * 32,
            "no_token": "1234567890",
        }
        self._trade(up)
        self.venue.move_to(START + _PAUSE_S)
        self._trade(up)
        self._name_the_event()
        self.names["transaction"] = self.traders["eve"].submit(split(self))[1]["transactionID"]

    def _name_the_event(self):
        shown = self.venue.get(f"/markets/slug/{self.market.slug}")
        event = shown["events"][0]
        tag = event["tags"][0]
        self.names |= {"event_id": event["id"], "event_slug": event["slug"]}
        self.names |= {"tag_id": tag["id"], "tag_slug": tag["slug"]}

    def _trade(self, up):
        self.names["resting"] = self.ann.buy(up, 3, 10)[1]["orderID"]
        bought = self.ann.buy(up, 20, 99, order_type="FAK")[1]
        self.names |= {"matched": bought["orderID"], "trade": bought["tradeIDs"][0]}
        self.ann.buy(up, 3, 1, order_type="FAK")
        for name in ("bob", "cid", "dan"):
            self.names[f"{name}_order"] = self.traders[name].buy(up, 3, 10)[1]["orderID"]

    def make(self, call):
        """Status and body of the answer to a call."""
        method = call.operation.split(" ")[0]
        path = call.path.format(**self.names)
        if call.nonce is not None:
            return self.traders[call.by].login(method, path, nonce=call.nonce)
        payload = None if call.body is None else call.body(self)
        if call.by:
            return self.traders[call.by].call(method, path, payload)
        body = b"" if payload is None else json.dumps(payload).encode()
        return self.venue.call(method, path, body)


def split(scene):
    """A signed submission of Eve's: a dollar into a pair of shares."""
    eve = scene.traders["eve"]
    return eve.payload([adapter_call(ctf_split_position_call, scene.market, amount=ONE)])
