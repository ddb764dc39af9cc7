"""Results in the order in which they came, without a look at the rows: for the dashboard."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX ft_orders_results ON ft_orders (wallet_id, resolved_at)
            INCLUDE (pnl, outcome) WHERE outcome <> 'OPEN';
        CREATE INDEX lt_orders_results ON lt_orders (strategy_id, resolved_at)
            INCLUDE (pnl, outcome, mode, ft_signal_time) WHERE outcome <> 'OPEN';
        CREATE INDEX lt_execute_logs_errors ON lt_execute_logs (log_id) WHERE level = 'ERROR';
    """)


def downgrade() -> None:
    op.execute("DROP INDEX lt_execute_logs_errors, lt_orders_results, ft_orders_results")
