"""What both streams of a running venue say while something of everything happens."""

import json
import tempfile
from collections import defaultdict
from functools import cache
from pathlib import Path

from py_clob_client_v2 import MarketOrderArgs, OrderArgs, OrderPayload
from sdk_trader import SdkTrader
from sim_process import START, running
from websockets.sync.client import connect

SETTLE_S = 4
EVENTS = {
    "book": ("asyncapi", "BookEvent"),
    "price_change": ("asyncapi", "PriceChangeEvent"),
    "last_trade_price": ("asyncapi", "LastTradePriceEvent"),
    "tick_size_change": ("asyncapi", "TickSizeChangeEvent"),
    "best_bid_ask": ("asyncapi", "BestBidAskEvent"),
    "new_market": ("asyncapi", "NewMarketEvent"),
    "market_resolved": ("asyncapi", "MarketResolvedEvent"),
    "order": ("asyncapi-user", "OrderEvent"),
    "trade": ("asyncapi-user", "TradeEvent"),
}
_OVER_S = 1200
_STEP_S = 30


@cache
def heard():
    """Every message of both streams by its event type, in order."""
    found = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "--settle-s", str(SETTLE_S)) as venue,
    ):
        for message in _listen(venue):
            found[message["event_type"]].append(message)
    return found


def _listen(venue):
    """Subscribe to everything, let it happen, and hear it out."""
    trader = SdkTrader(venue)
    creds = trader.client.creds
    market = venue.open_market()
    tokens = json.loads(market["clobTokenIds"])
    auth = {
        "apiKey": creds.api_key,
        "secret": creds.api_secret,
        "passphrase": creds.api_passphrase,
    }
    socket = venue.url.replace("http", "ws", 1)
    with (
        connect(f"{socket}/ws/market") as public,
        connect(f"{socket}/ws/user") as private,
    ):
        asked = {"assets_ids": tokens, "type": "market", "custom_feature_enabled": True}
        public.send(json.dumps(asked))
        private.send(json.dumps({"auth": auth, "type": "user"}))
        yield from _said(public)
        yield from _said(private)
        _trade(trader, tokens[0])
        for at in range(START, START + _OVER_S, _STEP_S):
            venue.post("/sim/clock", {"advance_to": at})
        yield from _said(public)
        yield from _said(private)


def _trade(trader, token):
    """A resting order that is canceled, one that trades at once, and one that is killed."""
    resting = trader.client.create_and_post_order(OrderArgs(token, 0.1, 10, "BUY"))
    order = MarketOrderArgs(token_id=token, amount=10, side="BUY", order_type="FAK")
    signed = trader.client.create_market_order(order)
    # With deferExec the SDK does not wait for the settlement of a standing clock.
    trader.client.post_order(signed, order_type="FAK", defer_exec=True)
    trader.client.cancel_order(OrderPayload(orderID=resting["orderID"]))


def _said(socket):
    """Everything that was said before the answer to a PING, one event at a time."""
    socket.send("PING")
    while (frame := socket.recv(timeout=10)) != "PONG":
        message = json.loads(frame)
        yield from message if isinstance(message, list) else [message]
