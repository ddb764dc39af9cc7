"""What a strategy has shown for its next stage, and what stands in its way (DESIGN §8)."""

from dataclasses import dataclass
from datetime import datetime

from ltsys.domain.breaker import Breaker, Resume, explained
from ltsys.domain.change import ChangeKind, PendingChange
from ltsys.domain.errors import SettingsError
from ltsys.domain.halt import Halt, HaltKind, HaltScope
from ltsys.domain.ids import StrategyId
from ltsys.domain.promotion import GateCheck, Health, Record, gate_checks
from ltsys.domain.reconciliation import Action, Result
from ltsys.domain.stage import Stage, StageStep, Standing, next_stage
from ltsys.domain.strategy import RiskRules, RiskState, Strategy
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Oversight

_COMPLETE = frozenset({Result.CLEAN, Result.DRIFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """Where a strategy stands; `checks` are of the step to `next_stage`, none at the top."""

    strategy_id: StrategyId
    standing: Standing
    since: datetime
    """Venue time."""
    next_stage: Stage | None
    checks: tuple[GateCheck, ...]
    waiting: PendingChange | None
    """A promotion that takes effect once its cooling-off time is over."""
    steps: tuple[StageStep, ...]

    @property
    def may_climb(self) -> bool:
        """Whether every check is passed."""
        return self.next_stage is not None and all(check.is_passed for check in self.checks)


def stage_view(strategy_id: StrategyId, *, oversight: Oversight) -> StageView:
    """The stepper of one strategy. Raises SettingsError where there is none."""
    now, wall = oversight.clock.now(), oversight.clock.wall()
    with oversight.store.transaction() as tx:
        strategy = strategy_of(strategy_id, tx)
        record = tx.stage_record(strategy_id)
        health = health_of(strategy, oversight, tx)
        waiting = tx.changes(strategy_id, only_open=True)
        steps = tx.stage_steps(strategy_id)
    target = next_stage(strategy.standing.stage)
    return StageView(
        strategy_id=strategy_id,
        standing=strategy.standing,
        since=record.since,
        next_stage=target,
        checks=gate_checks(record, health, oversight.gates, now=now, wall=wall) if target else (),
        waiting=next((c for c in waiting if c.request.kind is ChangeKind.STAGE), None),
        steps=steps,
    )


def strategy_of(strategy_id: StrategyId, tx: Transaction) -> Strategy:
    """As it is now, under its lock. Raises SettingsError where there is none."""
    strategy, _ = locked_rules(strategy_id, tx)
    return strategy


def locked_rules(strategy_id: StrategyId, tx: Transaction) -> tuple[Strategy, RiskRules]:
    """The strategy with its limits, under its lock. Raises SettingsError where there is none."""
    if tx.lock_state(strategy_id) is None:
        raise SettingsError(f"there is no strategy {strategy_id}")
    return tx.rules(strategy_id)


def health_of(strategy: Strategy, oversight: Oversight, tx: Transaction) -> Health:
    """What else is known, by the rows of this moment."""
    state = tx.lock_state(strategy.strategy_id)
    halts = [halt for halt in tx.open_halts() if _covers(halt, strategy)]
    scopes = {None, strategy.strategy_id}
    tripped = [each for each in tx.open_breakers() if each.strategy_id in scopes]
    last = tx.last_reconciliation(strategy.wallet_address, _COMPLETE, since=oversight.books_since)
    clean = tx.last_reconciliation(
        strategy.wallet_address, {Result.CLEAN}, since=oversight.books_since
    )
    drill = tx.last_drill()
    told = [] if last is None else [f for f in last.findings if f.acknowledged_at is None]
    standing = [str(f.finding) for f in told if f.finding.action is Action.ALERTED]
    return Health(
        obstacles=(*_pause(state), *map(str, halts), *map(explained, tripped)),
        breaches=(
            *(str(halt) for halt in halts if halt.kind is HaltKind.KILL),
            *(explained(each) for each in tripped if _stays(each)),
        ),
        compared_at=clean.reconciliation.started_at if clean else None,
        drift="; ".join(standing) or None,
        drill_at=drill.recorded_at if drill else None,
        drill_passed=drill is not None and drill.is_clean,
    )


def numbers_of(record: Record, checks: tuple[GateCheck, ...]) -> dict[str, str]:
    """What a step was decided by, in words, to be kept with it."""
    found = {check.name: f"{check.value} ({check.limit})" for check in checks}
    return {"since": record.since.isoformat(), **found}


def _covers(halt: Halt, strategy: Strategy) -> bool:
    """Halts of one leader leave the rest of the strategy alone."""
    match halt.scope:
        case HaltScope.GLOBAL:
            return True
        case HaltScope.USER:
            return halt.target == strategy.user_id
        case HaltScope.STRATEGY:
            return halt.target == strategy.strategy_id
        case HaltScope.LEADER:
            return False


def _pause(state: RiskState | None) -> tuple[str, ...]:
    return (f"paused: {state.pause_reason}",) if state and state.is_paused else ()


def _stays(breaker: Breaker) -> bool:
    """One that ends with the next good book says nothing of the strategy."""
    return breaker.resume is not Resume.WHEN_CLEAR
