"""The events of the user channel as the venue writes them (VENUE §13.2)."""

from ltsys.simulator.exchange.events import OrderChanged, TradeChanged
from ltsys.simulator.exchange.order import Order
from ltsys.simulator.routes.order_views import maker_view, trade_facts
from ltsys.simulator.units import human


def order_event(change: OrderChanged) -> dict[str, object]:
    """An order came, was matched or went."""
    order = change.order
    view: dict[str, object] = {
        "event_type": "order",
        "id": order.order_id,
        "owner": order.owner,
        "market": order.market.condition_id,
        "asset_id": order.token,
        "side": order.side,
        "order_owner": order.owner,
        "original_size": human(order.original_shares),
        "size_matched": human(order.matched_shares),
        "price": human(order.price),
        "associate_trades": [fill.trade_id for fill in order.fills] or None,
        "outcome": order.market.outcomes[order.outcome_index],
        "type": change.kind,
        "created_at": str(int(order.created_at)),
        "expiration": str(order.expiration),
        "order_type": order.order_type,
        "status": order.shown_status,
        "maker_address": order.maker,
        "timestamp": milliseconds(change.at),
    }
    return view | _killed(order)


def trade_event(change: TradeChanged, *, viewer: str) -> dict[str, object]:
    """A step of a trade's settlement, as seen by the API key of one of its sides.

    `owner` and `trade_owner` are the taker's key, whoever looks; that the latter is too
    is a guess.
    """
    fill = change.fill
    makers = [maker_view(fill, leg) | {"outcome_index": leg.outcome_index} for leg in fill.makers]
    return trade_facts(fill) | {
        "event_type": "trade",
        "type": "TRADE",
        "status": change.status,
        "last_update": str(int(change.at)),
        "trade_owner": fill.taker.owner,
        "maker_orders": makers,
        "trader_side": "TAKER" if fill.taker.owner == viewer else "MAKER",
        "timestamp": milliseconds(change.at),
    }


def milliseconds(at: float) -> str:
    """A simulated second as the venue's milliseconds."""
    return str(int(at * 1000))


def _killed(order: Order) -> dict[str, object]:
    """What a killed order's event leaves empty, which was refused when it was posted.

    The shape was captured from a FOK; that a FAK's is the same is a guess.
    """
    if order.status != "KILLED":
        return {}
    return {
        "size_matched": "",
        "associate_trades": [],
        "outcome": "",
        "created_at": "",
    }
