"""Circuit breakers."""

from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.breaker import Breaker, BreakerKind, BreakerRule, Resume, Trip
from ltsys.domain.ids import StrategyId
from ltsys.ports.breakers import Breakers, Watched


class BreakerRecords(Session):
    """`ltsys.ports.breakers.BreakerStore`."""

    def breaker_rules(self) -> tuple[BreakerRule, ...]:
        rows = self._rows("SELECT * FROM lt_breaker_rules ORDER BY coalesce(strategy_id, ''), kind")
        return tuple(breaker_rule_of(row) for row in rows)

    def save_breaker_rule(self, rule: BreakerRule, *, by: str) -> None:
        self._write(
            """
            INSERT INTO lt_breaker_rules
                (strategy_id, kind, threshold, window_count, resume, resume_after_s, changed_by)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (coalesce(strategy_id, ''), kind) DO UPDATE
               SET threshold = excluded.threshold, window_count = excluded.window_count,
                   resume = excluded.resume, resume_after_s = excluded.resume_after_s,
                   changed_at = clock_timestamp(), changed_by = excluded.changed_by
            """,
            (
                rule.strategy_id,
                rule.kind.value,
                rule.threshold,
                rule.window,
                rule.resume.value,
                rule.resume_after_s,
                by,
            ),
        )

    def drop_breaker_rule(self, kind: BreakerKind, strategy_id: StrategyId | None) -> bool:
        row = self._row(
            """
            DELETE FROM lt_breaker_rules
             WHERE kind = %s AND coalesce(strategy_id, '') = %s RETURNING 1 AS dropped
            """,
            (kind.value, strategy_id or ""),
        )
        return row is not None

    def open_breakers(self) -> tuple[Breaker, ...]:
        rows = self._rows("SELECT * FROM lt_breakers WHERE cleared_at IS NULL ORDER BY breaker_id")
        return tuple(breaker_of(row) for row in rows)

    def watched_breakers(
        self, kinds: frozenset[BreakerKind], strategy_id: StrategyId | None
    ) -> tuple[Watched, ...]:
        rows = self._rows(
            _WATCHED, {"kinds": sorted(kind.value for kind in kinds), "strategy": strategy_id}
        )
        return tuple(
            Watched(rule=breaker_rule_of(row), readings=tuple(row["readings"])) for row in rows
        )

    def trip_breaker(self, trip: Trip) -> Breaker | None:
        rule = trip.rule
        row = self._row(
            """
            WITH this AS MATERIALIZED (SELECT clock_timestamp() AS moment)
            INSERT INTO lt_breakers
                (strategy_id, kind, cause, value, threshold, resume, tripped_at, resumes_at)
            VALUES (%s, %s, %s, %s, %s, %s, (SELECT moment FROM this),
                    (SELECT moment FROM this) + make_interval(secs => %s))
            ON CONFLICT (coalesce(strategy_id, ''), kind) WHERE cleared_at IS NULL DO NOTHING
            RETURNING *
            """,
            (
                rule.strategy_id,
                rule.kind.value,
                trip.cause,
                trip.value,
                trip.threshold,
                rule.resume.value,
                rule.resume_after_s,
            ),
        )
        return breaker_of(row) if row else None

    def clear_breaker(self, breaker: Breaker, *, by: str, because: str) -> Breaker | None:
        row = self._row(
            """
            UPDATE lt_breakers
               SET cleared_at = clock_timestamp(), cleared_by = %s, cleared_because = %s
             WHERE kind = %s AND coalesce(strategy_id, '') = %s AND tripped_at = %s
               AND cleared_at IS NULL
            RETURNING *
            """,
            (by, because, breaker.kind.value, breaker.strategy_id or "", breaker.tripped_at),
        )
        return breaker_of(row) if row else None


