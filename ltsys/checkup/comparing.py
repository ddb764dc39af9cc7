"""How the books compare with the venue, in a sentence and in numbers."""

from datetime import datetime

from ltsys.checkup.ages import age
from ltsys.domain.reconciliation import Action, Result
from ltsys.ports.queries import Reconciled
from ltsys.ports.reconciliation import KeptFinding, KeptReconciliation


def sentence(compared: Reconciled, now: datetime) -> str:
    """The last comparison of each wallet with its age, and what the gate says."""
    lease = compared.gate.open_until if compared.gate else None
    is_open = compared.gate is not None and compared.gate.is_open(now)
    gate = "new orders may be planned" if is_open else f"the gate is shut ({age(lease, now)})"
    said = [_words(each, now) for each in compared.last] or ["never compared with the venue"]
    return f"books: {'; '.join(said)}; {gate}"


def _words(kept: KeptReconciliation, now: datetime) -> str:
    made = kept.reconciliation
    since = f"{age(made.ended_at, now)} ago"
    match made.result:
        case Result.CLEAN:
            return f"agreed with the venue {since}"
        case Result.DRIFT:
            return f"{len(open_findings(kept))} differences with the venue {since}"
        case Result.INCOMPLETE:
            return f"the venue could not be asked {since}: {made.why}"


def standing_count(compared: Reconciled) -> int:
    """Differences that stood in two comparisons and that nobody accepted."""
    return sum(
        each.finding.action is Action.ALERTED
        for kept in compared.last
        for each in open_findings(kept)
    )


def open_findings(kept: KeptReconciliation) -> tuple[KeptFinding, ...]:
    """What nobody accepted, without what was left to others."""
    return tuple(
        each
        for each in kept.findings
        if each.acknowledged_at is None and each.finding.action is not Action.ASKED
    )
