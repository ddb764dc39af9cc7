"""The market channel: books, their changes, trades and the lives of markets (VENUE §13.3)."""

import json
from decimal import Decimal

import pytest
from sim_harness import START, Trader, Venue
from stream_client import SPECS, StreamClient, check_event, follow

from ltsys.simulator.streams.streams import Streams

SCHEMAS = {
    "book": "BookEvent",
    "price_change": "PriceChangeEvent",
    "last_trade_price": "LastTradePriceEvent",
    "tick_size_change": "TickSizeChangeEvent",
    "best_bid_ask": "BestBidAskEvent",
    "new_market": "NewMarketEvent",
    "market_resolved": "MarketResolvedEvent",
}


@pytest.fixture
def venue():
    """A standing clock in an invented world."""
    return Venue()


@pytest.fixture
def streams(venue):
    """The venue's streams."""
    return Streams(venue.box)


@pytest.fixture
def market(venue):
    """A market whose prices move every five seconds from START - 0 on."""
    return venue.market()


class LocalBook:
    """A book kept from a stream, as a client would."""

    def __init__(self, token):
        self.token = token
        self.sides = {"BUY": {}, "SELL": {}}

    def apply(self, event):
        """Take a snapshot or a change."""
        if event["event_type"] == "book" and event["asset_id"] == self.token:
            pairs = (("BUY", "bids"), ("SELL", "asks"))
            self.sides = {
                side: {level["price"]: level["size"] for level in event[name]}
                for side, name in pairs
            }
        if event["event_type"] == "price_change":
            for change in event["price_changes"]:
                if change["asset_id"] == self.token:
                    self.change(change)

    def change(self, change):
        """Set or remove a level; the touch that comes along is ours."""
        self.sides[change["side"]][change["price"]] = change["size"]
        if change["size"] == "0":
            del self.sides[change["side"]][change["price"]]

    def touch(self):
        """Best bid and best ask by value."""
        bids, asks = self.sides["BUY"], self.sides["SELL"]
        return max(bids, key=Decimal, default="0"), min(asks, key=Decimal, default="1")

    def levels(self):
        """Both sides as GET /book has them."""
        return {
            "bids": sorted(self.sides["BUY"].items(), key=lambda level: Decimal(level[0])),
            "asks": sorted(self.sides["SELL"].items(), key=lambda level: -Decimal(level[0])),
        }


def served(venue, token):
    """The book of GET /book, its levels as pairs."""
    book = venue.get(f"/book?token_id={token}")
    names = ("bids", "asks")
    return {name: [(level["price"], level["size"]) for level in book[name]] for name in names}


def test_the_first_dump_is_an_array_of_books_as_they_are_served(venue, streams, market):
    """Content and hash are those of GET /book at the same time."""
    client = StreamClient(streams, "market")

    client.say({"type": "market", "assets_ids": list(market.tokens)})

    (frame,) = client.frames()
    books = json.loads(frame)
    assert [book["event_type"] for book in books] == ["book", "book"]
    for token, book in zip(market.tokens, books, strict=True):
        rest = venue.get(f"/book?token_id={token}")
        assert rest | book == rest | {"event_type": "book"}


def test_no_dump_comes_where_none_is_wanted(streams, market):
    """initial_dump is true unless it is said to be false."""
    client = StreamClient(streams, "market")

    client.say({"type": "market", "assets_ids": list(market.tokens), "initial_dump": False})

    assert client.frames() == []


def test_a_token_that_does_not_exist_is_followed_in_silence(streams, market):
    """Others of the same message are not held up by it."""
    client = StreamClient(streams, "market")

    client.say({"type": "market", "assets_ids": ["12345", market.tokens[0], "nonsense"]})

    assert [book["asset_id"] for book in client.events()] == [market.tokens[0]]


def test_a_book_kept_from_the_changes_is_the_book_that_is_served(venue, streams, market):
    """Snapshot and differences lead to what GET /book says, and so does every touch."""
    client = StreamClient(streams, "market")
    client.say({"type": "market", "assets_ids": list(market.tokens)})
    books = [LocalBook(token) for token in market.tokens]

    for step in range(1, 25):
        venue.move_to(START + 7 * step)
        for event in client.events():
            for book in books:
                book.apply(event)
            if event["event_type"] == "price_change":
                for change in event["price_changes"]:
                    book = books[market.tokens.index(change["asset_id"])]
                    assert book.touch() == (change["best_bid"], change["best_ask"])
        for book in books:
            assert book.levels() == served(venue, book.token)


