"""What was recorded from the venue and what the simulator writes are read by the same models.

The models are our own adapter's where it has one, else the schema of the venue's document; the
messages of the market stream are read by the venue's newest SDK.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import islice

import pytest
from polymarket.models.clob.market_events import parse_market_event
from sim_harness import SHARED
from spec_differences import KNOWN
from spec_documents import document
from spec_scene import Call, Scene
from spec_streams import heard

from ltsys.adapters.polymarket import wire

NAUTILUS = "recorded/nautilus_rust"
OTHERS = "recorded/third_party/*"
MOST_LINES = 500
PARTS = {"Rewards": "Market", "Holder": "MetaHolder"}
"""Schemas that are recorded only inside another."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One sort of payload: where it was recorded, what the simulator is asked, who reads it.

    `heard` is the event type of a message that the streams tell unasked. `is_genuine` is false
    for recordings that were partly made by hand: their fields are read, but their types prove
    nothing.
    """

    recorded: tuple[str, ...]
    asked: tuple[str, ...] = ()
    heard: str = ""
    by: str = ""
    method: str = "GET"
    body: Callable[[Scene], object] | None = None
    reads: Callable[[object], object]
    status: int | None = 200
    is_genuine: bool = True


def as_model(shape):
    """Reads a row as one of the adapter's models."""
    return lambda row: wire.parse(shape, json.dumps(row))


def as_schema(name, schema):
    """Reads a row as a schema of a document, known differences apart; more fields are no matter."""

    def read(row):
        known = {each.difference for each in KNOWN}
        found = document(name).of_message(schema, row) - known
        assert {each for each in found if each.rule != "undocumented"} == set()

    return read


KINDS = {
    "book": Kind(
        recorded=(f"{OTHERS}/clob-books.json", f"{OTHERS}/clob_orderbook_sample.json"),
        asked=("/book?token_id={up}", "/book?token_id={down}"),
        reads=as_model(wire.BookRow),
    ),
    "book of the document": Kind(
        recorded=(f"{OTHERS}/clob-books.json", f"{OTHERS}/clob_orderbook_sample.json"),
        asked=("/book?token_id={up}",),
        reads=as_schema("clob", "OrderBookSummary"),
    ),
    "tick size": Kind(
        recorded=(f"{OTHERS}/clob_tick_size_sample.json",),
        asked=("/tick-size?token_id={up}",),
        reads=as_schema("clob", "TickSize"),
    ),
    "fee rate": Kind(
        recorded=(f"{OTHERS}/clob_fee_rate_[cz]*.json",),
        asked=("/fee-rate?token_id={up}",),
        reads=as_schema("clob", "FeeRate"),
    ),
    "compact market": Kind(
        recorded=(f"{OTHERS}/clob-markets.json",),
        asked=("/clob-markets/{condition}",),
        reads=as_schema("clob", "ClobMarketDetails"),
    ),
    "long market": Kind(
        recorded=(f"{NAUTILUS}/clob_market_closed_*.json",),
        asked=("/markets/{condition}",),
        reads=as_schema("clob", "Market"),
    ),
    "gamma market": Kind(
        recorded=(
            f"{NAUTILUS}/gamma_market*.json",
            f"{OTHERS}/gamma_*market*.json",
            "data/gamma/markets.jsonl.gz",
        ),
        asked=("/markets?limit=100", "/markets?limit=100&closed=true"),
        reads=as_model(wire.MarketRow),
    ),
    "gamma event": Kind(
        recorded=(f"{NAUTILUS}/gamma_event.json", f"{OTHERS}/gamma-event.json"),
        asked=("/events?limit=20", "/events/{event_id}"),
        reads=as_schema("gamma", "Event"),
    ),
    "gamma tag": Kind(
        recorded=(f"{NAUTILUS}/gamma_tags.json",),
        asked=("/tags",),
        reads=as_schema("gamma", "Tag"),
    ),
    "activity": Kind(
        recorded=(f"{OTHERS}/activity_sample.json", "data/data_api/other_activity.jsonl.gz"),
        asked=("/activity?user={leader}&limit=500", "/activity?user={ann}"),
        reads=as_model(wire.ActivityRow),
    ),
    "trade of the data api": Kind(
        recorded=(
            f"{OTHERS}/data_api_trades_global_sample.json",
            f"{NAUTILUS}/data_api_trades_response.json",
            "data/data_api/trades.jsonl.gz",
        ),
        asked=("/trades?limit=500",),
        reads=as_schema("data", "Trade"),
    ),
    "position": Kind(
        recorded=(f"{OTHERS}/data_api_positions_sample.json",),
        asked=("/positions?user={ann}&sizeThreshold=0",),
        reads=as_schema("data", "Position"),
    ),
    "value": Kind(
        recorded=(f"{OTHERS}/data_api_value_sample.json",),
        asked=("/value?user={ann}",),
        reads=as_schema("data", "Value"),
    ),
    "holders": Kind(
        recorded=(f"{OTHERS}/data_api_holders_sample.json",),
        asked=("/holders?market={condition}",),
        reads=as_schema("data", "MetaHolder"),
    ),
    "order": Kind(
        recorded=(f"{NAUTILUS}/http_open_order*l*.json", f"{NAUTILUS}/http_open_order.json"),
        asked=("/data/order/{resting}",),
        by="ann",
        reads=as_model(wire.OrderRow),
        is_genuine=False,
    ),
    "trades of an account": Kind(
        recorded=(f"{NAUTILUS}/http_trades_page.json",),
        asked=("/data/trades",),
        by="ann",
        reads=as_model(wire.TradesPage),
        is_genuine=False,
    ),
    "balance": Kind(
        recorded=(f"{NAUTILUS}/http_balance_allowance_*.json",),
        asked=("/balance-allowance?asset_type=COLLATERAL",),
        by="ann",
        reads=as_model(wire.Balance),
        is_genuine=False,
    ),
    "cancel": Kind(
        recorded=(f"{NAUTILUS}/http_*cancel_response*.json",),
        asked=("/orders",),
        by="bob",
        method="DELETE",
        body=lambda scene: [scene.names["bob_order"], scene.names["no_order"]],
        reads=as_model(wire.CanceledOrders),
        is_genuine=False,
    ),
    "refusal": Kind(
        recorded=(
            f"{OTHERS}/clob_fee_rate_invalid_sample.json",
            f"{NAUTILUS}/http_order_response_error_500.json",
        ),
        asked=("/fee-rate?token_id=nonsense", "/nowhere"),
        reads=as_model(wire.ErrorAnswer),
        status=None,
    ),
}


