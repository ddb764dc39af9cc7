"""Stages of strategies, changes that wait, and what the paper venue remembers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ltsys.adapters.memory.live_orders import LiveOrderRecords
from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import StrategyRow
from ltsys.domain.change import ChangeEvent, ChangeRequest, PendingChange, after
from ltsys.domain.ft_order import FtOrder, FtOutcome
from ltsys.domain.ids import Address, StrategyId, TokenId, VenueOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Shares, Usd
from ltsys.domain.order import ENDED, OrderStatus
from ltsys.domain.promotion import Record
from ltsys.domain.quality import slippage_ratio
from ltsys.domain.shadow import ShadowOrder
from ltsys.domain.source_trade import Side
from ltsys.domain.stage import StageStep
from ltsys.ports.stages import DrillRow, FtCopy

_RESOLVED = frozenset({FtOutcome.WON, FtOutcome.LOST, FtOutcome.VOID})


class StageRecords(Session):
    """`ltsys.ports.stages.StageStore`."""

    def set_stage(self, step: StageStep, *, is_new_mode: bool) -> None:
        row = self._tables.lt_strategies.get(step.strategy_id)
        if row is None or row.strategy.standing.stage is not step.before:
            self._not_found(f"{step.before} strategy {step.strategy_id}")
            return
        self._tables.lt_strategies[step.strategy_id] = replace(
            row,
            strategy=replace(row.strategy, standing=step.after),
            staged_at=step.at,
            mode_since=step.at if is_new_mode else row.mode_since,
        )
        self.log_stage(step)

    def log_stage(self, step: StageStep) -> None:
        self._tables.lt_stage_log.append(step)

    def stage_steps(self, strategy_id: StrategyId) -> tuple[StageStep, ...]:
        return tuple(s for s in self._tables.lt_stage_log if s.strategy_id == strategy_id)

    def live_strategies(self) -> tuple[StrategyId, ...]:
        rows = self._tables.lt_strategies.items()
        return tuple(
            sorted(
                name
                for name, row in rows
                if row.strategy.is_active and row.strategy.standing.stage.is_live
            )
        )

    def stage_record(self, strategy_id: StrategyId) -> Record:
        row = self._tables.lt_strategies.get(strategy_id)
        if row is None:
            raise LookupError(f"there is no strategy {strategy_id}")
        orders = self._orders_of_stage(row)
        pairs = [(order, twin) for order in orders if (twin := self._resolved_twin(order))]
        slips = [
            slippage_ratio(side=Side.BUY, signal=o.signal_price, fill=o.average_price)
            for o in orders
            if o.average_price is not None
        ]
        ended = [o for o in orders if o.status in ENDED - {OrderStatus.DENIED}]
        return Record(
            since=row.staged_at,
            ended_count=len(ended),
            filled_count=sum(bool(o.executed_shares) for o in orders),
            ft_count=self._ft_count(row),
            asked=_total(o.plan.spend for o in ended),
            filled=_total(o.executed for o in orders),
            slippage=sum(slips, Decimal(0)) / len(slips) if slips else None,
            resolved_count=len(pairs),
            lt_staked=_total(o.executed for o, _ in pairs),
            lt_result=_total(o.result or ZERO_USD for o, _ in pairs),
            ft_staked=_total(t.size for _, t in pairs),
            ft_result=_total(t.pnl or ZERO_USD for _, t in pairs),
        )

    def _orders_of_stage(self, row: StrategyRow) -> list[LiveOrder]:
        return [
            each.order
            for each in self._tables.lt_orders.values()
            if each.order is not None
            and each.order.strategy_id == row.strategy.strategy_id
            and each.order.mode is row.strategy.mode
            and each.order.signal_at >= row.staged_at
        ]

    def _resolved_twin(self, order: LiveOrder) -> FtOrder | None:
        twin = self._tables.ft_orders.get(order.ft_order_id) if order.ft_order_id else None
        is_pair = order.executed_shares and order.payout is not None
        return twin if twin and is_pair and twin.outcome in _RESOLVED else None

    def _ft_count(self, row: StrategyRow) -> int:
        """Those that no limit denied, once they are decided."""
        count = 0
        for (name, source_trade_id), seen in self._tables.lt_seen_trades.items():
            twin = self._tables.ft_orders.get(seen.ft_order_id) if seen.ft_order_id else None
            is_ours = name == row.strategy.strategy_id and seen.outcome != "queued"
            if twin is None or not is_ours or twin.order_time < row.staged_at:
                continue
            made = [
                each
                for each in self._tables.lt_orders.values()
                if each.key == (name, source_trade_id) and each.mode is row.strategy.mode
            ]
            count += not any(each.status is OrderStatus.DENIED for each in made)
        return count

    def save_drill(self, drill: DrillRow) -> None:
        self._must_be_json(drill.certificate)
        self._tables.lt_drills.append(drill)

    def last_drill(self) -> DrillRow | None:
        return self._tables.lt_drills[-1] if self._tables.lt_drills else None


class ChangeRecords(Session):
    """`ltsys.ports.stages.ChangeStore`."""

    def add_change(self, request: ChangeRequest) -> PendingChange:
        known = self._tables.lt_pending_changes.values()
        subject = (request.strategy_id, request.subject)
        if any(c.is_open and (c.request.strategy_id, c.request.subject) == subject for c in known):
            self._repeated.append(f"open change of {request.subject}")
        change_id = max(self._tables.lt_pending_changes, default=0) + 1
        made = PendingChange(change_id=change_id, request=request, status=request.status)
        self._tables.lt_pending_changes[change_id] = made
        return made

    def end_change(self, change: PendingChange, event: ChangeEvent, *, by: str, why: str) -> None:
        now = after(change.status, event)
        self._move_change(
            change, replace(change, status=now, ended_at=self._clock.wall(), ended_by=by, why=why)
        )

    def confirm_change(self, change: PendingChange, *, by: str, effective_at: datetime) -> None:
        request = replace(change.request, requested_by=by, effective_at=effective_at)
        now = after(change.status, ChangeEvent.CONFIRM)
        self._move_change(change, replace(change, status=now, request=request))

    def _move_change(self, before: PendingChange, now: PendingChange) -> None:
        known = self._tables.lt_pending_changes.get(before.change_id)
        if known is None or known.status is not before.status:
            self._not_found(f"{before.status} change {before.change_id}")
            return
        self._tables.lt_pending_changes[before.change_id] = now

    def change(self, change_id: int) -> PendingChange | None:
        return self._tables.lt_pending_changes.get(change_id)

    def changes(
        self, strategy_id: StrategyId | None, *, only_open: bool
    ) -> tuple[PendingChange, ...]:
        rows = sorted(self._tables.lt_pending_changes.items(), reverse=True)
        return tuple(
            change
            for _, change in rows
            if strategy_id in {None, change.request.strategy_id}
            and (change.is_open or not only_open)
        )

    def due_changes(self, wall: datetime) -> tuple[PendingChange, ...]:
        due = [c for c in self._tables.lt_pending_changes.values() if c.is_due(wall)]
        return tuple(sorted(due, key=lambda c: (c.request.effective_at or wall, c.change_id)))

    def ft_copies(self) -> tuple[FtCopy, ...]:
        return tuple(
            FtCopy(
                strategy_id=name,
                wallet_id=row.strategy.ft_wallet_id,
                seen=self._tables.lt_ft_copies.get(name),
            )
            for name, row in sorted(self._tables.lt_strategies.items())
            if row.strategy.is_active
        )

    def save_ft_copy(self, strategy_id: StrategyId, seen: dict[str, str]) -> None:
        self._tables.lt_ft_copies[strategy_id] = dict(seen)

    def set_bet_cap(self, strategy_id: StrategyId, cap: Usd | None) -> None:
        row = self._tables.lt_strategies.get(strategy_id)
        if row is None:
            self._not_found(f"strategy {strategy_id}")
            return
        capped = replace(row.strategy, bet_cap=cap)
        self._tables.lt_strategies[strategy_id] = replace(row, strategy=capped)


class ShadowRecords(LiveOrderRecords):
    """`ltsys.ports.stages.ShadowStore`."""

    def order_of_envelope(self, order_id: VenueOrderId) -> LiveOrder | None:
        envelope = self._tables.orders.get(order_id)
        order = self.order(envelope.lt_order_id) if envelope else None
        return order if order and order.order_id == order_id else None

    def add_shadow_order(self, order: ShadowOrder) -> None:
        if order.order_id in self._tables.shadow_orders:
            self._repeated.append(f"paper order {order.order_id}")
            return
        self._tables.shadow_orders[order.order_id] = order

    def shadow_order(self, order_id: VenueOrderId) -> ShadowOrder | None:
        return self._tables.shadow_orders.get(order_id)

    def shadow_shares(self, wallet: Address, token_id: TokenId) -> Shares:
        total = ZERO_SHARES
        for paper in self._tables.shadow_orders.values():
            order = self._tables.lt_orders[paper.lt_order_id].order
            if order is None or paper.token_id != token_id or order.outcome is not FtOutcome.OPEN:
                continue
            strategy = self._tables.lt_strategies[order.strategy_id].strategy
            total += paper.matched if strategy.wallet_address == wallet else ZERO_SHARES
        return total


def _total(amounts: Iterable[Usd]) -> Usd:
    return sum(amounts, ZERO_USD)
