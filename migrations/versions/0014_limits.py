"""Every limit of a strategy, and the counters that they are compared with."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE lt_risk_rules
            ADD COLUMN weekly_budget_usd       numeric(20, 6) CHECK (weekly_budget_usd >= 0),
            ADD COLUMN monthly_budget_usd      numeric(20, 6) CHECK (monthly_budget_usd >= 0),
            ADD COLUMN max_daily_loss_usd      numeric(20, 6) CHECK (max_daily_loss_usd >= 0),
            ADD COLUMN min_order_size_usd      numeric(20, 6) CHECK (min_order_size_usd >= 0),
            ADD COLUMN max_equity_ratio        numeric CHECK (max_equity_ratio BETWEEN 0 AND 1),
            ADD COLUMN max_market_exposure_usd numeric(20, 6) CHECK (max_market_exposure_usd >= 0),
            ADD COLUMN max_event_exposure_usd  numeric(20, 6) CHECK (max_event_exposure_usd >= 0),
            ADD COLUMN max_market_positions    integer CHECK (max_market_positions >= 0),
            ADD COLUMN max_event_positions     integer CHECK (max_event_positions >= 0),
            ADD COLUMN max_positions           integer CHECK (max_positions >= 0),
            ADD COLUMN target_volatility       numeric CHECK (target_volatility BETWEEN 0 AND 1),
            ADD COLUMN max_spread              numeric CHECK (max_spread BETWEEN 0 AND 1),
            ADD COLUMN min_depth_ratio         numeric CHECK (min_depth_ratio >= 0),
            ADD COLUMN max_slippage_ratio      numeric CHECK (max_slippage_ratio >= 0),
            ADD COLUMN min_edge                numeric CHECK (min_edge BETWEEN -1 AND 1),
            ADD COLUMN max_tolerance_ratio     numeric CHECK (max_tolerance_ratio BETWEEN 0 AND 0.5),
            ADD COLUMN raises_to_minimum       boolean NOT NULL DEFAULT false;
        COMMENT ON COLUMN lt_risk_rules.max_daily_loss_usd IS 'results of the UTC day with fees; a positive amount';
        COMMENT ON COLUMN lt_risk_rules.max_equity_ratio IS 'a ratio of equity, for one order';
        COMMENT ON COLUMN lt_risk_rules.max_market_positions IS 'orders that hold shares or still work';
        COMMENT ON COLUMN lt_risk_rules.max_event_positions IS 'orders that hold shares or still work';
        COMMENT ON COLUMN lt_risk_rules.max_positions IS 'orders that hold shares or still work';
        COMMENT ON COLUMN lt_risk_rules.target_volatility IS 'dollars a share; sizes shrink above it';
        COMMENT ON COLUMN lt_risk_rules.max_spread IS 'dollars a share between best bid and ask';
        COMMENT ON COLUMN lt_risk_rules.min_depth_ratio IS 'a ratio of the order, on offer within its limit price';
        COMMENT ON COLUMN lt_risk_rules.max_slippage_ratio IS 'a ratio of the signal price, estimated from the book';
        COMMENT ON COLUMN lt_risk_rules.min_edge IS 'dollars a share: probability - price - fee';
        COMMENT ON COLUMN lt_risk_rules.max_tolerance_ratio IS 'a ratio up to which the slippage tolerance may grow';
        COMMENT ON COLUMN lt_risk_rules.raises_to_minimum IS 'an order below the minimum of the venue is raised to it';

        ALTER TABLE lt_risk_state
            ADD COLUMN daily_result_usd  numeric(20, 6) NOT NULL DEFAULT 0,
            ADD COLUMN weekly_spent_usd  numeric(20, 6) NOT NULL DEFAULT 0,
            ADD COLUMN weekly_reset_at   timestamptz,
            ADD COLUMN monthly_spent_usd numeric(20, 6) NOT NULL DEFAULT 0,
            ADD COLUMN monthly_reset_at  timestamptz;
        COMMENT ON COLUMN lt_risk_state.daily_result_usd IS 'results of the UTC day with fees; below zero is a loss';
        COMMENT ON COLUMN lt_risk_state.weekly_reset_at IS 'the counter runs until then; NULL was never reset';
        COMMENT ON COLUMN lt_risk_state.monthly_reset_at IS 'the counter runs until then; NULL was never reset';
    """)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE lt_risk_rules
            DROP COLUMN weekly_budget_usd, DROP COLUMN monthly_budget_usd,
            DROP COLUMN max_daily_loss_usd, DROP COLUMN min_order_size_usd,
            DROP COLUMN max_equity_ratio, DROP COLUMN max_market_exposure_usd,
            DROP COLUMN max_event_exposure_usd, DROP COLUMN max_market_positions,
            DROP COLUMN max_event_positions, DROP COLUMN max_positions,
            DROP COLUMN target_volatility, DROP COLUMN max_spread, DROP COLUMN min_depth_ratio,
            DROP COLUMN max_slippage_ratio, DROP COLUMN min_edge,
            DROP COLUMN max_tolerance_ratio, DROP COLUMN raises_to_minimum;
        ALTER TABLE lt_risk_state
            DROP COLUMN daily_result_usd, DROP COLUMN weekly_spent_usd,
            DROP COLUMN weekly_reset_at, DROP COLUMN monthly_spent_usd,
            DROP COLUMN monthly_reset_at
    """)
