"""Long lists by keyset: a page costs the same wherever it lies (`ltsys.ports.queries.pages`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, LiteralString, TypeVar

from ltsys.adapters.postgres.order_reads import OrderReads, alert_row, order_row
from ltsys.adapters.postgres.rows import usd_of
from ltsys.adapters.postgres.session import Row
from ltsys.adapters.postgres.statements import (
    MARKET_NAMES,
    of_ft_wallet,
    of_user,
    of_user_or_nobody,
)
from ltsys.adapters.postgres.strategy_reads import (
    STRATEGIES,
    WALLETS,
    strategy_row,
    wallet_row,
)
from ltsys.domain.ids import Address, ConditionId, FtWalletId, LtOrderId, SourceTradeId, StrategyId
from ltsys.domain.money import Usd
from ltsys.ports.queries import (
    AccountRow,
    Activity,
    AlertRow,
    FtOrderRow,
    LogRow,
    OrderRow,
    Page,
    Place,
    SignalRow,
    StrategyRow,
    WalletRow,
    WantedLogs,
    WantedOrders,
)
from ltsys.ports.records import SignalKey

T = TypeVar("T")


class PageReads(OrderReads):
    """The paged part of `ltsys.ports.queries.Queries`, on one connection."""

    def strategy_page(self, after: Place | None, limit: int) -> Page[StrategyRow]:
        asked = self._asked(strategy=None, key=after.key if after else None, limit=limit + 1)
        rows = self._rows(_STRATEGY_PAGE, asked)
        return _page(rows, strategy_row, lambda row: Place(key=row["strategy_id"]), limit)

    def strategy(self, strategy_id: StrategyId) -> StrategyRow | None:
        row = self._row(_STRATEGY_PAGE, self._asked(strategy=strategy_id, key=None, limit=1))
        return strategy_row(row) if row else None

    def order_page(self, wanted: WantedOrders, after: Place | None, limit: int) -> Page[OrderRow]:
        statuses = wanted.statuses
        asked = self._asked(
            strategy=wanted.strategy_id,
            statuses=None if statuses is None else [status.value for status in statuses],
            code=wanted.denial_code,
            test=wanted.is_force_test,
            **_after(after, limit),
        )
        rows = self._rows(_ORDER_PAGE, asked)
        return _page(rows, order_row, lambda row: _at(row, "created_at", "lt_order_id"), limit)

    def log_page(self, wanted: WantedLogs, after: Place | None, limit: int) -> Page[LogRow]:
        asked = self._asked(
            strategy=wanted.strategy_id,
            levels=None if wanted.levels is None else list(wanted.levels),
            stage=wanted.stage,
            since=wanted.since,
            **_after(after, limit),
        )
        rows = self._rows(_LOG_PAGE, asked)
        return _page(rows, lambda row: LogRow(**row), _number("log_id"), limit)

    def alert_page(
        self,
        is_open: bool | None,  # noqa: FBT001 - internal to the session
        after: Place | None,
        limit: int,
    ) -> Page[AlertRow]:
        rows = self._rows(_ALERT_PAGE, self._asked(open=is_open, **_after(after, limit)))
        return _page(rows, alert_row, _number("alert_id"), limit)

    def wallet_page(self, after: Place | None, limit: int) -> Page[WalletRow]:
        asked = self._asked(wallet=None, key=after.key if after else None, limit=limit + 1)
        rows = self._rows(_WALLET_PAGE, asked)
        return _page(rows, wallet_row, lambda row: Place(key=row["wallet_id"]), limit)

    def ft_wallet(self, wallet_id: FtWalletId) -> WalletRow | None:
        row = self._row(_WALLET_PAGE, self._asked(wallet=wallet_id, key=None, limit=1))
        return wallet_row(row) if row else None

    def ft_order_page(
        self, wallet_id: FtWalletId, outcome: str | None, after: Place | None, limit: int
    ) -> Page[FtOrderRow]:
        asked = self._asked(wallet=wallet_id, outcome=outcome, **_after(after, limit))
        rows = self._rows(_FT_ORDER_PAGE, asked)
        return _page(rows, _ft_order_row, lambda row: _at(row, "order_time", "ft_order_id"), limit)

    def activity(self, since: datetime) -> Activity:
        return Activity(**(self._row(_ACTIVITY, self._asked(since=since)) or {}))

    def signal(self, strategy_id: StrategyId, source_trade_id: str) -> SignalRow | None:
        row = self._row(_SIGNAL, self._asked(strategy=strategy_id, trade=source_trade_id))
        if row is None:
            return None
        order_id = row.pop("lt_order_id")
        return SignalRow(**row, lt_order_id=LtOrderId(order_id) if order_id else None)

    def waiting_signals(self, strategy_id: StrategyId | None) -> tuple[SignalKey, ...]:
        rows = self._rows(_WAITING, self._asked(strategy=strategy_id))
        return tuple(
            (StrategyId(row["strategy_id"]), SourceTradeId(row["source_trade_id"])) for row in rows
        )

    def open_conditions(self, strategy_id: StrategyId | None) -> tuple[ConditionId, ...]:
        rows = self._rows(_OPEN_CONDITIONS, self._asked(strategy=strategy_id))
        return tuple(ConditionId(row["condition_id"]) for row in rows)

    def accounts(self) -> tuple[AccountRow, ...]:
        return tuple(
            AccountRow(
                address=Address(row["wallet_address"]),
                signature_type=row["signature_type"],
                created_at=row["created_at"],
            )
            for row in self._rows(_ACCOUNTS, self._asked())
        )


def _page(
    rows: list[Row], made: Callable[[Row], T], place: Callable[[Row], Place], limit: int
) -> Page[T]:
    """Of one row more than the page holds: whether there is a next one is then known."""
    shown = rows[:limit]
    return Page(
        rows=tuple(made(row) for row in shown),
        next=place(shown[-1]) if len(rows) > limit else None,
    )


def _after(after: Place | None, limit: int) -> dict[str, object]:
    return {
        "key": after.key if after else None,
        "at": after.at if after else None,
        "limit": limit + 1,
    }


def _at(row: Row, time_column: str, key_column: str) -> Place:
    return Place(key=row[key_column], at=row[time_column])


def _number(column: str) -> Callable[[Row], Place]:
    return lambda row: Place(key=str(row[column]))


def _ft_order_row(row: Row) -> FtOrderRow:
    return FtOrderRow(
        ft_order_id=row["ft_order_id"],
        wallet_id=FtWalletId(row["wallet_id"]),
        source_trade_id=row["source_trade_id"],
        trader=Address(row["trader_address"]),
        condition_id=ConditionId(row["condition_id"]),
        title=row["title"],
        slug=row["slug"],
        event_slug=row["event_slug"],
        token_label=row["token_label"],
        side=row["side"],
        price=row["entry_price"],
        size=Usd(row["size"]),
        edge=row["edge"],
        outcome=row["outcome"],
        pnl=usd_of(row["pnl"]),
        ordered_at=row["order_time"],
        resolved_at=row["resolved_at"],
    )


_STRATEGY_PAGE: Final[LiteralString] = f"""
    {STRATEGIES}
     WHERE {of_user("s.strategy_id")}
       AND (%(strategy)s::text IS NULL OR s.strategy_id = %(strategy)s)
       AND (%(key)s::text IS NULL OR s.strategy_id > %(key)s)
     ORDER BY s.strategy_id LIMIT %(limit)s
