"""Books and markets, checked to be those asked for."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from polymarket_stub import Drop, Reply, recorded, shared

from ltsys.adapters.polymarket.gamma import market_of
from ltsys.adapters.polymarket.market_data import PolymarketMarketData
from ltsys.adapters.polymarket.wire import MarketRow, load, shaped
from ltsys.domain.errors import MalformedAnswerError, VenueUnavailableError
from ltsys.domain.ids import ConditionId, TokenId
from ltsys.domain.money import Price, Shares

TOKEN = TokenId("1001")
MARKET = ConditionId("0x" + "cd" * 32)
HTML = "<html>Bad Gateway</html>"


@pytest.fixture
def data(http, stub):
    return PolymarketMarketData(http, stub.url, stub.url)


def book_row(**changes):
    row = {
        "market": MARKET,
        "asset_id": TOKEN,
        "timestamp": "1778997825875",
        "hash": "x",
        "bids": [{"price": "0.48", "size": "10"}, {"price": "0.5", "size": "0"}],
        "asks": [{"price": "0.53", "size": "7"}, {"price": "0.52", "size": "5.25"}],
        "min_order_size": "5",
        "tick_size": "0.01",
        "neg_risk": True,
        "last_trade_price": "",
    }
    return {**row, **changes}


def market_row(name=MARKET, **changes):
    row = {
        "conditionId": name,
        "question": "Will it?",
        "outcomes": '["Yes", "No"]',
        "outcomePrices": '["0.505", "0.495"]',
        "clobTokenIds": '["1001", "1002"]',
        "closed": False,
        "acceptingOrders": True,
        "negRisk": False,
    }
    return {**row, **changes}


def read(row):
    return market_of(shaped(MarketRow, load(json.dumps(row))))


def name_of(number):
    return ConditionId(f"0x{number:064x}")


def test_a_book_comes_with_its_tick_and_minimum(stub, data):
    """L13, L17: read fresh; the best prices are found by value, and an emptied level is none."""
    stub.says(book_row())

    book = data.book(TOKEN)

    assert (book.best_bid, book.best_ask) == (Price.of("0.48"), Price.of("0.52"))
    assert (book.tick, book.min_order_shares) == (Decimal("0.01"), Shares.of(5))
    assert (book.token_id, book.condition_id, book.is_neg_risk) == (TOKEN, MARKET, True)
    assert stub.asked[0].query == [("token_id", TOKEN)]


def test_no_book_is_none_and_an_error_is_not_no_book(stub, data):
    """L18, L54."""
    stub.says({"error": "No orderbook exists for the requested token id"}, 404)
    assert data.book(TOKEN) is None

    for reply in (Reply(HTML, 404), Reply(HTML), Reply("", 425), Reply("x", 500), Drop()):
        stub.behave = lambda _, said=reply: said
        with pytest.raises(VenueUnavailableError):
            data.book(TOKEN)


@pytest.mark.parametrize(
    "changes",
    [
        {"asset_id": "1002"},
        {"market": "0x12"},
        {"tick_size": "1"},
        {"tick_size": "NaN"},
        {"bids": [{"price": "48", "size": "1"}]},
        {"bids": [{"price": "0.48", "size": "-1"}]},
        {"bids": [{"price": "0.48"}]},
        {"asks": None},
        {"min_order_size": "x"},
    ],
)
def test_a_book_of_another_token_or_scale_is_malformed(stub, data, changes):
    """L45, L43."""
    stub.says(book_row(**changes))

    with pytest.raises(MalformedAnswerError):
        data.book(TOKEN)


def test_open_and_closed_markets_are_found_and_unknown_ids_left_out(stub, data):
    """VENUE §15: closed markets are hidden unless asked for."""
    names = [name_of(number) for number in range(3)]
    rows = {"false": market_row(names[0]), "true": market_row(names[2], closed=True)}
    stub.behave = lambda asked: Reply([rows[asked.first("closed")]])

    markets = data.markets([*names, names[0]])

    assert [(m.condition_id, m.is_closed) for m in markets] == [(names[0], False), (names[2], True)]
    second = [value for name, value in stub.asked[1].query if name == "condition_ids"]
    assert second == names[1:]


def test_many_markets_are_asked_for_fifty_at_a_time(stub, data):
    """L48: the venue's default limit must not cut the answer."""
    names = [name_of(number) for number in range(1001)]

    def answer(asked):
        wanted = [value for name, value in asked.query if name == "condition_ids"]
        assert len(wanted) <= 50
        return Reply([market_row(name) for name in wanted][: int(asked.first("limit"))])

    stub.behave = answer

    assert [m.condition_id for m in data.markets(names)] == names
    assert len(stub.asked) == 21
    assert data.markets([]) == ()


