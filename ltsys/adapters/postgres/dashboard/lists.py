"""Long tables, a slice at a time: each begins where the last row of the one before stood."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString, TypeVar

from ltsys.adapters.postgres.ledger_reads import UserReads
from ltsys.adapters.postgres.order_reads import alert_row, fill_row, order_row
from ltsys.adapters.postgres.session import Row
from ltsys.adapters.postgres.statements import (
    MARKET_NAMES,
    of_ft_wallet,
    of_user,
    of_user_or_nobody,
)
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.strategy import Mode
from ltsys.ports.dashboard import (
    BadPlaceError,
    FillLine,
    LogFilter,
    OrderFilter,
    PayoutRow,
    Place,
    RefusalCount,
    SkipCount,
    Slice,
)
from ltsys.ports.queries import AlertRow, LogRow, OrderRow

_Made = TypeVar("_Made")
_BETWEEN = "~"


class ListReads(UserReads):
    """The tables of `ltsys.ports.dashboard.DashboardReads`."""

    def orders(self, wanted: OrderFilter, place: Place) -> Slice[OrderRow]:
        statuses = wanted.statuses
        asked = self._asked(
            strategy=wanted.strategy_id,
            statuses=None if statuses is None else [status.value for status in statuses],
            code=wanted.code,
            text=wanted.text,
            pattern=None if wanted.text is None else f"%{_literally(wanted.text)}%",
            **_moment(place),
        )
        rows = self._rows(_ORDERS, asked)
        count = self._count(self._row(_ORDER_COUNT, asked))
        return _slice(rows, place, count, order_row, ("created_at", "lt_order_id"))

    def fills(self, strategy_id: StrategyId | None, place: Place) -> Slice[FillLine]:
        asked = self._asked(strategy=strategy_id, **_moment(place))
        rows = self._rows(_FILLS, asked)
        count = self._count(self._row(_FILL_COUNT, asked))
        return _slice(rows, place, count, _fill_line, ("matched_at", "fill_key"))

    def payouts(self, strategy_id: StrategyId | None, place: Place) -> Slice[PayoutRow]:
        asked = self._asked(strategy=strategy_id, **_moment(place))
        rows = self._rows(_PAYOUTS, asked)
        count = self._count(self._row(_PAYOUT_COUNT, asked))
        return _slice(rows, place, count, _payout_row, ("resolved_at", "lt_order_id"))

    def logs(self, wanted: LogFilter, place: Place) -> Slice[LogRow]:
        asked = self._asked(
            strategy=wanted.strategy_id,
            level=wanted.level,
            stage=wanted.stage,
            since=wanted.since,
            after=_number(place.after),
            limit=place.limit + 1,
        )
        rows = self._rows(_LOGS, asked)
        count = self._count(self._row(_LOG_COUNT, asked))
        return _slice(rows, place, count, _log_row, ("log_id",))

    def alerts(self, *, is_open: bool, place: Place) -> Slice[AlertRow]:
        asked = self._asked(is_open=is_open, after=_number(place.after), limit=place.limit + 1)
        rows = self._rows(_ALERTS, asked)
        count = self._count(self._row(_ALERT_COUNT, asked))
        return _slice(rows, place, count, alert_row, ("alert_id",))

    def refusals(self, strategy_id: StrategyId | None) -> tuple[RefusalCount, ...]:
        rows = self._rows(_REFUSALS, self._asked(strategy=strategy_id))
        return tuple(RefusalCount(**row) for row in rows)

    def skips(self) -> tuple[SkipCount, ...]:
        rows = self._rows(_SKIPS, self._asked())
        return tuple(SkipCount(**row) for row in rows)

    @staticmethod
    def _count(row: Row | None) -> int:
        return int(row["count"]) if row else 0


def _slice(
    rows: Sequence[Row],
    place: Place,
    total: int,
    make: Callable[[Row], _Made],
    key: tuple[str, ...],
) -> Slice[_Made]:
    """One row more than wanted was asked for: it says whether there is a next slice."""
    shown = rows[: place.limit]
    has_more = len(rows) > place.limit
    after = _BETWEEN.join(_text(shown[-1][name]) for name in key) if has_more else None
    return Slice(rows=tuple(make(row) for row in shown), total=total, after=after)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else f"{value}"


def _moment(place: Place) -> dict[str, object]:
    """The last row's time and name. Raises BadPlaceError for a place that is none."""
    if place.after is None:
        return {"at": None, "name": None, "limit": place.limit + 1}
    moment, _, name = place.after.partition(_BETWEEN)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not name:
        raise BadPlaceError(f"{place.after[:80]!r} is no place in this table")
    return {"at": at, "name": name, "limit": place.limit + 1}


