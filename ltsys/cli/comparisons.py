"""How the books compare with the venue, for `lt status` and `lt reconcile`."""

from rich.markup import escape
from rich.table import Table

from ltsys.checkup.ages import NOTHING
from ltsys.cli.output import table
from ltsys.ports.queries import Reconciled
from ltsys.ports.reconciliation import KeptFinding, KeptReconciliation


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
