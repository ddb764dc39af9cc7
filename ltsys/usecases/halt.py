"""Stop trading: the file first, then the row, then people are told (LESSONS L61).

Each step holds without the next. What a later one could not do, `keep_halts` does on its tick.
"""

from ltsys.domain.alert import Alert, Severity
from ltsys.domain.errors import SettingsError
from ltsys.domain.halt import Halt, HaltKind, HaltScope, halt_key, new_halt, united
from ltsys.domain.ids import StrategyId, address
from ltsys.ports import Clock
from ltsys.ports.halts import HaltFile
from ltsys.ports.queries import Queries
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store
from ltsys.usecases.desk import Desk


def halt_everybody(
    kind: HaltKind, *, by: str, reason: str, halt_file: HaltFile, clock: Clock
) -> Halt:
    """Every worker of this machine obeys from now on, with no server asked.

    Raises SettingsError where the file cannot be written.
    """
    halt = new_halt(HaltScope.GLOBAL, "", kind, by=by, reason=reason, since=clock.wall())
    halt_file.add(halt)
    return halt


def aimed(scope: HaltScope, target: str, *, queries: Queries) -> str:
    """The target as rows name it. Raises SettingsError for one that nobody has: it stops nobody."""
    strategies = [row.strategy for row in queries.strategies()]
    match scope:
        case HaltScope.GLOBAL:
            return ""
        case HaltScope.USER:
            known = sorted({each.user_id for each in strategies})
        case HaltScope.STRATEGY:
            known = sorted(each.strategy_id for each in strategies)
        case HaltScope.LEADER:
            try:
                return address(target)
            except ValueError as error:
                raise SettingsError(str(error)) from error
    if target not in known:
        raise SettingsError(f"there is no {scope} {target}; there are: {', '.join(known) or '–'}")
    return target


def record_halt(halt: Halt, *, store: Store) -> None:
    """The halt is a row, which every machine obeys, and then an alert; twice is as once."""
    with store.transaction() as tx:
        if not tx.add_halt(halt):
            return
    tell(halt, store=store)


def tell(halt: Halt, *, store: Store) -> None:
    """People know of it."""
    is_wide = halt.scope is HaltScope.GLOBAL
    severity = Severity.CRITICAL if is_wide else Severity.WARNING
    is_strategy = halt.scope is HaltScope.STRATEGY
    strategy_id = StrategyId(halt.target) if is_strategy else None
    with store.transaction() as tx:
        tx.raise_alert(
            Alert(
                key=halt_key(halt.halt_id),
                severity=severity,
                text=f"{halt}; `lt halts` shows it, `lt resume` lifts it",
                strategy_id=strategy_id,
            )
        )
        tx.log(
            LogEntry(
                stage="halt",
                message=f"{halt}",
                level="WARNING",
                strategy_id=strategy_id,
                extra={"halt_id": halt.halt_id},
            )
        )


def keep_halts(*, desk: Desk) -> None:
    """Every halt of this machine's file is a row, and every halt that stands has its alert.

    Nothing is lifted here: a file whose row was lifted elsewhere goes on to halt this machine,
    and its alert stands until somebody lifts it here.
    """
    in_file = desk.halt_file.standing()
    with desk.store.transaction() as tx:
        for halt in in_file:
            tx.add_halt(halt)
        told = {row.alert.key for row in tx.open_alerts()}
        standing = united(tx.open_halts(), in_file)
    for halt in standing:
        if halt_key(halt.halt_id) not in told:
            tell(halt, store=desk.store)
