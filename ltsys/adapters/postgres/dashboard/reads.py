"""The questions of the pages on one connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, LiteralString, Self

from ltsys.adapters.postgres.dashboard.account import OwnReads
from ltsys.adapters.postgres.dashboard.board import BoardReads
from ltsys.adapters.postgres.dashboard.lists import ListReads
from ltsys.adapters.postgres.halts import halt_of
from ltsys.adapters.postgres.reading import reading
from ltsys.adapters.postgres.rows import usd_of
from ltsys.adapters.postgres.session import Row
from ltsys.adapters.postgres.statements import MARKET_NAMES, of_user, of_user_or_nobody
from ltsys.domain.ids import ConditionId, LtOrderId, StrategyId, UserId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.strategy import Mode
from ltsys.ports.dashboard import HeadFacts, PositionRow, Timings
from ltsys.ports.queries import LogRow


class PostgresDashboard:
    """A connection for each page."""

    def __init__(self, url: str, user_id: UserId | None = None) -> None:
        self._url = url
        self._user_id = user_id

    def as_user(self, user_id: UserId) -> Self:
        return type(self)(self._url, user_id)

    @contextmanager
    def reading(self) -> Iterator["Reads"]:
        with reading(self._url, self._user_id, is_one_snapshot=True) as connection:
            yield Reads(connection, self._user_id)


class Reads(BoardReads, ListReads, OwnReads):
    """`ltsys.ports.dashboard.DashboardReads`."""

    def head(self) -> HeadFacts:
        row = self._row(_HEAD, self._asked()) or {}
        last = self._row(_LAST_ERROR, self._asked())
        gates = self._rows(
            "SELECT gate, coalesce(open_until > clock_timestamp(), false) AS is_open FROM lt_gates"
        )
        return HeadFacts(
            **row,
            last_error=LogRow(**last) if last else None,
            halts=tuple(halt_of(each) for each in self._rows(_HALTS, self._asked())),
            gates={gate["gate"]: gate["is_open"] for gate in gates},
        )

    def positions(self, strategy_id: StrategyId | None) -> tuple[PositionRow, ...]:
        rows = self._rows(_POSITIONS, self._asked(strategy=strategy_id))
        return tuple(_position(row) for row in rows)

    def timings(self, lt_order_id: LtOrderId) -> Timings | None:
        row = self._row(_TIMINGS, self._asked(id=lt_order_id))
        return None if row is None else _timings(row)


_HEAD: Final[LiteralString] = f"""
    SELECT (SELECT max(claimed_at) FROM beat_slots) AS ticked_at,
           (SELECT count(*) FROM lt_alerts WHERE cleared_at IS NULL AND severity = 'critical'
               AND {of_user_or_nobody("strategy_id")})
               AS critical_count,
           (SELECT count(*) FROM lt_alerts WHERE cleared_at IS NULL AND severity = 'warning'
               AND {of_user_or_nobody("strategy_id")})
               AS warning_count,
           count(*) AS working_count, count(*) FILTER (WHERE status = 'unknown') AS unknown_count,
           count(parked_at) AS parked_count
      FROM lt_orders
     WHERE status IN ('planned', 'submitting', 'unknown', 'live', 'partially_filled')
       AND {of_user("strategy_id")}
"""  # noqa: S608  the parts are constants
_LAST_ERROR: Final[LiteralString] = f"""
    SELECT time AS at, level, stage, message, strategy_id FROM lt_execute_logs
     WHERE level = 'ERROR' AND {of_user_or_nobody("strategy_id")} ORDER BY log_id DESC LIMIT 1
"""  # noqa: S608  the part is a constant
_HALTS: Final[LiteralString] = f"""
    SELECT * FROM lt_halts
     WHERE lifted_at IS NULL AND (%(user)s::text IS NULL OR CASE scope
           WHEN 'user' THEN target = %(user)s
           WHEN 'strategy' THEN {of_user("target")}
           ELSE true END)
     ORDER BY halted_at
