"""What resolution reads and writes of live orders."""

from datetime import datetime

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.ids import ConditionId, LtOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Usd


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
        self, order: LiveOrder, *, pnl: Usd, resolved_at: datetime, settles_at: datetime
    ) -> None:
        is_settled = settles_at <= resolved_at or not order.payout
        self._write_one(
            """
            UPDATE lt_orders SET outcome = %s, pnl = %s, resolved_at = %s, settles_at = %s,
                   updated_at = clock_timestamp()
             WHERE lt_order_id = %s AND outcome = 'OPEN'
            """,
            (
                order.outcome.value,
                pnl.amount,
                resolved_at,
                None if is_settled else settles_at,
                order.lt_order_id,
            ),
            what=f"open order {order.lt_order_id}",
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


def _ids(rows: list[Row]) -> tuple[LtOrderId, ...]:
    return tuple(LtOrderId(row["lt_order_id"]) for row in rows)