MESSAGES = {
    "book": "market_book",
    "price_change": "market_price_change",
    "last_trade_price": "market_last_trade",
    "tick_size_change": "market_tick_size",
    "best_bid_ask": "market_best_bid_ask",
    "new_market": "market_new_market",
    "market_resolved": "market_resolved",
}
GENUINE_MESSAGES = {"best_bid_ask", "new_market", "market_resolved"}
KINDS |= {
    f"message {event_type}": Kind(
        recorded=(f"{NAUTILUS}/ws_{name}_msg.json",),
        heard=event_type,
        reads=parse_market_event,
        is_genuine=event_type in GENUINE_MESSAGES,
    )
    for event_type, name in MESSAGES.items()
}
KINDS |= {
    f"message {event_type}": Kind(
        recorded=(f"{NAUTILUS}/ws_user_{event_type}_msg.json",),
        heard=event_type,
        reads=as_model(shape),
        is_genuine=False,
    )
    for event_type, shape in {"order": wire.OrderRow, "trade": wire.TradeReport}.items()
}


@pytest.mark.parametrize("name", KINDS)
def test_a_recorded_payload_is_read(name):
    """Genuine or hand-made, the venue's payloads fit the models."""
    rows = recorded(KINDS[name])

    assert rows
    for row in rows:
        KINDS[name].reads(row)


@pytest.mark.parametrize("name", KINDS)
def test_what_the_simulator_writes_is_read_the_same_way(name):
    """By the very models that read the recordings."""
    rows = written(name)

    assert rows
    for row in rows:
        KINDS[name].reads(row)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.is_genuine])
def test_a_field_has_the_type_that_was_recorded(name):
    """A string stays a string and a number a number, however deep the field lies."""
    theirs, ours = types(recorded(KINDS[name])), types(written(name))
    common = theirs.keys() & ours.keys()

    assert common
    assert {
        each: (ours[each], theirs[each]) for each in common if not ours[each] & theirs[each]
    } == {}


@pytest.mark.parametrize(
    "row", [row for row in KNOWN if row.source.startswith("recorded/")], ids=str
)
def test_a_difference_that_was_recorded_is_in_its_file(row):
    """The table of known differences does not cite in vain."""
    path = SHARED / row.source
    if not path.exists():
        pytest.skip(f"nothing recorded at {path}")
    rows = listed(json.loads(path.read_text()))

    whole = PARTS.get(row.place, row.place)
    found = set().union(*(document(row.document).of_message(whole, each) for each in rows))

    assert row.difference in found


def recorded(kind):
    """The rows of a kind's files, long ones up to a limit; skips where a file is absent."""
    rows = []
    for pattern in kind.recorded:
        paths = sorted(SHARED.glob(pattern))
        if not paths:
            pytest.skip(f"nothing recorded at {SHARED / pattern}")
        for path in paths:
            rows += lines(path) if path.suffix == ".gz" else listed(json.loads(path.read_text()))
    return rows


def lines(path):
    """The first rows of a file of JSON lines."""
    with gzip.open(path, "rt") as stream:
        return [json.loads(line) for line in islice(stream, MOST_LINES)]


@cache
def scene():
    """One venue for all questions; nobody here takes away what another asks for."""
    return Scene()


def written(name):
    """The rows that the simulator answers to a kind's questions, or tells unasked."""
    kind = KINDS[name]
    rows = list(heard()[kind.heard]) if kind.heard else []
    for path in kind.asked:
        call = Call(document="", operation=kind.method, path=path, by=kind.by, body=kind.body)
        status, body = scene().make(call)
        assert kind.status in {None, status}, body
        rows += listed(body)
    return rows


def listed(payload):
    """An array's items; anything else as the only row."""
    return payload if isinstance(payload, list) else [payload]


def types(rows):
    """The JSON types of each field, nulls left out, by the way that leads to it."""
    found = defaultdict(set)
    for row in rows:
        note(row, "", found)
    return found


def note(value, place, found):
    """Remember the type of a value and of everything in it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            note(inner, f"{place}/{name}", found)
    elif isinstance(value, list):
        for inner in value:
            note(inner, f"{place}/*", found)
    elif value is not None:
        kind = type(value).__name__
        found[place].add("number" if kind in {"int", "float"} else kind)
