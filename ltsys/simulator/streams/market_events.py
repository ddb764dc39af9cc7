"""The events of the market channel as the venue writes them (VENUE §13.3)."""

from decimal import Decimal

from ltsys.simulator.exchange.order import Fill
from ltsys.simulator.streams.user_events import milliseconds
from ltsys.simulator.units import human
from ltsys.simulator.world.facts import LeaderTrade, Market, to_units

View = dict[str, object]

_NO_BID = "0"
_NO_ASK = "1"
_BOOK_FIELDS = ("market", "asset_id", "timestamp", "hash", "bids", "asks", "tick_size")


def book_event(book: View) -> View:
    """A whole book: what GET /book serves, under the stream's name."""
    fields = (*_BOOK_FIELDS, "last_trade_price")
    return {"event_type": "book", **{name: book[name] for name in fields}}


def price_changes(before: View, after: View) -> list[View]:
    """Every level of a token whose size is another now; a level that is gone has size 0.

    `hash` is the book's after the change, as recordings have it; the venue's document
    calls it the order's.
    """
    bid, ask = touch(after)
    return [
        {
            "asset_id": after["asset_id"],
            "price": price,
            "size": size,
            "side": side,
            "hash": after["hash"],
            "best_bid": bid,
            "best_ask": ask,
        }
        for side, name in (("BUY", "bids"), ("SELL", "asks"))
        for price, size in _changed(_sizes(before, name), _sizes(after, name))
    ]


def price_change_event(market: Market, changes: list[View], at: float) -> View:
    """The changes of both tokens in one message.

    That who follows one token hears of the other's levels too is a guess; the venue's SDK
    is ready for it.
    """
    return {
        "event_type": "price_change",
        "market": market.condition_id,
        "price_changes": changes,
        "timestamp": milliseconds(at),
    }


def best_bid_ask_event(book: View, at: float) -> View:
    """The touch, and the distance between its sides."""
    bid, ask = touch(book)
    return {
        "event_type": "best_bid_ask",
        "market": book["market"],
        "asset_id": book["asset_id"],
        "best_bid": bid,
        "best_ask": ask,
        "spread": human(to_units(Decimal(ask)) - to_units(Decimal(bid))),
        "timestamp": milliseconds(at),
    }


def tick_size_change_event(before: View, after: View, at: float) -> View:
    """The grid of prices is another from now on."""
    return {
        "event_type": "tick_size_change",
        "market": after["market"],
        "asset_id": after["asset_id"],
        "old_tick_size": before["tick_size"],
        "new_tick_size": after["tick_size"],
        "timestamp": milliseconds(at),
    }


def fill_event(fill: Fill) -> View:
    """A user's trade, by its taker's token and side; the chain does not have it yet."""
    return {
        "event_type": "last_trade_price",
        "asset_id": fill.market.tokens[fill.taker.outcome_index],
        "market": fill.market.condition_id,
        "price": human(fill.taker.price),
        "size": human(fill.shares),
        "fee_rate_bps": "0",
        "side": fill.taker.side,
        "timestamp": milliseconds(fill.at),
        "transaction_hash": "",
    }


def leader_trade_event(trade: LeaderTrade) -> View:
    """A leader's trade, as the world has it."""
    return {
        "event_type": "last_trade_price",
        "asset_id": trade.market.tokens[trade.outcome_index],
        "market": trade.market.condition_id,
        "price": human(to_units(trade.price)),
        "size": human(to_units(trade.size)),
        "fee_rate_bps": "0",
        "side": trade.side,
        "timestamp": milliseconds(trade.timestamp),
        "transaction_hash": trade.transaction_hash,
    }


def new_market_event(market: Market) -> View:
    """A market takes orders from its opening on; the description is its title (a guess)."""
    return {
        "event_type": "new_market",
        "id": market.gamma_id,
        "question": market.title,
        "market": market.condition_id,
        "slug": market.slug,
        "description": market.title,
        "assets_ids": list(market.tokens),
        "outcomes": list(market.outcomes),
        "event_message": {
            "id": market.gamma_id,
            "ticker": market.slug,
            "slug": market.slug,
            "title": market.title,
            "description": market.title,
        },
        "timestamp": milliseconds(market.opens_at),
        "tags": [market.category],
        "condition_id": market.condition_id,
        "active": True,
        "clob_token_ids": list(market.tokens),
        "sports_market_type": "",
        "line": "",
        "game_start_time": "",
        "order_price_min_tick_size": human(market.tick),
        "group_item_title": "",
    }


def market_resolved_event(market: Market, at: float) -> View:
    """The outcome that pays; of a market that pays both alike, the first (a guess)."""
    payouts = market.payouts or (0, 0)
    winner = payouts.index(max(payouts))
    return {
        "event_type": "market_resolved",
        "id": market.gamma_id,
        "market": market.condition_id,
        "assets_ids": list(market.tokens),
        "winning_asset_id": market.tokens[winner],
        "winning_outcome": market.outcomes[winner],
        "timestamp": milliseconds(at),
        "tags": [market.category],
    }


def emptied(book: View) -> View:
    """The book of a market that trades no more: every order is cancelled (VENUE §16.5)."""
    return book | {"bids": [], "asks": []}


def touch(book: View) -> tuple[str, str]:
    """Best bid and best ask, which come last; 0 and 1 stand for none, as in the venue's example."""
    bids, asks = _sizes(book, "bids"), _sizes(book, "asks")
    return next(reversed(bids), _NO_BID), next(reversed(asks), _NO_ASK)


def _sizes(book: View, name: str) -> dict[str, str]:
    levels = book[name]
    assert isinstance(levels, list)  # noqa: S101 - the shape of GET /book
    return {level["price"]: level["size"] for level in levels}


def _changed(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str]]:
    gone = [(price, "0") for price in before if price not in after]
    return gone + [(price, size) for price, size in after.items() if before.get(price) != size]