"""  # noqa: S608  the part is a constant
_POSITIONS: Final[LiteralString] = f"""
    SELECT o.strategy_id, o.mode, o.condition_id, o.token_label, m.end_at,
           {MARKET_NAMES},
           m.checked_at AS priced_at, sum(o.executed_shares) AS shares,
           sum(o.executed_usd) AS cost, sum(o.fees_usd) AS fees, count(*) AS order_count,
           (SELECT (each ->> 'price')::numeric FROM jsonb_array_elements(m.outcomes) AS each
             WHERE each ->> 'token_id' = o.token_id) AS price,
           bool_or(EXISTS (SELECT FROM lt_fills f WHERE f.lt_order_id = o.lt_order_id
                              AND f.status IN ('matched', 'mined', 'retrying'))) AS is_provisional
      FROM lt_orders o LEFT JOIN markets m USING (condition_id)
     WHERE o.outcome = 'OPEN' AND o.executed_shares > 0 AND NOT o.is_force_test
       AND {of_user("o.strategy_id")}
       AND (%(strategy)s::text IS NULL OR o.strategy_id = %(strategy)s)
     GROUP BY o.strategy_id, o.mode, o.condition_id, o.token_id, o.token_label, m.condition_id
     ORDER BY sum(o.executed_usd) DESC, o.strategy_id, o.condition_id
"""  # noqa: S608  the part is a constant
_TIMINGS: Final[LiteralString] = f"""
    SELECT o.condition_id, o.trader_address, o.ft_order_id, o.created_at, o.resolved_at,
           o.settles_at, t.traded_at, t.ingested_at, f.created_at AS ft_booked_at, s.seen_at,
           f.size AS ft_size, f.entry_price, f.outcome AS ft_outcome, f.pnl AS ft_pnl,
           (SELECT min(prepared_at) FROM orders e WHERE e.lt_order_id = o.lt_order_id)
               AS prepared_at,
           (SELECT max(answered_at) FROM orders e WHERE e.lt_order_id = o.lt_order_id)
               AS answered_at,
           (SELECT min(recorded_at) FROM lt_fills x WHERE x.lt_order_id = o.lt_order_id)
               AS first_fill_at
      FROM lt_orders o
      LEFT JOIN source_trades t USING (source_trade_id)
      LEFT JOIN ft_orders f ON f.ft_order_id = o.ft_order_id
      LEFT JOIN lt_seen_trades s ON s.strategy_id = o.strategy_id
                                AND s.source_trade_id = o.source_trade_id
     WHERE o.lt_order_id = %(id)s AND {of_user("o.strategy_id")}
"""  # noqa: S608  the part is a constant


def _position(row: Row) -> PositionRow:
    return PositionRow(
        strategy_id=StrategyId(row["strategy_id"]),
        mode=Mode(row["mode"]),
        condition_id=ConditionId(row["condition_id"]),
        title=row["title"],
        slug=row["slug"],
        event_slug=row["event_slug"],
        token_label=row["token_label"],
        shares=Shares(row["shares"]),
        cost=Usd(row["cost"]),
        fees=Usd(row["fees"]),
        order_count=row["order_count"],
        price=row["price"],
        priced_at=row["priced_at"],
        end_at=row["end_at"],
        is_provisional=row["is_provisional"],
    )


def _timings(row: Row) -> Timings:
    return Timings(
        condition_id=ConditionId(row["condition_id"]),
        trader=row["trader_address"],
        ft_order_id=row["ft_order_id"],
        traded_at=row["traded_at"],
        ingested_at=row["ingested_at"],
        ft_booked_at=row["ft_booked_at"],
        queued_at=row["seen_at"],
        decided_at=row["created_at"],
        prepared_at=row["prepared_at"],
        answered_at=row["answered_at"],
        first_fill_at=row["first_fill_at"],
        resolved_at=row["resolved_at"],
        settles_at=row["settles_at"],
        ft_size=usd_of(row["ft_size"]),
        ft_price=row["entry_price"],
        ft_outcome=row["ft_outcome"],
        ft_pnl=usd_of(row["ft_pnl"]),
    )
