"""A database as it stands after months of trading, for what reads it to be measured against."""

from datetime import datetime, timedelta
from typing import Final, LiteralString

import psycopg

from ltsys.adapters.postgres import PostgresStore
from ltsys.bench.signals import set_up
from ltsys.domain.ids import Address

ACCOUNT = Address("0x" + "b" * 40)
OWNER = "owner"
_SPAN = timedelta(days=60)


def stock(url: str, *, strategies: int, orders: int, now: datetime) -> None:
    """The owner's strategies have so many orders, spread evenly over them and over two months.

    Of each hundred: 60 filled with an outcome, 10 filled and open, 20 denied, 5 canceled,
    3 working, 2 rejected; with their envelopes, fills, history, log, ledger and virtual orders.
    """
    began = now - _SPAN
    with PostgresStore(url, pool_size=1) as store:
        set_up(store, ACCOUNT, began, strategies)
    asked = {"strategies": strategies, "orders": orders, "began": began, "span": _SPAN}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _STATEMENTS:
            connection.execute(statement, asked)
        connection.execute("VACUUM ANALYZE")


_NUMBERED: Final[LiteralString] = """
    FROM (SELECT n, n * 37 %% 100 AS kind,
                 'FT_BENCH_' || n %% %(strategies)s AS wallet_id,
                 'LT_FT_BENCH_' || n %% %(strategies)s AS strategy_id,
                 '0x' || lpad(to_hex(n %% 500), 64, '0') AS condition_id,
                 '0x' || lpad(to_hex(n), 64, '0') AS order_id,
                 'lto_' || lpad(n::text, 12, '0') AS lt_order_id,
                 'trade-' || n AS trade,
                 %(began)s::timestamptz + %(span)s::interval * n / %(orders)s AS at
            FROM generate_series(1, %(orders)s) AS n) AS numbered
"""
_STATEMENTS: Final[tuple[LiteralString, ...]] = (
    """
    INSERT INTO markets (condition_id, title, outcomes, is_closed, is_resolved, accepts_orders,
                         is_neg_risk, version, fee_rate, fee_exponent, checked_at)
    SELECT '0x' || lpad(to_hex(n), 64, '0'), 'Will it rain on day ' || n || '?',
           '[{"label": "Yes", "token_id": "1", "price": "0.5"},
             {"label": "No", "token_id": "2", "price": "0.5"}]',
           false, false, true, false, '2', 0, 1, %(began)s
      FROM generate_series(0, 499) AS n
    """,
    f"""
    INSERT INTO ft_orders (ft_order_id, wallet_id, source_trade_id, trader_address, condition_id,
        token_id, token_label, title, side, entry_price, size, trader_win_rate,
        trader_resolved_count, edge, conviction, order_time, outcome, pnl, resolved_at)
    SELECT 'ft-' || n, wallet_id, trade, '0x', condition_id, '1', 'Yes', 'Rain', 'BUY', 0.5, 10,
           0.6, 40, 0.1, 1, at, CASE WHEN kind < 60 THEN 'WON' ELSE 'OPEN' END,
           CASE WHEN kind < 60 THEN 1.25 - n * 7 %% 11 * 0.3 END,
           CASE WHEN kind < 60 THEN at + interval '1 hour' END
    {_NUMBERED}
    """,
    f"""
    INSERT INTO lt_seen_trades (strategy_id, source_trade_id, ft_order_id, outcome, skip_reason)
    SELECT strategy_id, trade, 'ft-' || n, CASE WHEN kind < 90 AND kind >= 70 THEN 'skipped'
           ELSE 'executed' END, NULL {_NUMBERED}
    """,
    f"""
    INSERT INTO lt_orders (lt_order_id, strategy_id, ft_order_id, order_id, source_trade_id,
        trader_address, condition_id, token_id, token_label, mode, status, denial_code,
        denial_text, ft_price, ft_size_usd, limit_price, planned_at, executed_price,
        executed_shares, executed_usd, slippage_pct, fill_rate, latency_ms, outcome, pnl,
        resolved_at, ft_signal_time, created_at)
    SELECT lt_order_id, strategy_id, 'ft-' || n, CASE WHEN kind < 70 OR kind >= 90 THEN order_id
               END, trade, '0x', condition_id, '1', 'Yes', 'live',
           CASE WHEN kind < 70 THEN 'filled' WHEN kind < 90 THEN 'denied'
                WHEN kind < 95 THEN 'canceled' WHEN kind < 98 THEN 'live' ELSE 'rejected' END,
           CASE WHEN kind BETWEEN 70 AND 89 THEN 'DAILY_BUDGET_EXCEEDED' END,
           CASE WHEN kind BETWEEN 70 AND 89 THEN '$104.00 is over the limit of $100.00' END,
           0.5, 10, 0.52, at, CASE WHEN kind < 70 THEN 0.505 END,
           CASE WHEN kind < 70 THEN 19.8 ELSE 0 END, CASE WHEN kind < 70 THEN 10 ELSE 0 END,
           CASE WHEN kind < 70 THEN 0.01 END, CASE WHEN kind < 70 THEN 1 END, 80,
           CASE WHEN kind < 30 THEN 'WON' WHEN kind < 60 THEN 'LOST' ELSE 'OPEN' END,
           CASE WHEN kind < 30 THEN 9.8 WHEN kind < 60 THEN -10 END,
           CASE WHEN kind < 60 THEN at + interval '1 hour' END, at, at
    {_NUMBERED}
    """,
    f"""
    INSERT INTO orders (order_id, lt_order_id, lt_strategy_id, attempt, state, envelope,
                        signal_price, signal_size_usd, answered_at, answer)
    SELECT order_id, lt_order_id, strategy_id, 1, 'accepted', '{{"order": {{"salt": 1}}}}', 0.5, 10,
           at, 'matched'
    {_NUMBERED} WHERE kind < 70 OR kind >= 90
    """,
    f"""
    INSERT INTO lt_fills (trade_id, order_id, lt_order_id, strategy_id, shares, price, cost_usd,
                          fee_usd, is_taker, status, matched_at)
    SELECT 'match-' || n, order_id, lt_order_id, strategy_id, 19.8, 0.505, 10, 0, true,
           'confirmed', at
    {_NUMBERED} WHERE kind < 70
    """,
    f"""
    INSERT INTO lt_ledger (strategy_id, book, cause, kind, account, amount_usd, created_at)
    SELECT strategy_id, 'live', cause, posted.kind, account, amount, at
    {_NUMBERED} CROSS JOIN LATERAL (VALUES
        (lt_order_id, 'reserve', 'available', -10), (lt_order_id, 'reserve', 'reserved', 10),
        ('fill:match-' || n || ':' || order_id, 'fill', 'reserved', -10),
        ('fill:match-' || n || ':' || order_id, 'fill', 'position', 10))
        AS posted (cause, kind, account, amount) WHERE numbered.kind < 70
    """,
    f"""
    INSERT INTO order_events_log (lt_order_id, from_status, to_status, event, detail, at)
    SELECT lt_order_id, NULL, status, 'step', 'as it went', at
    {_NUMBERED} CROSS JOIN (VALUES ('planned'), ('submitting'), ('live')) AS moves (status)
    """,
    f"""
    INSERT INTO lt_execute_logs (time, level, stage, message, strategy_id, lt_order_id)
    SELECT at, CASE WHEN kind = 99 THEN 'WARNING' ELSE 'INFO' END, stage, 'what was decided',
           strategy_id, lt_order_id
    {_NUMBERED} CROSS JOIN (VALUES ('plan'), ('resolve')) AS stages (stage)
    """,
    f"""
    INSERT INTO lt_alerts (key, severity, text, strategy_id, first_at, last_at, cleared_at)
    SELECT 'bench:' || n, 'warning', 'something was slow', strategy_id, at, at,
           CASE WHEN n %% 2000 <> 0 THEN at END
    {_NUMBERED} WHERE n %% 40 = 0
    """,
)
