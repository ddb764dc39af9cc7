"""What resolution reads and writes of live orders."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import ConditionId, LtOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Usd
from ltsys.domain.order import WORKING, OrderStatus

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
        self, order: LiveOrder, *, pnl: Usd, resolved_at: datetime, settles_at: datetime
    ) -> None:
        row = self._tables.lt_orders.get(order.lt_order_id)
        if row is None or row.order is None or row.order.outcome is not FtOutcome.OPEN:
            self._stale.append(f"open order {order.lt_order_id}")
            return
        is_settled = settles_at <= resolved_at or not order.payout
        self._tables.lt_orders[order.lt_order_id] = replace(
            row,
            order=replace(row.order, outcome=order.outcome),
            pnl=pnl,
            resolved_at=resolved_at,
            settles_at=None if is_settled else settles_at,
        )

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
            self._stale.append(f"settling order {lt_order_id}")
            return
        self._tables.lt_orders[lt_order_id] = replace(row, settles_at=None)
