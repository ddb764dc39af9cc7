"""An operator says that a difference is right: money he moved himself, an order of his own."""

from ltsys.domain.errors import RefusedError
from ltsys.domain.reconciliation import Action, Finding, Result, alert_key
from ltsys.ports.reconciliation import KeptFinding
from ltsys.ports.records import LogEntry
from ltsys.usecases.desk import Desk
from ltsys.usecases.resolve_order import Word


def accept_finding(finding_id: int, word: Word, *, desk: Desk) -> Finding:
    """From now on the difference counts as right; the next comparison shows what is left of it.

    No money is booked by it. Only what the last complete comparison found can be accepted, and
    once: a difference that stands is found again each time, and must not count twice. Raises
    RefusedError.
    """
    with desk.store.transaction() as tx:
        found = tx.finding(finding_id)
        if found is None:
            raise RefusedError(f"there is no finding {finding_id}")
        wallet, kept = found
        tx.lock_wallet(wallet)
        last = tx.last_reconciliation(wallet, {Result.CLEAN, Result.DRIFT})
        newest = {each.finding_id: each for each in last.findings} if last else {}
        _refuse(finding_id, newest.get(finding_id))
        tx.acknowledge(finding_id, by=word.operator, reason=word.reason)
        tx.clear_alert(alert_key(wallet, kept.finding))
        message = f"accepted by {word}: {kept.finding}"
        tx.log(LogEntry(stage="reconcile", message=message, level="WARNING"))
        return kept.finding


def _refuse(finding_id: int, newest: KeptFinding | None) -> None:
    if newest is None:
        raise RefusedError(
            f"finding {finding_id} is not of the last comparison; `lt reconcile` shows what stands"
        )
    if newest.acknowledged_at is not None:
        raise RefusedError(f"finding {finding_id} was accepted by {newest.acknowledged_by}")
    if newest.finding.action in {Action.ASKED, Action.CORRECTED}:
        raise RefusedError(f"finding {finding_id} was {newest.finding.action}: nothing to accept")
