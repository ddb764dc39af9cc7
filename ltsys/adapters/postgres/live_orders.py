"""Live orders, their moves and their fills."""

from datetime import datetime
from typing import Final

from ltsys.adapters.postgres.attempts import AttemptRecords
from ltsys.adapters.postgres.breakers import breakers_of
from ltsys.adapters.postgres.halts import halts_of
from ltsys.adapters.postgres.rows import (
    fill_of,
    live_order_of,
    market_of,
    sighting_row,
    state_of,
)
from ltsys.adapters.postgres.session import Prepared
from ltsys.adapters.postgres.statements import BREAKER_COLUMNS, ORDER_COLUMNS, STATE_COLUMNS
from ltsys.domain.denial import Denial
from ltsys.domain.ids import Address, LtOrderId
from ltsys.domain.live_order import Fill, LiveOrder, lt_order_id
from ltsys.domain.market import Market
from ltsys.domain.money import Shares
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.quality import slippage_ratio
from ltsys.domain.source_trade import Side
from ltsys.domain.strategy import Mode, Signal
from ltsys.ports.records import ANSWER_PATIENCE, Sighting, Tracking

_TRACKING: Final = Prepared(
    name="read_tracking",
    parameter_count=1,
    statement=f"""
    SELECT {ORDER_COLUMNS}, {STATE_COLUMNS}, {BREAKER_COLUMNS},
           seen.seen_at, o.parked_at, e.prepared_at,
           ARRAY(SELECT to_jsonb(h)
                   FROM halts_over(o.strategy_id, o.trader_address) h) AS halts
      FROM lt_orders o
      JOIN lt_strategies s ON s.strategy_id = o.strategy_id
      JOIN lt_risk_state state ON state.strategy_id = o.strategy_id AND state.book =
           CASE o.mode WHEN 'force_test' THEN s.execution_mode ELSE o.mode END
      JOIN lt_risk_rules r ON r.strategy_id = o.strategy_id
      JOIN lt_seen_trades seen ON seen.strategy_id = o.strategy_id
           AND seen.source_trade_id = o.source_trade_id
      LEFT JOIN orders e ON e.order_id = o.order_id
     WHERE o.lt_order_id = $1 AND o.limit_price IS NOT NULL FOR UPDATE OF o
    """,  # noqa: S608  the columns are constants
)
"""Runs behind the lock of the states, so that all of it is as it is once they are ours."""


