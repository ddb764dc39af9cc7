"""Alerts: every one is a row, and each condition is told once."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_alerts (
            alert_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key         text NOT NULL,
            severity    text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
            text        text NOT NULL,
            strategy_id text,
            lt_order_id text,
            first_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
            last_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
            count       integer NOT NULL DEFAULT 1 CHECK (count > 0),
            cleared_at  timestamptz
        );
        CREATE UNIQUE INDEX lt_alerts_open ON lt_alerts (key) WHERE cleared_at IS NULL;
        COMMENT ON TABLE lt_alerts IS 'conditions that people have to know; one open row a key';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE lt_alerts")
