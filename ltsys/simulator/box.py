"""The box: one world, one exchange, one clock, one key ring, and what goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ltsys.simulator.admission.keys import KeyRing
from ltsys.simulator.clock import SimClock
from ltsys.simulator.exchange.exchange import Exchange
from ltsys.simulator.faults.faults import Faults
from ltsys.simulator.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What the routes share."""

    world: World
    exchange: Exchange
    clock: SimClock
    keys: KeyRing
    admin_token: str
    faults: Faults = field(default_factory=Faults)
    spectators: list[Callable[[float], None]] = field(default_factory=list)

    def now(self) -> float:
        """The simulated time, after everything up to it has happened.

        Spectators are told first, so that they may live through the time step by step.
        """
        now = self.clock.now()
        for spectator in self.spectators:
            spectator(now)
        self.exchange.advance(now)
        return now
