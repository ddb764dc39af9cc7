"""The event of a market, and what a strategy holds and works, found quickly."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE markets ADD COLUMN event_id text CHECK (event_id <> '');
        COMMENT ON COLUMN markets.event_id IS 'names the markets that belong together; NULL was never asked for';
        CREATE INDEX lt_orders_at_risk ON lt_orders (strategy_id)
            WHERE outcome = 'OPEN' AND (executed_shares > 0 OR reserved_usd > 0);
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX lt_orders_at_risk;
        ALTER TABLE markets DROP COLUMN event_id
    """)
