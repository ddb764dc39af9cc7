"""Envelopes of live orders, a row an attempt, and the history that every move is written to."""

from datetime import datetime
from typing import Final

from ltsys.adapters.postgres.session import Prepared, Row, Session
from ltsys.domain.ids import LtOrderId, VenueOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import SignedOrder
from ltsys.ports.records import ANSWER_PATIENCE, PreparedOrder

_SUBMITTING: Final = Prepared(
    name="move_to_submitting",
    parameter_count=4,
    statement="""
    WITH changed AS (
         UPDATE lt_orders SET status = 'submitting', order_id = $1,
                next_check_at = clock_timestamp() + $2::interval, updated_at = clock_timestamp()
          WHERE lt_order_id = $3 AND status = 'planned'
            AND NOT EXISTS (SELECT 1 FROM halts_over(strategy_id, trader_address))
            AND (mode <> 'live' OR EXISTS (
                 SELECT 1 FROM lt_strategies s WHERE s.strategy_id = lt_orders.strategy_id
                    AND s.execution_mode = 'live'))
         RETURNING 1)
    SELECT expect_one(count(*), $4) FROM changed
    """,
)
"""Raises LT001 unless it is one row: no halt stands, and nobody else took the order on."""


class AttemptRecords(Session):
    """The envelope part of `ltsys.ports.store.LiveStore`."""

    def plan_again(self, before: LiveOrder, now: LiveOrder, *, detail: str) -> None:
        plan = now.plan
        self._write_one(
            """
            UPDATE lt_orders SET status = %s, attempt = %s, limit_price = %s, maker_units = %s,
                   taker_units = %s, is_neg_risk = %s, time_in_force = %s, planned_at = %s,
                   reserved_usd = %s, order_id = NULL, check_count = 0, next_check_at = NULL,
                   parked_at = NULL, updated_at = clock_timestamp()
             WHERE lt_order_id = %s AND status = %s
            """,
            (
                now.status.value,
                now.attempt,
                plan.limit_price.per_share,
                plan.maker_units,
                plan.taker_units,
                plan.is_neg_risk,
                plan.time_in_force.value,
                plan.planned_at,
                now.reserved.amount,
                now.lt_order_id,
                before.status.value,
            ),
            what=f"{before.status} order {now.lt_order_id}",
        )
        self._event(now.lt_order_id, before.status, now.status, OrderEvent.RETRY, detail)
        self._expect_cover(now)

    def _expect_cover(self, order: LiveOrder) -> None:
        """Paper needs no dollar of the wallet's."""
        if order.mode is not Mode.SHADOW:
            self._check_at_commit("SELECT expect_covered(%s)", (order.strategy_id,))

    def save_envelope(self, order: LiveOrder, signed: SignedOrder, *, attempt: int) -> None:
        what = f"planned order {order.lt_order_id} under no halt"
        self._write_by_plan(
            _SUBMITTING, (signed.order_id, ANSWER_PATIENCE, order.lt_order_id, what)
        )
        # the same bytes when the venue could not be reached the first time
        self._write(
            """
            INSERT INTO orders
                (order_id, lt_order_id, lt_strategy_id, attempt, state, envelope, signal_price,
                 signal_size_usd)
            VALUES (%s, %s, %s, %s, 'prepared', %s, %s, %s)
            ON CONFLICT (order_id) DO UPDATE
               SET state = 'prepared', prepared_at = clock_timestamp()
            """,
            (
                signed.order_id,
                order.lt_order_id,
                order.strategy_id,
                attempt,
                self._json(signed.envelope),
                order.signal_price.per_share,
                order.signal_size.amount,
            ),
        )
        self._event(
            order.lt_order_id,
            OrderStatus.PLANNED,
            OrderStatus.SUBMITTING,
            OrderEvent.SUBMIT,
            signed.order_id,
        )

    def attempts(self, lt_order_id: LtOrderId) -> tuple[PreparedOrder, ...]:
        rows = self._rows(
            """
            SELECT order_id, envelope, state FROM orders WHERE lt_order_id = %s ORDER BY attempt
            """,
            (lt_order_id,),
        )
        return tuple(_prepared_of(row, lt_order_id) for row in rows)

    def save_answer(
        self,
        order_id: VenueOrderId,
        *,
        state: str,
        text: str,
        matched: Usd | None,
        answered_at: datetime,
    ) -> None:
        self._write(
            """
            UPDATE orders SET state = %s, answer = %s, answered_at = %s,
                   matched_usd = coalesce(%s, matched_usd)
             WHERE order_id = %s
            """,
            (state, text, answered_at, matched.amount if matched else None, order_id),
        )

    def _event(
        self,
        lt_order_id: LtOrderId,
        before: OrderStatus | None,
        now: OrderStatus,
        event: OrderEvent | None,
        detail: str | None,
    ) -> None:
        self._write(
            """
            INSERT INTO order_events_log (lt_order_id, from_status, to_status, event, detail)
            VALUES (%s, %s, %s, %s, %s)
            """,
            (lt_order_id, before, now.value, "plan" if event is None else event.value, detail),
        )


def _prepared_of(row: Row, lt_order_id: LtOrderId) -> PreparedOrder:
    signed = SignedOrder(order_id=VenueOrderId(row["order_id"]), envelope=row["envelope"])
    return PreparedOrder(lt_order_id=lt_order_id, signed=signed, state=row["state"])
