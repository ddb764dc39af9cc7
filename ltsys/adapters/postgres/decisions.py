"""Decisions as they were made, each with what came of it."""

from datetime import datetime
from typing import Final, LiteralString

from ltsys.adapters.postgres.rows import usd_of
from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.decision import Aftermath, Decision, Kept, kept
from ltsys.domain.denial import Denial
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.money import Shares, Usd
from ltsys.ports.decisions import DecisionPlace, KeptDecision

_DECISIONS: Final[LiteralString] = """
    SELECT d.*, o.executed_usd, o.executed_shares, o.fees_usd, o.pnl, o.resolved_at,
           f.outcome AS ft_outcome, f.exit_price, f.resolved_at AS ft_resolved_at,
           NOT EXISTS (SELECT FROM lt_decisions later
                        WHERE later.lt_order_id = d.lt_order_id AND later.is_plan
                          AND later.decision_id > d.decision_id) AS is_newest
      FROM lt_decisions d
      JOIN lt_orders o USING (lt_order_id)
      LEFT JOIN ft_orders f USING (ft_order_id)
"""


class DecisionRecords(Session):
    """`ltsys.ports.decisions.DecisionStore`."""

    def add_decision(self, decision: Decision) -> None:
        text, verdict = kept(decision), decision.verdict
        self._write(
            """
            INSERT INTO lt_decisions
                (strategy_id, lt_order_id, attempt, decided_at, is_plan, denial_code, codec,
                 looked_at, answered)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                decision.strategy_id,
                decision.lt_order_id,
                decision.attempt,
                decision.decided_at,
                text.is_plan,
                verdict.code.value if isinstance(verdict, Denial) else None,
                text.codec,
                text.case,
                text.verdict,
            ),
        )

    def decisions_of(self, lt_order_id: LtOrderId) -> tuple[KeptDecision, ...]:
        rows = self._rows(
            f"{_DECISIONS} WHERE d.lt_order_id = %s ORDER BY d.decision_id", (lt_order_id,)
        )
        return tuple(_kept_of(row) for row in rows)

    def decisions_after(
        self, strategy_id: StrategyId, place: DecisionPlace, *, limit: int
    ) -> tuple[KeptDecision, ...]:
        rows = self._rows(
            f"""
            {_DECISIONS}
             WHERE d.strategy_id = %s AND (d.decided_at, d.decision_id) > (%s, %s)
             ORDER BY d.decided_at, d.decision_id LIMIT %s
            """,
            (strategy_id, *place, limit),
        )
        return tuple(_kept_of(row) for row in rows)

    def forget_decisions(self, before: datetime, *, limit: int) -> int:
        rows = self._rows(
            """
            DELETE FROM lt_decisions WHERE decision_id IN (
                   SELECT decision_id FROM (
                          SELECT decision_id, decided_at FROM lt_decisions
                           ORDER BY decision_id LIMIT %s) oldest
                    WHERE decided_at < %s)
            RETURNING decision_id
            """,
            (limit, before),
        )
        return len(rows)


def _kept_of(row: Row) -> KeptDecision:
    return KeptDecision(
        decision_id=row["decision_id"],
        lt_order_id=LtOrderId(row["lt_order_id"]),
        attempt=row["attempt"],
        decided_at=row["decided_at"],
        text=Kept(
            codec=row["codec"],
            case=row["looked_at"],
            verdict=row["answered"],
            is_plan=row["is_plan"],
        ),
        is_newest=row["is_newest"],
        aftermath=Aftermath(
            executed=Usd(row["executed_usd"]),
            executed_shares=Shares(row["executed_shares"]),
            fees=Usd(row["fees_usd"]),
            result=usd_of(row["pnl"]),
            resolved_at=row["resolved_at"],
            ft_outcome=FtOutcome(row["ft_outcome"]) if row["ft_outcome"] else None,
            ft_exit_price=row["exit_price"],
            ft_resolved_at=row["ft_resolved_at"],
        ),
    )
