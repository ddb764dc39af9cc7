"""The outbox of execution: signals that wait, and what a decision about one looks at."""

from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString

from ltsys.adapters.postgres.breakers import breakers_of
from ltsys.adapters.postgres.halts import halts_of
from ltsys.adapters.postgres.rows import (
    live_order_of,
    market_of,
    signal_of,
    stake_of,
    state_of,
    strategy_of,
    usd_of,
)
from ltsys.adapters.postgres.rule_rows import rules_of
from ltsys.adapters.postgres.session import Prepared, Row, Session
from ltsys.adapters.postgres.statements import (
    BREAKER_COLUMNS,
    MARKET_COLUMNS,
    ORDER_COLUMNS,
    STATE_COLUMNS,
    STRATEGY_LOCK,
)
from ltsys.domain.ft_wallet import DeadMarketGuard
from ltsys.domain.gate import Gate
from ltsys.domain.ids import ConditionId, SourceTradeId, StrategyId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Price, Usd
from ltsys.domain.strategy import Signal
from ltsys.domain.wallet_cash import WalletCash
from ltsys.ports.records import Execution, Outbox, SignalKey

_SIGNAL_COLUMNS: Final[LiteralString] = """
    seen.strategy_id, seen.source_trade_id, seen.ft_order_id, seen.outcome AS seen_outcome,
    seen.is_force_test, seen.test_signal, seen.seen_at,
    f.trader_address, f.condition_id, f.token_label,
    coalesce(f.token_id, (SELECT c.token_id FROM token_id_cache c
                           WHERE c.condition_id = f.condition_id
                             AND lower(c.token_label) = lower(trim(f.token_label)))) AS token_id,
    f.entry_price, f.size, f.model_probability,
    coalesce(f.order_time, (seen.test_signal ->> 'signal_at')::timestamptz) AS signal_at
"""

_AT_RISK: Final[LiteralString] = """
    o.strategy_id = state.strategy_id AND o.mode = state.book AND o.outcome = 'OPEN'
    AND (o.executed_shares > 0 OR o.reserved_usd > 0)
"""
"""As the index `lt_orders_at_risk` has it."""

_LEFT: Final[LiteralString] = "least(o.reserved_usd, o.maker_units / 1000000.0 - o.executed_usd)"
"""Dollars that a working order still buys for."""

_STAKES: Final[LiteralString] = f"""
    SELECT coalesce(json_agg(to_json(t) ORDER BY t.token_id), '[]') AS stakes,
           (SELECT count(*) FROM lt_orders o WHERE {_AT_RISK}) AS open_positions
      FROM (SELECT o.condition_id, o.token_id, bool_and(o.is_neg_risk) AS is_neg_risk,
                   CASE o.token_id WHEN its.outcomes -> 0 ->> 'token_id' THEN true
                                   WHEN its.outcomes -> 1 ->> 'token_id' THEN false END AS is_yes,
                   sum(o.executed_shares)::text AS shares, sum(o.executed_usd)::text AS cost_usd,
                   sum(o.reserved_usd)::text AS reserved_usd,
                   sum(greatest(0, o.reserved_usd - trunc(
                       greatest(0, {_LEFT}) / o.limit_price, 6)))::text AS working_loss_usd,
                   count(*) AS order_count
              FROM markets its JOIN lt_orders o ON o.condition_id = its.condition_id
             WHERE (its.condition_id = m.condition_id OR its.event_id = m.event_id) AND {_AT_RISK}
             GROUP BY o.condition_id, o.token_id, is_yes) AS t
"""  # noqa: S608  the condition is a constant
"""Of the strategy: what it holds and works beside the market `m`, and how much in all."""

_RECENT_PRICES: Final[LiteralString] = """
    SELECT CASE t.token_id WHEN wanted.token_id THEN t.price ELSE 1 - t.price END
      FROM source_trades t
     WHERE t.condition_id = m.condition_id
       AND t.traded_at > wanted.signal_at - interval '24 hours'
     ORDER BY t.seq DESC LIMIT 50
"""
"""Of the token, by trades in either outcome of its market."""