def test_changes_are_told_in_the_order_of_simulated_time(venue, streams, market):
    """A jump of the clock tells every price on the way, not only the last."""
    client = follow(streams, market.tokens[0])
    points = venue.box.world.prices_between(market, START, START + 120)

    venue.move_to(START + 120)

    times = [int(event["timestamp"]) for event in client.events("price_change")]
    assert times == sorted(times)
    assert set(times) <= {point.at * 1000 for point in points}
    assert len(set(times)) > 10


def test_the_same_history_is_told_whatever_the_steps(market):
    """One jump or many small ones: the same frames, byte for byte."""
    tellings = []
    for steps in (1, 60):
        venue = Venue()
        client = follow(Streams(venue.box), *market.tokens, custom_feature_enabled=True)
        for step in range(1, steps + 1):
            venue.move_to(START + 600 * step / steps)
        tellings.append(client.frames())

    assert len(tellings[0]) > 50
    assert tellings[0] == tellings[1]


def test_a_leaders_trade_is_told_with_the_book_after_it(venue, streams):
    """The world's trades are the venue's, too."""
    trade = next(each for each in venue.box.world.trades if each.timestamp > START)
    client = follow(streams, trade.market.tokens[trade.outcome_index])

    venue.move_to(trade.timestamp)

    told = client.events("last_trade_price", "book")
    (event,) = [each for each in told if each.get("transaction_hash") == trade.transaction_hash]
    assert Decimal(event["price"]) == trade.price
    assert Decimal(event["size"]) == trade.size
    assert (event["side"], event["timestamp"]) == (trade.side, str(trade.timestamp * 1000))
    assert told[told.index(event) + 1]["event_type"] == "book"


def test_a_book_comes_back_to_its_depth_after_a_taker(venue, streams, market):
    """The house refills over seconds, and each half of one is told."""
    ann = Trader(venue, "ann", cash_usd="100000")
    token = market.tokens[0]
    client = StreamClient(streams, "market").say({"type": "market", "assets_ids": [token]})
    book = LocalBook(token)
    ann.buy(token, 50_000, 97, order_type="FAK")

    for step in range(1, 10):
        venue.move_to(START + step / 2)
        events = client.events()
        for event in events:
            book.apply(event)
        assert book.levels() == served(venue, token)
        assert str(round(1000 * (START + step / 2))) in {each["timestamp"] for each in events}


def test_a_new_tick_size_is_told_as_it_is_served(venue, streams, market):
    """The grid becomes finer near nought and one (VENUE §5.2, LESSONS L13)."""
    client = follow(streams, *market.tokens)
    told = {}

    for at in range(market.ends_at - 60, market.ends_at):
        venue.move_to(at)
        for event in client.events("tick_size_change"):
            assert event["old_tick_size"] != event["new_tick_size"]
            told[event["asset_id"]] = event["new_tick_size"]
        for token, tick in told.items():
            size = venue.get(f"/tick-size?token_id={token}")["minimum_tick_size"]
            assert Decimal(str(size)) == Decimal(tick)

    assert set(told) == set(market.tokens)


def test_a_market_that_ends_loses_every_level(venue, streams, market):
    """Every order is cancelled when trading stops (VENUE §16.5)."""
    client = StreamClient(streams, "market")
    client.say({"type": "market", "assets_ids": [market.tokens[0]]})
    book = LocalBook(market.tokens[0])

    venue.move_to(market.ends_at)

    for event in client.events():
        book.apply(event)
    assert book.levels() == {"bids": [], "asks": []}


def test_custom_events_come_only_to_those_who_asked(venue, streams, market):
    """best_bid_ask, new_market, market_resolved (VENUE §13.3)."""
    plain = follow(streams, *market.tokens)
    custom = follow(streams, *market.tokens, custom_feature_enabled=True)

    venue.move_to(market.resolves_at)

    kinds = {event["event_type"] for event in custom.events()}
    assert kinds >= {"best_bid_ask", "new_market", "market_resolved", "price_change"}
    assert {event["event_type"] for event in plain.events()} <= {
        *("price_change", "last_trade_price", "book", "tick_size_change")
    }


