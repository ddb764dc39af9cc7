"""The history of stages, changes that wait, drills, and what strategies know of FT wallets."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_stage_log (
            step_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            strategy_id  text NOT NULL REFERENCES lt_strategies,
            from_stage   text CHECK (from_stage IN ('shadow', 'canary', 'ramp', 'full')),
            to_stage     text NOT NULL CHECK (to_stage IN ('shadow', 'canary', 'ramp', 'full')),
            cap_usd      numeric(20, 6) CHECK (cap_usd > 0),
            by_whom      text NOT NULL CHECK (by_whom <> ''),
            cause        text NOT NULL CHECK (cause <> ''),
            numbers      jsonb NOT NULL,
            at           timestamptz NOT NULL,
            recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            CHECK ((to_stage IN ('canary', 'ramp')) = (cap_usd IS NOT NULL)),
            CHECK (from_stage <> to_stage)
        );
        CREATE INDEX lt_stage_log_by_strategy ON lt_stage_log (strategy_id, step_id);
        COMMENT ON TABLE lt_stage_log IS 'append-only; one row a change of stage';
        COMMENT ON COLUMN lt_stage_log.at IS 'venue time; recorded_at is machine time';
        COMMENT ON COLUMN lt_stage_log.cap_usd IS 'dollars in positions and working orders';
        COMMENT ON COLUMN lt_stage_log.numbers IS 'what it was decided by, each in words';

        CREATE TABLE lt_pending_changes (
            change_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            strategy_id  text NOT NULL REFERENCES lt_strategies,
            kind         text NOT NULL CHECK (kind IN ('stage', 'limit', 'sizing')),
            subject      text NOT NULL CHECK (subject <> ''),
            before       text,
            after        text,
            status       text NOT NULL CHECK (status IN ('proposed', 'pending', 'applied',
                             'withdrawn', 'refused', 'replaced')),
            requested_at timestamptz NOT NULL,
            requested_by text NOT NULL CHECK (requested_by <> ''),
            effective_at timestamptz,
            ended_at     timestamptz,
            ended_by     text,
            why          text,
            CHECK ((status = 'pending') <= (effective_at IS NOT NULL)),
            CHECK ((status = 'applied') <= (effective_at IS NOT NULL)),
            CHECK ((status IN ('proposed', 'pending')) = (ended_at IS NULL)),
            CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
            CHECK ((ended_at IS NULL) = (why IS NULL))
        );
        CREATE UNIQUE INDEX lt_pending_changes_open ON lt_pending_changes (strategy_id, subject)
            WHERE status IN ('proposed', 'pending');
        CREATE INDEX lt_pending_changes_due ON lt_pending_changes (effective_at)
            WHERE status = 'pending';
        COMMENT ON TABLE lt_pending_changes IS 'what raises risk waits here and may be withdrawn';
        COMMENT ON COLUMN lt_pending_changes.effective_at IS 'machine time, as all times here; NULL while nobody has confirmed it';
        COMMENT ON COLUMN lt_pending_changes.before IS 'in words; NULL is no limit';

        CREATE TABLE lt_drills (
            drill_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            recorded_at timestamptz NOT NULL,
            recorded_by text NOT NULL CHECK (recorded_by <> ''),
            is_clean    boolean NOT NULL,
            certificate jsonb NOT NULL
        );
        COMMENT ON TABLE lt_drills IS 'certificates of drills, for the bar that asks for one';
        COMMENT ON COLUMN lt_drills.recorded_at IS 'machine time';

        CREATE TABLE lt_ft_copies (
            strategy_id text PRIMARY KEY REFERENCES lt_strategies,
            seen        jsonb NOT NULL,
            seen_at     timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON TABLE lt_ft_copies IS 'settings of the FT wallet as last seen, to log what changed';

        CALL show_own_strategies('lt_stage_log');
        CALL show_own_strategies('lt_pending_changes');
        CALL show_own_strategies('lt_ft_copies');
        CALL show_to_all('lt_drills');

        ALTER TABLE lt_strategies ADD COLUMN bet_cap_usd numeric(20, 6) CHECK (bet_cap_usd >= 0);
        COMMENT ON COLUMN lt_strategies.bet_cap_usd IS 'dollars; larger bets of the FT wallet are cut to it until its owner raises it; NULL takes every size';
    """)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE lt_strategies DROP COLUMN bet_cap_usd;
        DROP TABLE lt_ft_copies, lt_drills, lt_pending_changes, lt_stage_log
    """)
