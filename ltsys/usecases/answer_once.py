"""Do what a request asks once, however often it is sent (LESSONS L01, L03)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ltsys.domain.errors import LtsysError, OutcomeUnknownError, RefusedError
from ltsys.domain.ids import UserId
from ltsys.ports import Clock
from ltsys.ports.answers import Answer
from ltsys.ports.store import Store

KEPT_FOR = timedelta(hours=24)
"""Machine time after which a key may be used for something else."""


class KeyReusedError(RefusedError):
    """The key was sent before with another request; nothing was done."""


class StillRunningError(RefusedError):
    """The first request with this key has no answer: it still runs, or it died in the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request by the name that its caller gave it."""

    user_id: UserId
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, and whether it was given before."""

    answer: Answer
    is_replayed: bool


def answer_once(once: Once, act: Callable[[], Answer], *, store: Store, clock: Clock) -> Answered:
    """The answer of the first request with this key; only that one acts.

    An error of ours by which nothing changed gives the key back. After any other error nobody
    knows what happened, so the key stays taken. Raises KeyReusedError, StillRunningError and
    whatever `act` raises.
    """
    with store.transaction() as tx:
        tx.forget_answers(clock.wall() - KEPT_FOR)
        kept = tx.claim_answer(once.user_id, once.key, once.fingerprint)
    if kept is not None:
        if kept.fingerprint != once.fingerprint:
            raise KeyReusedError("this Idempotency-Key was sent before with another request")
        if kept.answer is None:
            raise StillRunningError(
                "the first request with this Idempotency-Key has no answer yet: look at what it "
                "changed before you ask with a new key"
            )
        return Answered(answer=kept.answer, is_replayed=True)
    return Answered(answer=_first(once, act, store), is_replayed=False)


def _first(once: Once, act: Callable[[], Answer], store: Store) -> Answer:
    try:
        answer = act()
    except OutcomeUnknownError:
        raise
    except LtsysError:
        with store.transaction() as tx:
            tx.release_answer(once.user_id, once.key)
        raise
    with store.transaction() as tx:
        tx.keep_answer(once.user_id, once.key, answer)
    return answer
