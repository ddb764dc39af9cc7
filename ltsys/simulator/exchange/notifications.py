"""What a trader's inbox says of his orders (OpenAPI document, Notification)."""

from collections import defaultdict, deque

from ltsys.simulator.exchange.events import Event, OrderChanged, TradeChanged
from ltsys.simulator.exchange.order import Fill, Leg, Order
from ltsys.simulator.units import human

CANCELLATION, FILL, FAILED_FILL = 1, 2, 8
MOST_KEPT = 1000
"""Of one wallet; the venue's own limit is not known."""


class Notifications:
    """Unread messages by the address of the key, oldest first.

    The number of a failed fill is the official Python SDK's; the document ends at six.
    """

    def __init__(self, orders: dict[str, Order]) -> None:
        """Find orders here."""
        self._orders = orders
        self._count = 0
        self._unread: defaultdict[str, deque[dict[str, object]]] = defaultdict(
            lambda: deque(maxlen=MOST_KEPT)
        )

    def hear(self, event: Event) -> None:
        """Write a message where the event deserves one."""
        match event:
            case OrderChanged(order=order, kind="CANCELLATION", at=at) if order.status != "KILLED":
                self._add(CANCELLATION, order, {}, at)
            case TradeChanged(fill=fill, status="MATCHED", at=at):
                self._add_fill(FILL, fill, at)
            case TradeChanged(fill=fill, status="FAILED", at=at):
                self._add_fill(FAILED_FILL, fill, at)

    def unread(self, address: str) -> list[dict[str, object]]:
        """The messages of an address."""
        return list(self._unread[address]) if address in self._unread else []

    def drop(self, address: str, numbers: set[int]) -> None:
        """Count these messages as read; others' and unknown ones are passed over."""
        kept = [each for each in self.unread(address) if each["id"] not in numbers]
        self._unread[address] = deque(kept, maxlen=MOST_KEPT)

    def _add_fill(self, kind: int, fill: Fill, at: float) -> None:
        for leg in fill.legs:
            order = self._orders.get(leg.order_id)
            if order is not None:
                self._add(kind, order, _trade(fill, leg), at)

    def _add(self, kind: int, order: Order, more: dict[str, object], at: float) -> None:
        self._count += 1
        message: dict[str, object] = {
            "id": self._count,
            "owner": order.owner,
            "type": kind,
            "payload": _payload(order) | more,
            "timestamp": int(at),
        }
        self._unread[order.owner_address].append(message)


def _payload(order: Order) -> dict[str, object]:
    left = max(0, order.original_shares - order.matched_shares)
    return {
        "order_id": order.order_id,
        "market": order.market.condition_id,
        "asset_id": order.token,
        "side": order.side,
        "type": order.order_type,
        "price": human(order.price),
        "original_size": human(order.original_shares),
        "matched_size": human(order.matched_shares),
        "remaining_size": human(left),
        "outcome": order.market.outcomes[order.outcome_index],
        "outcome_index": order.outcome_index,
        "question": order.market.title,
        "market_slug": order.market.slug,
    }


def _trade(fill: Fill, leg: Leg) -> dict[str, object]:
    return {
        "trade_id": fill.trade_id,
        "transaction_hash": fill.transaction_hash,
        "price": human(leg.price),
        "matched_size": human(leg.shares),
    }
