"""Gates: leases that trading needs before it starts anything new."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_gates (
            gate        text PRIMARY KEY,
            open_until  timestamptz,
            reason      text NOT NULL,
            changed_at  timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON TABLE lt_gates IS 'a required gate whose lease ran out lets no new order be planned';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE lt_gates")
