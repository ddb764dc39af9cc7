"""Put a strategy at another stage: one row changes, one row of history says why (DESIGN §8)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ltsys.domain.alert import Alert, Severity
from ltsys.domain.stage import StageStep, Standing, is_lower
from ltsys.domain.strategy import Strategy
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.launch_strategy import opened_book

_NOTHING: Mapping[str, str] = {}


def put_at(
    strategy: Strategy,
    standing: Standing,
    *,
    by: str,
    cause: str,
    now: datetime,
    tx: Transaction,
    numbers: Mapping[str, str] = _NOTHING,
) -> None:
    """The strategy stands there, with a book of its own for the money that it trades with now.

    An order goes on in the book in which it was planned; a live one that was not sent yet is
    denied after a demotion. `now` is venue time. Raises StaleWriteError where the strategy does
    not stand any more where `strategy` says.
    """
    step = StageStep(
        strategy_id=strategy.strategy_id,
        before=strategy.standing.stage,
        after=standing,
        by=by,
        cause=cause,
        at=now,
        numbers=numbers,
    )
    moved = replace(strategy, standing=standing)
    # whoever plans at this moment has planned before the change or plans after it
    is_opened = tx.lock_state(strategy.strategy_id, moved.mode.book) is not None
    tx.set_stage(step, is_new_mode=moved.mode is not strategy.mode)
    if not is_opened:
        state, posting = opened_book(strategy, moved.mode.book, now)
        tx.open_book(strategy.strategy_id, state)
        tx.post(strategy.strategy_id, moved.mode.book, posting)
    _tell(step, strategy.standing, tx)


def stage_key(step: StageStep) -> str:
    """The alert of a strategy that lost a stage."""
    return f"stage:{step.strategy_id}"


def _tell(step: StageStep, before: Standing, tx: Transaction) -> None:
    """A loss of a stage stands as an alert until the next promotion."""
    is_demotion = is_lower(step.after.stage, before.stage)
    words = "demoted" if is_demotion else "promoted"
    message = f"{words} from {before} to {step.after} by {step.by}: {step.cause}"
    level = "WARNING" if is_demotion else "INFO"
    tx.log(
        LogEntry(
            stage="stage",
            message=message,
            level=level,
            strategy_id=step.strategy_id,
            extra=dict(step.numbers),
        )
    )
    if not is_demotion:
        tx.clear_alert(stage_key(step))
        return
    tx.raise_alert(
        Alert(
            key=stage_key(step),
            severity=Severity.WARNING,
            text=f"{step.strategy_id} was {message}",
            strategy_id=step.strategy_id,
        )
    )
