"""Reads of months of trading: indexes for totals, and policies that ask once a statement."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OF_STRATEGIES = (
    ("lt_orders", "strategy_id"),
    ("lt_fills", "strategy_id"),
    ("lt_seen_trades", "strategy_id"),
    ("lt_ledger", "strategy_id"),
    ("lt_decisions", "strategy_id"),
    ("orders", "lt_strategy_id"),
)
OWN = "SELECT own.strategy_id FROM lt_strategies own WHERE own.user_id = asking_user()"
OWN_WALLETS = """
    SELECT own.wallet_id FROM ft_wallets own
     WHERE own.user_id IS NULL OR own.user_id = asking_user()
"""


def upgrade() -> None:
    # a list of ids is looked through for each row, a hashed subquery is not
    for table, column in OF_STRATEGIES:
        op.execute(f"ALTER POLICY own_rows ON {table} USING ({column} IN ({OWN}))")
    op.execute(f"ALTER POLICY own_rows ON ft_orders USING (wallet_id IN ({OWN_WALLETS}))")
    op.execute(f"""
        ALTER POLICY own_rows ON lt_execute_logs USING (CASE WHEN strategy_id IS NULL
            THEN (SELECT asks_as_admin()) ELSE strategy_id IN ({OWN}) END)
    """)
    op.execute("""
        CREATE OR REPLACE PROCEDURE show_own_strategies(
            shown regclass, strategy_column text DEFAULT 'strategy_id')
        LANGUAGE plpgsql AS $$
        BEGIN
            CALL show_own_rows(shown, format(
                '%I IN (SELECT own.strategy_id FROM lt_strategies own
                         WHERE own.user_id = asking_user())', strategy_column));
        END $$;

        DROP INDEX ft_orders_by_time;
        CREATE INDEX ft_orders_by_time ON ft_orders (wallet_id, order_time, ft_order_id)
            INCLUDE (outcome, pnl);
        CREATE INDEX lt_orders_totals ON lt_orders (strategy_id, mode)
            INCLUDE (ft_signal_time, status, executed_shares, pnl, slippage_pct, fill_rate);
        CREATE INDEX lt_orders_working ON lt_orders (status) WHERE status IN
            ('planned', 'submitting', 'unknown', 'live', 'partially_filled');
        CREATE INDEX lt_orders_tests ON lt_orders (created_at) WHERE is_force_test;
        CREATE INDEX lt_orders_denied ON lt_orders (denial_code, created_at)
            WHERE denial_code IS NOT NULL;
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX lt_orders_denied, lt_orders_tests, lt_orders_working, lt_orders_totals,
            ft_orders_by_time;
        CREATE INDEX ft_orders_by_time ON ft_orders (wallet_id, order_time);
        CREATE OR REPLACE PROCEDURE show_own_strategies(
            shown regclass, strategy_column text DEFAULT 'strategy_id')
        LANGUAGE plpgsql AS $$
        BEGIN
            CALL show_own_rows(shown, format(
                '%I = ANY (ARRAY(SELECT own.strategy_id FROM lt_strategies own
                                  WHERE own.user_id = asking_user()))', strategy_column));
        END $$;
    """)
    for table, column in OF_STRATEGIES:
        op.execute(f"ALTER POLICY own_rows ON {table} USING ({column} = ANY (ARRAY({OWN})))")
    op.execute(f"ALTER POLICY own_rows ON ft_orders USING (wallet_id = ANY (ARRAY({OWN_WALLETS})))")
    op.execute(f"""
        ALTER POLICY own_rows ON lt_execute_logs USING (CASE WHEN strategy_id IS NULL
            THEN (SELECT asks_as_admin()) ELSE strategy_id = ANY (ARRAY({OWN})) END)
    """)
