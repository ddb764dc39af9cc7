"""Stages of a strategy, and money, counters and orders that exist on paper only (DESIGN §8)."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE lt_strategies
            ADD COLUMN stage text NOT NULL DEFAULT 'full'
                CHECK (stage IN ('shadow', 'canary', 'ramp', 'full')),
            ADD COLUMN stage_cap_usd numeric(20, 6) CHECK (stage_cap_usd > 0),
            ADD COLUMN execution_mode text NOT NULL GENERATED ALWAYS AS
                (CASE stage WHEN 'shadow' THEN 'shadow' ELSE 'live' END) STORED,
            ADD COLUMN staged_at timestamptz,
            ADD COLUMN mode_since timestamptz,
            ADD CHECK ((stage IN ('canary', 'ramp')) = (stage_cap_usd IS NOT NULL));
        UPDATE lt_strategies SET staged_at = launched_at, mode_since = launched_at;
        ALTER TABLE lt_strategies
            ALTER COLUMN stage SET DEFAULT 'shadow',
            ALTER COLUMN staged_at SET NOT NULL,
            ALTER COLUMN mode_since SET NOT NULL;
        COMMENT ON COLUMN lt_strategies.stage IS 'what existed before stages did has traded real money at full';
        COMMENT ON COLUMN lt_strategies.stage_cap_usd IS 'dollars in positions and working orders; canary and ramp have one';
        COMMENT ON COLUMN lt_strategies.staged_at IS 'venue time at which the stage began';
        COMMENT ON COLUMN lt_strategies.mode_since IS 'venue time at which execution_mode became what it is';

        ALTER TABLE lt_risk_state
            ADD COLUMN book text NOT NULL DEFAULT 'live' CHECK (book IN ('live', 'shadow')),
            DROP CONSTRAINT lt_risk_state_pkey,
            ADD PRIMARY KEY (strategy_id, book);
        ALTER TABLE lt_risk_state ALTER COLUMN book DROP DEFAULT;
        COMMENT ON COLUMN lt_risk_state.book IS 'whose money: live and virtual capital have limits and counters apart';

        ALTER TABLE lt_ledger
            DROP CONSTRAINT lt_ledger_book_check,
            ADD CONSTRAINT lt_ledger_book_check CHECK (book IN ('live', 'shadow', 'force_test'));
        ALTER TABLE lt_orders
            DROP CONSTRAINT lt_orders_mode_check,
            ADD CONSTRAINT lt_orders_mode_check CHECK (mode IN ('live', 'shadow', 'force_test'));
    """)


def downgrade() -> None:
    # fails while there are shadow rows: without their mode they would count as real money
    op.execute("""
        ALTER TABLE lt_orders
            DROP CONSTRAINT lt_orders_mode_check,
            ADD CONSTRAINT lt_orders_mode_check CHECK (mode IN ('live', 'force_test'));
        ALTER TABLE lt_ledger
            DROP CONSTRAINT lt_ledger_book_check,
            ADD CONSTRAINT lt_ledger_book_check CHECK (book IN ('live', 'force_test'));
        ALTER TABLE lt_risk_state
            ADD CONSTRAINT lt_risk_state_all_live CHECK (book = 'live'),
            DROP CONSTRAINT lt_risk_state_pkey,
            ADD PRIMARY KEY (strategy_id);
        ALTER TABLE lt_risk_state DROP COLUMN book;
        ALTER TABLE lt_strategies
            DROP COLUMN execution_mode, DROP COLUMN stage_cap_usd, DROP COLUMN stage,
            DROP COLUMN staged_at, DROP COLUMN mode_since;
    """)