class LiveOrderRecords(AttemptRecords):
    """The order part of `ltsys.ports.store.LiveStore`."""

    def add_denied(
        self, signal: Signal, denial: Denial, *, mode: Mode, planned_at: datetime
    ) -> None:
        order_id = lt_order_id(signal)
        self._write(
            """
            INSERT INTO lt_orders
                (lt_order_id, strategy_id, ft_order_id, source_trade_id, trader_address,
                 condition_id, token_id, token_label, mode, status, denial_code, denial_text,
                 ft_price, ft_size_usd, planned_at, ft_signal_time, is_force_test)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'denied', %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                order_id,
                signal.strategy_id,
                signal.ft_order_id,
                signal.source_trade_id,
                signal.trader,
                signal.condition_id,
                signal.token_id,
                signal.token_label,
                mode.value,
                denial.code.value,
                denial.text,
                signal.price.per_share,
                signal.size.amount,
                planned_at,
                signal.signal_at,
                signal.is_force_test,
            ),
        )
        self._write(
            """
            UPDATE lt_seen_trades SET outcome = 'skipped', skip_reason = %s
             WHERE strategy_id = %s AND source_trade_id = %s
            """,
            (denial.code.value, signal.strategy_id, signal.source_trade_id),
        )
        self._event(order_id, None, OrderStatus.DENIED, OrderEvent.DENY, str(denial))

    def note_denied(self, lt_order_id: LtOrderId, denial: Denial) -> None:
        self._write(
            "UPDATE lt_orders SET denial_code = %s, denial_text = %s WHERE lt_order_id = %s",
            (denial.code.value, denial.text, lt_order_id),
        )

    def add_planned(self, order: LiveOrder, *, trader: Address, token_label: str) -> None:
        plan = order.plan
        self._write(
            """
            INSERT INTO lt_orders
                (lt_order_id, strategy_id, ft_order_id, source_trade_id, trader_address,
                 condition_id, token_id, token_label, mode, status, ft_price, ft_size_usd,
                 limit_price, maker_units, taker_units, is_neg_risk, time_in_force, planned_at,
                 reserved_usd, ft_signal_time, is_force_test)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'planned', %s, %s, %s, %s, %s, %s, %s, %s,
                    %s, %s, %s)
            """,
            (
                order.lt_order_id,
                order.strategy_id,
                order.ft_order_id,
                order.source_trade_id,
                trader,
                order.condition_id,
                order.token_id,
                token_label,
                order.mode.value,
                order.signal_price.per_share,
                order.signal_size.amount,
                plan.limit_price.per_share,
                plan.maker_units,
                plan.taker_units,
                plan.is_neg_risk,
                plan.time_in_force.value,
                plan.planned_at,
                order.reserved.amount,
                order.signal_at,
                order.mode.value == "force_test",
            ),
        )
        self._event(order.lt_order_id, None, OrderStatus.PLANNED, None, None)
        self._expect_cover(order)

    def note_latency(self, lt_order_id: LtOrderId, latency_ms: int) -> None:
        self._write(
            """
            UPDATE lt_orders SET latency_ms = %s WHERE lt_order_id = %s AND latency_ms IS NULL
            """,
            (latency_ms, lt_order_id),
        )

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
        average = now.average_price
        slippage = None
        if average is not None:
            slippage = slippage_ratio(side=Side.BUY, signal=now.signal_price, fill=average)
        self._write_one(
            """
            UPDATE lt_orders SET status = %s, reserved_usd = %s, executed_shares = %s,
                   executed_usd = %s, fees_usd = %s, executed_price = %s, slippage_pct = %s,
                   fill_rate = least(1, %s::numeric / nullif(maker_units / 1000000.0, 0)),
                   executed_at = CASE WHEN %s > 0
                                      THEN coalesce(executed_at, clock_timestamp()) END,
                   next_check_at = %s, parked_at = NULL,
                   latency_ms = coalesce(%s, latency_ms),
                   updated_at = clock_timestamp()
             WHERE lt_order_id = %s AND status = %s
            """,
            (
                now.status.value,
                now.reserved.amount,
                now.executed_shares.count,
                now.executed.amount,
                now.fees.amount,
                average.per_share if average else None,
                slippage,
                now.executed.amount,
                now.executed.amount,
                next_check_at,
                latency_ms,
                now.lt_order_id,
                before.status.value,
            ),
            what=f"{before.status} order {now.lt_order_id}",
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
        self._write_one(
            """
            UPDATE lt_orders SET status = %s, reserved_usd = %s, check_count = check_count + 1,
                   next_check_at = %s, last_look_at = clock_timestamp(),
                   last_look = coalesce(%s, last_look),
                   parked_at = CASE WHEN %s THEN coalesce(parked_at, clock_timestamp()) END,
                   updated_at = clock_timestamp()
             WHERE lt_order_id = %s AND status = %s
            """,
            (
                now.status.value,
                now.reserved.amount,
                next_check_at,
                self._json(sighting_row(seen)) if seen else None,
                is_parked,
                now.lt_order_id,
                before.status.value,
            ),
            what=f"{before.status} order {now.lt_order_id}",
        )
        if now.status is not before.status or event is OrderEvent.PARK:
            self._event(now.lt_order_id, before.status, now.status, event, None)

    def due_orders(self, now: datetime, limit: int) -> tuple[LtOrderId, ...]:
        rows = self._rows(
            """
            UPDATE lt_orders SET next_check_at = %s
             WHERE lt_order_id IN (
                   SELECT lt_order_id FROM lt_orders
                    WHERE next_check_at <= %s AND status <> 'planned'
                    ORDER BY next_check_at LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING lt_order_id
            """,
            (now + ANSWER_PATIENCE, now, limit),
        )
        return tuple(LtOrderId(row["lt_order_id"]) for row in rows)

    def lock_tracking(self, lt_order_id: LtOrderId, *, with_fills: bool = True) -> Tracking | None:
        key = (lt_order_id,)
        self._lock(
            """
            SELECT 1 FROM lt_risk_state
             WHERE strategy_id = (SELECT strategy_id FROM lt_orders WHERE lt_order_id = %s)
             ORDER BY book FOR UPDATE
            """,
            key,
        )
        row = self._row_by_plan(_TRACKING, key)
        if row is None:
            return None
        order = live_order_of(row)
        fills, market = self._fills_and_market(order) if with_fills else ((), None)
        return Tracking(
            order=order,
            state=state_of(row),
            market=market,
            fills=fills,
            queued_at=row["seen_at"],
            posted_at=row["prepared_at"],
            parked_at=row["parked_at"],
            halts=halts_of(row["halts"]),
            breakers=breakers_of(row),
        )

    def _fills_and_market(self, order: LiveOrder) -> tuple[tuple[Fill, ...], Market | None]:
        fills = self._rows(
            "SELECT * FROM lt_fills WHERE lt_order_id = %s ORDER BY recorded_at",
            (order.lt_order_id,),
        )
        market = self._row("SELECT * FROM markets WHERE condition_id = %s", (order.condition_id,))
        counted = tuple(fill_of(fill, order) for fill in fills)
        return counted, market_of(market) if market else None

    def order(self, lt_order_id: LtOrderId) -> LiveOrder | None:
        row = self._row(
            f"""
            SELECT {ORDER_COLUMNS} FROM lt_orders o
              LEFT JOIN orders e ON e.order_id = o.order_id
             WHERE o.lt_order_id = %s AND o.limit_price IS NOT NULL
            """,  # noqa: S608  the columns are a constant
            (lt_order_id,),
        )
        return live_order_of(row) if row else None

    def add_fill(self, order: LiveOrder, fill: Fill) -> None:
        venue = fill.venue
        self._write(
            """
            INSERT INTO lt_fills
                (trade_id, order_id, lt_order_id, strategy_id, shares, price, cost_usd, fee_usd,
                 is_taker, status, matched_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                venue.trade_id,
                venue.order_id,
                order.lt_order_id,
                order.strategy_id,
                venue.shares.count,
                venue.price.per_share,
                fill.cost.amount,
                fill.fee.amount,
                venue.is_taker,
                venue.status.value,
                venue.matched_at,
            ),
        )

    def move_fill(self, fill: Fill) -> None:
        self._write_one(
            """
            UPDATE lt_fills SET status = %s, updated_at = clock_timestamp()
             WHERE trade_id = %s AND order_id = %s
            """,
            (fill.status.value, fill.venue.trade_id, fill.venue.order_id),
            what=f"fill {fill.venue.trade_id}",
        )

    def held_shares(self, order: LiveOrder) -> Shares:
        row = self._row(
            """
            SELECT coalesce(sum(o.executed_shares), 0) AS shares FROM lt_orders o
              JOIN lt_strategies s USING (strategy_id)
             WHERE o.token_id = %s AND o.outcome = 'OPEN'
               AND (o.mode = 'shadow') = %s AND s.wallet_address = (
                   SELECT wallet_address FROM lt_strategies WHERE strategy_id = %s)
            """,
            (order.token_id, order.mode is Mode.SHADOW, order.strategy_id),
        )
        return Shares(row["shares"]) if row else Shares.of(0)
