"""What the orders of each wallet and strategy come to: computed from them, or kept.

Kept numbers are the computed ones of an earlier snapshot. Any change of an order that bears on
them leaves a row in `…_board_changes`, in the same transaction: a snapshot that holds such a row
computes that wallet or strategy anew, one that holds none may use what is kept.
"""

from typing import Final, LiteralString

from ltsys.adapters.postgres.statements import of_ft_wallet, of_user

FT_COLUMNS: Final[LiteralString] = """
    wallet_id, capital, order_count, open_count, at_risk, resolved_count, won_count, lost_count,
    pnl, drawdown, sharpe
"""
LT_COLUMNS: Final[LiteralString] = """
    strategy_id, capital, mode, since, order_count, open_count, denied_count, rejected_count,
    filled_count, working_count, slippage_ratio, fill_rate, latency, resolved_count, won_count,
    lost_count, pnl, drawdown, sharpe
"""
OF_ITS_MONEY: Final[LiteralString] = (
    "o.mode = s.execution_mode AND o.ft_signal_time >= s.mode_since"
)
"""Since the strategy trades with the money that it trades with now: paper and real never mix."""
FT_CAPITAL: Final[LiteralString] = "coalesce((w.rules ->> 'starting_balance')::numeric, 0)"
FT_IS_KEPT: Final[LiteralString] = f"""
    EXISTS (SELECT FROM ft_board k WHERE k.wallet_id = w.wallet_id AND k.capital = {FT_CAPITAL})
    AND NOT EXISTS (SELECT FROM ft_board_changes c WHERE c.wallet_id = w.wallet_id)
"""  # noqa: S608  the part is a constant
"""Of `ft_wallets w`: nothing changed since."""
LT_IS_KEPT: Final[LiteralString] = """
    EXISTS (SELECT FROM lt_board k
             WHERE k.strategy_id = s.strategy_id AND k.capital = s.initial_capital
               AND k.mode = s.execution_mode AND k.since = s.mode_since)
    AND NOT EXISTS (SELECT FROM lt_board_changes c WHERE c.strategy_id = s.strategy_id)
"""
"""Of `lt_strategies s`: nothing changed since."""
_RESULTS: Final[LiteralString] = """
    resolved AS (
        SELECT *, sum(pnl) OVER (PARTITION BY name ORDER BY resolved_at) AS total FROM ended),
    fallen AS (
        SELECT *, greatest(0, max(total) OVER (PARTITION BY name ORDER BY resolved_at)) AS peak
          FROM resolved),
    results AS (
        SELECT name, count(*) AS resolved_count, sum(pnl) AS pnl,
               count(*) FILTER (WHERE outcome = 'WON') AS won_count,
               count(*) FILTER (WHERE outcome = 'LOST') AS lost_count,
               max((peak - total) / nullif(greatest(capital, 0) + peak, 0)) AS drawdown,
               avg(pnl) / nullif(stddev_samp(pnl), 0) AS sharpe
          FROM fallen GROUP BY name)
"""
"""Of `ended (name, pnl, outcome, resolved_at, capital)`; what came at one moment counts as one."""
FT_COMPUTED: Final[LiteralString] = f"""
    ended AS (
        SELECT f.wallet_id AS name, f.pnl, f.outcome, f.resolved_at, {FT_CAPITAL} AS capital
          FROM ft_orders f JOIN ft_wallets w USING (wallet_id)
         WHERE f.outcome <> 'OPEN' AND f.wallet_id = ANY (ARRAY(SELECT wallet_id FROM wanted))),
    {_RESULTS},
    totals AS (
        SELECT wallet_id, count(*) AS order_count,
               count(*) FILTER (WHERE outcome = 'OPEN') AS open_count,
               sum(size) FILTER (WHERE outcome = 'OPEN') AS at_risk
          FROM ft_orders WHERE wallet_id = ANY (ARRAY(SELECT wallet_id FROM wanted))
         GROUP BY wallet_id),
    computed AS (
        SELECT wallet_id, {FT_CAPITAL} AS capital, coalesce(order_count, 0) AS order_count,
               coalesce(open_count, 0) AS open_count, coalesce(at_risk, 0) AS at_risk,
               coalesce(resolved_count, 0) AS resolved_count, coalesce(won_count, 0) AS won_count,
               coalesce(lost_count, 0) AS lost_count, coalesce(pnl, 0) AS pnl,
               coalesce(drawdown, 0) AS drawdown, sharpe
          FROM wanted JOIN ft_wallets w USING (wallet_id) LEFT JOIN totals USING (wallet_id)
          LEFT JOIN results ON results.name = wallet_id)
"""  # noqa: S608  the parts are constants
"""`computed` with FT_COLUMNS, of `wanted (wallet_id)`."""
LT_COMPUTED: Final[LiteralString] = f"""
    ended AS (
        SELECT o.strategy_id AS name, o.pnl, o.outcome, o.resolved_at,
               s.initial_capital AS capital
          FROM lt_orders o JOIN lt_strategies s USING (strategy_id)
         WHERE o.outcome <> 'OPEN' AND o.pnl IS NOT NULL AND {OF_ITS_MONEY}
           AND o.strategy_id = ANY (ARRAY(SELECT strategy_id FROM wanted))),
    {_RESULTS},
    totals AS (
        SELECT strategy_id, count(*) AS order_count,
               count(*) FILTER (WHERE outcome = 'OPEN' AND executed_shares > 0) AS open_count,
               count(*) FILTER (WHERE status = 'denied') AS denied_count,
               count(*) FILTER (WHERE status = 'rejected') AS rejected_count,
               count(*) FILTER (WHERE executed_shares > 0) AS filled_count,
               count(*) FILTER (WHERE status IN ('planned', 'submitting', 'unknown', 'live',
                                                 'partially_filled')) AS working_count,
               avg(slippage_pct) AS slippage_ratio,
               avg(coalesce(fill_rate, 0)) FILTER
                   (WHERE status IN ('filled', 'canceled', 'expired', 'rejected')) AS fill_rate,
               avg(latency_ms) AS latency
          FROM lt_orders o JOIN lt_strategies s USING (strategy_id)
         WHERE {OF_ITS_MONEY} AND strategy_id = ANY (ARRAY(SELECT strategy_id FROM wanted))
         GROUP BY strategy_id),
    computed AS (
        SELECT strategy_id, s.initial_capital AS capital, s.execution_mode AS mode,
               s.mode_since AS since, coalesce(order_count, 0) AS order_count,
               coalesce(open_count, 0) AS open_count, coalesce(denied_count, 0) AS denied_count,
               coalesce(rejected_count, 0) AS rejected_count,
               coalesce(filled_count, 0) AS filled_count,
               coalesce(working_count, 0) AS working_count, slippage_ratio, fill_rate, latency,
               coalesce(resolved_count, 0) AS resolved_count, coalesce(won_count, 0) AS won_count,
               coalesce(lost_count, 0) AS lost_count, coalesce(pnl, 0) AS pnl,
               coalesce(drawdown, 0) AS drawdown, sharpe
          FROM wanted JOIN lt_strategies s USING (strategy_id) LEFT JOIN totals USING (strategy_id)
          LEFT JOIN results ON results.name = strategy_id)
"""  # noqa: S608  the parts are constants
"""`computed` with LT_COLUMNS, of `wanted (strategy_id)`."""
FT_TALLIES: Final[LiteralString] = f"""
    wanted AS MATERIALIZED (
        SELECT w.wallet_id FROM asked JOIN ft_wallets w USING (wallet_id)
         WHERE {of_ft_wallet("w")} AND NOT ({FT_IS_KEPT})),
    {FT_COMPUTED},
    tallies AS MATERIALIZED (
        SELECT {FT_COLUMNS} FROM computed
        UNION ALL
        SELECT {FT_COLUMNS} FROM ft_board JOIN asked USING (wallet_id)
         WHERE wallet_id NOT IN (SELECT wallet_id FROM wanted))
"""  # noqa: S608  the parts are constants
"""`tallies` with FT_COLUMNS, of `asked (wallet_id)`."""
LT_TALLIES: Final[LiteralString] = f"""
    wanted AS MATERIALIZED (
        SELECT s.strategy_id FROM asked JOIN lt_strategies s USING (strategy_id)
         WHERE {of_user("s.strategy_id")} AND NOT ({LT_IS_KEPT})),
    {LT_COMPUTED},
    tallies AS MATERIALIZED (
        SELECT {LT_COLUMNS} FROM computed
        UNION ALL
        SELECT {LT_COLUMNS} FROM lt_board JOIN asked USING (strategy_id)
         WHERE strategy_id NOT IN (SELECT strategy_id FROM wanted))
"""  # noqa: S608  the parts are constants
"""`tallies` with LT_COLUMNS, of `asked (strategy_id)`."""
