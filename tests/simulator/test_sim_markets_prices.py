"""The public prices: one token and many, history, listings, and what is refused (VENUE §9)."""

import json
from hashlib import sha1

import pytest
from sim_harness import START, Venue


@pytest.fixture(scope="module")
def venue():
    """A world in which prices have moved for an hour."""
    venue = Venue(seed=9)
    venue.move_to(START + 3600 + 100)
    return venue


@pytest.fixture(scope="module")
def tokens(venue):
    """The tokens of all that is open."""
    now = venue.box.now()
    seen = venue.box.world.seen_markets(now)
    return [token for market in seen if market.is_open(now) for token in market.tokens]


def post(venue, path, payload):
    """Status and body of a POST without a key."""
    return venue.call("POST", path, json.dumps(payload).encode())


def asked(tokens, **more):
    """The body of a plural call."""
    return [{"token_id": token, **more} for token in tokens]


@pytest.mark.parametrize(
    ("one", "many", "key"),
    [
        ("/midpoint?", "/midpoints", "mid"),
        ("/spread?", "/spreads", "spread"),
    ],
)
def test_many_are_told_as_one_is(venue, tokens, one, many, key):
    """By token, whatever their order."""
    single = {token: venue.get(f"{one}token_id={token}")[key] for token in tokens}

    assert post(venue, many, asked(tokens)) == (200, single)


def test_a_buyer_is_told_the_bid_and_a_seller_the_ask(venue, tokens):
    """BUY is the best bid, SELL the best ask; by query and by body."""
    sides = ("BUY", "SELL")
    single = {
        token: {s: venue.get(f"/price?token_id={token}&side={s}")["price"] for s in sides}
        for token in tokens[:4]
    }
    body = [each for side in sides for each in asked(tokens[:4], side=side)]
    names = ",".join(each["token_id"] for each in body)
    wanted = ",".join(each["side"] for each in body)

    book = venue.get(f"/book?token_id={tokens[0]}")

    assert single[tokens[0]] == {
        "BUY": book["bids"][-1]["price"],
        "SELL": book["asks"][-1]["price"],
    }
    assert post(venue, "/prices", body) == (200, single)
    assert venue.get(f"/prices?token_ids={names}&sides={wanted}") == single


def test_books_leave_out_what_has_none_and_tell_their_hash(venue, tokens):
    """SHA-1 over the compact JSON in the venue's order of keys, the hash itself empty."""
    books = post(venue, "/books", asked([*tokens, "123456789"]))[1]

    assert [book["asset_id"] for book in books] == tokens
    assert books[:2] == venue.get(f"/books?token_ids={','.join(tokens[:2])}")
    for book in books:
        order = "market asset_id timestamp hash bids asks min_order_size tick_size neg_risk"
        assert list(book) == [*order.split(), "last_trade_price"]
        payload = json.dumps({**book, "hash": ""}, separators=(",", ":")).encode()
        assert book["hash"] == sha1(payload, usedforsecurity=False).hexdigest()
        bids, asks = ([float(x["price"]) for x in book[side]] for side in ("bids", "asks"))
        assert bids == sorted(bids)
        assert asks == sorted(asks, reverse=True)
        assert bids[-1] < asks[-1]


def test_last_trades_are_told_of_those_that_traded(venue, tokens):
    """Half and nobody's side where none has traded."""
    told = post(venue, "/last-trades-prices", asked(tokens))[1]

    by_token = {each["token_id"]: each for each in told}
    untraded = [token for token in tokens if token not in by_token]
    assert untraded
    for token in tokens:
        last = venue.get(f"/last-trade-price?token_id={token}")
        assert last == {
            key: by_token.get(token, {"price": "0.5", "side": ""})[key] for key in ("price", "side")
        }


def test_five_hundred_tokens_are_enough(venue, tokens):
    """One more is refused in the venue's words."""
    for path in ("/books", "/midpoints", "/spreads", "/last-trades-prices"):
        assert post(venue, path, asked(tokens[:1] * 500))[0] == 200
        refused = post(venue, path, asked(tokens[:1] * 501))
        assert refused == (400, {"error": "Payload exceeds the limit"})


