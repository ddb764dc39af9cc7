"""Decisions as they were made, each with what came of it."""

from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import DecisionRow
from ltsys.domain.decision import Aftermath, Decision, kept
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.money import ZERO_SHARES, ZERO_USD
from ltsys.ports.decisions import DecisionPlace, KeptDecision


class DecisionRecords(Session):
    """`ltsys.ports.decisions.DecisionStore`."""

    def add_decision(self, decision: Decision) -> None:
        rows = self._tables.lt_decisions
        rows[max(rows, default=0) + 1] = DecisionRow(
            lt_order_id=decision.lt_order_id,
            strategy_id=decision.strategy_id,
            attempt=decision.attempt,
            decided_at=decision.decided_at,
            text=kept(decision),
        )

    def decisions_of(self, lt_order_id: LtOrderId) -> tuple[KeptDecision, ...]:
        rows = self._tables.lt_decisions.items()
        return tuple(self._kept(key, row) for key, row in rows if row.lt_order_id == lt_order_id)

    def decisions_after(
        self, strategy_id: StrategyId, place: DecisionPlace, *, limit: int
    ) -> tuple[KeptDecision, ...]:
        found = sorted(
            (row.decided_at, key)
            for key, row in self._tables.lt_decisions.items()
            if row.strategy_id == strategy_id and (row.decided_at, key) > place
        )
        return tuple(self._kept(key, self._tables.lt_decisions[key]) for _, key in found[:limit])

    def forget_decisions(self, before: datetime, *, limit: int) -> int:
        rows = self._tables.lt_decisions
        old = [key for key in sorted(rows)[:limit] if rows[key].decided_at < before]
        for key in old:
            del rows[key]
        return len(old)

    def _kept(self, key: int, row: DecisionRow) -> KeptDecision:
        return KeptDecision(
            decision_id=key,
            lt_order_id=row.lt_order_id,
            attempt=row.attempt,
            decided_at=row.decided_at,
            text=row.text,
            is_newest=not any(
                later > key and other.lt_order_id == row.lt_order_id and other.text.is_plan
                for later, other in self._tables.lt_decisions.items()
            ),
            aftermath=self._aftermath(row.lt_order_id),
        )

    def _aftermath(self, lt_order_id: LtOrderId) -> Aftermath:
        row = self._tables.lt_orders[lt_order_id]
        seen = self._tables.lt_seen_trades[row.key]
        signal = self._tables.ft_orders[seen.ft_order_id] if seen.ft_order_id else None
        order = row.order
        return Aftermath(
            executed=order.executed if order else ZERO_USD,
            executed_shares=order.executed_shares if order else ZERO_SHARES,
            fees=order.fees if order else ZERO_USD,
            result=row.pnl,
            resolved_at=row.resolved_at,
            ft_outcome=signal.outcome if signal else None,
            ft_exit_price=signal.exit_price if signal else None,
            ft_resolved_at=signal.resolved_at if signal else None,
        )
