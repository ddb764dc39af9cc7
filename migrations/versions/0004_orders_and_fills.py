"""Live orders, their signed envelopes, their fills and their history."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_orders (
            lt_order_id     text PRIMARY KEY,
            strategy_id     text NOT NULL REFERENCES lt_strategies,
            ft_order_id     text,
            order_id        text,
            source_trade_id text NOT NULL,
            trader_address  text NOT NULL,
            condition_id    text NOT NULL,
            token_id        text NOT NULL,
            token_label     text NOT NULL,
            mode            text NOT NULL CHECK (mode IN ('live', 'force_test')),
            status          text NOT NULL CHECK (status IN ('denied', 'planned', 'submitting', 'unknown',
                                'rejected', 'live', 'partially_filled', 'filled', 'canceled', 'expired')),
            denial_code     text,
            denial_text     text,
            ft_price        numeric NOT NULL,
            ft_size_usd     numeric(20, 6) NOT NULL,
            limit_price     numeric,
            maker_units     bigint,
            taker_units     bigint,
            is_neg_risk     boolean,
            time_in_force   text,
            planned_at      timestamptz NOT NULL,
            reserved_usd    numeric(20, 6) NOT NULL DEFAULT 0 CHECK (reserved_usd >= 0),
            executed_price  numeric,
            executed_shares numeric(20, 6) NOT NULL DEFAULT 0,
            executed_usd    numeric(20, 6) NOT NULL DEFAULT 0,
            fees_usd        numeric(20, 6) NOT NULL DEFAULT 0,
            slippage_pct    numeric,
            fill_rate       numeric CHECK (fill_rate BETWEEN 0 AND 1),
            latency_ms      integer,
            outcome         text NOT NULL DEFAULT 'OPEN'
                            CHECK (outcome IN ('OPEN', 'WON', 'LOST', 'VOID', 'SOLD')),
            pnl             numeric(20, 6),
            ft_signal_time  timestamptz NOT NULL,
            executed_at     timestamptz,
            resolved_at     timestamptz,
            settles_at      timestamptz,
            is_force_test   boolean NOT NULL DEFAULT false,
            next_check_at   timestamptz,
            check_count     integer NOT NULL DEFAULT 0,
            created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            updated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            UNIQUE (strategy_id, source_trade_id),
            CHECK (is_force_test = (mode = 'force_test')),
            CHECK ((status = 'denied') <= (denial_code IS NOT NULL AND denial_text IS NOT NULL))
        );
        CREATE INDEX lt_orders_to_look_at ON lt_orders (next_check_at) WHERE next_check_at IS NOT NULL;
        CREATE INDEX lt_orders_by_age ON lt_orders (created_at);
        CREATE INDEX lt_orders_by_token ON lt_orders (token_id) WHERE outcome = 'OPEN';
        CREATE INDEX lt_orders_open ON lt_orders (condition_id) WHERE outcome = 'OPEN' AND executed_shares > 0;
        CREATE INDEX lt_orders_settling ON lt_orders (settles_at) WHERE settles_at IS NOT NULL;
        COMMENT ON COLUMN lt_orders.slippage_pct IS 'a ratio: fill against FT entry price, positive is worse';
        COMMENT ON COLUMN lt_orders.fill_rate IS 'a ratio of the dollars asked for';
        COMMENT ON COLUMN lt_orders.latency_ms IS 'from the committed FT order to the answer of the venue';
        COMMENT ON COLUMN lt_orders.reserved_usd IS 'what the order still holds aside';
        COMMENT ON COLUMN lt_orders.planned_at IS 'venue time; stamped into the signed order';
        COMMENT ON COLUMN lt_orders.next_check_at IS 'machine time of the next look at the venue';

        CREATE TABLE orders (
            order_id        text PRIMARY KEY CHECK (order_id ~ '^0x[0-9a-f]{64}$'),
            lt_order_id     text NOT NULL REFERENCES lt_orders,
            lt_strategy_id  text NOT NULL REFERENCES lt_strategies,
            attempt         integer NOT NULL CHECK (attempt > 0),
            state           text NOT NULL CHECK (state IN ('prepared', 'accepted', 'seen', 'killed',
                                'rejected', 'unavailable', 'unknown')),
            envelope        jsonb NOT NULL,
            signal_price    numeric NOT NULL,
            signal_size_usd numeric(20, 6) NOT NULL,
            matched_usd     numeric(20, 6),
            answer          text,
            prepared_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
            answered_at     timestamptz,
            UNIQUE (lt_order_id, attempt)
        );
        COMMENT ON COLUMN orders.matched_usd IS 'dollars that the answer said were matched at once';
        COMMENT ON TABLE orders IS 'one row a signed envelope, written before it is posted';

        CREATE TABLE lt_fills (
            trade_id    text NOT NULL,
            order_id    text NOT NULL,
            lt_order_id text NOT NULL REFERENCES lt_orders,
            strategy_id text NOT NULL REFERENCES lt_strategies,
            shares      numeric(20, 6) NOT NULL CHECK (shares > 0),
            price       numeric NOT NULL CHECK (price > 0 AND price < 1),
            cost_usd    numeric(20, 6) NOT NULL,
            fee_usd     numeric(20, 6) NOT NULL,
            is_taker    boolean NOT NULL,
            status      text NOT NULL CHECK (status IN ('matched', 'mined', 'retrying', 'confirmed', 'failed')),
            matched_at  timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            updated_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (trade_id, order_id)
        );
        CREATE INDEX lt_fills_by_order ON lt_fills (lt_order_id);

        CREATE TABLE order_events_log (
            event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            lt_order_id text NOT NULL,
            from_status text,
            to_status   text NOT NULL,
            event       text NOT NULL,
            detail      text,
            at          timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX order_events_log_by_order ON order_events_log (lt_order_id, event_id);
        COMMENT ON TABLE order_events_log IS 'append-only; one row a move of an order';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE order_events_log, lt_fills, orders, lt_orders")