@pytest.mark.parametrize("payload", [{}, "x", [1], [{}], [{"token_id": 7}], None])
@pytest.mark.parametrize("path", ["/books", "/prices", "/midpoints", "/spreads"])
def test_a_body_of_another_shape_is_refused(venue, path, payload):
    """And never taken for an empty one."""
    assert post(venue, path, payload) == (400, {"error": "Invalid payload"})


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/book?token_id=x", 400, "Invalid token id"),
        ("/book", 400, "Invalid token id"),
        ("/book?token_id=12345", 404, "No orderbook exists for the requested token id"),
        ("/midpoint?token_id=12345", 404, "No orderbook exists for the requested token id"),
        ("/tick-size/12345", 404, "No orderbook exists for the requested token id"),
        ("/price?token_id=12345&side=HOLD", 400, "Invalid side"),
        ("/prices?token_ids=1&sides=HOLD", 400, "Invalid side"),
        ("/midpoints", 400, "Invalid payload"),
        ("/clob-markets/0x12", 404, "market not found"),
        ("/markets/live-activity/0x12", 404, "market not found"),
        ("/simplified-markets?next_cursor=!", 400, "invalid next_cursor"),
        ("/prices-history", 400, "market is required"),
        ("/prices-history?market=1", 400, "interval, or startTs and endTs, are required"),
        ("/prices-history?market=1&interval=2h", 400, "invalid interval"),
        ("/prices-history?market=1&interval=1h&fidelity=1e999", 400, "invalid fidelity"),
        ("/prices-history?market=1&startTs=nan&endTs=3", 400, "invalid startTs"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(venue, path, status, text):
    """VENUE §9 where it knows the words."""
    assert venue.call("GET", path) == (status, {"error": text})


def test_a_history_has_a_point_a_minute_and_ends_now(venue):
    """Each is the last price by then; the other token's are what is left of a dollar."""
    world, now = venue.box.world, venue.box.now()
    market = next(
        m for m in world.markets.values() if m.opens_at <= now - 7200 < now < (m.ends_at or 0)
    )
    up, down = (f"/prices-history?market={token}&interval=1h" for token in market.tokens)

    history = venue.get(up)["history"]

    assert [each["t"] for each in history] == list(range(START + 120, int(now) + 1, 60))
    for each, other in zip(history, venue.get(down)["history"], strict=True):
        assert each["p"] * 10**6 == pytest.approx(world.last_price(market, each["t"]).price)
        assert each["p"] + other["p"] == pytest.approx(1)
    assert venue.get(f"{up}&fidelity=10")["history"] == [e for e in history if e["t"] % 600 == 0]
    window = f"/prices-history?market={market.tokens[0]}&startTs={START + 600}&endTs={START + 900}"
    assert venue.get(window)["history"] == [
        each for each in history if START + 600 <= each["t"] <= START + 900
    ]


def test_histories_come_in_batches_and_end_with_their_market(venue):
    """Unknown tokens have none."""
    world, now = venue.box.world, venue.box.now()
    closed = next(m for m in world.markets.values() if m.starts_at == START)
    payload = {"markets": [closed.tokens[0], "1"], "interval": "max", "fidelity": 1}

    told = post(venue, "/batch-prices-history", payload)[1]["history"]

    assert told["1"] == []
    assert [each["t"] for each in told[closed.tokens[0]]] == list(
        range(closed.starts_at, closed.ends_at + 1, 60)
    )
    assert post(venue, "/batch-prices-history", {**payload, "markets": ["1"] * 21})[0] == 400
    assert closed.ends_at < now


def test_listings_tell_all_markets_or_those_that_take_orders(venue):
    """In pages; /markets with the CLOB's cursor is the CLOB's, without it Gamma's."""
    world, now = venue.box.world, venue.box.now()
    seen = [market.condition_id for market in world.seen_markets(now)]
    is_open = [m.condition_id for m in world.seen_markets(now) if m.is_open(now)]

    listed = {
        path: venue.get(f"/{path}?next_cursor=MA==")["data"]
        for path in ("markets", "simplified-markets", "sampling-markets")
    }
    simple = venue.get("/sampling-simplified-markets")

    assert [each["condition_id"] for each in listed["markets"]] == seen
    assert [each["condition_id"] for each in listed["simplified-markets"]] == seen
    assert [each["condition_id"] for each in listed["sampling-markets"]] == is_open
    assert simple["count"] == len(is_open)
    assert simple["next_cursor"] == "LTE="
    assert set(simple["data"][0]) < set(listed["markets"][0])
    assert listed["markets"][0] == venue.get(f"/markets/{seen[0]}")
    assert isinstance(venue.get("/markets"), list)


def test_a_game_tells_its_start_its_delay_and_that_its_book_is_cleared(venue):
    """Optional keys are there only where they are true (VENUE §9)."""
    world, now = venue.box.world, venue.box.now()
    game, coin = (
        next(m for m in world.seen_markets(now) if m.category == category and m.is_open(now))
        for category in ("sports", "crypto")
    )

    of_game, of_coin = (venue.get(f"/clob-markets/{m.condition_id}") for m in (game, coin))
    long = venue.get(f"/markets/{game.condition_id}")

    assert of_game["cbos"] is True
    assert of_game["gst"] == long["game_start_time"]
    assert long["seconds_delay"] == 3
    assert "itode" not in of_game
    assert of_coin["itode"] is True
    assert not {"cbos", "gst", "nr"} & set(of_coin)
    assert of_game["fd"] == {"r": 0.05, "e": 1, "to": True}


def test_what_takes_a_token_in_its_query_takes_it_in_its_path(venue, tokens):
    """As the OpenAPI document has it; widgets have a form of their own."""
    for path in ("tick-size", "neg-risk", "fee-rate"):
        assert venue.get(f"/{path}/{tokens[0]}") == venue.get(f"/{path}?token_id={tokens[0]}")
    market = venue.get(f"/markets-by-token/{tokens[0]}")["condition_id"]
    widget = venue.get(f"/markets/live-activity/{market}")
    assert widget["condition_id"] == market
    assert post(venue, "/markets/live-activity", [market, "0x12"]) == (200, [widget])
