"""What a replay comes to: counts, money, and the four figures that must be zero."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]  # what a column holds is known by the statement that names it
Connection = psycopg.Connection[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyResult:
    """One live strategy beside the forward-test wallet that it mirrors; dollars as text."""

    strategy_id: str
    ft_orders: int
    lt_orders: int
    denied: int
    filled: int
    ft_pnl_usd: str
    lt_pnl_usd: str
    fees_usd: str
    slippage_ratio: float | None
    fill_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """All figures of a replay. What is lost, doubled, missed or adrift must be zero."""

    source_trades: int
    ingested: int
    bad_rows: Mapping[str, int]
    evaluated: Mapping[str, int]
    wallets: Mapping[str, int]
    ft_orders: int
    ft_pnl_usd: str
    lt_orders: int
    lt_orders_by_status: Mapping[str, int]
    denials: Mapping[str, int]
    fills: int
    lt_pnl_usd: str
    slippage_ratio: float | None
    fill_rate: float | None
    latency_ms: Mapping[str, float | None]
    duplicates: int
    lost_signals: int
    missed_fills: int
    ledger_drift_usd: str
    strategies: tuple[StrategyResult, ...]
    peak_memory_mb: Mapping[str, float]
    steps: int
    elapsed_s: float
    restarts: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def connect(database_url: str) -> Connection:
    """A connection for reading figures."""
    return psycopg.connect(database_url, autocommit=True, row_factory=dict_row)


def strategy_results(connection: Connection) -> tuple[StrategyResult, ...]:
    """One row a live strategy, with its twin's result since the launch."""
    rows = connection.execute(_STRATEGIES).fetchall()
    return tuple(StrategyResult(**{**row, **_texts(row)}) for row in rows)


def counts(connection: Connection, statement: LiteralString) -> dict[str, int]:
    """A two-column answer as a mapping."""
    return {str(r["name"]): int(r["n"]) for r in connection.execute(statement).fetchall()}


def figures(connection: Connection) -> Row:
    """The single figures of the report, by name."""
    row = connection.execute(_FIGURES).fetchone()
    return row or {}


EVALUATED: LiteralString = """
    SELECT coalesce(reason, outcome) AS name, count(*) AS n FROM ft_seen_trades
     GROUP BY 1 ORDER BY 2 DESC, 1
"""
WALLETS: LiteralString = """
    SELECT w.wallet_id AS name, count(f.ft_order_id) AS n FROM ft_wallets w
      LEFT JOIN ft_orders f USING (wallet_id) GROUP BY 1 ORDER BY 1
"""
STATUSES: LiteralString = """
    SELECT status AS name, count(*) AS n FROM lt_orders WHERE NOT is_force_test
     GROUP BY 1 ORDER BY 2 DESC, 1
"""
DENIALS: LiteralString = """
    SELECT denial_code AS name, count(*) AS n FROM lt_orders WHERE denial_code IS NOT NULL
     GROUP BY 1 ORDER BY 2 DESC, 1
"""

_FIGURES: LiteralString = """
    SELECT (SELECT count(*) FROM source_trades) AS ingested,
           (SELECT count(*) FROM ft_orders) AS ft_orders,
           (SELECT coalesce(sum(pnl), 0) FROM ft_orders) AS ft_pnl_usd,
           (SELECT count(*) FROM lt_fills WHERE status <> 'failed') AS fills,
           count(*) AS lt_orders, coalesce(sum(pnl), 0) AS lt_pnl_usd,
           avg(slippage_pct)::float AS slippage_ratio,
           avg(fill_rate) FILTER (WHERE status <> 'denied')::float AS fill_rate,
           percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms)
               AS latency_ms
      FROM lt_orders WHERE NOT is_force_test
"""
_STRATEGIES: LiteralString = """
    SELECT s.strategy_id,
           (SELECT count(*) FROM ft_orders f WHERE f.wallet_id = s.ft_wallet_id
               AND f.order_time >= s.launched_at) AS ft_orders,
           (SELECT coalesce(sum(pnl), 0) FROM ft_orders f WHERE f.wallet_id = s.ft_wallet_id
               AND f.order_time >= s.launched_at) AS ft_pnl_usd,
           count(o.*) AS lt_orders,
           count(*) FILTER (WHERE o.status = 'denied') AS denied,
           count(*) FILTER (WHERE o.executed_shares > 0) AS filled,
           coalesce(sum(o.pnl), 0) AS lt_pnl_usd, coalesce(sum(o.fees_usd), 0) AS fees_usd,
           avg(o.slippage_pct)::float AS slippage_ratio,
           avg(o.fill_rate) FILTER (WHERE o.status <> 'denied')::float AS fill_rate
      FROM lt_strategies s
      LEFT JOIN lt_orders o ON o.strategy_id = s.strategy_id AND NOT o.is_force_test
     GROUP BY s.strategy_id ORDER BY s.strategy_id
"""


def _texts(row: Row) -> dict[str, str]:
    return {k: str(row[k]) for k in ("ft_pnl_usd", "lt_pnl_usd", "fees_usd")}
