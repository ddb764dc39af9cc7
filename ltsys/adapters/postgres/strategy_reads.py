"""Strategies and forward-test wallets with their sums."""

from typing import Final, LiteralString

from ltsys.adapters.postgres.breakers import breakers_of
from ltsys.adapters.postgres.dashboard.tallies import LT_IS_KEPT
from ltsys.adapters.postgres.rows import state_of, strategy_of
from ltsys.adapters.postgres.rule_rows import rules_of
from ltsys.adapters.postgres.session import Row
from ltsys.adapters.postgres.statements import BREAKER_COLUMNS, STATE_COLUMNS
from ltsys.domain.ids import FtWalletId
from ltsys.domain.money import Usd
from ltsys.ports.queries import StrategyRow, WalletRow

STRATEGIES: Final[LiteralString] = f"""
    SELECT s.strategy_id, {STATE_COLUMNS}, {BREAKER_COLUMNS},
           f.*, o.*
      FROM lt_strategies s
      JOIN lt_risk_rules r USING (strategy_id)
      JOIN lt_risk_state state
        ON state.strategy_id = s.strategy_id AND state.book = s.execution_mode
     CROSS JOIN LATERAL (
           SELECT count(*) AS ft_order_count, coalesce(sum(pnl), 0) AS ft_pnl
             FROM ft_orders WHERE wallet_id = s.ft_wallet_id AND order_time >= s.mode_since) AS f
     CROSS JOIN LATERAL (
           SELECT order_count, denied_count, filled_count, pnl AS lt_pnl, slippage_ratio, fill_rate
             FROM lt_board k WHERE k.strategy_id = s.strategy_id AND {LT_IS_KEPT}
            UNION ALL
           SELECT count(*), count(*) FILTER (WHERE status = 'denied'),
                  count(*) FILTER (WHERE executed_shares > 0), coalesce(sum(pnl), 0),
                  avg(slippage_pct), avg(coalesce(fill_rate, 0)) FILTER
                      (WHERE status IN ('filled', 'canceled', 'expired', 'rejected'))
             FROM lt_orders WHERE strategy_id = s.strategy_id AND mode = s.execution_mode
              AND ft_signal_time >= s.mode_since
           HAVING NOT ({LT_IS_KEPT})) AS o
"""  # noqa: S608  the columns are a constant
"""Of `lt_strategies s`, without a condition and an order.

The orders' part is what is kept of it where none of them changed since.
Of the time since the strategy trades with the money that it trades with now (LESSONS L36).
"""
WALLETS: Final[LiteralString] = """
    SELECT w.wallet_id, w.display_name, w.is_active, w.problem, w.leader_pool, w.started_at,
           cardinality(w.target_traders) + (SELECT count(*) FROM leader_pools p
                                             WHERE p.pool = w.leader_pool) AS leader_count, f.*
      FROM ft_wallets w
     CROSS JOIN LATERAL (
           SELECT count(*) AS order_count, count(*) FILTER (WHERE outcome = 'OPEN') AS open_count,
                  coalesce(sum(pnl), 0) AS pnl
             FROM ft_orders WHERE wallet_id = w.wallet_id) AS f
"""
"""Of `ft_wallets w`, without a condition and an order."""


def strategy_row(row: Row) -> StrategyRow:
    """From a row of STRATEGIES."""
    return StrategyRow(
        strategy=strategy_of(row),
        rules=rules_of(row),
        state=state_of(row),
        breakers=breakers_of(row).tripped,
        ft_order_count=row["ft_order_count"],
        ft_pnl=Usd(row["ft_pnl"]),
        lt_pnl=Usd(row["lt_pnl"]),
        order_count=row["order_count"],
        denied_count=row["denied_count"],
        filled_count=row["filled_count"],
        fill_rate=row["fill_rate"],
        slippage_ratio=row["slippage_ratio"],
    )


def wallet_row(row: Row) -> WalletRow:
    """From a row of WALLETS."""
    return WalletRow(
        wallet_id=FtWalletId(row["wallet_id"]),
        display_name=row["display_name"],
        is_active=row["is_active"],
        problem=row["problem"],
        leader_count=row["leader_count"],
        leader_pool=row["leader_pool"],
        order_count=row["order_count"],
        open_count=row["open_count"],
        pnl=Usd(row["pnl"]),
        started_at=row["started_at"],
    )
