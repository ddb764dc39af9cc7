"""What takes long to find out, looked at aside: the doctor's checks, and the broker's queues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from ltsys.bootstrap import Services
from ltsys.broker import QUEUES, answering_workers, depths
from ltsys.checkup.checks import ABOUT_EVERYBODY, NEED_A_KEY, Check, Checkup, workers_check
from ltsys.checkup.rounds import Look, Rounds

_WORKERS = "workers"
_DEPTHS = "queues"
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue of the broker; None where its number is not known yet, or could not be had."""

    name: str
    waiting: int | None
    workers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """All that was found so far; nobody waited for it."""

    checks: tuple[Look[Check], ...]
    queues: tuple[Queue, ...]
    depths: Look[Counts]
    """When the queues were looked at, or why they could not be."""


def latest(own: Services, *, is_for_admin: bool) -> Looks:
    """The last answers; those that are old are asked for anew, aside.

    Checks that need the trading key are left to `lt doctor`: this process is to hold none.
    """
    checks, counts = _rounds(own)
    asked = {each.name: each for each in counts.latest()}
    workers, waiting = asked[_WORKERS], asked[_DEPTHS]
    found = [
        each
        for each in (*checks.latest(), _judged(workers))
        if is_for_admin or each.name not in ABOUT_EVERYBODY
    ]
    queues = tuple(
        Queue(name=name, waiting=_of(waiting, name), workers=_of(workers, name)) for name in QUEUES
    )
    return Looks(checks=tuple(found), queues=queues, depths=waiting)


@cache
def _rounds(own: Services) -> tuple[Rounds[Check], Rounds[Counts]]:
    left_out = NEED_A_KEY | {_WORKERS}
    looks = {name: look for name, look in Checkup(own).looks().items() if name not in left_out}
    url = own.settings.redis_url
    counted: dict[str, Callable[[], Counts]] = {
        _DEPTHS: partial(depths, url),
        _WORKERS: partial(answering_workers, url),
    }
    return Rounds(looks, own.clock), Rounds(counted, own.clock)


def _judged(workers: Look[Counts]) -> Look[Check]:
    return Look(
        name=workers.name,
        found=None if workers.found is None else workers_check(workers.found),
        error=workers.error,
        at=workers.at,
        asked_at=workers.asked_at,
    )


def _of(look: Look[Counts], name: str) -> int | None:
    return None if look.found is None or look.error is not None else look.found.get(name)
