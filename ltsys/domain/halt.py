"""Halts: trading that a person stopped, for whom, how far, and until who lifts it (DESIGN §7).

A halt is never changed. It stands until somebody lifts it with a reason, and both stay known.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ltsys.domain.ids import Address, HaltId, StrategyId


class HaltScope(StrEnum):
    """Whose orders a halt is about."""

    GLOBAL = "global"
    USER = "user"
    STRATEGY = "strategy"
    LEADER = "leader"


class HaltKind(StrEnum):
    """How far a halt goes; what works at the venue is looked after under each of them."""

    PAUSE = "pause"
    """Nothing is planned or posted; signals wait, and are denied once they are too old."""
    STOP_ENTRIES = "stop-entries"
    """Signals are denied at once."""
    KILL = "kill"
    """As stop-entries, and every working order is canceled and looked at until it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """One person's word. `since` is machine time; `target` is empty for everybody."""

    halt_id: HaltId
    scope: HaltScope
    target: str
    kind: HaltKind
    by: str
    reason: str
    since: datetime

    def covers(self, *, strategy_id: StrategyId, user_id: str, leader: Address) -> bool:
        """Whether an order of that strategy, on a signal of that leader, falls under it."""
        match self.scope:
            case HaltScope.GLOBAL:
                return True
            case HaltScope.USER:
                return self.target == user_id
            case HaltScope.STRATEGY:
                return self.target == strategy_id
            case HaltScope.LEADER:
                return self.target == leader

    @property
    def whom(self) -> str:
        """Its scope in words."""
        return "everybody" if self.scope is HaltScope.GLOBAL else f"{self.scope} {self.target}"

    def __str__(self) -> str:
        return (
            f"{self.kind} of {self.whom} by {self.by} since {self.since:%Y-%m-%d %H:%M:%S} UTC: "
            f"{self.reason}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifting:
    """Who let trading go on, when (machine time) and why."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHalt:
    """A halt as it stays known for ever; `lifted` is None while it stands."""

    halt: Halt
    lifted: Lifting | None


def new_halt(
    scope: HaltScope, target: str, kind: HaltKind, *, by: str, reason: str, since: datetime
) -> Halt:
    """A halt named after what it says, so that its line in the file and its row are one."""
    said = "\n".join((scope, target, kind, by, reason, since.isoformat()))
    digest = hashlib.sha256(said.encode()).hexdigest()
    return Halt(
        halt_id=HaltId(f"halt_{digest[:16]}"),
        scope=scope,
        target=target,
        kind=kind,
        by=by,
        reason=reason,
        since=since,
    )


def denying(halts: Iterable[Halt]) -> Halt | None:
    """The first that denies new signals at once; None where none does."""
    return next((halt for halt in halts if halt.kind is not HaltKind.PAUSE), None)


def pausing(halts: Iterable[Halt]) -> Halt | None:
    """The first that lets signals wait; None where none does."""
    return next((halt for halt in halts if halt.kind is HaltKind.PAUSE), None)


def united(*sources: Iterable[Halt]) -> tuple[Halt, ...]:
    """Halts of the file and of the database, each once, the oldest first."""
    by_id = {halt.halt_id: halt for halts in sources for halt in halts}
    return tuple(sorted(by_id.values(), key=lambda halt: (halt.since, halt.halt_id)))


def halt_key(halt_id: HaltId) -> str:
    """The alert of a halt that stands."""
    return f"halt:{halt_id}"
