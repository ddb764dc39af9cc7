"""The operator's door: the clock, deposits, and the truth to compare others' books with."""

from ltsys.simulator.box import Box
from ltsys.simulator.clock import SimClock
from ltsys.simulator.exchange.order import HOUSE, Fill, Order
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.operator import json_object, operator_only
from ltsys.simulator.units import ONE, decimal_of, human
from ltsys.simulator.venue_error import VenueError

MAX_RATE = 100_000
MAX_STEP_S = 7 * 86_400
_MAX_DEPOSIT_USD = 10**9


class AdminRoutes:
    """All but the clock's face want the token."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        token = self._box.admin_token
        router.add("GET", "/sim/clock", self.clock)
        router.add("POST", "/sim/clock", operator_only(token, self.set_clock))
        router.add("POST", "/sim/accounts", operator_only(token, self.fund))
        router.add("GET", "/sim/truth", operator_only(token, self.truth))
        router.add("GET", "/sim/recording", operator_only(token, self.recording))

    def clock(self, request: Request) -> object:  # noqa: ARG002 - a handler's signature
        """What time it is, and how fast it goes."""
        clock, now = self._box.clock, self._box.now()
        return {
            "now": now,
            "rate": clock.rate,
            "paused": clock.paused,
            "start": clock.start,
            "end": self._box.world.source.end,
        }

    def set_clock(self, request: Request) -> object:
        """Move the time forward, change its rate, stop it or let it run."""
        payload = json_object(request)
        for name, value in payload.items():
            _CHANGES.get(name, _refuse)(self._box.clock, value)
        return self.clock(request)

    def fund(self, request: Request) -> object:
        """Deposit dollars; a wallet that is not its signer's own may be bound to him here too."""
        payload = json_object(request)
        address = str(payload.get("address", "")).lower()
        amount = decimal_of(payload.get("cash_usd"))
        if len(address) != 42 or not address.startswith("0x") or amount is None:
            raise VenueError(400, "address and cash_usd are wanted")
        if not 0 <= amount <= _MAX_DEPOSIT_USD:
            raise VenueError(400, "cash_usd is out of range")
        signer, kind = str(payload.get("signer", "")).lower(), payload.get("signature_type", 0)
        exchange = self._box.exchange
        if signer and isinstance(kind, int) and not exchange.bind_wallet(address, signer, kind):
            raise VenueError(400, "the wallet is another signer's")
        exchange.ledger.deposit(address, int(amount * ONE))
        return {"address": address, "cash_units": exchange.ledger.cash[address]}

    def truth(self, request: Request) -> object:
        """Orders, fills, refusals and balances as they are, whatever was answered."""
        self._box.now()
        maker, exchange = request.param("maker").lower(), self._box.exchange
        orders = [o for o in exchange.orders.values() if maker in {"", o.maker}]
        ledger = exchange.ledger
        addresses = [maker] if maker else [a for a in ledger.deposited if a != HOUSE]
        return {
            "orders": [_order_truth(order) for order in orders],
            "refused": dict(exchange.refused),
            "posts": exchange.posts,
            "balances": {
                address: {
                    "cash_units": ledger.cash.get(address, 0),
                    "deposited_units": ledger.deposited.get(address, 0),
                    "positions": _held(ledger.shares.get(address, {})),
                }
                for address in addresses
            },
        }

    def recording(self, request: Request) -> object:  # noqa: ARG002 - a handler's signature
        """What was read from the files, and what of it was of use."""
        self._box.now()
        world = self._box.world
        return world.source.report() | {
            "start": world.source.start,
            "end": world.source.end,
            "markets": len(world.markets),
            "leaders": world.leaders,
        }


def _advance(clock: SimClock, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise VenueError(400, "advance_to is not a number")
    if value > clock.now() + MAX_STEP_S:
        raise VenueError(400, f"advance_to is over {MAX_STEP_S} s ahead")
    if not clock.advance_to(float(value)):
        raise VenueError(400, f"advance_to is behind the clock: {value} < {clock.now()}")


def _set_rate(clock: SimClock, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= MAX_RATE:
        raise VenueError(400, f"rate is not a number over 0 and up to {MAX_RATE}")
    clock.set_rate(float(value))


def _set_paused(clock: SimClock, value: object) -> None:
    if not isinstance(value, bool):
        raise VenueError(400, "paused is not true or false")
    clock.set_paused(paused=value)


def _refuse(_clock: SimClock, _value: object) -> None:
    raise VenueError(400, "only advance_to, rate and paused can be set")


_CHANGES = {"advance_to": _advance, "rate": _set_rate, "paused": _set_paused}


def _held(shares: dict[str, int]) -> dict[str, int]:
    return {token: units for token, units in shares.items() if units}


def _order_truth(order: Order) -> dict[str, object]:
    return {
        "order_id": order.order_id,
        "token_id": order.token,
        "condition_id": order.market.condition_id,
        "maker": order.maker,
        "side": order.side,
        "order_type": order.order_type,
        "status": order.status,
        "maker_units": order.maker_units,
        "taker_units": order.taker_units,
        "fills": [_fill_truth(fill, order.order_id) for fill in order.fills],
    }


def _fill_truth(fill: Fill, order_id: str) -> dict[str, object]:
    leg = fill.leg(order_id)
    return {
        "trade_id": fill.trade_id,
        "shares_units": fill.shares,
        "usd_units": leg.usd,
        "price": human(leg.price),
        "fee_units": leg.fee,
        "at": fill.at,
        "status": fill.status,
    }
