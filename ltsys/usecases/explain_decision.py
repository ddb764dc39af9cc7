"""Why an order was planned or denied: its checks with their numbers, and the answer once more."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.canonical import to_text
from ltsys.domain.decision import Case, Kept, case_of, checks_of, decide, verdict_of
from ltsys.domain.denial import Check, Denial
from ltsys.domain.ids import LtOrderId
from ltsys.domain.live_order import Plan
from ltsys.ports.decisions import KeptDecision
from ltsys.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One check; `text` shows both numbers, met or not."""

    code: str
    is_met: bool
    text: str
    would_be: Decimal | None
    limit: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One decision. `difference` is how it would be decided by this code; None is as it was."""

    attempt: int
    decided_at: datetime
    answer: str
    checks: tuple[Line, ...]
    difference: str | None
    kept: Kept

    @property
    def is_same(self) -> bool:
        """Whether it was decided again to the same answer, byte for byte."""
        return self.difference is None


def explain_decision(lt_order_id: LtOrderId, *, store: Store) -> tuple[Explanation, ...]:
    """Every decision about an order, the newest last; none where none was kept.

    A text that this code cannot read is no error: that is the difference.
    """
    with store.reading() as tx:
        rows = tx.decisions_of(lt_order_id)
    return tuple(_explained(row) for row in rows)


def _explained(row: KeptDecision) -> Explanation:
    try:
        case, given = case_of(row.text), verdict_of(row.text)
    except ValueError as error:
        return _explanation(row, "not readable", (), f"this code cannot read it: {error}")
    checks = tuple(_line(check) for check in checks_of(case))
    return _explanation(row, said(given), checks, _difference(case, row.text))


def _explanation(
    row: KeptDecision, answer: str, checks: tuple[Line, ...], difference: str | None
) -> Explanation:
    return Explanation(
        attempt=row.attempt,
        decided_at=row.decided_at,
        answer=answer,
        checks=checks,
        difference=difference,
        kept=row.text,
    )


def _line(check: Check) -> Line:
    denial = check.denial
    return Line(
        code=check.code.value,
        is_met=denial is None,
        text=check.text,
        would_be=denial.would_be if denial else None,
        limit=denial.limit if denial else None,
    )


def _difference(case: Case, text: Kept) -> str | None:
    again = decide(case)
    if again is None:
        return "this code would decide nothing yet"
    if to_text(again) == text.verdict:
        return None
    return f"this code answers: {said(again)}"


def said(verdict: Plan | Denial) -> str:
    """The answer in one sentence."""
    if isinstance(verdict, Denial):
        return f"denied: {verdict}"
    price = verdict.limit_price.per_share.normalize()
    return f"planned: to spend {verdict.spend} at up to {price:f}, with {verdict.reserve} set aside"
