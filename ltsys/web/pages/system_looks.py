"""What takes long to find out, looked at aside: the doctor's checks, and the broker's queues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from ltsys.bootstrap import Services
from ltsys.broker import QUEUES, Waiting, answering_workers, waiting
from ltsys.checkup.checks import ABOUT_EVERYBODY, NEED_A_KEY, Check, Checkup, workers_check
from ltsys.checkup.rounds import Found, Look, Rounds

_WORKERS = "workers"
_WAITING = "queues"
Workers = Mapping[str, int]
Queues = Mapping[str, Waiting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue of the broker; None where its number is not known yet, or could not be had."""

    name: str
    waiting: int | None
    oldest_at: datetime | None
    """When the oldest message that waits was first sent; None also where none does."""
    workers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """All that was found so far; nobody waited for it."""

    checks: tuple[Look[Check], ...]
    queues: tuple[Queue, ...]
    waiting: Look[Queues]
    """When the queues were looked at, or why they could not be."""


def latest(own: Services, *, is_for_admin: bool) -> Looks:
    """The last answers; those that are old are asked for anew, aside.

    Checks that need the trading key are left to `lt doctor`: this process is to hold none.
    """
    checks, of_workers, of_queues = _rounds(own)
    (workers,), (queued,) = of_workers.latest(), of_queues.latest()
    found = [
        each
        for each in (*checks.latest(), _judged(workers))
        if is_for_admin or each.name not in ABOUT_EVERYBODY
    ]
    queues = tuple(_queue(name, queued, workers) for name in QUEUES)
    return Looks(checks=tuple(found), queues=queues, waiting=queued)


@cache
def _rounds(own: Services) -> tuple[Rounds[Check], Rounds[Workers], Rounds[Queues]]:
    left_out = NEED_A_KEY | {_WORKERS}
    looks = {name: look for name, look in Checkup(own).looks().items() if name not in left_out}
    url = own.settings.redis_url
    workers: Callable[[], Workers] = partial(answering_workers, url)
    queues: Callable[[], Queues] = partial(waiting, url)
    return (
        Rounds(looks, own.clock),
        Rounds({_WORKERS: workers}, own.clock),
        Rounds({_WAITING: queues}, own.clock),
    )


def _judged(workers: Look[Workers]) -> Look[Check]:
    return Look(
        name=workers.name,
        found=None if workers.found is None else workers_check(workers.found),
        error=workers.error,
        at=workers.at,
        asked_at=workers.asked_at,
    )


def _queue(name: str, queued: Look[Queues], workers: Look[Workers]) -> Queue:
    has, by = _of(queued, name), _of(workers, name)
    return Queue(
        name=name,
        waiting=None if has is None else has.count,
        oldest_at=None if has is None else has.oldest_at,
        workers=by,
    )


def _of(look: Look[Mapping[str, Found]], name: str) -> Found | None:
    return None if look.found is None or look.error is not None else look.found.get(name)
