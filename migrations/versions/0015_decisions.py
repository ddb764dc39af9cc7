"""Every decision with all that it looked at, so that it can be explained and decided again."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_decisions (
            decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            strategy_id text NOT NULL REFERENCES lt_strategies,
            lt_order_id text NOT NULL REFERENCES lt_orders,
            attempt     integer NOT NULL CHECK (attempt > 0),
            decided_at  timestamptz NOT NULL,
            is_plan     boolean NOT NULL,
            denial_code text,
            codec       integer NOT NULL CHECK (codec > 0),
            looked_at   text NOT NULL CHECK (looked_at <> ''),
            answered    text NOT NULL CHECK (answered <> ''),
            CHECK (is_plan = (denial_code IS NULL))
        );
        CREATE INDEX lt_decisions_by_order ON lt_decisions (lt_order_id);
        CREATE INDEX lt_decisions_by_strategy ON lt_decisions (strategy_id, decided_at, decision_id);
        COMMENT ON COLUMN lt_decisions.attempt IS 'the envelope that a plan became, or would have been';
        COMMENT ON COLUMN lt_decisions.decided_at IS 'venue time';
        COMMENT ON COLUMN lt_decisions.codec IS 'version of the two texts';
        COMMENT ON COLUMN lt_decisions.looked_at IS 'canonical JSON of the case: money in dollars, ratios 0 to 1, times UTC';
        COMMENT ON COLUMN lt_decisions.answered IS 'canonical JSON of the plan or the denial';

        CALL show_own_strategies('lt_decisions');
    """)


def downgrade() -> None:
    op.execute("DROP TABLE lt_decisions")
