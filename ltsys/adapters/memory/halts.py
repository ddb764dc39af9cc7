"""Halts, and the file that holds the global ones."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import OrderRow
from ltsys.domain.halt import Halt, HaltKind, KeptHalt, Lifting, united
from ltsys.domain.ids import Address, HaltId, LtOrderId, StrategyId
from ltsys.domain.order import WORKING


class HaltRecords(Session):
    """`ltsys.ports.halts.HaltStore`."""

    def add_halt(self, halt: Halt) -> bool:
        is_new = halt.halt_id not in self._tables.lt_halts
        if is_new:
            self._tables.lt_halts[halt.halt_id] = KeptHalt(halt=halt, lifted=None)
        return is_new

    def open_halts(self) -> tuple[Halt, ...]:
        return united(kept.halt for kept in self._tables.lt_halts.values() if kept.lifted is None)

    def kept_halts(self, limit: int) -> tuple[KeptHalt, ...]:
        newest_first = sorted(
            self._tables.lt_halts.values(), key=lambda kept: kept.halt.since, reverse=True
        )
        return tuple(newest_first[:limit])

    def lift_halt(self, halt_id: HaltId, lifting: Lifting) -> bool:
        kept = self._tables.lt_halts.get(halt_id)
        if kept is None or kept.lifted is not None:
            return False
        self._tables.lt_halts[halt_id] = replace(kept, lifted=lifting)
        return True

    def orders_under(self, halt_id: HaltId) -> tuple[LtOrderId, ...]:
        halts = [halt for halt in self.open_halts() if halt.halt_id == halt_id]
        return tuple(order_id for order_id, _ in self._working_under(halts))

    def orders_to_cancel(self, asked_before: datetime, limit: int) -> tuple[LtOrderId, ...]:
        kills = [halt for halt in self.open_halts() if halt.kind is HaltKind.KILL]
        due = [
            order_id
            for order_id, row in self._working_under(kills)
            if row.cancel_asked_at is None
            or (row.cancel_asked_at < asked_before and row.parked_at is None)
        ][:limit]
        for order_id in due:
            row = self._tables.lt_orders[order_id]
            self._tables.lt_orders[order_id] = replace(row, cancel_asked_at=self._clock.wall())
        return tuple(due)

    def _working_under(self, halts: Collection[Halt]) -> list[tuple[LtOrderId, OrderRow]]:
        return [
            (order_id, row)
            for order_id, row in self._tables.lt_orders.items()
            if row.status in WORKING and self._covering(halts, row.key[0], row.trader)
        ]

    def _halts_over(self, strategy_id: StrategyId, leader: Address) -> tuple[Halt, ...]:
        return self._covering(self.open_halts(), strategy_id, leader)

    def _covering(
        self, halts: Collection[Halt], strategy_id: StrategyId, leader: Address
    ) -> tuple[Halt, ...]:
        user_id = self._tables.lt_strategies[strategy_id].strategy.user_id
        return tuple(
            halt
            for halt in halts
            if halt.covers(strategy_id=strategy_id, user_id=user_id, leader=leader)
        )


class KeptHaltFile:
    """`ltsys.ports.halts.HaltFile` as a list."""

    def __init__(self) -> None:
        self.halts: list[Halt] = []

    def standing(self) -> tuple[Halt, ...]:
        return tuple(self.halts)

    def add(self, halt: Halt) -> None:
        self.halts.append(halt)

    def remove(self, halt_ids: Collection[HaltId]) -> None:
        self.halts[:] = [halt for halt in self.halts if halt.halt_id not in halt_ids]
