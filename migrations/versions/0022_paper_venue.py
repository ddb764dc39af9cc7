"""What the paper venue of shadow orders remembers."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE shadow_orders (
            order_id     text PRIMARY KEY CHECK (order_id ~ '^0x[0-9a-f]{64}$'),
            lt_order_id  text NOT NULL REFERENCES lt_orders,
            condition_id text NOT NULL,
            token_id     text NOT NULL,
            asked_shares numeric(20, 6) NOT NULL CHECK (asked_shares > 0),
            posted_at    timestamptz NOT NULL,
            created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX shadow_orders_by_order ON shadow_orders (lt_order_id);
        CREATE INDEX shadow_orders_by_token ON shadow_orders (token_id);
        COMMENT ON TABLE shadow_orders IS 'envelopes that were offered on paper; nothing of them was sent';
        COMMENT ON COLUMN shadow_orders.posted_at IS 'venue time of the book that was walked';

        CREATE TABLE shadow_fills (
            trade_id text PRIMARY KEY,
            order_id text NOT NULL REFERENCES shadow_orders,
            shares   numeric(20, 6) NOT NULL CHECK (shares > 0),
            price    numeric NOT NULL CHECK (price > 0 AND price < 1)
        );
        CREATE INDEX shadow_fills_by_order ON shadow_fills (order_id);
        COMMENT ON COLUMN shadow_fills.price IS 'dollars a share';

        CALL show_own_rows('shadow_orders', 'EXISTS (
            SELECT 1 FROM lt_orders own WHERE own.lt_order_id = shadow_orders.lt_order_id)');
        CALL show_own_rows('shadow_fills', 'EXISTS (
            SELECT 1 FROM shadow_orders own WHERE own.order_id = shadow_fills.order_id)');
    """)


def downgrade() -> None:
    op.execute("DROP TABLE shadow_fills, shadow_orders")
