"""Loosened settings wait as loosened limits do."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE lt_pending_changes
            DROP CONSTRAINT lt_pending_changes_kind_check,
            ADD CONSTRAINT lt_pending_changes_kind_check
                CHECK (kind IN ('stage', 'limit', 'setting', 'sizing'));
    """)


def downgrade() -> None:
    """A setting that waits cannot be told any more to a version that knows of none."""
    op.execute("""
        DELETE FROM lt_pending_changes WHERE kind = 'setting';
        ALTER TABLE lt_pending_changes
            DROP CONSTRAINT lt_pending_changes_kind_check,
            ADD CONSTRAINT lt_pending_changes_kind_check
                CHECK (kind IN ('stage', 'limit', 'sizing'));
    """)
