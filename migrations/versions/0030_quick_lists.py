"""Payouts and refusals, newest first and counted, without a look at the rows."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX lt_orders_payouts ON lt_orders (resolved_at, lt_order_id)
            INCLUDE (strategy_id)
            WHERE outcome <> 'OPEN' AND executed_shares > 0 AND NOT is_force_test
              AND pnl IS NOT NULL AND resolved_at IS NOT NULL;
        CREATE INDEX lt_orders_refused ON lt_orders (created_at, lt_order_id)
            INCLUDE (strategy_id, status, denial_code, is_force_test)
            WHERE status IN ('denied', 'rejected');
    """)


def downgrade() -> None:
    op.execute("DROP INDEX lt_orders_refused, lt_orders_payouts")
