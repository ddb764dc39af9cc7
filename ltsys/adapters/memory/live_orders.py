"""Live orders, their envelopes, their fills and their history."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.signals import SignalRecords
from ltsys.adapters.memory.tables import EnvelopeRow, EventRow, FillRow, OrderRow
from ltsys.domain.denial import Denial
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import Address, LtOrderId, VenueOrderId
from ltsys.domain.live_order import Fill, LiveOrder, lt_order_id
from ltsys.domain.money import ZERO_SHARES, Shares, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.strategy import Mode, Signal
from ltsys.domain.venue import SignedOrder
from ltsys.ports.records import ANSWER_PATIENCE, PreparedOrder, Sighting, Tracking


class LiveOrderRecords(SignalRecords):
    """The order part of `ltsys.ports.store.LiveStore`."""

    def add_denied(
        self, signal: Signal, denial: Denial, *, mode: Mode, planned_at: datetime
    ) -> None:
        order_id = lt_order_id(signal)
        row = OrderRow(
            key=(signal.strategy_id, signal.source_trade_id),
            order=None,
            mode=mode,
            denial=denial,
            trader=signal.trader,
            token_label=signal.token_label,
            planned_at=planned_at,
            updated_at=self._clock.wall(),
        )
        if not self._add(order_id, row):
            return
        self.finish_signal(row.key, outcome="skipped", reason=denial.code.value)
        self._event(order_id, None, OrderStatus.DENIED, OrderEvent.DENY, str(denial))

    def note_denied(self, lt_order_id: LtOrderId, denial: Denial) -> None:
        self._change(lt_order_id, denial=denial)

    def add_planned(self, order: LiveOrder, *, trader: Address, token_label: str) -> None:
        row = OrderRow(
            key=(order.strategy_id, order.source_trade_id),
            order=order,
            mode=order.mode,
            denial=None,
            trader=trader,
            token_label=token_label,
            planned_at=order.plan.planned_at,
            updated_at=self._clock.wall(),
            next_check_at=None,
        )
        if self._add(order.lt_order_id, row):
            self._event(order.lt_order_id, None, OrderStatus.PLANNED, None, None)
            self._expect_cover(order)

    def _expect_cover(self, order: LiveOrder) -> None:
        """Paper needs no dollar of the wallet's."""
        if order.mode is Mode.SHADOW:
            return
        wallet = self._tables.lt_strategies[order.strategy_id].strategy.wallet_address
        cash = self._cash(wallet)
        if cash.collateral is not None and cash.committed > cash.collateral:
            self._stale.append(f"{cash.committed} works or is unsettled in {wallet}")

    def _add(self, order_id: LtOrderId, row: OrderRow) -> bool:
        rows = self._tables.lt_orders
        if order_id in rows or any(known.key == row.key for known in rows.values()):
            self._repeated.append(f"order of signal {row.key}")
            return False
        rows[order_id] = row
        return True

    def save_envelope(self, order: LiveOrder, signed: SignedOrder, *, attempt: int) -> None:
        self._must_be_json(signed.envelope)
        row = self._in_status(order.lt_order_id, OrderStatus.PLANNED)
        if row is None or row.order is None:
            return
        if self._halts_over(order.strategy_id, row.trader):
            self._not_found(f"planned order {order.lt_order_id} under no halt")
            return
        strategy = self._tables.lt_strategies[order.strategy_id].strategy
        if order.mode is Mode.LIVE and strategy.mode is not Mode.LIVE:
            self._not_found(f"planned order {order.lt_order_id}")
            return
        moved = replace(row.order, status=OrderStatus.SUBMITTING, order_id=signed.order_id)
        next_check_at = self._clock.wall() + ANSWER_PATIENCE
        self._change(order.lt_order_id, order=moved, next_check_at=next_check_at)
        self._save_signed(order.lt_order_id, signed, attempt)
        self._event(
            order.lt_order_id,
            OrderStatus.PLANNED,
            OrderStatus.SUBMITTING,
            OrderEvent.SUBMIT,
            signed.order_id,
        )

    def _save_signed(self, order_id: LtOrderId, signed: SignedOrder, attempt: int) -> None:
        """The same bytes when the venue could not be reached the first time."""
        envelopes = self._tables.orders
        known = envelopes.get(signed.order_id)
        if known is not None:
            envelopes[signed.order_id] = replace(
                known, state="prepared", prepared_at=self._clock.wall()
            )
            return
        taken = {(row.lt_order_id, row.attempt) for row in envelopes.values()}
        if (order_id, attempt) in taken:
            self._repeated.append(f"attempt {attempt} of {order_id}")
            return
        row = EnvelopeRow(
            lt_order_id=order_id, attempt=attempt, signed=signed, prepared_at=self._clock.wall()
        )
        envelopes[signed.order_id] = row

    def attempts(self, lt_order_id: LtOrderId) -> tuple[PreparedOrder, ...]:
        rows = [r for r in self._tables.orders.values() if r.lt_order_id == lt_order_id]
        return tuple(
            PreparedOrder(lt_order_id=lt_order_id, signed=row.signed, state=row.state)
            for row in sorted(rows, key=lambda row: row.attempt)
        )

    def plan_again(self, before: LiveOrder, now: LiveOrder, *, detail: str) -> None:
        row = self._in_status(now.lt_order_id, before.status)
        if row is None or row.order is None:
            return
        again = replace(
            row.order,
            status=now.status,
            plan=now.plan,
            reserved=now.reserved,
            attempt=now.attempt,
            order_id=None,
            check_count=0,
        )
        self._change(now.lt_order_id, order=again, next_check_at=None, parked_at=None)
        self._event(now.lt_order_id, before.status, now.status, OrderEvent.RETRY, detail)
        self._expect_cover(now)

    def save_answer(
        self,
        order_id: VenueOrderId,
        *,
        state: str,
        text: str,
        matched: Usd | None,
        answered_at: datetime,
    ) -> None:
        row = self._tables.orders.get(order_id)
        if row is not None:
            self._tables.orders[order_id] = replace(
                row,
                state=state,
                text=text,
                answered_at=answered_at,
                # nothing matched at once says nothing about what will be
                matched=matched or row.matched,
            )

    def note_latency(self, lt_order_id: LtOrderId, latency_ms: int) -> None:
        row = self._tables.lt_orders.get(lt_order_id)
        if row is not None and row.latency_ms is None:
            self._tables.lt_orders[lt_order_id] = replace(row, latency_ms=latency_ms)

    def move_order(
        self,
        before: LiveOrder,
        now: LiveOrder,
        event: OrderEvent,
        *,
        detail: str,
        next_check_at: datetime | None,
        latency_ms: int | None = None,
    ) -> None:
        row = self._in_status(now.lt_order_id, before.status)
        if row is None or row.order is None:
            return
        moved = replace(
            row.order,
            status=now.status,
            reserved=now.reserved,
            executed_shares=now.executed_shares,
            executed=now.executed,
            fees=now.fees,
        )
        told = row.latency_ms if latency_ms is None else latency_ms
        self._change(
            now.lt_order_id,
            order=moved,
            next_check_at=next_check_at,
            parked_at=None,
            latency_ms=told,
        )
        self._event(now.lt_order_id, before.status, now.status, event, detail)

    def note_checked(
        self,
        before: LiveOrder,
        now: LiveOrder,
        event: OrderEvent | None,
        *,
        next_check_at: datetime | None,
        seen: Sighting | None = None,
        is_parked: bool = False,
    ) -> None:
        row = self._in_status(now.lt_order_id, before.status)
        if row is None or row.order is None:
            return
        wall = self._clock.wall()
        count = row.order.check_count + 1
        moved = replace(row.order, status=now.status, reserved=now.reserved, check_count=count)
        self._change(
            now.lt_order_id,
            order=moved,
            next_check_at=next_check_at,
            last_look_at=wall,
            last_look=seen or row.last_look,
            parked_at=(row.parked_at or wall) if is_parked else None,
        )
        if now.status is not before.status or event is OrderEvent.PARK:
            self._event(now.lt_order_id, before.status, now.status, event, None)

    def due_orders(self, now: datetime, limit: int) -> tuple[LtOrderId, ...]:
        due = sorted(
            (row.next_check_at, order_id)
            for order_id, row in self._tables.lt_orders.items()
            if row.status is not OrderStatus.PLANNED
            and row.next_check_at is not None
            and row.next_check_at <= now
        )
        chosen = tuple(order_id for _, order_id in due[:limit])
        for order_id in chosen:
            row = self._tables.lt_orders[order_id]
            put_off = replace(row, next_check_at=now + ANSWER_PATIENCE)
            self._tables.lt_orders[order_id] = put_off
        return chosen

    def lock_tracking(self, lt_order_id: LtOrderId, *, with_fills: bool = True) -> Tracking | None:
        order = self.order(lt_order_id)
        if order is None:
            return None
        key = (order.strategy_id, order.source_trade_id)
        seen = self._tables.lt_seen_trades.get(key)
        if seen is None:
            return None
        market = self._tables.markets.get(order.condition_id)
        envelope = self._tables.orders.get(order.order_id) if order.order_id else None
        fills = [r.fill for r in self._tables.lt_fills.values() if r.lt_order_id == lt_order_id]
        return Tracking(
            order=order,
            state=self._state_for(
                self._tables.lt_orders[lt_order_id], self._tables.lt_strategies[order.strategy_id]
            ),
            market=market.market if market and with_fills else None,
            fills=tuple(fills) if with_fills else (),
            queued_at=seen.seen_at,
            posted_at=envelope.prepared_at if envelope else None,
            parked_at=self._tables.lt_orders[lt_order_id].parked_at,
            halts=self._halts_over(order.strategy_id, self._tables.lt_orders[lt_order_id].trader),
            breakers=self._breakers_of(order.strategy_id),
        )

    def order(self, lt_order_id: LtOrderId) -> LiveOrder | None:
        row = self._tables.lt_orders.get(lt_order_id)
        return self._order_of(row) if row else None

    def add_fill(self, order: LiveOrder, fill: Fill) -> None:
        key = (fill.venue.trade_id, fill.venue.order_id)
        if key in self._tables.lt_fills:
            self._repeated.append(f"fill {key}")
            return
        now = self._clock.wall()
        row = FillRow(lt_order_id=order.lt_order_id, fill=fill, recorded_at=now, updated_at=now)
        self._tables.lt_fills[key] = row

    def move_fill(self, fill: Fill) -> None:
        key = (fill.venue.trade_id, fill.venue.order_id)
        row = self._tables.lt_fills.get(key)
        if row is None:
            self._not_found(f"fill {fill.venue.trade_id}")
            return
        venue = replace(row.fill.venue, status=fill.status)
        moved = replace(row.fill, venue=venue)
        self._tables.lt_fills[key] = replace(row, fill=moved, updated_at=self._clock.wall())

    def held_shares(self, order: LiveOrder) -> Shares:
        strategies = self._tables.lt_strategies
        ours = strategies[order.strategy_id].strategy.wallet_address
        held = (
            row.order.executed_shares
            for row in self._tables.lt_orders.values()
            if row.order is not None
            and row.order.token_id == order.token_id
            and row.order.outcome is FtOutcome.OPEN
            and (row.order.mode is Mode.SHADOW) is (order.mode is Mode.SHADOW)
            and strategies[row.order.strategy_id].strategy.wallet_address == ours
        )
        return sum(held, ZERO_SHARES)

    def _in_status(self, order_id: LtOrderId, status: OrderStatus) -> OrderRow | None:
        row = self._tables.lt_orders.get(order_id)
        if row is None or row.status is not status:
            self._not_found(f"{status} order {order_id}")
            return None
        return row

    def _change(self, order_id: LtOrderId, **changes: object) -> None:
        row = self._tables.lt_orders.get(order_id)
        if row is not None:
            changes.setdefault("updated_at", self._clock.wall())
            self._tables.lt_orders[order_id] = replace(row, **changes)  # type: ignore[arg-type]  # names are checked at run time

    def _event(
        self,
        order_id: LtOrderId,
        before: OrderStatus | None,
        now: OrderStatus,
        event: OrderEvent | None,
        detail: str | None,
    ) -> None:
        word = "plan" if event is None else event.value
        row = EventRow(lt_order_id=order_id, before=before, now=now, event=word, detail=detail)
        self._tables.order_events_log.append(row)
