"""Orders and trades as the venue writes them (VENUE §5.1, §8)."""

import base64
import binascii

from ltsys.simulator.exchange.order import Fill, Leg, Order
from ltsys.simulator.http import Request
from ltsys.simulator.units import human
from ltsys.simulator.venue_error import VenueError

PAGE = 500
END_CURSOR = "LTE="


def posted(order: Order, now: float) -> dict[str, object]:
    """The answer to POST /order; hashes only of trades that are on the chain by now."""
    making, taking = order.matched_usd, order.matched_shares
    if not order.is_buy:
        making, taking = taking, making
    settled = [fill for fill in order.fills if fill.status(now) == "CONFIRMED"]
    return {
        "success": True,
        "errorMsg": "",
        "orderID": order.order_id,
        "status": order.status.lower(),
        "makingAmount": human(making) if order.fills else "",
        "takingAmount": human(taking) if order.fills else "",
        "tradeIDs": [fill.trade_id for fill in order.fills],
        "transactionsHashes": [fill.transaction_hash for fill in settled],
    }


def order_view(order: Order) -> dict[str, object]:
    """An order of /data/order and /data/orders, sizes in human decimals."""
    return {
        "id": order.order_id,
        "status": order.status,
        "market": order.market.condition_id,
        "asset_id": order.token,
        "owner": order.owner,
        "maker_address": order.maker,
        "side": order.side,
        "price": human(order.price),
        "original_size": human(order.original_shares),
        "size_matched": human(order.matched_shares),
        "outcome": order.market.outcomes[order.outcome_index],
        "order_type": order.order_type,
        "associate_trades": [fill.trade_id for fill in order.fills],
        "created_at": int(order.created_at),
        "expiration": str(order.expiration),
    }


def trade_view(fill: Fill, wallets: set[str], now: float) -> dict[str, object]:
    """A trade of /data/trades, seen by the owner of these wallets; the top level is the taker's."""
    taker, status = fill.taker, fill.status(now)
    return {
        "id": fill.trade_id,
        "taker_order_id": taker.order_id,
        "market": fill.market.condition_id,
        "asset_id": fill.market.tokens[taker.outcome_index],
        "side": taker.side,
        "size": human(fill.shares),
        "fee_rate_bps": "0",
        "price": human(taker.price),
        "status": status,
        "match_time": str(int(fill.at)),
        "match_time_nano": str(round(fill.at * 1_000_000) * 1_000),
        "last_update": str(int(fill.settles_at if status == "CONFIRMED" else fill.at)),
        "outcome": fill.market.outcomes[taker.outcome_index],
        "bucket_index": 0,
        "owner": taker.owner,
        "maker_address": taker.address,
        "transaction_hash": fill.transaction_hash if status == "CONFIRMED" else "",
        "trader_side": "TAKER" if taker.address in wallets else "MAKER",
        "err_msg": "",
        "maker_orders": [_maker_view(fill, fill.maker)],
    }


def page(rows: list[dict[str, object]], start: int, total: int) -> dict[str, object]:
    """The venue's envelope around one page of `total` rows."""
    following = start + len(rows)
    return {
        "limit": PAGE,
        "count": len(rows),
        "next_cursor": cursor(following) if following < total else END_CURSOR,
        "data": rows,
    }


def cursor(offset: int) -> str:
    """The cursor of an offset (VENUE §8.2)."""
    return base64.b64encode(str(offset).encode()).decode()


def offset(request: Request) -> int:
    """The offset that the request's cursor stands for; past the end marker lies nothing."""
    text = request.param("next_cursor", "MA==")
    try:
        digits = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise VenueError(400, "invalid next_cursor") from error
    if digits == b"-1":
        return 1 << 60
    if not digits.isdigit() or len(digits) > 15:
        raise VenueError(400, "invalid next_cursor")
    return int(digits)


def _maker_view(fill: Fill, maker: Leg) -> dict[str, object]:
    return {
        "order_id": maker.order_id,
        "owner": maker.owner,
        "maker_address": maker.address,
        "matched_amount": human(fill.shares),
        "price": human(maker.price),
        "fee_rate_bps": "0",
        "asset_id": fill.market.tokens[maker.outcome_index],
        "outcome": fill.market.outcomes[maker.outcome_index],
        "side": maker.side,
    }
