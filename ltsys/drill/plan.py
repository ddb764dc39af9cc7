"""What a drill does, and when: the same plan and seed give the same blows in the same order."""

import random
from dataclasses import dataclass
from enum import StrEnum

from ltsys.adapters.sabotage import STEPS

_WEIGHTS = {"execution": 4, "fills": 4, "resolution": 1, "signals": 3}
"""How often each kind of worker is killed, against the others."""


class Kind(StrEnum):
    """A way to break something."""

    KILL = "kill"
    """SIGKILL of a worker, at a named step of its work."""
    KILL_BEAT = "kill beat"
    KILL_STREAM = "kill stream"
    CRASH_BROKER = "crash broker"
    """Valkey dies and comes back with what it had written down."""
    EMPTY_BROKER = "empty broker"
    """Valkey dies and comes back with nothing."""
    CRASH_DATABASE = "crash database"
    STORM = "storm"
    """For a while the venue is away, refuses everybody, cuts streams or tells another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """`at` is a share of the signals that were sent before it, from 0 to 1."""

    at: float
    kind: Kind
    role: str = ""
    step: str = ""
    storm: str = ""
    """A line of a fault script, its times from the blow on; `{token}` is one that is traded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillPlan:
    """`rate_per_s` signals a second are written; the rest is counts over the whole drill."""

    signals: int = 600
    rate_per_s: int = 20
    seed: int = 1
    kills: int = 16
    broker_losses: int = 3
    database_crashes: int = 1
    faults: tuple[str, ...] = ()
    """What goes wrong all the while."""
    storms: tuple[str, ...] = ()
    """What breaks over everybody once and passes."""
    is_delivered_twice: bool = True
    rest_limit_s: float = 240.0
    """How long orders, and then outcomes, may take to come to rest."""
    first_check_s: float = 1.0
    """The patience with an unanswered order; shorter ones end a short drill sooner."""

    def blows(self) -> tuple[Blow, ...]:
        """Spread over the middle nine tenths of the drill, in the order of their time."""
        dice = random.Random(self.seed)  # noqa: S311  not a secret: a plan that can be repeated
        made = [self._kill(dice, number) for number in range(self.kills)]
        watchers = (Kind.KILL_BEAT, Kind.KILL_STREAM) if self.kills else ()
        made += [Blow(at=_some_time(dice), kind=kind) for kind in watchers]
        for number in range(self.broker_losses):
            kind = Kind.CRASH_BROKER if number % 2 else Kind.EMPTY_BROKER
            made.append(Blow(at=_evenly(number, self.broker_losses), kind=kind))
        for number, storm in enumerate(self.storms):
            at = _evenly(number, len(self.storms))
            made.append(Blow(at=at, kind=Kind.STORM, storm=storm))
        for number in range(self.database_crashes):
            at = _evenly(number, self.database_crashes) - 0.1
            made.append(Blow(at=at, kind=Kind.CRASH_DATABASE))
        return tuple(sorted(made, key=lambda blow: blow.at))

    def _kill(self, dice: random.Random, number: int) -> Blow:
        """Every kind of worker has its turn first; afterwards the dice decide."""
        roles = tuple(STEPS)
        chosen = roles[number] if number < len(roles) else _by_weight(dice)
        at = 0.05 + 0.9 * (number + dice.random()) / max(1, self.kills)
        return Blow(at=at, kind=Kind.KILL, role=chosen, step=dice.choice(STEPS[chosen]))


STANDARD_FAULTS = (
    "rate 0.02 POST /order: drop-after-accept",
    "rate 0.01 POST /order: drop-before-accept reset",
    "rate 0.02 POST /order: status-after-accept 500",
    "rate 0.01 POST /order: html-after-accept 502",
    "rate 0.02 POST /order: too-many-requests retry-after=1",
    "rate 0.01 POST /order: status 425 'service not ready'",
    "rate 0.01 POST /order: success-false 'not enough balance / allowance'",
    "rate 0.05 POST /order: no-hashes",
    "rate 0.03: fail-trade",
    "rate 0.05: retry-trade",
    "rate 0.02 GET /data/trades: status 503 'Service Unavailable'",
    "rate 0.02 GET /data/trades: html 502",
    "rate 0.05 GET /book: slow 1s",
    "rate 0.2: hide-matched 60s",
    "rate 0.05: ws-duplicate",
    "rate 0.05: ws-swap",
    "rate 0.05: ws-lose",
    "rate 0.05: ws-array",
)
"""What goes wrong at the venue all the while; lines as `lt sim --fault` takes them."""

STANDARD_STORMS = (
    "at 0s for 60s: restart post-only=20s",
    "at 0s: ws-disconnect",
    "at 0s for 40s rate 0.5: too-many-requests retry-after=2",
    "at 0s market {token}: tick 0.001",
    "at 0s for 60s: disabled",
    "at 0s for 30s: clock-skew 60s",
    "at 0s for 100s: ws-refuse",
    "at 0s for 40s rate 0.5: html 403",
)
"""Spread over a drill, in this order; times are the venue's, which run five times as fast."""


def _by_weight(dice: random.Random) -> str:
    return dice.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]


def _some_time(dice: random.Random) -> float:
    return 0.05 + 0.9 * dice.random()


def _evenly(number: int, count: int) -> float:
    return (number + 1) / (count + 1)
