"""Change limits: what lowers risk holds at once, what raises it waits its time (LESSONS L61)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ltsys.domain.change import ChangeEvent, ChangeKind, ChangeRequest, PendingChange
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.rule_change import Value, changed, loosened
from ltsys.domain.strategy import RiskRules
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Oversight
from ltsys.usecases.promote import refuse_untyped
from ltsys.usecases.set_rules import refuse_nonsense, set_rules
from ltsys.usecases.stage_view import locked_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an order to change limits led to."""

    rules: RiskRules
    """As they hold from now on."""
    waiting: tuple[PendingChange, ...]
    """What was loosened, one change a limit."""


def change_limits(
    strategy_id: StrategyId,
    changes: Mapping[str, Value],
    *,
    by: str,
    typed: str,
    oversight: Oversight,
) -> Outcome:
    """Tightened limits hold at once; loosened ones wait, each replacing one that waits already.

    A tightened limit withdraws what waits for it. Raises RefusedError where something loosens and
    the strategy's name was not typed, and SettingsError as `set_rules`; then nothing changed.
    """
    now = oversight.clock.now()
    with oversight.store.transaction() as tx:
        strategy, before = locked_rules(strategy_id, tx)
        after = changed(before, changes)
        refuse_nonsense(strategy, after, tx)
        loose = loosened(before, after)
        if loose:
            refuse_untyped(strategy_id, typed)
        firm = {name: value for name, value in changes.items() if name not in loose}
        rules = set_rules(strategy_id, firm, by=by, now=now, tx=tx)
        replace_waiting(strategy_id, changes, by, tx)
        wanted = {name: (text_of(getattr(before, name)), text_of(changes[name])) for name in loose}
        waiting = ask_for(strategy_id, ChangeKind.LIMIT, wanted, by=by, oversight=oversight, tx=tx)
        return Outcome(rules=rules, waiting=waiting)


def withdraw_change(change_id: int, *, by: str, why: str, oversight: Oversight) -> PendingChange:
    """It never takes effect. Raises RefusedError where it does not wait any more."""
    with oversight.store.transaction() as tx:
        change = _open(change_id, tx)
        tx.end_change(change, ChangeEvent.WITHDRAW, by=by, why=why)
        tx.clear_alert(proposal_key(change.request))
        _log(change.request, f"change {change_id} was withdrawn by {by}: {why}", tx)
    return change


def confirm_change(change_id: int, *, by: str, typed: str, oversight: Oversight) -> PendingChange:
    """A proposed change waits from now on, and then takes effect.

    Raises RefusedError where it is none, or the strategy's name was not typed.
    """
    wall = oversight.clock.wall()
    with oversight.store.transaction() as tx:
        change = _open(change_id, tx)
        if change.request.effective_at is not None:
            raise RefusedError(f"change {change_id} was confirmed before")
        refuse_untyped(change.request.strategy_id, typed)
        tx.confirm_change(change, by=by, effective_at=wall + oversight.cooling_off)
        _log(change.request, f"change {change_id} was confirmed by {by}", tx)
        confirmed = tx.change(change_id)
    return confirmed or change


def proposal_key(request: ChangeRequest) -> str:
    """The alert of a change that its owner has to rule on."""
    return f"change:{request.strategy_id}:{request.subject}"


def text_of(value: Value) -> str | None:
    """A limit as a change keeps it, in the fewest digits; None is no limit."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case Usd():
            return f"{value.amount.normalize():f}"
        case Decimal():
            return f"{value.normalize():f}"
        case int():
            return f"{value}"


def replace_waiting(
    strategy_id: StrategyId, subjects: Collection[str], by: str, tx: Transaction
) -> None:
    """Nothing waits any more that would change one of the subjects."""
    for change in tx.changes(strategy_id, only_open=True):
        if change.request.subject in subjects:
            tx.end_change(change, ChangeEvent.REPLACE, by=by, why="a newer order about it")


def ask_for(
    strategy_id: StrategyId,
    kind: ChangeKind,
    wanted: Mapping[str, tuple[str | None, str | None]],
    *,
    by: str,
    oversight: Oversight,
    tx: Transaction,
) -> tuple[PendingChange, ...]:
    """Each subject waits its cooling-off time for its new value; `wanted` has before and after."""
    wall = oversight.clock.wall()
    requests = (
        ChangeRequest(
            strategy_id=strategy_id,
            kind=kind,
            subject=subject,
            before=before,
            after=after,
            requested_at=wall,
            requested_by=by,
            effective_at=wall + oversight.cooling_off,
        )
        for subject, (before, after) in wanted.items()
    )
    return tuple(ask(each, tx) for each in requests)


def ask(request: ChangeRequest, tx: Transaction) -> PendingChange:
    """The change waits, and the log says until when."""
    made = tx.add_change(request)
    at = f"{request.effective_at:%Y-%m-%d %H:%M:%S} UTC"
    message = f"change {made.change_id} by {request.requested_by} waits until {at}: {request}"
    _log(request, message, tx)
    return made


def _open(change_id: int, tx: Transaction) -> PendingChange:
    change = tx.change(change_id)
    if change is None:
        raise RefusedError(f"there is no change {change_id}")
    if not change.is_open:
        raise RefusedError(f"change {change_id} is {change.status} already: {change.why}")
    return change


def _log(request: ChangeRequest, message: str, tx: Transaction) -> None:
    tx.log(LogEntry(stage="change", message=message, strategy_id=request.strategy_id))