def _number(after: str | None) -> int | None:
    if after is None:
        return None
    if not after.isdecimal() or len(after) > len(str(2**63)) - 1:
        raise BadPlaceError(f"{after[:80]!r} is no place in this table")
    return int(after)


def _literally(text: str) -> str:
    """`%` and `_` are looked for as they are."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_ORDER_FILTER: Final[LiteralString] = f"""
     WHERE {of_user("o.strategy_id")}
       AND (%(strategy)s::text IS NULL OR o.strategy_id = %(strategy)s)
       AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s))
       AND (%(code)s::text IS NULL OR o.denial_code = %(code)s)
       AND (%(text)s::text IS NULL OR o.lt_order_id = %(text)s OR o.condition_id IN (
            SELECT condition_id FROM markets WHERE title ILIKE %(pattern)s))
"""  # noqa: S608  the part is a constant
"""Words are looked for in the titles of markets, which are few; then their orders are read."""
_ORDERS: Final[LiteralString] = f"""
    SELECT o.*, {MARKET_NAMES},
           (SELECT detail FROM order_events_log e WHERE e.lt_order_id = o.lt_order_id
             ORDER BY event_id DESC LIMIT 1) AS last_detail
      FROM lt_orders o LEFT JOIN markets m USING (condition_id)
    {_ORDER_FILTER}
       AND (%(at)s::timestamptz IS NULL
            OR (o.created_at, o.lt_order_id) < (%(at)s, %(name)s::text))
     ORDER BY o.created_at DESC, o.lt_order_id DESC LIMIT %(limit)s
"""  # noqa: S608  the part is a constant
_ORDER_COUNT: Final[LiteralString] = f"""
    SELECT count(*) AS count FROM lt_orders o
    {_ORDER_FILTER}
"""  # noqa: S608  the part is a constant
_FILL_KEY: Final[LiteralString] = "f.trade_id || ' ' || f.order_id"
_FILLS: Final[LiteralString] = f"""
    SELECT f.*, {_FILL_KEY} AS fill_key, {MARKET_NAMES}, o.token_label, o.ft_price,
           o.mode
      FROM lt_fills f JOIN lt_orders o USING (lt_order_id) LEFT JOIN markets m USING (condition_id)
     WHERE {of_user("f.strategy_id")}
       AND (%(strategy)s::text IS NULL OR f.strategy_id = %(strategy)s)
       AND (%(at)s::timestamptz IS NULL OR (f.matched_at, {_FILL_KEY}) < (%(at)s, %(name)s::text))
     ORDER BY f.matched_at DESC, {_FILL_KEY} DESC LIMIT %(limit)s
"""  # noqa: S608  the part is a constant
_FILL_COUNT: Final[LiteralString] = f"""
    SELECT count(*) AS count FROM lt_fills f
     WHERE {of_user("f.strategy_id")}
       AND (%(strategy)s::text IS NULL OR f.strategy_id = %(strategy)s)
"""  # noqa: S608  the part is a constant
_PAYOUT_FILTER: Final[LiteralString] = f"""
     WHERE o.outcome <> 'OPEN' AND o.executed_shares > 0 AND NOT o.is_force_test
       AND o.pnl IS NOT NULL AND o.resolved_at IS NOT NULL AND {of_user("o.strategy_id")}
       AND (%(strategy)s::text IS NULL OR o.strategy_id = %(strategy)s)
"""
_PAYOUTS: Final[LiteralString] = f"""
    SELECT o.lt_order_id, o.strategy_id, {MARKET_NAMES}, o.token_label, o.outcome,
           o.mode, o.executed_shares, o.executed_usd, o.pnl, o.resolved_at, o.settles_at
      FROM lt_orders o LEFT JOIN markets m USING (condition_id)
    {_PAYOUT_FILTER}
       AND (%(at)s::timestamptz IS NULL
            OR (o.resolved_at, o.lt_order_id) < (%(at)s, %(name)s::text))
     ORDER BY o.resolved_at DESC, o.lt_order_id DESC LIMIT %(limit)s
