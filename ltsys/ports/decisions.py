"""Kept decisions: what each looked at, what it answered, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ltsys.domain.decision import Aftermath, Decision, Kept
from ltsys.domain.ids import LtOrderId, StrategyId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecision:
    """A row of `lt_decisions`."""

    decision_id: int
    lt_order_id: LtOrderId
    attempt: int
    decided_at: datetime
    text: Kept
    is_newest: bool
    """No later plan was made for the order: what is filled of it is this one's."""
    aftermath: Aftermath


DecisionPlace = tuple[datetime, int]
"""Where a page ended: when the last decision of it was made, and its id."""


class DecisionStore(Protocol):
    """Written once with what it decided about, never changed."""

    def add_decision(self, decision: Decision) -> None:
        """Kept with all that it looked at; raises TypeError for what has no text."""
        ...

    def decisions_of(self, lt_order_id: LtOrderId) -> tuple[KeptDecision, ...]:
        """Every decision about a signal's order, the newest last."""
        ...

    def decisions_after(
        self, strategy_id: StrategyId, place: DecisionPlace, *, limit: int
    ) -> tuple[KeptDecision, ...]:
        """A page of a strategy's decisions after that place, the oldest first."""
        ...

    def forget_decisions(self, before: datetime, *, limit: int) -> int:
        """Of the `limit` oldest, those before that venue time are gone; returns how many."""
        ...
