"""The operator's door: the clock, accounts, what was recorded, and what lies behind."""

from ltsys.simulator.box import Box
from ltsys.simulator.clock import SimClock
from ltsys.simulator.exchange.accounts import STANDINGS
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.operator import json_object, operator_only
from ltsys.simulator.routes.rulings import RulingRoutes
from ltsys.simulator.routes.truth import TruthRoutes
from ltsys.simulator.units import ONE, decimal_of
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
        router.add("POST", "/sim/standings", operator_only(token, self.set_standing))
        router.add("GET", "/sim/recording", operator_only(token, self.recording))
        TruthRoutes(self._box).install(router)
        RulingRoutes(self._box).install(router)

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
        address, amount = _address(payload), decimal_of(payload.get("cash_usd"))
        if amount is None or not 0 <= amount <= _MAX_DEPOSIT_USD:
            raise VenueError(400, f"cash_usd is not a number from 0 to {_MAX_DEPOSIT_USD}")
        signer, kind = str(payload.get("signer", "")).lower(), payload.get("signature_type", 0)
        exchange = self._box.exchange
        if signer and isinstance(kind, int) and not exchange.bind_wallet(address, signer, kind):
            raise VenueError(400, "the wallet is another signer's")
        exchange.ledger.deposit(address, int(amount * ONE))
        return {"address": address, "cash_units": exchange.ledger.cash[address]}

    def set_standing(self, request: Request) -> object:
        """Ban a signer, let him only close, or let him trade again."""
        payload = json_object(request)
        address, standing = _address(payload), payload.get("standing")
        for each in STANDINGS:
            if each == standing:
                self._box.exchange.accounts.set_standing(address, each)
                return {"address": address, "standing": each}
        raise VenueError(400, f"standing is none of {', '.join(STANDINGS)}")

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


def _advance_by(clock: SimClock, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise VenueError(400, "advance_by is not a number from 0 up")
    _advance(clock, clock.now() + value)


def _set_rate(clock: SimClock, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= MAX_RATE:
        raise VenueError(400, f"rate is not a number over 0 and up to {MAX_RATE}")
    clock.set_rate(float(value))


def _set_paused(clock: SimClock, value: object) -> None:
    if not isinstance(value, bool):
        raise VenueError(400, "paused is not true or false")
    clock.set_paused(paused=value)


def _refuse(_clock: SimClock, _value: object) -> None:
    raise VenueError(400, "only advance_to, advance_by, rate and paused can be set")


_CHANGES = {
    "advance_to": _advance,
    "advance_by": _advance_by,
    "rate": _set_rate,
    "paused": _set_paused,
}


def _address(payload: dict[str, object]) -> str:
    address = str(payload.get("address", "")).lower()
    if len(address) != 42 or not address.startswith("0x"):
        raise VenueError(400, "an address is wanted")
    return address