"""  # noqa: S608  the part is a constant
_PAYOUT_COUNT: Final[LiteralString] = f"SELECT count(*) AS count FROM lt_orders o {_PAYOUT_FILTER}"  # noqa: S608  the part is a constant
_LOG_FILTER: Final[LiteralString] = f"""
     WHERE {of_user_or_nobody("strategy_id")}
       AND (%(strategy)s::text IS NULL OR strategy_id = %(strategy)s)
       AND (%(level)s::text IS NULL OR level = %(level)s)
       AND (%(stage)s::text IS NULL OR stage = %(stage)s)
       AND (%(since)s::timestamptz IS NULL OR time >= %(since)s)
"""
_LOGS: Final[LiteralString] = f"""
    SELECT log_id, time AS at, level, stage, message, strategy_id FROM lt_execute_logs
    {_LOG_FILTER} AND (%(after)s::bigint IS NULL OR log_id < %(after)s)
     ORDER BY log_id DESC LIMIT %(limit)s
"""  # noqa: S608  the part is a constant
_LOG_COUNT: Final[LiteralString] = f"SELECT count(*) AS count FROM lt_execute_logs {_LOG_FILTER}"  # noqa: S608  the part is a constant
_ALERTS: Final[LiteralString] = f"""
    SELECT * FROM lt_alerts
     WHERE (cleared_at IS NULL) = %(is_open)s AND {of_user_or_nobody("strategy_id")}
       AND (%(after)s::bigint IS NULL OR alert_id < %(after)s)
     ORDER BY alert_id DESC LIMIT %(limit)s
"""  # noqa: S608  the part is a constant
_ALERT_COUNT: Final[LiteralString] = f"""
    SELECT count(*) AS count FROM lt_alerts
     WHERE (cleared_at IS NULL) = %(is_open)s AND {of_user_or_nobody("strategy_id")}
"""  # noqa: S608  the part is a constant
_SKIPS: Final[LiteralString] = f"""
    SELECT coalesce(t.reason, t.outcome) AS reason, count(*) AS count
      FROM ft_seen_trades t JOIN ft_wallets w USING (wallet_id)
     WHERE t.outcome = 'skipped' AND {of_ft_wallet("w")} GROUP BY 1 ORDER BY 2 DESC, 1
"""  # noqa: S608  the part is a constant
_REFUSALS: Final[LiteralString] = f"""
    SELECT coalesce(denial_code, 'VENUE') AS code, status = 'denied' AS is_ours,
           count(*) AS count, max(created_at) AS last_at
      FROM lt_orders
     WHERE status IN ('denied', 'rejected') AND NOT is_force_test AND {of_user("strategy_id")}
       AND (%(strategy)s::text IS NULL OR strategy_id = %(strategy)s)
     GROUP BY 1, 2 ORDER BY 3 DESC, 1
"""  # noqa: S608  the part is a constant


def _fill_line(row: Row) -> FillLine:
    return FillLine(
        fill=fill_row(row),
        lt_order_id=LtOrderId(row["lt_order_id"]),
        strategy_id=StrategyId(row["strategy_id"]),
        title=row["title"],
        slug=row["slug"],
        event_slug=row["event_slug"],
        token_label=row["token_label"],
        signal_price=row["ft_price"],
        mode=Mode(row["mode"]),
    )


def _payout_row(row: Row) -> PayoutRow:
    return PayoutRow(
        lt_order_id=LtOrderId(row["lt_order_id"]),
        strategy_id=StrategyId(row["strategy_id"]),
        title=row["title"],
        slug=row["slug"],
        event_slug=row["event_slug"],
        token_label=row["token_label"],
        outcome=row["outcome"],
        mode=Mode(row["mode"]),
        shares=Shares(row["executed_shares"]),
        cost=Usd(row["executed_usd"]),
        pnl=Usd(row["pnl"] or Decimal(0)),
        resolved_at=row["resolved_at"],
        settles_at=row["settles_at"],
    )


def _log_row(row: Row) -> LogRow:
    return LogRow(
        at=row["at"],
        level=row["level"],
        stage=row["stage"],
        message=row["message"],
        strategy_id=row["strategy_id"],
    )
