"""Lists of columns that several statements read, named as `rows` expects them."""

from typing import Final, LiteralString

from ltsys.adapters.postgres.rule_rows import RULE_COLUMNS_OF_R

ORDER_COLUMNS: Final[LiteralString] = """
    o.lt_order_id, o.strategy_id, o.source_trade_id, o.ft_order_id, o.condition_id, o.token_id,
    o.mode, o.status, o.ft_price, o.ft_size_usd, o.ft_signal_time, o.limit_price, o.maker_units,
    o.taker_units, o.is_neg_risk AS order_is_neg_risk, o.time_in_force AS order_time_in_force,
    o.planned_at, o.reserved_usd AS order_reserved_usd, o.executed_shares, o.executed_usd,
    o.fees_usd AS order_fees_usd, o.outcome, o.order_id, o.check_count, o.attempt, e.matched_usd
"""
"""Of `lt_orders o` joined with its envelope `orders e`."""

STATE_COLUMNS: Final[LiteralString] = f"""
    s.stage, s.stage_cap_usd, s.bet_cap_usd, state.book AS state_book,
    s.user_id, s.ft_wallet_id, s.wallet_address, s.is_active, s.launched_at, s.initial_capital,
    s.slippage_tolerance_pct, s.time_in_force AS strategy_time_in_force, s.max_signal_age_s,
    s.cooldown_s, {RULE_COLUMNS_OF_R}, state.available_cash,
    state.reserved_usd AS state_reserved_usd, state.position_usd, state.cooldown_capital,
    state.fees_usd AS state_fees_usd, state.realized_pnl_usd, state.peak_equity,
    state.consecutive_losses, state.daily_spent_usd, state.daily_reset_at, state.is_paused,
    state.pause_reason, state.daily_result_usd, state.weekly_spent_usd, state.weekly_reset_at,
    state.monthly_spent_usd, state.monthly_reset_at
"""
"""Of `lt_strategies s`, `lt_risk_rules r` and `lt_risk_state state`."""

STRATEGY_LOCK: Final[LiteralString] = """
    SELECT 1 FROM lt_risk_state WHERE strategy_id = %s ORDER BY book FOR UPDATE
"""
"""Of all books of a strategy, in one order: who holds it decides, fills, resolves or promotes."""

MARKET_COLUMNS: Final[LiteralString] = """
    m.condition_id AS market_id, m.title, m.tags, m.outcomes, m.start_at, m.game_start_at, m.end_at,
    m.is_closed, m.is_resolved, m.accepts_orders, m.is_neg_risk, m.version, m.fee_rate,
    m.fee_exponent, m.event_id, m.slug, m.event_slug
"""
"""Of `markets m`, where the id is joined from elsewhere and may be missing."""

MARKET_NAMES: Final[LiteralString] = "coalesce(m.title, '') AS title, m.slug, m.event_slug"
"""What pages call a market and link it by, of `markets m`, which may be missing."""

BREAKER_COLUMNS: Final[LiteralString] = """
    (SELECT jsonb_agg(jsonb_build_object('kind', b.kind, 'strategy_id', b.strategy_id,
                'cause', b.cause, 'value', b.value::text, 'threshold', b.threshold::text,
                'resume', b.resume, 'tripped_at', b.tripped_at, 'resumes_at', b.resumes_at)
                ORDER BY b.breaker_id)
       FROM lt_breakers b WHERE b.cleared_at IS NULL
        AND (b.strategy_id IS NULL OR b.strategy_id = state.strategy_id)) AS breakers,
    (SELECT jsonb_agg(jsonb_build_object('kind', rule.kind, 'strategy_id', rule.strategy_id,
                'threshold', rule.threshold::text, 'window_count', rule.window_count,
                'resume', rule.resume, 'resume_after_s', rule.resume_after_s)
                ORDER BY coalesce(rule.strategy_id, ''), rule.kind)
       FROM lt_breaker_rules rule
      WHERE rule.strategy_id IS NULL OR rule.strategy_id = state.strategy_id) AS breaker_rules
"""
"""What is tripped and what may trip for `lt_risk_state state`; decimals as text, to stay exact."""


def of_user(strategy_column: LiteralString) -> LiteralString:
    """A condition: the row belongs to a strategy of the asking `user`; NULL asks for all (L63)."""
    return f"""(%(user)s::text IS NULL OR {strategy_column} IN (
        SELECT own.strategy_id FROM lt_strategies own WHERE own.user_id = %(user)s))"""  # noqa: S608  columns are constants


def of_user_or_nobody(strategy_column: LiteralString) -> LiteralString:
    """As `of_user`; what concerns no strategy is for admins."""
    return f"""(%(user)s::text IS NULL
        OR {strategy_column} IN (
           SELECT own.strategy_id FROM lt_strategies own WHERE own.user_id = %(user)s)
        OR ({strategy_column} IS NULL AND EXISTS (
           SELECT 1 FROM users WHERE user_id = %(user)s AND role = 'admin')))"""  # noqa: S608  columns are constants


def of_wallet(account_column: LiteralString) -> LiteralString:
    """A condition: the row belongs to a trading account of the asking `user`."""
    return f"""(%(user)s::text IS NULL OR {account_column} IN (
        SELECT own.wallet_address FROM wallets own WHERE own.user_id = %(user)s))"""  # noqa: S608  columns are constants


def of_ft_wallet(alias: LiteralString) -> LiteralString:
    """A condition: the asking `user` may see that row of `ft_wallets`."""
    return f"(%(user)s::text IS NULL OR {alias}.user_id IS NULL OR {alias}.user_id = %(user)s)"
