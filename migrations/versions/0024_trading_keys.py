"""Trading keys, sealed under a master key that is not in the database."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE trading_keys (
            wallet_address text PRIMARY KEY REFERENCES wallets,
            master_id      text NOT NULL CHECK (master_id <> ''),
            box            bytea NOT NULL CHECK (length(box) > 28),
            sealed_at      timestamptz NOT NULL
        );
        COMMENT ON COLUMN trading_keys.master_id IS 'which master key opens it; says nothing of that key';
        COMMENT ON COLUMN trading_keys.box IS 'nonce, then AES-256-GCM of the key with the wallet bound in';
        ALTER TABLE trading_keys ENABLE ROW LEVEL SECURITY;
    """)


def downgrade() -> None:
    op.execute("DROP TABLE trading_keys")
