"""Circuit breakers: the rules, and what tripped. A pause by a limit becomes a breaker."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lt_breaker_rules (
            rule_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            strategy_id    text REFERENCES lt_strategies,
            kind           text NOT NULL CHECK (kind IN ('mean_slippage', 'worst_slippage', 'spread',
                               'latency', 'liquidity', 'rejections', 'consecutive_losses', 'drawdown')),
            threshold      numeric CHECK (threshold >= 0),
            window_count   integer NOT NULL DEFAULT 1 CHECK (window_count BETWEEN 1 AND 1000),
            resume         text NOT NULL DEFAULT 'by_hand'
                           CHECK (resume IN ('by_hand', 'after_a_time', 'when_clear')),
            resume_after_s integer CHECK (resume_after_s > 0),
            changed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
            changed_by     text NOT NULL,
            CHECK ((resume = 'after_a_time') = (resume_after_s IS NOT NULL)),
            CHECK (resume <> 'when_clear' OR kind IN ('spread', 'liquidity')),
            CHECK ((threshold IS NULL)
                   = (strategy_id IS NOT NULL AND kind IN ('consecutive_losses', 'drawdown')))
        );
        CREATE UNIQUE INDEX lt_breaker_rules_one ON lt_breaker_rules (coalesce(strategy_id, ''), kind);
        COMMENT ON TABLE lt_breaker_rules IS 'no row is no breaker, but for the limits of a strategy on losses and drawdown';
        COMMENT ON COLUMN lt_breaker_rules.strategy_id IS 'NULL is all strategies together';
        COMMENT ON COLUMN lt_breaker_rules.threshold IS 'a ratio; spread: dollars a share; latency: ms; liquidity: dollars; losses: a count. NULL is the limit in lt_risk_rules';
        COMMENT ON COLUMN lt_breaker_rules.window_count IS 'fills or answers that are looked at, the newest ones';

        CREATE TABLE lt_breakers (
            breaker_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            strategy_id     text REFERENCES lt_strategies,
            kind            text NOT NULL,
            cause           text NOT NULL CHECK (cause <> ''),
            value           numeric NOT NULL,
            threshold       numeric NOT NULL,
            resume          text NOT NULL CHECK (resume IN ('by_hand', 'after_a_time', 'when_clear')),
            tripped_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
            resumes_at      timestamptz,
            cleared_at      timestamptz,
            cleared_by      text,
            cleared_because text,
            CHECK ((resume = 'after_a_time') = (resumes_at IS NOT NULL)),
            CHECK ((cleared_at IS NULL) = (cleared_by IS NULL)),
            CHECK ((cleared_at IS NULL) = (cleared_because IS NULL))
        );
        CREATE UNIQUE INDEX lt_breakers_open ON lt_breakers (coalesce(strategy_id, ''), kind)
            WHERE cleared_at IS NULL;
        CREATE INDEX lt_breakers_ended ON lt_breakers (coalesce(strategy_id, ''), kind, cleared_at);
        COMMENT ON TABLE lt_breakers IS 'what tripped, kept for ever; trading stands still while a row is not cleared';
        COMMENT ON COLUMN lt_breakers.value IS 'in the unit of lt_breaker_rules.threshold';
        COMMENT ON COLUMN lt_breakers.tripped_at IS 'machine time, as are all times here';

        CREATE INDEX lt_fills_by_record ON lt_fills (strategy_id, recorded_at);
        CREATE INDEX orders_by_answer ON orders (lt_strategy_id, answered_at)
            WHERE answered_at IS NOT NULL;

        -- what stops all of them is told to everybody who may have a strategy
        CALL show_own_rows('lt_breakers', 'CASE WHEN strategy_id IS NULL THEN asking_user() IS NOT NULL
            ELSE strategy_id = ANY (ARRAY(SELECT own.strategy_id FROM lt_strategies own
                                           WHERE own.user_id = asking_user())) END');
        CALL show_own_rows('lt_breaker_rules', 'CASE WHEN strategy_id IS NULL THEN asking_user() IS NOT NULL
            ELSE strategy_id = ANY (ARRAY(SELECT own.strategy_id FROM lt_strategies own
                                           WHERE own.user_id = asking_user())) END');

        INSERT INTO lt_breakers (strategy_id, kind, cause, value, threshold, resume)
        SELECT s.strategy_id, 'consecutive_losses', s.pause_reason, s.consecutive_losses,
               coalesce(r.max_consecutive_losses, s.consecutive_losses), 'by_hand'
          FROM lt_risk_state s JOIN lt_risk_rules r USING (strategy_id)
         WHERE s.is_paused AND s.pause_reason LIKE 'MAX_CONSECUTIVE_LOSSES_REACHED:%'
        UNION ALL
        SELECT s.strategy_id, 'drawdown', s.pause_reason, s.current_drawdown_pct,
               coalesce(r.max_drawdown_pct, s.current_drawdown_pct), 'by_hand'
          FROM lt_risk_state s JOIN lt_risk_rules r USING (strategy_id)
         WHERE s.is_paused AND s.pause_reason LIKE 'MAX_DRAWDOWN_REACHED:%';
        UPDATE lt_risk_state s SET is_paused = false, pause_reason = NULL
         WHERE s.is_paused AND EXISTS (
               SELECT 1 FROM lt_breakers b WHERE b.strategy_id = s.strategy_id);
    """)


def downgrade() -> None:
    """What is stopped stays stopped: an open breaker becomes a pause."""
    op.execute("""
        UPDATE lt_risk_state s SET is_paused = true, pause_reason = b.cause
          FROM lt_breakers b
         WHERE b.cleared_at IS NULL AND (b.strategy_id IS NULL OR b.strategy_id = s.strategy_id)
           AND NOT s.is_paused;
        DROP INDEX orders_by_answer, lt_fills_by_record;
        DROP TABLE lt_breakers, lt_breaker_rules;
    """)
