"""Tell people when what should move does not (LESSONS L27, L51, L58)."""

from datetime import datetime, timedelta

from ltsys.domain.alert import Alert, Severity
from ltsys.domain.gate import Gate
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Desk

SIGNALS, ANSWERS, COMPARED = "overdue:signals", "overdue:answers", "overdue:reconciliation"
SETTLED = "overdue:settlement"


def check_health(*, desk: Desk) -> None:
    """An alert stands for each kind of row that waits too long, and is gone when none does.

    Run twice it tells the same once. A parked order has an alert of its own.
    """
    wall, patience = desk.clock.wall(), desk.patience
    soon, later = patience.overdue_after, patience.park_after
    with desk.store.transaction() as tx:
        outbox = tx.outbox()
        signals = "the oldest queued signal has waited"
        _tell(SIGNALS, signals, outbox.oldest_signal_at, wall, soon, tx)
        answers = "the oldest order whose fate is unknown has waited"
        _tell(ANSWERS, answers, outbox.oldest_unanswered_at, wall, soon, tx)
        settled = "the oldest fill that is neither confirmed nor failed on chain has waited"
        _tell(SETTLED, settled, outbox.oldest_provisional_at, wall, later, tx)
        if Gate.RECONCILIATION in desk.required_gates:
            compared = "the reconciliation gate, which all planning needs, has been shut for"
            _tell(COMPARED, compared, _shut_since(wall, tx), wall, soon, tx)


def _shut_since(wall: datetime, tx: Transaction) -> datetime | None:
    """None while the lease of the last comparison runs; the watcher itself may be dead."""
    lease = {each.gate: each for each in tx.gates()}.get(Gate.RECONCILIATION)
    if lease is None or lease.is_open(wall):
        return None
    return lease.open_until or lease.changed_at


def _tell(
    key: str,
    what: str,
    since: datetime | None,
    wall: datetime,
    limit: timedelta,
    tx: Transaction,
) -> None:
    if since is None or wall - since <= limit:
        tx.clear_alert(key)
        return
    age_s = (wall - since).total_seconds()
    text = f"{what} {age_s:.0f} s, over the limit of {limit.total_seconds():.0f} s"
    tx.raise_alert(Alert(key=key, severity=Severity.WARNING, text=text))
