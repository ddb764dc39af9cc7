"""Let changes take effect whose cooling-off time is over (LESSONS L61)."""

from contextlib import suppress

from ltsys.domain.change import ChangeEvent, ChangeKind, PendingChange
from ltsys.domain.errors import SettingsError, StaleWriteError
from ltsys.domain.money import Usd
from ltsys.domain.rule_change import parsed
from ltsys.domain.setting_change import parsed_setting
from ltsys.ports.records import LogEntry
from ltsys.usecases.change_settings import set_settings
from ltsys.usecases.desk import Oversight
from ltsys.usecases.promote import apply_promotion
from ltsys.usecases.request_change import proposal_key
from ltsys.usecases.set_rules import set_rules
from ltsys.usecases.stage_view import strategy_of

_RULE = "its own rule"
_OVER = "its cooling-off time was over"


def apply_changes(*, oversight: Oversight) -> int:
    """Every due change has taken effect or was refused, each for itself; returns how many were.

    Run twice at once each takes effect once.
    """
    with oversight.store.reading() as tx:
        due = tx.due_changes(oversight.clock.wall())
    for change in due:
        # somebody else may have applied or withdrawn it at this moment
        with suppress(StaleWriteError):
            _apply(change, oversight)
    return len(due)


def _apply(change: PendingChange, oversight: Oversight) -> None:
    match change.request.kind:
        case ChangeKind.STAGE:
            apply_promotion(change, oversight=oversight)
        case ChangeKind.LIMIT:
            _apply_limit(change, oversight)
        case ChangeKind.SETTING:
            _apply_setting(change, oversight)
        case ChangeKind.SIZING:
            _apply_sizing(change, oversight)


def _apply_limit(change: PendingChange, oversight: Oversight) -> None:
    """Limit and row move together, so that one that was withdrawn at this moment is not set."""
    request, name = change.request, change.request.subject
    now, by = oversight.clock.now(), f"{request.requested_by} (change {change.change_id})"
    with oversight.store.transaction() as tx:
        event, why = ChangeEvent.APPLY, _OVER
        try:
            value = parsed(name, request.after or "none")
            set_rules(request.strategy_id, {name: value}, by=by, now=now, tx=tx)
        except SettingsError as error:
            event, why = ChangeEvent.REFUSE, str(error)
        tx.end_change(change, event, by=_RULE, why=why)


def _apply_setting(change: PendingChange, oversight: Oversight) -> None:
    """Setting and row move together, as with limits."""
    request, name = change.request, change.request.subject
    by = f"{request.requested_by} (change {change.change_id})"
    with oversight.store.transaction() as tx:
        strategy = strategy_of(request.strategy_id, tx)
        set_settings(strategy, {name: parsed_setting(name, request.after or "")}, by=by, tx=tx)
        tx.end_change(change, ChangeEvent.APPLY, by=_RULE, why=_OVER)


def _apply_sizing(change: PendingChange, oversight: Oversight) -> None:
    request = change.request
    with oversight.store.transaction() as tx:
        strategy_of(request.strategy_id, tx)
        tx.set_bet_cap(request.strategy_id, Usd.of(request.after) if request.after else None)
        tx.end_change(change, ChangeEvent.APPLY, by=_RULE, why=_OVER)
        tx.clear_alert(proposal_key(request))
        message = f"change {change.change_id} took effect: {request}"
        tx.log(LogEntry(stage="change", message=message, strategy_id=request.strategy_id))
