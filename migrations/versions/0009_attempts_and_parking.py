"""Attempts of an order, orders that wait for an operator, and what each look at the venue showed."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE lt_orders
            ADD COLUMN attempt       integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
            ADD COLUMN parked_at     timestamptz,
            ADD COLUMN last_look_at  timestamptz,
            ADD COLUMN last_look     jsonb,
            ADD COLUMN losses_before integer,
            ADD COLUMN peak_before   numeric(20, 6);
        CREATE INDEX lt_orders_by_result ON lt_orders (strategy_id, resolved_at)
            WHERE outcome <> 'OPEN';
        CREATE INDEX lt_execute_logs_by_order ON lt_execute_logs (lt_order_id)
            WHERE lt_order_id IS NOT NULL;
        COMMENT ON COLUMN lt_orders.attempt IS 'the newest envelope in orders; a new one only after a definite end';
        COMMENT ON COLUMN lt_orders.parked_at IS 'machine time since which nobody looks any more: it waits for an operator';
        COMMENT ON COLUMN lt_orders.last_look IS 'what the venue showed when it was last asked about the order';
        COMMENT ON COLUMN lt_orders.losses_before IS 'losses in a row before its outcome was booked, to take it back exactly';
        COMMENT ON COLUMN lt_orders.peak_before IS 'peak equity in dollars before its outcome was booked';
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX lt_execute_logs_by_order, lt_orders_by_result;
        ALTER TABLE lt_orders DROP COLUMN attempt, DROP COLUMN parked_at, DROP COLUMN last_look_at,
            DROP COLUMN last_look, DROP COLUMN losses_before, DROP COLUMN peak_before
    """)
