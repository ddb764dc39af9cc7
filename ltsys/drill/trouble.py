"""Strikes the blows of a plan, and watches how long each victim takes to be back."""

import os
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.sabotage import STARTED, STEPS
from ltsys.drill.plan import Blow, Kind
from ltsys.processes import Exit
from ltsys.stack import Stack

_CLOCK = SystemClock()
_PATIENCE_S = 20.0
"""How long a worker may go without reaching the step at which it was told to die."""
_ANYWHERE = "wherever it was"


@dataclass(slots=True)
class Casualties:
    """What was broken, and how long each worker was away."""

    kills: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    servers: Counter[str] = field(default_factory=Counter)
    recoveries_s: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """The step at which a worker is to die, and since when."""

    step: str
    at: float


class Trouble:
    """Kills workers at steps of their work, and servers at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.casualties = Casualties()
        self._asked: dict[str, _Sentence] = {}
        self._died_at: dict[str, float] = {}
        for role in STEPS:
            (folder / role).mkdir(parents=True, exist_ok=True)

    def strike(self, blow: Blow, stack: Stack) -> None:
        """Do it, or leave the order to do it."""
        match blow.kind:
            case Kind.KILL:
                self._ask_to_die(blow.role, blow.step)
            case Kind.KILL_BEAT | Kind.KILL_STREAM:
                _, name = blow.kind.split()
                _kill(name, stack)
            case Kind.CRASH_BROKER | Kind.EMPTY_BROKER:
                stack.servers.crash("valkey", forgetting=blow.kind is Kind.EMPTY_BROKER)
                self.casualties.servers[blow.kind.value] += 1
            case Kind.CRASH_DATABASE:
                stack.servers.crash("postgres")
                self.casualties.servers[blow.kind.value] += 1

    def is_free(self, role: str) -> bool:
        """Whether a worker of this kind lives and has no order to die."""
        return role not in self._asked and role not in self._died_at

    def heard(self, end: Exit) -> None:
        """A process ended: by our hand, or by itself, which counts too."""
        self.casualties.kills[end.name] += 1
        if end.name in STEPS:
            self._died_at[end.name] = _CLOCK.wall().timestamp()
            sentence = self._asked.pop(end.name, None)
            if sentence is not None:
                self.casualties.steps[f"{end.name}: {sentence.step}"] += 1

    def look(self, stack: Stack) -> None:
        """Note who works again since he died; who does not come to his step dies where he is."""
        now = _CLOCK.wall().timestamp()
        for role, sentence in self._asked.items():
            if now - sentence.at > _PATIENCE_S:
                (self._folder / role / sentence.step).unlink(missing_ok=True)
                self._asked[role] = _Sentence(step=_ANYWHERE, at=now)
                _kill(role, stack)
        for role, died_at in list(self._died_at.items()):
            with suppress(FileNotFoundError):
                back_at = (self._folder / role / STARTED).stat().st_mtime
                if back_at > died_at:
                    self.casualties.recoveries_s.append(back_at - died_at)
                    del self._died_at[role]

    def relent(self) -> None:
        """Nobody is asked to die any more."""
        for role, sentence in self._asked.items():
            (self._folder / role / sentence.step).unlink(missing_ok=True)
        self._asked.clear()

    def _ask_to_die(self, role: str, step: str) -> None:
        self._asked[role] = _Sentence(step=step, at=_CLOCK.wall().timestamp())
        (self._folder / role / step).touch()


def _kill(name: str, stack: Stack) -> None:
    with suppress(KeyError, ProcessLookupError):
        os.kill(stack.processes.pids()[name], signal.SIGKILL)
