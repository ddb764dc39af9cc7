"""What a market and its event are called in addresses of the venue's site."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE markets
            ADD COLUMN slug text CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,199}$'),
            ADD COLUMN event_slug text CHECK (event_slug ~ '^[a-z0-9][a-z0-9-]{0,199}$');
        COMMENT ON COLUMN markets.slug IS
            'the market in addresses of the site of the venue; NULL was never seen';
        COMMENT ON COLUMN markets.event_slug IS
            'its event in addresses of the site of the venue; NULL was never seen';
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE markets DROP COLUMN event_slug, DROP COLUMN slug")
