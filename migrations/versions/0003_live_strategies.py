"""Live strategies with their limits, their state and their ledger."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE wallets (
            wallet_address text PRIMARY KEY CHECK (wallet_address ~ '^0x[0-9a-f]{40}$'),
            user_id        text NOT NULL REFERENCES users,
            signature_type smallint NOT NULL CHECK (signature_type BETWEEN 0 AND 3),
            funder         text,
            key_reference  text NOT NULL,
            created_at     timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON COLUMN wallets.key_reference IS 'where the key is kept; never the key';

        CREATE TABLE lt_strategies (
            strategy_id            text PRIMARY KEY,
            user_id                text NOT NULL REFERENCES users,
            ft_wallet_id           text NOT NULL REFERENCES ft_wallets,
            wallet_address         text NOT NULL REFERENCES wallets,
            is_active              boolean NOT NULL DEFAULT true,
            launched_at            timestamptz NOT NULL,
            initial_capital        numeric(20, 6) NOT NULL CHECK (initial_capital > 0),
            slippage_tolerance_pct numeric NOT NULL CHECK (slippage_tolerance_pct BETWEEN 0 AND 0.5),
            time_in_force          text NOT NULL CHECK (time_in_force IN ('FAK', 'FOK')),
            max_signal_age_s       integer NOT NULL CHECK (max_signal_age_s > 0),
            cooldown_s             integer NOT NULL CHECK (cooldown_s >= 0),
            created_at             timestamptz NOT NULL DEFAULT clock_timestamp(),
            updated_at             timestamptz NOT NULL DEFAULT clock_timestamp(),
            UNIQUE (user_id, ft_wallet_id)
        );
        COMMENT ON COLUMN lt_strategies.slippage_tolerance_pct IS 'a ratio on top of the FT entry price; 0 is 0';

        CREATE TABLE lt_risk_rules (
            strategy_id            text PRIMARY KEY REFERENCES lt_strategies,
            daily_budget_usd       numeric(20, 6) CHECK (daily_budget_usd >= 0),
            max_position_size_usd  numeric(20, 6) CHECK (max_position_size_usd >= 0),
            max_total_exposure_usd numeric(20, 6) CHECK (max_total_exposure_usd >= 0),
            max_consecutive_losses integer DEFAULT 5 CHECK (max_consecutive_losses > 0),
            max_drawdown_pct       numeric DEFAULT 0.20 CHECK (max_drawdown_pct > 0 AND max_drawdown_pct <= 1)
        );
        COMMENT ON TABLE lt_risk_rules IS 'NULL is no limit; there are no others than these';
        COMMENT ON COLUMN lt_risk_rules.max_drawdown_pct IS 'a ratio of peak equity';

        CREATE TABLE lt_risk_state (
            strategy_id          text PRIMARY KEY REFERENCES lt_strategies,
            available_cash       numeric(20, 6) NOT NULL,
            reserved_usd         numeric(20, 6) NOT NULL DEFAULT 0,
            position_usd         numeric(20, 6) NOT NULL DEFAULT 0,
            locked_capital       numeric(20, 6) GENERATED ALWAYS AS (reserved_usd + position_usd) STORED,
            cooldown_capital     numeric(20, 6) NOT NULL DEFAULT 0,
            fees_usd             numeric(20, 6) NOT NULL DEFAULT 0,
            realized_pnl_usd     numeric(20, 6) NOT NULL DEFAULT 0,
            current_equity       numeric(20, 6) GENERATED ALWAYS AS
                                 (available_cash + reserved_usd + position_usd + cooldown_capital) STORED,
            peak_equity          numeric(20, 6) NOT NULL,
            current_drawdown_pct numeric NOT NULL DEFAULT 0,
            consecutive_losses   integer NOT NULL DEFAULT 0,
            daily_spent_usd      numeric(20, 6) NOT NULL DEFAULT 0,
            daily_reset_at       timestamptz,
            is_paused            boolean NOT NULL DEFAULT false,
            pause_reason         text,
            updated_at           timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON TABLE lt_risk_state IS 'the row that is locked while a limit is checked; its balances are sums of lt_ledger';
        COMMENT ON COLUMN lt_risk_state.current_drawdown_pct IS 'a ratio of peak equity';

        CREATE TABLE lt_ledger (
            entry_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            strategy_id text NOT NULL REFERENCES lt_strategies,
            book        text NOT NULL CHECK (book IN ('live', 'force_test')),
            cause       text NOT NULL,
            kind        text NOT NULL,
            account     text NOT NULL CHECK (account IN ('capital', 'available', 'reserved',
                            'position', 'settling', 'fees', 'realized_pnl')),
            amount_usd  numeric(20, 6) NOT NULL,
            created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            UNIQUE (strategy_id, cause, kind, account)
        );
        COMMENT ON TABLE lt_ledger IS 'append-only; the entries of one (cause, kind) sum to zero';

        CREATE TABLE lt_seen_trades (
            strategy_id     text NOT NULL REFERENCES lt_strategies,
            source_trade_id text NOT NULL,
            ft_order_id     text,
            outcome         text NOT NULL CHECK (outcome IN ('queued', 'executed', 'skipped', 'failed')),
            skip_reason     text,
            is_force_test   boolean NOT NULL DEFAULT false,
            test_signal     jsonb,
            seen_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
            kicked_at       timestamptz,
            CHECK (is_force_test = (test_signal IS NOT NULL)),
            CHECK (is_force_test = (ft_order_id IS NULL)),
            PRIMARY KEY (strategy_id, source_trade_id)
        );
        CREATE INDEX lt_seen_trades_queued ON lt_seen_trades (kicked_at) WHERE outcome = 'queued';
        COMMENT ON COLUMN lt_seen_trades.test_signal IS 'what a force test asks for, which has no FT order';
        COMMENT ON TABLE lt_seen_trades IS 'a queued row is the outbox of execution';
    """)


def downgrade() -> None:
    op.execute("""
        DROP TABLE lt_seen_trades, lt_ledger, lt_risk_state, lt_risk_rules, lt_strategies, wallets
    """)