def test_new_and_resolved_markets_reach_even_those_who_follow_nothing(venue, streams, market):
    """An empty list of tokens is how clients look for new markets."""
    client = follow(streams, custom_feature_enabled=True)

    venue.move_to(market.resolves_at)

    events = client.events()
    resolved = [event for event in events if event.get("market") == market.condition_id]
    winner = market.payouts.index(max(market.payouts))
    assert {event["event_type"] for event in events} == {"new_market", "market_resolved"}
    assert [event["winning_asset_id"] for event in resolved] == [market.tokens[winner]]
    assert resolved[0]["timestamp"] == str(market.resolves_at * 1000)


def test_following_and_leaving_take_effect_at_once(venue, streams, market):
    """A token that is followed already brings no second book."""
    client = follow(streams, market.tokens[0])

    client.say({"operation": "subscribe", "assets_ids": list(market.tokens)})
    added = client.events()
    client.say({"operation": "unsubscribe", "assets_ids": list(market.tokens)})
    venue.move_to(START + 100)

    assert [book["asset_id"] for book in added] == [market.tokens[1]]
    assert client.frames() == []


def test_the_custom_flag_is_set_by_a_later_message(venue, streams, market):
    """Naming a token that is followed already is enough."""
    client = follow(streams, market.tokens[0])

    client.say(
        {
            "operation": "subscribe",
            "assets_ids": [market.tokens[0]],
            "custom_feature_enabled": True,
        }
    )
    venue.move_to(START + 100)

    assert client.events("best_bid_ask")


def test_one_who_leaves_takes_nothing_from_the_others(venue, streams, market):
    """The last follower of a market is the one who is still there."""
    gone, there = (follow(streams, market.tokens[0]) for _ in range(2))

    gone.leave()
    venue.move_to(START + 100)

    assert gone.frames() == []
    assert there.events("price_change")


def test_a_users_trade_is_told_with_the_book_after_it(venue, streams, market):
    """last_trade_price, the levels that were taken, then the books (VENUE §13.3)."""
    ann = Trader(venue, "ann")
    client = StreamClient(streams, "market")
    client.say({"type": "market", "assets_ids": [market.tokens[0]]})
    ask = client.events()[0]["asks"][-1]["price"]

    _, body = ann.buy(market.tokens[0], 10, round(float(ask) * 100), order_type="FAK")

    events = client.events()
    trade = events[0]
    assert trade["event_type"] == "last_trade_price"
    assert (trade["price"], trade["size"], trade["side"]) == (ask, body["takingAmount"], "BUY")
    book = [event for event in events if event["event_type"] == "book"][-1]
    rest = venue.get(f"/book?token_id={market.tokens[0]}")
    assert (book["bids"], book["asks"]) == (rest["bids"], rest["asks"])
    assert book["hash"] == rest["hash"]


def test_a_resting_order_is_told_as_a_level_of_both_books(venue, streams, market):
    """A BUY at 0.1 is a SELL of the other token at 0.9; its end removes the level."""
    ann = Trader(venue, "ann")
    client = follow(streams, *market.tokens)

    _, body = ann.buy(market.tokens[0], 3, 3)
    placed = client.events("price_change")
    ann.call("DELETE", "/order", {"orderID": body["orderID"]})
    canceled = client.events("price_change")

    changes = [
        {(c["asset_id"], c["side"], c["price"]): c["size"] for c in event["price_changes"]}
        for event in placed + canceled
    ]
    mine = (market.tokens[0], "BUY", "0.03")
    mirrored = (market.tokens[1], "SELL", "0.97")
    assert changes[0][mine] == changes[0][mirrored] == "100"
    assert changes[1][mine] == changes[1][mirrored] == "0"


def test_events_are_as_the_official_document_says(venue, streams, market):
    """Every kind that a world brings, against asyncapi.json."""
    if not SPECS.is_dir():
        pytest.skip(f"the shared material is not at {SPECS}")
    ann = Trader(venue, "ann")
    client = StreamClient(streams, "market")
    client.say(
        {"type": "market", "assets_ids": list(market.tokens), "custom_feature_enabled": True}
    )

    ann.buy(market.tokens[0], 10, 90, order_type="FAK")
    venue.move_to(market.resolves_at)

    events = client.events()
    assert {event["event_type"] for event in events} >= set(SCHEMAS) - {"tick_size_change"}
    for event in events:
        check_event(event, "asyncapi.json", SCHEMAS[event["event_type"]])
