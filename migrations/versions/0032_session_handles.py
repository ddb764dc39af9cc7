"""A session has a name by which its user may end it."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE sessions
            ADD COLUMN handle text NOT NULL GENERATED ALWAYS AS (left(session_hash, 12)) STORED;
        COMMENT ON COLUMN sessions.handle IS
            'first letters of the hash: its user ends the session by it, nobody enters by it';
        GRANT SELECT (handle) ON sessions TO ltsys_reader;
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE sessions DROP COLUMN handle")