"""
_ORDER_PAGE: Final[LiteralString] = f"""
    WITH page AS MATERIALIZED (
        SELECT * FROM lt_orders o
         WHERE {of_user("o.strategy_id")}
           AND (%(strategy)s::text IS NULL OR o.strategy_id = %(strategy)s)
           AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s))
           AND (%(code)s::text IS NULL OR o.denial_code = %(code)s)
           AND (%(test)s::boolean IS NULL OR o.is_force_test = %(test)s)
           AND (%(key)s::text IS NULL
                OR (o.created_at, o.lt_order_id) < (%(at)s::timestamptz, %(key)s))
         ORDER BY o.created_at DESC, o.lt_order_id DESC LIMIT %(limit)s)
    SELECT o.*, {MARKET_NAMES},
           (SELECT detail FROM order_events_log e WHERE e.lt_order_id = o.lt_order_id
             ORDER BY event_id DESC LIMIT 1) AS last_detail
      FROM page o LEFT JOIN markets m USING (condition_id)
     ORDER BY o.created_at DESC, o.lt_order_id DESC
"""  # noqa: S608  the columns are a constant
_LOG_PAGE: Final[LiteralString] = f"""
    SELECT log_id, time AS at, level, stage, message, strategy_id, lt_order_id
      FROM lt_execute_logs l
     WHERE {of_user_or_nobody("l.strategy_id")}
       AND (%(strategy)s::text IS NULL OR l.strategy_id = %(strategy)s)
       AND (%(levels)s::text[] IS NULL OR l.level = ANY(%(levels)s))
       AND (%(stage)s::text IS NULL OR l.stage = %(stage)s)
       AND (%(since)s::timestamptz IS NULL OR l.time >= %(since)s)
       AND (%(key)s::bigint IS NULL OR l.log_id < %(key)s)
     ORDER BY l.log_id DESC LIMIT %(limit)s
