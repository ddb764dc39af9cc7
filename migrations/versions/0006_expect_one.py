"""Let the server itself refuse a compare-and-set that changed nothing."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION expect_one(changed bigint, what text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF changed <> 1 THEN
                RAISE EXCEPTION '%: % rows changed instead of 1', what, changed
                    USING ERRCODE = 'LT001';
            END IF;
        END $$;
        COMMENT ON FUNCTION expect_one IS
            'raises LT001, which rolls the transaction back: somebody moved the row first';
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION expect_one")
