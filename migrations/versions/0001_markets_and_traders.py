"""Markets, traders and the trades that are followed."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE markets (
            condition_id    text PRIMARY KEY CHECK (condition_id ~ '^0x[0-9a-f]{64}$'),
            title           text NOT NULL,
            tags            text[] NOT NULL DEFAULT '{}',
            outcomes        jsonb NOT NULL,
            start_at        timestamptz,
            game_start_at   timestamptz,
            end_at          timestamptz,
            is_closed       boolean NOT NULL,
            is_resolved     boolean NOT NULL,
            accepts_orders  boolean NOT NULL,
            is_neg_risk     boolean NOT NULL,
            version         text NOT NULL,
            fee_rate        numeric NOT NULL,
            fee_exponent    numeric NOT NULL,
            checked_at      timestamptz NOT NULL,
            resolved_at     timestamptz
        );
        COMMENT ON COLUMN markets.outcomes IS 'array of {label, token_id, price}; price in dollars a share, null is unknown';
        COMMENT ON COLUMN markets.checked_at IS 'venue time of the last look at the market';
        COMMENT ON COLUMN markets.resolved_at IS 'venue time at which every order in it had its outcome booked';

        CREATE TABLE token_id_cache (
            condition_id text NOT NULL,
            token_label  text NOT NULL,
            token_id     text NOT NULL CHECK (token_id ~ '^[0-9]+$'),
            fetched_at   timestamptz NOT NULL,
            PRIMARY KEY (condition_id, token_label)
        );

        CREATE TABLE traders (
            trader_address      text PRIMARY KEY CHECK (trader_address ~ '^0x[0-9a-f]{40}$'),
            win_rate            numeric CHECK (win_rate BETWEEN 0 AND 1),
            win_rate_30d        numeric CHECK (win_rate_30d BETWEEN 0 AND 1),
            resolved_count      integer,
            resolved_count_30d  integer,
            avg_trade_usd       numeric,
            avg_trade_usd_30d   numeric,
            statistics_at       timestamptz,
            trade_cursor_at     timestamptz,
            synced_at           timestamptz
        );
        COMMENT ON COLUMN traders.win_rate IS 'ratio 0..1 of resolved positions with a profit';
        COMMENT ON COLUMN traders.trade_cursor_at IS 'the feed has been read up to here; moves by processed row, never by the clock';

        COMMENT ON COLUMN traders.synced_at IS 'venue time up to which the feed was asked, trades or none';

        CREATE TABLE leader_pools (
            pool           text NOT NULL,
            trader_address text NOT NULL,
            refreshed_at   timestamptz NOT NULL,
            PRIMARY KEY (pool, trader_address)
        );

        CREATE TABLE source_trades (
            source_trade_id   text PRIMARY KEY,
            seq               bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            trader_address    text NOT NULL,
            condition_id      text NOT NULL,
            token_id          text NOT NULL CHECK (token_id ~ '^[0-9]+$'),
            token_label       text NOT NULL,
            side              text NOT NULL CHECK (side IN ('BUY', 'SELL')),
            price             numeric NOT NULL CHECK (price > 0 AND price < 1),
            shares            numeric NOT NULL CHECK (shares > 0),
            traded_at         timestamptz NOT NULL,
            title             text NOT NULL,
            model_probability numeric CHECK (model_probability BETWEEN 0 AND 1),
            ingested_at       timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX source_trades_by_market ON source_trades (condition_id, seq);
        CREATE INDEX source_trades_by_trader ON source_trades (trader_address, traded_at);
        COMMENT ON COLUMN source_trades.seq IS 'grows in the order of commits, which one advisory lock sees to: whoever sees n sees all below n';
        COMMENT ON COLUMN source_trades.price IS 'dollars a share';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE source_trades, leader_pools, traders, token_id_cache, markets")
