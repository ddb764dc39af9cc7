"""Forward-test wallets, their orders and every trade they decided about."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE users (
            user_id    text PRIMARY KEY,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );

        CREATE TABLE ft_wallets (
            wallet_id    text PRIMARY KEY,
            display_name text NOT NULL,
            is_active    boolean NOT NULL DEFAULT true,
            rules        jsonb NOT NULL,
            target_traders text[] NOT NULL DEFAULT '{}',
            leader_pool  text,
            started_at   timestamptz NOT NULL,
            cursor_seq   bigint NOT NULL DEFAULT 0,
            last_sync_at timestamptz,
            realized_pnl numeric(20, 6) NOT NULL DEFAULT 0,
            problem      text,
            CONSTRAINT a_model_needs_a_threshold
                CHECK ((rules -> 'use_model') = 'false'::jsonb
                       OR (rules -> 'model_threshold') IS DISTINCT FROM 'null'::jsonb)
        );
        COMMENT ON COLUMN ft_wallets.rules IS 'typed filters and sizing; numbers are JSON text';
        COMMENT ON COLUMN ft_wallets.target_traders IS 'lower case; whom the rules name';
        COMMENT ON COLUMN ft_wallets.leader_pool IS 'follows this pool where no target trader is named';
        COMMENT ON COLUMN ft_wallets.cursor_seq IS 'every source trade up to this seq has been decided about';
        COMMENT ON COLUMN ft_wallets.realized_pnl IS 'the sum of pnl over its orders, moved with them';
        COMMENT ON COLUMN ft_wallets.problem IS 'why the wallet does not trade, in one sentence';

        CREATE TABLE ft_orders (
            ft_order_id           text PRIMARY KEY,
            wallet_id             text NOT NULL REFERENCES ft_wallets,
            source_trade_id       text NOT NULL,
            trader_address        text NOT NULL,
            condition_id          text NOT NULL,
            token_id              text,
            token_label           text NOT NULL,
            title                 text NOT NULL,
            side                  text NOT NULL CHECK (side IN ('BUY', 'SELL')),
            entry_price           numeric NOT NULL CHECK (entry_price > 0 AND entry_price < 1),
            size                  numeric(20, 6) NOT NULL CHECK (size > 0),
            market_end_at         timestamptz,
            trader_win_rate       numeric NOT NULL,
            trader_resolved_count integer NOT NULL,
            model_probability     numeric,
            edge                  numeric NOT NULL,
            conviction            numeric NOT NULL,
            order_time            timestamptz NOT NULL,
            outcome               text NOT NULL DEFAULT 'OPEN'
                                  CHECK (outcome IN ('OPEN', 'WON', 'LOST', 'VOID', 'SOLD')),
            exit_price            numeric,
            pnl                   numeric(20, 6),
            resolved_at           timestamptz,
            created_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
            UNIQUE (wallet_id, source_trade_id),
            CHECK ((outcome = 'OPEN') = (pnl IS NULL))
        );
        CREATE INDEX ft_orders_open ON ft_orders (condition_id) WHERE outcome = 'OPEN';
        CREATE INDEX ft_orders_open_by_wallet ON ft_orders (wallet_id) WHERE outcome = 'OPEN';
        CREATE INDEX ft_orders_by_time ON ft_orders (wallet_id, order_time);
        COMMENT ON COLUMN ft_orders.size IS 'dollars';
        COMMENT ON COLUMN ft_orders.entry_price IS 'dollars a share, 0.3 % of slippage included';
        COMMENT ON COLUMN ft_orders.order_time IS 'the time of the trade that is followed';

        CREATE TABLE ft_seen_trades (
            wallet_id       text NOT NULL,
            source_trade_id text NOT NULL,
            outcome         text NOT NULL CHECK (outcome IN ('taken', 'skipped', 'closed')),
            reason          text,
            would_be        numeric,
            limit_value     numeric,
            seen_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (wallet_id, source_trade_id)
        );
        COMMENT ON TABLE ft_seen_trades IS 'one decision a wallet and trade, with the two numbers that decided';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE ft_seen_trades, ft_orders, ft_wallets, users")
