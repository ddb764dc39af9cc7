"""What resolution reads and writes of live orders."""

from datetime import datetime
from typing import Final, LiteralString

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.ids import ConditionId, LtOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Usd
from ltsys.domain.restatement import Booked
from ltsys.domain.strategy import RiskState


class ResolutionRecords(Session):
    """The resolution part of `ltsys.ports.store.LiveStore`."""

    def executed_orders_in(self, condition_id: ConditionId) -> tuple[LtOrderId, ...]:
        rows = self._rows(
            """
            SELECT lt_order_id FROM lt_orders
             WHERE condition_id = %s AND outcome = 'OPEN' AND executed_shares > 0
             ORDER BY ft_signal_time, lt_order_id
            """,
            (condition_id,),
        )
        return _ids(rows)

    def working_orders_in(self, condition_id: ConditionId) -> tuple[LtOrderId, ...]:
        rows = self._rows(
            """
            SELECT lt_order_id FROM lt_orders
             WHERE condition_id = %s
               AND status IN ('planned', 'submitting', 'unknown', 'live', 'partially_filled')
             ORDER BY lt_order_id
            """,
            (condition_id,),
        )
        return _ids(rows)

    def close_order(
        self, order: LiveOrder, *, was: RiskState, resolved_at: datetime, settles_at: datetime
    ) -> None:
        is_settled = settles_at <= resolved_at or not order.payout
        self._write_one(
            """
            UPDATE lt_orders SET outcome = %s, pnl = %s, resolved_at = %s, settles_at = %s,
                   losses_before = %s, peak_before = %s, updated_at = clock_timestamp()
             WHERE lt_order_id = %s AND outcome = 'OPEN'
            """,
            (
                order.outcome.value,
                order.result.amount if order.result else 0,
                resolved_at,
                None if is_settled else settles_at,
                was.consecutive_losses,
                was.peak_equity.amount,
                order.lt_order_id,
            ),
            what=f"open order {order.lt_order_id}",
        )

    def booked(self, order: LiveOrder) -> Booked | None:
        row = self._row(_BOOKED, (order.lt_order_id,))
        if row is None:
            return None
        return Booked(
            is_settled=row["settles_at"] is None,
            resolved_at=row["resolved_at"],
            losses_before=row["losses_before"],
            peak_before=Usd(row["peak_before"]),
            later_count=row["later_count"],
        )

    def restate_result(self, order: LiveOrder) -> None:
        self._write_one(
            """
            UPDATE lt_orders SET pnl = %s, updated_at = clock_timestamp()
             WHERE lt_order_id = %s AND outcome <> 'OPEN'
            """,
            (order.result.amount if order.result else 0, order.lt_order_id),
            what=f"order {order.lt_order_id} with an outcome",
        )

    def mark_resolved(self, condition_id: ConditionId, at: datetime) -> None:
        self._write(
            "UPDATE markets SET resolved_at = %s WHERE condition_id = %s AND resolved_at IS NULL",
            (at, condition_id),
        )

    def due_settlements(self, now: datetime, limit: int) -> tuple[LtOrderId, ...]:
        rows = self._rows(
            """
            SELECT lt_order_id FROM lt_orders WHERE settles_at <= %s
             ORDER BY settles_at, lt_order_id LIMIT %s
            """,
            (now, limit),
        )
        return _ids(rows)

    def mark_settled(self, lt_order_id: LtOrderId) -> None:
        self._write_one(
            "UPDATE lt_orders SET settles_at = NULL"
            " WHERE lt_order_id = %s AND settles_at IS NOT NULL",
            (lt_order_id,),
            what=f"settling order {lt_order_id}",
        )


_BOOKED: Final[LiteralString] = """
    SELECT o.settles_at, o.resolved_at, coalesce(o.losses_before, 0) AS losses_before,
           coalesce(o.peak_before, 0) AS peak_before,
           (SELECT count(*) FROM lt_orders later
             WHERE later.strategy_id = o.strategy_id AND later.outcome <> 'OPEN'
               AND later.mode = o.mode AND later.executed_shares > 0
               AND (later.resolved_at, later.ft_signal_time, later.lt_order_id)
                   > (o.resolved_at, o.ft_signal_time, o.lt_order_id)) AS later_count
      FROM lt_orders o WHERE o.lt_order_id = %s AND o.outcome <> 'OPEN'
"""
"""Results of one moment were booked in the order in which `executed_orders_in` lists them."""


def _ids(rows: list[Row]) -> tuple[LtOrderId, ...]:
    return tuple(LtOrderId(row["lt_order_id"]) for row in rows)
