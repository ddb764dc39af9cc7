"""Orders and trades as the venue writes them (VENUE §5.1, §8)."""

from datetime import UTC, datetime

from ltsys.simulator.exchange.order import Fill, Leg, Order
from ltsys.simulator.units import human


def posted(order: Order) -> dict[str, object]:
    """The answer to POST /order; hashes only of trades that have one by now."""
    making, taking = order.matched_usd, order.matched_shares
    if not order.is_buy:
        making, taking = taking, making
    hashes = [fill.transaction_hash for fill in order.fills if not fill.hides_hash]
    return {
        "success": True,
        "errorMsg": "",
        "orderID": order.order_id,
        "status": order.status.lower(),
        "makingAmount": human(making) if order.fills else "",
        "takingAmount": human(taking) if order.fills else "",
        "tradeIDs": [fill.trade_id for fill in order.fills],
        "transactionsHashes": [each for each in hashes if each],
    }


def not_posted(text: str, order_id: str) -> dict[str, object]:
    """What stands in a batch's answer for an order that was refused (VENUE §5.1)."""
    return {
        "success": False,
        "errorMsg": text,
        "orderID": order_id,
        "status": "",
        "makingAmount": "",
        "takingAmount": "",
        "tradeIDs": [],
        "transactionsHashes": [],
    }


def order_view(order: Order) -> dict[str, object]:
    """An order of /data/order and /data/orders, sizes in human decimals.

    Of a BUY that got a better price more is matched than its original size (VENUE §8.1).
    """
    return {
        "id": order.order_id,
        "status": order.shown_status,
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


def trade_view(fill: Fill, wallets: set[str]) -> dict[str, object]:
    """A trade of /data/trades, seen by the owner of these wallets."""
    return trade_facts(fill) | {
        "status": f"TRADE_STATUS_{fill.status}",
        "match_time_nano": str(round(fill.at * 1_000_000) * 1_000),
        "last_update": str(int(fill.updated_at)),
        "trader_side": "TAKER" if fill.taker.address in wallets else "MAKER",
        "err_msg": "",
        "maker_orders": [maker_view(fill, maker) for maker in fill.makers],
    }


def trade_facts(fill: Fill) -> dict[str, object]:
    """What pages and streams tell alike of a trade; the top level is the taker's."""
    taker = fill.taker
    return {
        "id": fill.trade_id,
        "taker_order_id": taker.order_id,
        "market": fill.market.condition_id,
        "asset_id": fill.market.tokens[taker.outcome_index],
        "side": taker.side,
        "size": human(fill.shares),
        "fee_rate_bps": "0",
        "price": human(taker.price),
        "match_time": str(int(fill.at)),
        "outcome": fill.market.outcomes[taker.outcome_index],
        "bucket_index": fill.bucket_index,
        "owner": taker.owner,
        "maker_address": taker.address,
        "transaction_hash": fill.transaction_hash,
    }


def maker_view(fill: Fill, maker: Leg) -> dict[str, object]:
    """One maker's side of a trade, with its own token and price (VENUE §8.3)."""
    return {
        "order_id": maker.order_id,
        "owner": maker.owner,
        "maker_address": maker.address,
        "matched_amount": human(maker.shares),
        "price": human(maker.price),
        "fee_rate_bps": "0",
        "asset_id": fill.market.tokens[maker.outcome_index],
        "outcome": fill.market.outcomes[maker.outcome_index],
        "side": maker.side,
    }


def builder_trade_view(fill: Fill, leg: Leg) -> dict[str, object]:
    """A trade of /builder/trades: the side that a builder code brought.

    That the amounts are human decimals is a guess, by analogy with VENUE §8.1; so is it
    that `fee` and `feeUsdc` say the same.
    """
    return {
        "id": fill.trade_id,
        "tradeType": "TAKER" if leg is fill.taker else "MAKER",
        "takerOrderHash": fill.taker.order_id,
        "builder": leg.builder,
        "market": fill.market.condition_id,
        "assetId": fill.market.tokens[leg.outcome_index],
        "side": leg.side,
        "size": human(leg.shares),
        "sizeUsdc": human(leg.usd),
        "price": human(leg.price),
        "status": f"TRADE_STATUS_{fill.status}",
        "outcome": fill.market.outcomes[leg.outcome_index],
        "outcomeIndex": leg.outcome_index,
        "owner": leg.owner,
        "maker": leg.address,
        "transactionHash": fill.transaction_hash,
        "matchTime": str(int(fill.at)),
        "bucketIndex": fill.bucket_index,
        "fee": human(leg.fee),
        "feeUsdc": human(leg.fee),
        "err_msg": None,
        "createdAt": _iso(fill.at),
        "updatedAt": _iso(fill.updated_at),
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
