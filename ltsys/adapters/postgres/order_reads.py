"""Reads of live orders: lists of them, and the one page with everything known of one."""

from typing import Final, LiteralString

from ltsys.adapters.postgres.ledger_reads import LedgerReads
from ltsys.adapters.postgres.rows import alert_of, sighting_of, usd_of
from ltsys.adapters.postgres.session import Row
from ltsys.adapters.postgres.statements import MARKET_NAMES, of_user
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.strategy import Mode
from ltsys.ports.queries import (
    AlertRow,
    AttemptRow,
    EventRow,
    FillRow,
    LogRow,
    LooksRow,
    OrderDetails,
    OrderRow,
)


class OrderReads(LedgerReads):
    """The order part of `ltsys.ports.queries.Queries`, on one connection."""

    def orders(
        self,
        strategy_id: StrategyId | None,
        statuses: frozenset[OrderStatus] | None,
        limit: int,
    ) -> tuple[OrderRow, ...]:
        asked = self._asked(
            strategy=strategy_id,
            statuses=None if statuses is None else [status.value for status in statuses],
            limit=limit,
        )
        return tuple(order_row(row) for row in self._rows(_ORDERS, asked))

    def order(self, lt_order_id: LtOrderId) -> OrderDetails | None:
        asked = self._asked(id=lt_order_id)
        row = self._row(_ORDER, asked)
        if row is None:
            return None
        return OrderDetails(
            order=order_row(row),
            reserved=Usd(row["reserved_usd"]),
            attempts=tuple(_attempt_row(each) for each in self._rows(_ATTEMPTS, asked)),
            looks=_looks_row(row),
            events=tuple(EventRow(**each) for each in self._rows(_EVENTS, asked)),
            fills=tuple(fill_row(each) for each in self._rows(_FILLS, asked)),
            postings=self.postings_of(row["strategy_id"], lt_order_id),
            alerts=tuple(alert_row(each) for each in self._rows(_ALERTS, asked)),
            logs=tuple(LogRow(**each) for each in self._rows(_LOGS, asked)),
        )

    def force_test(self, strategy_id: StrategyId, source_trade_id: str) -> LtOrderId | None:
        row = self._row(_FORCE_TEST, self._asked(strategy=strategy_id, trade=source_trade_id))
        return LtOrderId(row["lt_order_id"]) if row else None


_FORCE_TEST: Final[LiteralString] = f"""
    SELECT lt_order_id FROM lt_orders
     WHERE strategy_id = %(strategy)s AND source_trade_id = %(trade)s AND is_force_test
       AND {of_user("strategy_id")}
"""  # noqa: S608  the columns are a constant
_ORDER_SELECT: Final[LiteralString] = f"""
    SELECT o.*, {MARKET_NAMES},
           (SELECT detail FROM order_events_log e WHERE e.lt_order_id = o.lt_order_id
             ORDER BY event_id DESC LIMIT 1) AS last_detail
      FROM lt_orders o LEFT JOIN markets m USING (condition_id)
"""  # noqa: S608  the columns are a constant
_ORDERS: Final[LiteralString] = f"""
    {_ORDER_SELECT}
     WHERE {of_user("o.strategy_id")}
       AND (%(strategy)s::text IS NULL OR o.strategy_id = %(strategy)s)
       AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s))
     ORDER BY o.created_at DESC, o.lt_order_id LIMIT %(limit)s
"""
_ORDER: Final[LiteralString] = f"""
    {_ORDER_SELECT} WHERE o.lt_order_id = %(id)s AND {of_user("o.strategy_id")}
"""
"""What belongs to an order is read after it, by its id: it is the same user's."""
_ATTEMPTS: Final[LiteralString] = "SELECT * FROM orders WHERE lt_order_id = %(id)s ORDER BY attempt"
_EVENTS: Final[LiteralString] = """
    SELECT at, from_status, to_status, event, detail FROM order_events_log
     WHERE lt_order_id = %(id)s ORDER BY event_id
"""
_FILLS: Final[LiteralString] = """
    SELECT * FROM lt_fills WHERE lt_order_id = %(id)s ORDER BY matched_at, trade_id
"""
_ALERTS: Final[LiteralString] = """
    SELECT * FROM lt_alerts WHERE lt_order_id = %(id)s ORDER BY alert_id
"""
_LOGS: Final[LiteralString] = """
    SELECT time AS at, level, stage, message, strategy_id FROM lt_execute_logs
     WHERE lt_order_id = %(id)s ORDER BY log_id
"""


def order_row(row: Row) -> OrderRow:
    """From a row of `lt_orders` with `title` and `last_detail`."""
    return OrderRow(
        lt_order_id=LtOrderId(row["lt_order_id"]),
        strategy_id=StrategyId(row["strategy_id"]),
        status=OrderStatus(row["status"]),
        mode=Mode(row["mode"]),
        is_force_test=row["is_force_test"],
        title=row["title"],
        slug=row["slug"],
        event_slug=row["event_slug"],
        token_label=row["token_label"],
        signal_price=row["ft_price"],
        signal_size=Usd(row["ft_size_usd"]),
        limit_price=row["limit_price"],
        executed=Usd(row["executed_usd"]),
        executed_shares=Shares(row["executed_shares"]),
        executed_price=row["executed_price"],
        fees=Usd(row["fees_usd"]),
        slippage_ratio=row["slippage_pct"],
        fill_rate=row["fill_rate"],
        latency_ms=row["latency_ms"],
        outcome=row["outcome"] if row["executed_shares"] else None,
        pnl=usd_of(row["pnl"]),
        denial_code=row["denial_code"],
        denial_text=row["denial_text"],
        last_detail=row["last_detail"],
        attempt=row["attempt"],
        parked_at=row["parked_at"],
        signal_at=row["ft_signal_time"],
        created_at=row["created_at"],
    )


def fill_row(row: Row) -> FillRow:
    return FillRow(
        trade_id=row["trade_id"],
        status=row["status"],
        shares=Shares(row["shares"]),
        price=row["price"],
        cost=Usd(row["cost_usd"]),
        fee=Usd(row["fee_usd"]),
        matched_at=row["matched_at"],
    )


def _attempt_row(row: Row) -> AttemptRow:
    return AttemptRow(
        attempt=row["attempt"],
        order_id=row["order_id"],
        state=row["state"],
        answer=row["answer"],
        matched=usd_of(row["matched_usd"]),
        prepared_at=row["prepared_at"],
        answered_at=row["answered_at"],
        envelope=row["envelope"],
    )


def _looks_row(row: Row) -> LooksRow:
    return LooksRow(
        count=row["check_count"],
        last_at=row["last_look_at"],
        next_at=row["next_check_at"],
        parked_at=row["parked_at"],
        last=sighting_of(row["last_look"]) if row["last_look"] else None,
    )


def alert_row(row: Row) -> AlertRow:
    """From a row of `lt_alerts`."""
    return AlertRow(
        alert=alert_of(row),
        first_at=row["first_at"],
        last_at=row["last_at"],
        count=row["count"],
        cleared_at=row["cleared_at"],
        alert_id=row["alert_id"],
    )
