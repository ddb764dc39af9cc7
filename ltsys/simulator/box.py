"""The box: one world, one exchange, one clock, one key ring."""

from dataclasses import dataclass

from ltsys.simulator.clock import SimClock
from ltsys.simulator.exchange.exchange import Exchange
from ltsys.simulator.exchange.keys import KeyRing
from ltsys.simulator.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What the routes share."""

    world: World
    exchange: Exchange
    clock: SimClock
    keys: KeyRing
    admin_token: str

    def now(self) -> float:
        """The simulated time, after everything up to it has happened."""
        now = self.clock.now()
        self.exchange.advance(now)
        return now
