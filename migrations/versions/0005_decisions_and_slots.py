"""The log of decisions, and the slots that make beat ticks happen once."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_execute_logs (
            log_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            time        timestamptz NOT NULL DEFAULT clock_timestamp(),
            level       text NOT NULL CHECK (level IN ('DEBUG', 'INFO', 'WARNING', 'ERROR')),
            stage       text NOT NULL,
            message     text NOT NULL,
            strategy_id text,
            trace_id    text,
            lt_order_id text,
            order_id    text,
            elapsed_ms  integer,
            extra       jsonb NOT NULL DEFAULT '{}'
        );
        CREATE INDEX lt_execute_logs_by_strategy ON lt_execute_logs (strategy_id, log_id);
        COMMENT ON TABLE lt_execute_logs IS 'every decision is a row';

        CREATE TABLE beat_slots (
            job         text NOT NULL,
            slot        bigint NOT NULL,
            claimed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (job, slot)
        );
        COMMENT ON TABLE beat_slots IS 'a tick that two beats send runs once';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE beat_slots, lt_execute_logs")
