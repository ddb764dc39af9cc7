"""The cash that the venue last showed for a trading wallet."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE wallets
            ADD COLUMN collateral_usd numeric(20, 6) CHECK (collateral_usd >= 0),
            ADD COLUMN collateral_at  timestamptz,
            ADD CHECK ((collateral_usd IS NULL) = (collateral_at IS NULL));
        COMMENT ON COLUMN wallets.collateral_usd IS 'dollars at the venue, working orders not subtracted; NULL was never read';
        COMMENT ON COLUMN wallets.collateral_at IS 'machine time just before it was asked for';
        CREATE INDEX lt_strategies_by_wallet ON lt_strategies (wallet_address);
        CREATE INDEX lt_fills_unsettled ON lt_fills (strategy_id)
            WHERE status IN ('matched', 'mined', 'retrying');
        CREATE INDEX lt_fills_confirmed ON lt_fills (updated_at) WHERE status = 'confirmed';
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX lt_strategies_by_wallet, lt_fills_unsettled, lt_fills_confirmed;
        ALTER TABLE wallets DROP COLUMN collateral_usd, DROP COLUMN collateral_at
    """)
