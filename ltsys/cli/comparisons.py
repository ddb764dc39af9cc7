"""How the books compare with the venue, for `lt status`, `lt doctor` and `lt reconcile`."""

from datetime import datetime

from rich.markup import escape
from rich.table import Table

from ltsys.cli.output import NOTHING, age, table
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


def facts(compared: Reconciled) -> dict[str, object]:
    """For scripts."""
    return {"gate": compared.gate, "last": [facts_of(each) for each in compared.last]}


def facts_of(kept: KeptReconciliation) -> dict[str, object]:
    """One comparison; money and shares are text."""
    made = kept.reconciliation
    return {
        "reconciliation_id": kept.reconciliation_id,
        "wallet": made.wallet,
        "started_at": made.started_at,
        "ended_at": made.ended_at,
        "result": made.result.value,
        "why": made.why,
        "counts": made.counts,
        "cash": made.cash,
        "findings": [_finding_facts(each) for each in kept.findings],
    }


def _finding_facts(kept: KeptFinding) -> dict[str, object]:
    finding = kept.finding
    return {
        "finding_id": kept.finding_id,
        "kind": finding.kind.value,
        "key": finding.key,
        "ours": finding.ours,
        "theirs": finding.theirs,
        "difference": finding.difference,
        "action": finding.action.value,
        "lt_order_id": finding.lt_order_id,
        "acknowledged_at": kept.acknowledged_at,
        "acknowledged_by": kept.acknowledged_by,
        "acknowledged_because": kept.acknowledged_because,
    }


def findings(kept: KeptReconciliation) -> Table:
    """One line a difference, with the number by which it can be accepted."""
    made = table(
        "Differences", "finding", "kind", "of", "ours", "venue", "difference", "done", "accepted"
    )
    for each in kept.findings:
        finding = each.finding
        by = NOTHING if each.acknowledged_by is None else escape(each.acknowledged_by)
        difference = NOTHING if finding.difference is None else f"{finding.difference:+f}"
        made.add_row(
            f"{each.finding_id}",
            finding.kind.value,
            finding.lt_order_id or finding.key,
            escape(finding.ours),
            escape(finding.theirs),
            difference,
            finding.action.value,
            by,
        )
    return made
