"""Requests that may be sent again, and what was answered to them."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE idempotency_keys (
            user_id     text NOT NULL REFERENCES users,
            key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
            fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
            status      integer CHECK (status BETWEEN 200 AND 599),
            body        text,
            claimed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (user_id, key),
            CHECK ((status IS NULL) = (body IS NULL))
        );
        CREATE INDEX idempotency_keys_by_age ON idempotency_keys (claimed_at);
        ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
        COMMENT ON TABLE idempotency_keys IS 'one request by the name that its caller gave it; kept for a day';
        COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of method, path and body';
        COMMENT ON COLUMN idempotency_keys.status IS 'of HTTP; NULL while it runs, and for ever where it died';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE idempotency_keys")
