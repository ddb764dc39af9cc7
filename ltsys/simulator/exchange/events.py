"""What the exchange tells whoever listens, at the simulated moment when it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ltsys.simulator.exchange.order import Fill, Order
from ltsys.simulator.world.facts import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged:
    """An order came onto the book, was matched in part or in whole, or left (VENUE §13.2)."""

    order: Order
    kind: Literal["PLACEMENT", "UPDATE", "CANCELLATION"]
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeChanged:
    """A trade took a step of its settlement, its match being the first (VENUE §8.3)."""

    fill: Fill
    status: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BookChanged:
    """A user's order or a taker changed a book; new prices of the world are not told here."""

    market: Market
    at: float


Event = OrderChanged | TradeChanged | BookChanged
Listener = Callable[[Event], None]


class Events:
    """Listeners in the order of their coming; each hears every event at once."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Hear everything from now on."""
        self._listeners.append(listener)

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        for listener in self._listeners:
            listener(event)