_WATCHED: Final[LiteralString] = """
    SELECT r.*, CASE WHEN r.kind = 'drawdown' THEN ARRAY(
               SELECT greatest(0, 1 - sum(current_equity) / sum(peak_equity)) FROM lt_risk_state
                WHERE book = 'live' AND EXISTS (
                      SELECT 1 FROM lt_strategies s CROSS JOIN LATERAL (
                             SELECT o.lt_order_id FROM lt_orders o
                              WHERE o.strategy_id = s.strategy_id AND o.outcome <> 'OPEN'
                                AND o.mode = 'live' AND o.executed_shares > 0
                              ORDER BY o.resolved_at DESC, o.ft_signal_time DESC,
                                       o.lt_order_id DESC LIMIT 1) o
                        JOIN lt_ledger booked ON booked.strategy_id = s.strategy_id
                         AND booked.cause = o.lt_order_id AND booked.kind = 'resolve'
                         AND booked.account = 'position' AND booked.created_at > since.at)
               HAVING sum(peak_equity) > 0)
           ELSE ARRAY(
               SELECT news.value FROM lt_strategies s CROSS JOIN LATERAL (
                     (SELECT (f.price - o.ft_price) / o.ft_price AS value, f.recorded_at AS at
                        FROM lt_fills f JOIN lt_orders o USING (lt_order_id)
                       WHERE r.kind IN ('mean_slippage', 'worst_slippage')
                         AND f.strategy_id = s.strategy_id AND f.recorded_at > since.at
                         AND f.status <> 'failed' AND o.mode = 'live'
                       ORDER BY f.recorded_at DESC LIMIT r.window_count)
                     UNION ALL
                     (SELECT o.latency_ms, e.answered_at
                        FROM orders e JOIN lt_orders o USING (order_id)
                       WHERE r.kind = 'latency' AND e.lt_strategy_id = s.strategy_id
                         AND e.answered_at > since.at AND o.mode = 'live'
                         AND o.latency_ms IS NOT NULL
                       ORDER BY e.answered_at DESC LIMIT r.window_count)
                     UNION ALL
                     (SELECT (e.state = 'rejected')::integer, e.answered_at
                        FROM orders e JOIN lt_orders o USING (lt_order_id)
                       WHERE r.kind = 'rejections' AND e.lt_strategy_id = s.strategy_id
                         AND e.answered_at > since.at AND o.mode = 'live'
                         AND e.state IN ('accepted', 'killed', 'rejected')
                       ORDER BY e.answered_at DESC LIMIT r.window_count)
                     UNION ALL
                     (SELECT (o.pnl < 0)::integer, booked.created_at
                        FROM lt_orders o
                        JOIN lt_ledger booked ON booked.strategy_id = o.strategy_id
                         AND booked.cause = o.lt_order_id AND booked.kind = 'resolve'
                         AND booked.account = 'position' AND booked.created_at > since.at
                       WHERE r.kind = 'consecutive_losses' AND o.strategy_id = s.strategy_id
                         AND o.outcome <> 'OPEN' AND o.mode = 'live' AND o.executed_shares > 0
                       ORDER BY o.resolved_at DESC, o.ft_signal_time DESC, o.lt_order_id DESC
                       LIMIT r.window_count)) news
                WHERE r.strategy_id IS NULL OR s.strategy_id = r.strategy_id
                ORDER BY news.at DESC LIMIT r.window_count)
           END AS readings
      FROM lt_breaker_rules r CROSS JOIN LATERAL (
           SELECT coalesce(max(b.cleared_at), '-infinity') AS at FROM lt_breakers b
            WHERE b.kind = r.kind
              AND coalesce(b.strategy_id, '') = coalesce(r.strategy_id, '')) since
     WHERE r.kind = ANY(%(kinds)s) AND r.threshold IS NOT NULL
       AND (%(strategy)s::text IS NULL OR r.strategy_id IS NULL
            OR r.strategy_id = %(strategy)s)
       AND NOT EXISTS (
           SELECT 1 FROM lt_breakers b WHERE b.cleared_at IS NULL AND b.kind = r.kind
              AND coalesce(b.strategy_id, '') = coalesce(r.strategy_id, ''))
     ORDER BY coalesce(r.strategy_id, ''), r.kind
"""
"""News are read strategy by strategy, each by its index, so that only windows are ever touched."""


def breakers_of(row: Row) -> Breakers:
    """From a row with BREAKER_COLUMNS."""
    return Breakers(
        tripped=tuple(_opened(each) for each in row["breakers"] or ()),
        rules=tuple(breaker_rule_of(each) for each in row["breaker_rules"] or ()),
    )


def _opened(told: Row) -> Breaker:
    """From an object in a JSON column, where decimals and times are text."""
    resumes_at = told["resumes_at"]
    return Breaker(
        kind=BreakerKind(told["kind"]),
        strategy_id=_strategy(told["strategy_id"]),
        cause=told["cause"],
        value=Decimal(told["value"]),
        threshold=Decimal(told["threshold"]),
        resume=Resume(told["resume"]),
        tripped_at=datetime.fromisoformat(told["tripped_at"]),
        resumes_at=None if resumes_at is None else datetime.fromisoformat(resumes_at),
    )


def breaker_of(row: Row) -> Breaker:
    """From a row of `lt_breakers`."""
    return Breaker(
        kind=BreakerKind(row["kind"]),
        strategy_id=_strategy(row["strategy_id"]),
        cause=row["cause"],
        value=row["value"],
        threshold=row["threshold"],
        resume=Resume(row["resume"]),
        tripped_at=row["tripped_at"],
        resumes_at=row["resumes_at"],
        cleared_at=row["cleared_at"],
        cleared_by=row["cleared_by"],
        cleared_because=row["cleared_because"],
    )


def breaker_rule_of(row: Row) -> BreakerRule:
    """From a row of `lt_breaker_rules`, or an object in a JSON column."""
    threshold = row["threshold"]
    return BreakerRule(
        kind=BreakerKind(row["kind"]),
        strategy_id=_strategy(row["strategy_id"]),
        threshold=None if threshold is None else Decimal(threshold),
        window=row["window_count"],
        resume=Resume(row["resume"]),
        resume_after_s=row["resume_after_s"],
    )


def _strategy(name: str | None) -> StrategyId | None:
    return None if name is None else StrategyId(name)
