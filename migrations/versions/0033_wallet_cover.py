"""A wallet is locked for the moment of a commit, no longer for the whole of a decision.

Strategies of one wallet decide side by side; that together they do not promise more than its cash
is looked at again once the order is written, under the wallet's lock.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION committed_usd(address text, since timestamptz) RETURNS numeric
            LANGUAGE plpgsql STABLE AS $$
        DECLARE
            own text[] := ARRAY(SELECT strategy_id FROM lt_strategies
                                 WHERE wallet_address = address);
        BEGIN
            RETURN (SELECT coalesce(sum(o.reserved_usd), 0) FROM lt_orders o
                     WHERE o.strategy_id = ANY (own) AND o.outcome = 'OPEN'
                       AND o.reserved_usd > 0 AND o.mode <> 'shadow')
                 + (SELECT coalesce(sum(f.cost_usd + f.fee_usd), 0) FROM lt_fills f
                      JOIN lt_orders paid ON paid.lt_order_id = f.lt_order_id
                     WHERE f.strategy_id = ANY (own) AND paid.mode <> 'shadow'
                       AND f.status IN ('matched', 'mined', 'retrying'))
                 + (SELECT coalesce(sum(f.cost_usd + f.fee_usd), 0) FROM lt_fills f
                      JOIN lt_orders paid ON paid.lt_order_id = f.lt_order_id
                     WHERE f.strategy_id = ANY (own) AND paid.mode <> 'shadow'
                       AND f.status = 'confirmed' AND f.updated_at >= since);
        END $$;
        COMMENT ON FUNCTION committed_usd IS
            'dollars of a wallet that work, or that a reading of its cash at since may not know of';

        CREATE FUNCTION expect_covered(strategy text) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            paying    wallets;
            committed numeric;
        BEGIN
            SELECT w.* INTO paying FROM wallets w WHERE w.wallet_address = (
                   SELECT s.wallet_address FROM lt_strategies s WHERE s.strategy_id = strategy)
               FOR NO KEY UPDATE;
            -- a statement of its own: it sees what was committed while the lock was waited for
            committed := committed_usd(paying.wallet_address, paying.collateral_at);
            IF committed > paying.collateral_usd THEN
                RAISE EXCEPTION '$% works or is unsettled in %, which holds $%',
                      committed, paying.wallet_address, paying.collateral_usd
                USING ERRCODE = 'LT001';
            END IF;
        END $$;
        COMMENT ON FUNCTION expect_covered IS
            'locks the wallet of a strategy; raises LT001 where its cash was promised meanwhile';
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION expect_covered, committed_usd")