_SEEN: Final = Prepared(
    name="read_signal",
    parameter_count=2,
    statement=f"""
    SELECT {_SIGNAL_COLUMNS} FROM lt_seen_trades seen
      LEFT JOIN ft_orders f ON f.ft_order_id = seen.ft_order_id
     WHERE seen.strategy_id = $1 AND seen.source_trade_id = $2
    """,  # noqa: S608  the columns are a constant
)
_EXECUTION: Final = Prepared(
    name="read_execution",
    parameter_count=2,
    statement=f"""
    SELECT {_SIGNAL_COLUMNS}, {STATE_COLUMNS}, {BREAKER_COLUMNS}, {MARKET_COLUMNS},
           w.rules -> 'extra' AS guard, made.mode IS NOT NULL AS has_order,
           ARRAY(SELECT gate FROM lt_gates WHERE open_until > clock_timestamp()) AS open_gates,
           ARRAY(SELECT to_jsonb(h) FROM halts_over(s.strategy_id, coalesce(
               f.trader_address, seen.test_signal ->> 'trader_address')) h) AS halts,
           wallet.collateral_usd, wallet.collateral_at,
           committed_usd(wallet.wallet_address, wallet.collateral_at) AS committed_usd, held.*,
           CASE WHEN r.target_volatility IS NOT NULL OR r.max_tolerance_ratio IS NOT NULL
                THEN ARRAY({_RECENT_PRICES}) ELSE '{{}}' END AS recent_prices
      FROM lt_seen_trades seen
      JOIN lt_strategies s USING (strategy_id)
      JOIN wallets wallet ON wallet.wallet_address = s.wallet_address
      LEFT JOIN lt_orders made USING (strategy_id, source_trade_id)
      JOIN lt_risk_state state ON state.strategy_id = s.strategy_id AND state.book =
           CASE WHEN made.mode IN ('live', 'shadow') THEN made.mode ELSE s.execution_mode END
      JOIN lt_risk_rules r ON r.strategy_id = s.strategy_id
      JOIN ft_wallets w ON w.wallet_id = s.ft_wallet_id
      LEFT JOIN ft_orders f ON f.ft_order_id = seen.ft_order_id
     CROSS JOIN LATERAL (
           SELECT coalesce(f.token_id, seen.test_signal ->> 'token_id') AS token_id,
                  coalesce(f.order_time, (seen.test_signal ->> 'signal_at')::timestamptz)
                      AS signal_at) AS wanted
      LEFT JOIN markets m
        ON m.condition_id = coalesce(f.condition_id, seen.test_signal ->> 'condition_id')
     CROSS JOIN LATERAL ({_STAKES}) AS held
     WHERE seen.strategy_id = $1 AND seen.source_trade_id = $2
    """,  # noqa: S608  the columns are constants
)
"""Runs behind the lock, so that all of it is as it is once it is ours, but for the cash of the
wallet, which the commit of a plan looks at again. A breaker that another strategy trips for all at
this moment may come too late for one order. The state is of the book of the order that is there,
else of the one that the strategy trades in now.
"""