def test_a_market_that_was_not_asked_for_is_malformed(stub, data):
    """L45: 31 % of the open markets were once corrupted by wrong answers."""
    stub.says([market_row(name_of(7))])

    with pytest.raises(MalformedAnswerError, match="not asked for"):
        data.markets([MARKET])


@pytest.mark.parametrize("body", ["{}", '[{"question": "x"}]', "[1]", "[", '{"markets": []}'])
def test_a_list_of_markets_of_the_wrong_shape_is_malformed(stub, data, body):
    stub.says(body)

    with pytest.raises(MalformedAnswerError):
        data.markets([MARKET])


@pytest.mark.parametrize("status", [403, 425, 429, 500, 404])
def test_markets_that_cannot_be_had_are_not_absent(stub, data, status):
    """L54."""
    stub.says({"error": "x"}, status)

    with pytest.raises(VenueUnavailableError):
        data.markets([MARKET])


@pytest.mark.parametrize(
    ("closed", "uma", "is_resolved"),
    [
        (True, "resolved", True),
        (True, "proposed", False),
        (True, "", False),
        (False, "resolved", False),
    ],
)
def test_resolution_needs_official_closure(closed, uma, is_resolved):
    """L44: a live game at 99 cents was once resolved."""
    row = market_row(closed=closed, umaResolutionStatus=uma, outcomePrices='["1", "0"]')

    assert read(row).is_resolved is is_resolved


@pytest.mark.parametrize(
    ("changes", "fee"),
    [
        ({"feesEnabled": True, "feeSchedule": {"rate": 0.072, "exponent": 1}}, ("0.072", "1")),
        ({"feesEnabled": False, "feeSchedule": {"rate": 0.072, "exponent": 1}}, ("0", "1")),
        ({}, ("0", "1")),
        ({"feesEnabled": True}, ("0", "0")),
    ],
)
def test_fees_are_the_published_ones(changes, fee):
    """L47, L18: a fee that is charged but not published gets an exponent that planning refuses."""
    market = read(market_row(**changes))

    assert (market.fee_rate, market.fee_exponent) == tuple(map(Decimal, fee))


def test_a_price_is_never_made_up():
    """L42, L43: 0 is a price; a percent scale, text or a missing list is none."""
    zero = read(market_row(outcomePrices='["0", "1"]'))
    wrong = read(market_row(outcomePrices='["50.5", "x"]'))
    missing = read(market_row(outcomePrices=None))

    assert [o.price for o in zero.outcomes] == [Decimal(0), Decimal(1)]
    assert [o.price for o in (*wrong.outcomes, *missing.outcomes)] == [None] * 4


@pytest.mark.parametrize(
    "changes",
    [{"clobTokenIds": '["1001"]'}, {"clobTokenIds": None}, {"version": "v2", "positionIds": []}],
)
def test_outcomes_without_their_tokens_are_no_outcomes(changes):
    """L07: never a default one."""
    assert read(market_row(**changes)).outcomes == ()


@pytest.mark.parametrize("changes", [{"clobTokenIds": '["0xab", "2"]'}, {"endDate": "soon"}])
def test_a_market_that_cannot_be_believed_is_malformed(changes):
    """L09."""
    with pytest.raises(MalformedAnswerError):
        read(market_row(**changes))


def test_a_market_of_the_new_protocol_keeps_its_version_and_positions():
    """VENUE §0: such markets are refused by their version, later."""
    market = read(market_row(version="v2", positionIds=["77", "78"], clobTokenIds=None))

    assert market.version == "v2"
    assert [o.token_id for o in market.outcomes] == ["77", "78"]


