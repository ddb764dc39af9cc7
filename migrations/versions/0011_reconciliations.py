"""Comparisons of our books with the venue's word, and what an operator said of them."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE reconciliations (
            reconciliation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            wallet            text NOT NULL,
            started_at        timestamptz NOT NULL,
            ended_at          timestamptz NOT NULL,
            asked_at          timestamptz,
            result            text NOT NULL CHECK (result IN ('clean', 'drift', 'incomplete')),
            why               text NOT NULL,
            numbers           jsonb NOT NULL,
            CHECK (ended_at >= started_at),
            CHECK ((result = 'incomplete') = (why <> ''))
        );
        CREATE INDEX reconciliations_by_wallet ON reconciliations (wallet, reconciliation_id);
        COMMENT ON COLUMN reconciliations.asked_at IS 'venue time; the others are machine time';
        COMMENT ON COLUMN reconciliations.why IS 'what could not be asked; then nothing is known';
        COMMENT ON COLUMN reconciliations.numbers IS 'dollars as text [least, most]; observed: what of the cash did not come from our orders, as it looked; unexplained: as all looks agree on it';

        CREATE TABLE reconciliation_findings (
            finding_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            reconciliation_id    bigint NOT NULL REFERENCES reconciliations,
            kind                 text NOT NULL,
            key                  text NOT NULL,
            ours                 text NOT NULL,
            theirs               text NOT NULL,
            difference           numeric,
            action               text NOT NULL CHECK (action IN ('watched', 'alerted', 'asked', 'corrected')),
            lt_order_id          text,
            acknowledged_at      timestamptz,
            acknowledged_by      text,
            acknowledged_because text,
            UNIQUE (reconciliation_id, kind, key),
            CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
            CHECK ((acknowledged_at IS NULL) = (acknowledged_because IS NULL))
        );
        CREATE INDEX reconciliation_findings_accepted ON reconciliation_findings (kind, key)
            WHERE acknowledged_at IS NOT NULL;
        COMMENT ON COLUMN reconciliation_findings.difference IS 'theirs - ours, in dollars or shares';
        COMMENT ON COLUMN reconciliation_findings.acknowledged_at IS 'since then the difference counts as right';

        CREATE TABLE redeemed_tokens (
            wallet   text NOT NULL,
            token_id text NOT NULL,
            shares   numeric(20, 6) NOT NULL CHECK (shares >= 0),
            seen_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (wallet, token_id)
        );
        COMMENT ON TABLE redeemed_tokens IS 'winners whose shares were seen to have left the wallet; not asked for again';

        CREATE INDEX lt_fills_by_match ON lt_fills (matched_at);
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX lt_fills_by_match;
        DROP TABLE redeemed_tokens, reconciliation_findings, reconciliations
    """)
