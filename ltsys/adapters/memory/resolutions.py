"""What resolution reads and writes of live orders."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import OrderRow
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import ConditionId, LtOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.order import WORKING, OrderStatus
from ltsys.domain.restatement import Booked
from ltsys.domain.strategy import RiskState

_UNFINISHED = WORKING | {OrderStatus.PLANNED}


class ResolutionRecords(Session):
    """The resolution part of `ltsys.ports.store.LiveStore`."""

    def executed_orders_in(self, condition_id: ConditionId) -> tuple[LtOrderId, ...]:
        held = [
            order
            for order in self._orders_in(condition_id)
            if order.outcome is FtOutcome.OPEN and order.executed_shares
        ]
        held.sort(key=lambda order: (order.signal_at, order.lt_order_id))
        return tuple(order.lt_order_id for order in held)

    def working_orders_in(self, condition_id: ConditionId) -> tuple[LtOrderId, ...]:
        orders = self._orders_in(condition_id)
        return tuple(sorted(o.lt_order_id for o in orders if o.status in _UNFINISHED))

    def _orders_in(self, condition_id: ConditionId) -> list[LiveOrder]:
        orders = [row.order for row in self._tables.lt_orders.values() if row.order is not None]
        return [order for order in orders if order.condition_id == condition_id]

    def close_order(
        self, order: LiveOrder, *, was: RiskState, resolved_at: datetime, settles_at: datetime
    ) -> None:
        row = self._tables.lt_orders.get(order.lt_order_id)
        if row is None or row.order is None or row.order.outcome is not FtOutcome.OPEN:
            self._not_found(f"open order {order.lt_order_id}")
            return
        is_settled = settles_at <= resolved_at or not order.payout
        self._tables.lt_orders[order.lt_order_id] = replace(
            row,
            order=replace(row.order, outcome=order.outcome),
            pnl=order.result,
            resolved_at=resolved_at,
            settles_at=None if is_settled else settles_at,
            was=was,
        )

    def booked(self, order: LiveOrder) -> Booked | None:
        row = self._tables.lt_orders.get(order.lt_order_id)
        if row is None or row.was is None or row.resolved_at is None:
            return None
        return Booked(
            is_settled=row.settles_at is None,
            resolved_at=row.resolved_at,
            losses_before=row.was.consecutive_losses,
            peak_before=row.was.peak_equity,
            later_count=sum(
                self._is_later(other, row) for other in self._tables.lt_orders.values()
            ),
        )

    @staticmethod
    def _is_later(other: OrderRow, row: OrderRow) -> bool:
        """Whether it has a result of the same strategy that was booked afterwards."""
        there, here = other.order, row.order
        if there is None or here is None or other.resolved_at is None or row.resolved_at is None:
            return False
        is_result = there.mode is here.mode and bool(there.executed_shares)
        return (
            is_result
            and there.strategy_id == here.strategy_id
            and (
                other.resolved_at,
                there.signal_at,
                there.lt_order_id,
            )
            > (row.resolved_at, here.signal_at, here.lt_order_id)
        )

    def restate_result(self, order: LiveOrder) -> None:
        row = self._tables.lt_orders.get(order.lt_order_id)
        if row is None or row.was is None:
            self._not_found(f"order {order.lt_order_id} with an outcome")
            return
        self._tables.lt_orders[order.lt_order_id] = replace(row, pnl=order.result)

    def mark_resolved(self, condition_id: ConditionId, at: datetime) -> None:
        row = self._tables.markets.get(condition_id)
        if row is not None and row.resolved_at is None:
            self._tables.markets[condition_id] = replace(row, resolved_at=at)

    def due_settlements(self, now: datetime, limit: int) -> tuple[LtOrderId, ...]:
        due = sorted(
            (row.settles_at, order_id)
            for order_id, row in self._tables.lt_orders.items()
            if row.settles_at is not None and row.settles_at <= now
        )
        return tuple(order_id for _, order_id in due[:limit])

    def mark_settled(self, lt_order_id: LtOrderId) -> None:
        row = self._tables.lt_orders.get(lt_order_id)
        if row is None or row.settles_at is None:
            self._not_found(f"settling order {lt_order_id}")
            return
        self._tables.lt_orders[lt_order_id] = replace(row, settles_at=None)
