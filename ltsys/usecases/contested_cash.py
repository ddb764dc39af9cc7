"""Strategies of one wallet plan side by side, so the cash may be promised before one commits."""

from collections.abc import Callable
from typing import TypeVar

from ltsys.domain.errors import StaleWriteError
from ltsys.ports.records import LogEntry, SignalKey
from ltsys.usecases.desk import Desk

_T = TypeVar("_T")
_RACES = 3
"""That one signal may lose before it waits for its next delivery."""


def until_covered(plan: Callable[[], _T], key: SignalKey, *, desk: Desk) -> _T:
    """What the plan comes to; made anew, with what is left, where somebody else was first.

    Raises StaleWriteError where that happens again and again: nothing was written (LESSONS L30).
    """
    for _ in range(_RACES):
        try:
            return plan()
        except StaleWriteError as error:
            _tell(error, key, desk)
    return plan()


def _tell(error: StaleWriteError, key: SignalKey, desk: Desk) -> None:
    strategy_id, source_trade_id = key
    with desk.store.transaction() as tx:
        tx.log(
            LogEntry(
                stage="plan",
                message=f"decided anew, for somebody was first: {error}",
                strategy_id=strategy_id,
                trace_id=source_trade_id,
            )
        )