def test_orders_are_accepted_only_where_it_says_so():
    """L19."""
    assert read(market_row()).accepts_orders
    assert not read(market_row(acceptingOrders=None)).accepts_orders
    assert not read(market_row(enableOrderBook=False)).accepts_orders


def test_tags_and_times_come_from_wherever_they_are():
    """FT_RULES §4: categories match tags; the start is that of the event, not of the listing."""
    market = read(
        market_row(
            tags=[{"label": "Iran"}, {"label": ""}],
            events=[{"tags": [{"label": "Politics"}, {"label": "Iran"}], "category": "World"}],
            category="News",
            startDate="2026-03-11T09:29:01.328428Z",
            eventStartTime="2026-03-12T09:20:00Z",
            gameStartTime="2026-04-05 15:10:00+00",
            endDate="2026-03-12T09:25:00",
        )
    )

    assert market.tags == ("Iran", "Politics", "News", "World")
    assert market.start_at == datetime(2026, 3, 12, 9, 20, tzinfo=UTC)
    assert market.game_start_at == datetime(2026, 4, 5, 15, 10, tzinfo=UTC)
    assert market.end_at == datetime(2026, 3, 12, 9, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    [
        "third_party/nexiumito+polycopy/clob_orderbook_sample.json",
        "third_party/TrebuchetDynamics+polymarket-cli-go/clob-books.json",
    ],
)
def test_recorded_books_parse(stub, data, path):
    """L17: in genuine books the best level is the last of each list."""
    loaded = recorded(path)
    for row in loaded if isinstance(loaded, list) else [loaded]:
        stub.says(row)

        book = data.book(row["asset_id"])

        assert book.condition_id == row["market"]
        assert book.best_ask is None or book.best_ask == Price.of(row["asks"][-1]["price"])
        assert book.best_bid is None or book.best_bid == Price.of(row["bids"][-1]["price"])


@pytest.mark.parametrize(
    "said", [None, "", 7, 0.5, True, ["a"], {"a": 1}, "A", "-a", "a b", "a/b", "a?b", "../a", "é"]
)
def test_a_slug_that_may_not_stand_in_an_address_is_none_and_refuses_no_market(said):
    """It names no money: the market is read as if it had not been sent."""
    event = {"id": "9", "slug": said}

    market = read(market_row(slug=said, events=[event, {"id": "10", "slug": "another"}]))

    assert (market.slug, market.event_slug, market.event_id) == (None, None, "9")
    assert market == read(market_row(events=[{"id": "9"}]))


def recorded_markets():
    folders = (
        ("nautilus_rust", "gamma_market*.json"),
        ("third_party", "*/gamma*.json"),
    )
    for folder, pattern in folders:
        for path in sorted(shared(f"recorded/{folder}").glob(pattern)):
            loaded = json.loads(path.read_text())
            rows = loaded if isinstance(loaded, list) else loaded.get("markets") or [loaded]
            yield from rows
    with gzip.open(shared("data/gamma/markets.jsonl.gz"), "rt") as lines:
        yield from map(json.loads, lines)


def test_recorded_markets_parse():
    """L44, L46: legacy markets without an official resolution stay unresolved."""
    rows = list(recorded_markets())
    markets = [read(row) for row in rows]

    assert len(markets) > 450
    for row, market in zip(rows, markets, strict=True):
        assert market.title == row["question"]
        assert market.slug == row["slug"]
        assert market.event_slug == next((e["slug"] for e in row.get("events") or ()), None)
        assert [o.token_id for o in market.outcomes] == json.loads(row["clobTokenIds"])
        assert [str(o.price) for o in market.outcomes] == json.loads(row["outcomePrices"])
        if row.get("feeSchedule") and row["feesEnabled"]:
            assert market.fee_rate == Decimal(str(row["feeSchedule"]["rate"]))
        assert market.is_resolved == (
            row["closed"] and row.get("umaResolutionStatus") == "resolved"
        )
