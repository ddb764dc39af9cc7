"""Indexes for what every decision reads: positions beside its market, and what works in all."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DROP INDEX lt_orders_at_risk;
        CREATE INDEX lt_orders_at_risk ON lt_orders (strategy_id, mode, condition_id)
            WHERE outcome = 'OPEN' AND (executed_shares > 0 OR reserved_usd > 0);
        CREATE INDEX lt_orders_reserved ON lt_orders (strategy_id)
            WHERE outcome = 'OPEN' AND reserved_usd > 0;
        CREATE INDEX markets_by_event ON markets (event_id) WHERE event_id IS NOT NULL;
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX markets_by_event, lt_orders_reserved, lt_orders_at_risk;
        CREATE INDEX lt_orders_at_risk ON lt_orders (strategy_id)
            WHERE outcome = 'OPEN' AND (executed_shares > 0 OR reserved_usd > 0);
    """)