class SignalRecords(Session):
    """The signal part of `ltsys.ports.store.LiveStore`."""

    def due_signals(self, kicked_before: datetime, limit: int) -> tuple[SignalKey, ...]:
        rows = self._rows(
            """
            UPDATE lt_seen_trades SET kicked_at = clock_timestamp()
             WHERE (strategy_id, source_trade_id) IN (
                   SELECT strategy_id, source_trade_id FROM lt_seen_trades
                    WHERE outcome = 'queued' AND coalesce(kicked_at, '-infinity') < %s
                    ORDER BY seen_at LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING strategy_id, source_trade_id
            """,
            (kicked_before, limit),
        )
        return tuple(
            (StrategyId(row["strategy_id"]), SourceTradeId(row["source_trade_id"])) for row in rows
        )

    def markets_of_queued_signals(self) -> tuple[ConditionId, ...]:
        rows = self._rows(
            """
            SELECT DISTINCT f.condition_id FROM lt_seen_trades seen
              JOIN ft_orders f ON f.ft_order_id = seen.ft_order_id
             WHERE seen.outcome = 'queued' AND NOT EXISTS (
                   SELECT 1 FROM markets m
                    WHERE m.condition_id = f.condition_id AND m.event_id IS NOT NULL)
            """
        )
        return tuple(ConditionId(row["condition_id"]) for row in rows)

    def signal(self, strategy_id: StrategyId, source_trade_id: SourceTradeId) -> Signal | None:
        row = self._seen(strategy_id, source_trade_id)
        return signal_of(row) if row else None

    def queued_signal(
        self, strategy_id: StrategyId, source_trade_id: SourceTradeId
    ) -> Signal | None:
        row = self._seen(strategy_id, source_trade_id)
        return signal_of(row) if row and row["seen_outcome"] == "queued" else None

    def _seen(self, strategy_id: StrategyId, source_trade_id: SourceTradeId) -> Row | None:
        return self._row_by_plan(_SEEN, (strategy_id, source_trade_id))

    def lock_execution(
        self, strategy_id: StrategyId, source_trade_id: SourceTradeId
    ) -> Execution | None:
        # a statement of its own, so that the next one sees what was committed while it waited:
        # whoever held the lock may have tripped a breaker, or reserved the last of the capital
        self._lock(STRATEGY_LOCK, (strategy_id,))
        row = self._row_by_plan(_EXECUTION, (strategy_id, source_trade_id))
        if row is None:
            return None
        return Execution(
            signal=signal_of(row),
            is_queued=row["seen_outcome"] == "queued",
            strategy=strategy_of(row),
            rules=rules_of(row),
            state=state_of(row),
            guard=_guard_of(row["guard"]),
            market=market_of(row) if row["market_id"] else None,
            order=self._planned(strategy_id, source_trade_id) if row["has_order"] else None,
            open_gates=frozenset(Gate(gate) for gate in row["open_gates"]),
            halts=halts_of(row["halts"]),
            breakers=breakers_of(row),
            cash=_cash_of(row),
            stakes=tuple(stake_of(held) for held in row["stakes"]),
            open_positions=row["open_positions"],
            recent_prices=tuple(Price(price) for price in row["recent_prices"]),
        )

    def _planned(self, strategy_id: StrategyId, source_trade_id: SourceTradeId) -> LiveOrder | None:
        row = self._row(
            f"""
            SELECT {ORDER_COLUMNS} FROM lt_orders o
              LEFT JOIN orders e ON e.order_id = o.order_id
             WHERE o.strategy_id = %s AND o.source_trade_id = %s AND o.limit_price IS NOT NULL
            """,  # noqa: S608  the columns are a constant
            (strategy_id, source_trade_id),
        )
        return live_order_of(row) if row else None

    def add_force_test(self, signal: Signal) -> None:
        asked = {
            "trader_address": signal.trader,
            "condition_id": signal.condition_id,
            "token_id": signal.token_id,
            "token_label": signal.token_label,
            "entry_price": signal.price.per_share,
            "size": signal.size.amount,
            "signal_at": signal.signal_at.isoformat(),
        }
        self._write(
            """
            INSERT INTO lt_seen_trades
                (strategy_id, source_trade_id, outcome, is_force_test, test_signal, kicked_at)
            VALUES (%s, %s, 'queued', true, %s, clock_timestamp())
            """,
            (signal.strategy_id, signal.source_trade_id, self._json(asked)),
        )

    def outbox(self) -> Outbox:
        row = self._row(
            """
            SELECT (SELECT min(seen_at) FROM lt_seen_trades WHERE outcome = 'queued')
                       AS oldest_signal_at,
                   (SELECT min(e.prepared_at) FROM lt_orders o JOIN orders e USING (order_id)
                     WHERE o.next_check_at IS NOT NULL
                       AND o.status IN ('submitting', 'unknown')) AS oldest_unanswered_at,
                   (SELECT min(recorded_at) FROM lt_fills
                     WHERE status IN ('matched', 'mined', 'retrying')) AS oldest_provisional_at
            """
        )
        return Outbox(**(row or {}))

    def finish_signal(self, key: SignalKey, *, outcome: str, reason: str | None) -> None:
        self._write(
            """
            UPDATE lt_seen_trades SET outcome = %s, skip_reason = %s
             WHERE strategy_id = %s AND source_trade_id = %s
            """,
            (outcome, reason, *key),
        )


def _cash_of(row: Row) -> WalletCash:
    return WalletCash(
        collateral=usd_of(row["collateral_usd"]),
        read_at=row["collateral_at"],
        committed=Usd(row["committed_usd"]),
    )


def _guard_of(extra: Row) -> DeadMarketGuard:
    return DeadMarketGuard(
        is_enabled=extra["dead_market_guard_enabled"],
        floor_price=Decimal(extra["dead_market_floor_price"]),
        max_drift_ratio=Decimal(extra["dead_market_max_drift_ratio"]),
    )