"""  # noqa: S608  the columns are a constant
_ALERT_PAGE: Final[LiteralString] = f"""
    SELECT * FROM lt_alerts a
     WHERE {of_user_or_nobody("a.strategy_id")}
       AND (%(open)s::boolean IS NULL OR (a.cleared_at IS NULL) = %(open)s)
       AND (%(key)s::bigint IS NULL OR a.alert_id < %(key)s)
     ORDER BY a.alert_id DESC LIMIT %(limit)s
"""  # noqa: S608  the columns are a constant
_WALLET_PAGE: Final[LiteralString] = f"""
    {WALLETS}
     WHERE {of_ft_wallet("w")}
       AND (%(wallet)s::text IS NULL OR w.wallet_id = %(wallet)s)
       AND (%(key)s::text IS NULL OR w.wallet_id > %(key)s)
     ORDER BY w.wallet_id LIMIT %(limit)s
"""
_FT_ORDER_PAGE: Final[LiteralString] = f"""
    SELECT f.*, m.slug, m.event_slug
      FROM ft_orders f JOIN ft_wallets w USING (wallet_id) LEFT JOIN markets m USING (condition_id)
     WHERE f.wallet_id = %(wallet)s AND {of_ft_wallet("w")}
       AND (%(outcome)s::text IS NULL OR f.outcome = %(outcome)s)
       AND (%(key)s::text IS NULL
            OR (f.order_time, f.ft_order_id) < (%(at)s::timestamptz, %(key)s))
     ORDER BY f.order_time DESC, f.ft_order_id DESC LIMIT %(limit)s
"""  # noqa: S608  the columns are a constant
_ACTIVITY: Final[LiteralString] = f"""
    SELECT (SELECT count(*) FROM lt_strategies s WHERE {of_user("s.strategy_id")})
               AS strategy_count,
           (SELECT count(*) FROM lt_strategies s
             JOIN lt_risk_state r ON r.strategy_id = s.strategy_id AND r.book = s.execution_mode
             WHERE s.is_active AND NOT r.is_paused AND {of_user("s.strategy_id")})
               AS active_strategy_count,
           (SELECT count(*) FROM lt_seen_trades t
             WHERE outcome = 'queued' AND {of_user("t.strategy_id")}) AS queued_count,
           (SELECT count(*) FROM lt_orders u
             WHERE status = 'unknown' AND {of_user("u.strategy_id")}) AS unknown_count,
           (SELECT count(*) FROM lt_orders p
             WHERE parked_at IS NOT NULL AND status IN ('planned', 'submitting', 'unknown', 'live',
                   'partially_filled') AND {of_user("p.strategy_id")}) AS parked_count,
           count(*) FILTER (WHERE status NOT IN ('denied', 'planned')) AS execution_count,
           count(*) FILTER (WHERE status IN ('rejected', 'filled', 'canceled', 'expired'))
               AS ended_count,
           count(*) FILTER (WHERE status IN ('rejected', 'filled', 'canceled', 'expired')
               AND executed_shares > 0) AS success_count,
           count(*) FILTER (WHERE status = 'denied') AS denied_count,
           avg(latency_ms) AS mean_latency_ms, count(latency_ms) AS latency_count
      FROM lt_orders o
     WHERE created_at >= %(since)s AND NOT is_force_test AND {of_user("o.strategy_id")}
"""  # noqa: S608  the columns are a constant
_SIGNAL: Final[LiteralString] = f"""
    SELECT t.strategy_id, t.source_trade_id, t.outcome, t.skip_reason, t.is_force_test, t.seen_at,
           o.lt_order_id
      FROM lt_seen_trades t LEFT JOIN lt_orders o USING (strategy_id, source_trade_id)
     WHERE t.strategy_id = %(strategy)s AND t.source_trade_id = %(trade)s
       AND {of_user("t.strategy_id")}
"""  # noqa: S608  the columns are a constant
_WAITING: Final[LiteralString] = f"""
    SELECT strategy_id, source_trade_id FROM lt_seen_trades t
     WHERE outcome = 'queued' AND {of_user("t.strategy_id")}
       AND (%(strategy)s::text IS NULL OR t.strategy_id = %(strategy)s)
     ORDER BY seen_at, source_trade_id
"""  # noqa: S608  the columns are a constant
_OPEN_CONDITIONS: Final[LiteralString] = f"""
    SELECT DISTINCT condition_id FROM lt_orders o
     WHERE outcome = 'OPEN' AND executed_shares > 0 AND {of_user("o.strategy_id")}
       AND (%(strategy)s::text IS NULL OR o.strategy_id = %(strategy)s)
     ORDER BY condition_id
"""  # noqa: S608  the columns are a constant
_ACCOUNTS: Final[LiteralString] = """
    SELECT wallet_address, signature_type, created_at FROM wallets
     WHERE %(user)s::text IS NULL OR user_id = %(user)s ORDER BY wallet_address
"""
