"""Halts: who stopped trading, for whom, when and why; and who let it go on."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_halts (
            halt_id        text PRIMARY KEY,
            scope          text NOT NULL CHECK (scope IN ('global', 'user', 'strategy', 'leader')),
            target         text NOT NULL,
            kind           text NOT NULL CHECK (kind IN ('pause', 'stop-entries', 'kill')),
            halted_by      text NOT NULL CHECK (halted_by <> ''),
            reason         text NOT NULL CHECK (reason <> ''),
            halted_at      timestamptz NOT NULL,
            recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
            lifted_at      timestamptz,
            lifted_by      text CHECK (lifted_by <> ''),
            lifted_because text CHECK (lifted_because <> ''),
            CHECK ((scope = 'global') = (target = '')),
            CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)),
            CHECK ((lifted_at IS NULL) = (lifted_because IS NULL))
        );
        CREATE INDEX lt_halts_standing ON lt_halts (scope, target) WHERE lifted_at IS NULL;
        CALL show_own_rows('lt_halts', 'CASE scope WHEN ''user'' THEN target = asking_user()
            WHEN ''strategy'' THEN target = ANY (ARRAY(SELECT own.strategy_id FROM lt_strategies own
                                                      WHERE own.user_id = asking_user()))
            ELSE asking_user() IS NOT NULL END');
        COMMENT ON COLUMN lt_halts.target IS 'user, strategy or address of the leader; empty for everybody';
        COMMENT ON COLUMN lt_halts.halted_at IS 'machine time; before recorded_at where the halt file was first';

        CREATE FUNCTION keep_halt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL
               AND (NEW.halt_id, NEW.scope, NEW.target, NEW.kind, NEW.halted_by, NEW.reason,
                    NEW.halted_at, NEW.recorded_at)
                 = (OLD.halt_id, OLD.scope, OLD.target, OLD.kind, OLD.halted_by, OLD.reason,
                    OLD.halted_at, OLD.recorded_at) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'a halt is kept for ever; it can only be lifted, once';
        END $$;
        CREATE TRIGGER lt_halts_are_kept BEFORE UPDATE OR DELETE ON lt_halts
            FOR EACH ROW EXECUTE FUNCTION keep_halt();

        CREATE FUNCTION halts_over(strategy text, leader text) RETURNS SETOF lt_halts
        LANGUAGE sql STABLE AS $$
            SELECT h.* FROM lt_halts h
             WHERE h.lifted_at IS NULL
               AND (h.scope = 'global'
                 OR (h.scope = 'strategy' AND h.target = strategy)
                 OR (h.scope = 'leader' AND h.target = leader)
                 OR (h.scope = 'user' AND h.target = (
                     SELECT s.user_id FROM lt_strategies s WHERE s.strategy_id = strategy)))
        $$;

        ALTER TABLE lt_orders ADD COLUMN cancel_asked_at timestamptz;
        COMMENT ON COLUMN lt_orders.cancel_asked_at IS 'when a kill last asked the venue to cancel it';
    """)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE lt_orders DROP COLUMN cancel_asked_at;
        DROP FUNCTION halts_over(text, text);
        DROP TABLE lt_halts;
        DROP FUNCTION keep_halt();
    """)
