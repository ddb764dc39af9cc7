"""Let a strategy go on to the next stage, after a wait; send it back at once (LESSONS L61)."""

from contextlib import suppress
from datetime import datetime

from ltsys.domain.change import ChangeEvent, ChangeKind, ChangeRequest, PendingChange
from ltsys.domain.errors import RefusedError, SettingsError, StaleWriteError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.promotion import breach, gate_checks
from ltsys.domain.stage import Stage, Standing, demoted, promoted
from ltsys.ports.store import Transaction
from ltsys.usecases.change_stage import put_at
from ltsys.usecases.desk import Oversight
from ltsys.usecases.stage_view import health_of, numbers_of, strategy_of

STAGE = "stage"
"""The subject of a change of stage: one may wait at a time."""
_RULE = "its own rule"


def request_promotion(
    strategy_id: StrategyId,
    *,
    cap: Usd | None,
    by: str,
    typed: str,
    oversight: Oversight,
) -> PendingChange:
    """The promotion waits for its time; the checks run again when it has come.

    Raises RefusedError where the strategy's name was not typed, a check is not passed, or one
    waits already; SettingsError where there is no such strategy.
    """
    refuse_untyped(strategy_id, typed)
    now, wall = oversight.clock.now(), oversight.clock.wall()
    with oversight.store.transaction() as tx:
        before = strategy_of(strategy_id, tx).standing
        after = promoted(before, cap)
        _refuse_unready(strategy_id, oversight, now, wall, tx)
        if any(c.request.subject == STAGE for c in tx.changes(strategy_id, only_open=True)):
            raise RefusedError(f"a promotion of {strategy_id} waits already")
        return tx.add_change(
            ChangeRequest(
                strategy_id=strategy_id,
                kind=ChangeKind.STAGE,
                subject=STAGE,
                before=words_of(before),
                after=words_of(after),
                requested_at=wall,
                requested_by=by,
                effective_at=wall + oversight.cooling_off,
            )
        )


def apply_promotion(change: PendingChange, *, oversight: Oversight) -> bool:
    """The strategy stands at its next stage; False where it was refused, and why is a row.

    Whatever changed during the wait counts: the stage, the checks, a halt.
    """
    now, wall = oversight.clock.now(), oversight.clock.wall()
    request = change.request
    with oversight.store.transaction() as tx:
        strategy = strategy_of(request.strategy_id, tx)
        try:
            _refuse_moved(strategy.standing, request)
            numbers = _refuse_unready(request.strategy_id, oversight, now, wall, tx)
        except RefusedError as error:
            tx.end_change(change, ChangeEvent.REFUSE, by=_RULE, why=str(error))
            return False
        put_at(
            strategy,
            standing_of(request.after or ""),
            by=request.requested_by,
            cause=f"change {change.change_id} took effect",
            now=now,
            tx=tx,
            numbers=numbers,
        )
        tx.end_change(change, ChangeEvent.APPLY, by=_RULE, why="its cooling-off time was over")
        return True


def demote(
    strategy_id: StrategyId,
    to: Stage,
    *,
    by: str,
    why: str,
    oversight: Oversight,
    cap: Usd | None = None,
) -> Standing:
    """The strategy stands there from this moment on; a promotion that waits is withdrawn.

    Raises RefusedError for a stage that is not lower, SettingsError for an unknown strategy.
    """
    now = oversight.clock.now()
    with oversight.store.transaction() as tx:
        strategy = strategy_of(strategy_id, tx)
        after = demoted(strategy.standing, to, cap)
        put_at(strategy, after, by=by, cause=why, now=now, tx=tx)
        _withdraw_promotion(strategy_id, by, why, tx)
    return after


def demote_breached(*, oversight: Oversight) -> tuple[StrategyId, ...]:
    """Every strategy with real money that is in breach stands at shadow; returns which."""
    with oversight.store.transaction() as tx:
        names = tx.live_strategies()
    return tuple(name for name in names if _sent_back(name, oversight))


def _sent_back(strategy_id: StrategyId, oversight: Oversight) -> bool:
    now, wall = oversight.clock.now(), oversight.clock.wall()
    # somebody else may have sent it back at this moment: then it is done
    with suppress(StaleWriteError, SettingsError), oversight.store.transaction() as tx:
        strategy = strategy_of(strategy_id, tx)
        if not strategy.standing.stage.is_live:
            return False
        record, health = tx.stage_record(strategy_id), health_of(strategy, oversight, tx)
        cause = breach(record, health, oversight.gates)
        if cause is None:
            return False
        found = gate_checks(record, health, oversight.gates, now=now, wall=wall)
        after, numbers = Standing(stage=Stage.SHADOW), numbers_of(record, found)
        put_at(strategy, after, by=_RULE, cause=cause, now=now, tx=tx, numbers=numbers)
        _withdraw_promotion(strategy_id, _RULE, cause, tx)
        return True
    return False


def refuse_untyped(strategy_id: StrategyId, typed: str) -> None:
    """Raises RefusedError unless the whole name was typed: raising risk is no slip (L61)."""
    if typed.strip() != strategy_id:
        raise RefusedError(f"type {strategy_id} to confirm; nothing was changed")


def words_of(standing: Standing) -> str:
    """A standing as a change keeps it."""
    cap, stage = standing.cap, standing.stage.value
    return stage if cap is None else f"{stage} {cap.amount.normalize():f}"


def standing_of(words: str) -> Standing:
    """Read back from there."""
    stage, _, cap = words.partition(" ")
    return Standing(stage=Stage(stage), cap=Usd.of(cap) if cap else None)


def _refuse_moved(standing: Standing, request: ChangeRequest) -> None:
    if words_of(standing) != request.before:
        raise RefusedError(f"it stands at {standing} by now")


def _refuse_unready(
    strategy_id: StrategyId, oversight: Oversight, now: datetime, wall: datetime, tx: Transaction
) -> dict[str, str]:
    """The numbers of the checks that were passed. Raises RefusedError with every other one."""
    record = tx.stage_record(strategy_id)
    health = health_of(strategy_of(strategy_id, tx), oversight, tx)
    found = gate_checks(record, health, oversight.gates, now=now, wall=wall)
    missing = [f"{c.name}: {c.value}, asked for is {c.limit}" for c in found if not c.is_passed]
    if missing:
        raise RefusedError(f"{strategy_id} may not go on: {'; '.join(missing)}")
    return numbers_of(record, found)


def _withdraw_promotion(strategy_id: StrategyId, by: str, why: str, tx: Transaction) -> None:
    for change in tx.changes(strategy_id, only_open=True):
        if change.request.subject == STAGE:
            tx.end_change(change, ChangeEvent.WITHDRAW, by=by, why=f"demoted: {why}")
