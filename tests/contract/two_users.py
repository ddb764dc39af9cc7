"""Ann and Bob with rows in every table, written past the code by which they usually come."""

import json
from typing import Final

import psycopg
from live_made import NOON, a_wallet

from ltsys.domain.ft_wallet_json import wallet_to_json

ANN, BOB = "ann", "bob"
DIGITS: Final = {ANN: "d", BOB: "e"}
_NUMBERS: Final = {
    **dict.fromkeys(("cash", "observed", "unexplained")),
    **dict.fromkeys(("orders", "trades", "tokens", "corrections"), 0),
}


def with_two_users(url: str) -> None:
    """Every table that holds rows of users holds at least one of each, which names its user."""
    with psycopg.connect(url) as connection:
        for number, user in enumerate((ANN, BOB), start=1):
            psycopg.ClientCursor(connection).execute(_ROWS, _names(user, number))


def strategy_of(user: str) -> str:
    return f"LT_{user}"


def order_of(user: str) -> str:
    return f"order-{user}"


def _names(user: str, number: int) -> dict[str, object]:
    wallet = f"FT_{user}"
    return {
        "user": user,
        "number": number,
        "noon": NOON,
        "later": NOON.replace(year=2030),
        "digest": DIGITS[user] * 64,
        "venue_order": "0x" + DIGITS[user] * 64,
        "address": "0x" + DIGITS[user] * 40,
        "wallet": wallet,
        "rules": json.dumps(wallet_to_json(a_wallet(wallet_id=wallet))),
        "strategy": strategy_of(user),
        "order": order_of(user),
        "text": f"text of {user}",
        "trade": f"trade-{user}",
        "numbers": json.dumps(_NUMBERS),
    }


_ROWS: Final = """
    INSERT INTO users (user_id) VALUES (%(user)s);
    INSERT INTO sessions (session_hash, user_id, created_at, last_seen_at)
        VALUES (%(digest)s, %(user)s, %(noon)s, %(noon)s);
    INSERT INTO api_tokens (token_hash, user_id, name, prefix, scopes, created_at, expires_at)
        VALUES (%(digest)s, %(user)s, %(text)s, %(user)s, '{read}', %(noon)s, %(later)s);
    INSERT INTO account_links (link_hash, user_id, created_at, expires_at)
        VALUES (%(digest)s, %(user)s, %(noon)s, %(later)s);
    INSERT INTO idempotency_keys (user_id, key, fingerprint) VALUES (%(user)s, 'k', %(digest)s);
    INSERT INTO login_attempts (login_key, address, at) VALUES (%(user)s, %(user)s, %(noon)s);

    INSERT INTO ft_wallets (wallet_id, display_name, rules, started_at, user_id)
        VALUES (%(wallet)s, %(text)s, %(rules)s, %(noon)s, %(user)s);
    INSERT INTO ft_orders (ft_order_id, wallet_id, source_trade_id, trader_address, condition_id,
            token_label, title, side, entry_price, size, trader_win_rate, trader_resolved_count,
            edge, conviction, order_time)
        VALUES ('ft-' || %(user)s, %(wallet)s, %(trade)s, 'leader', 'market', 'Yes', 'Game', 'BUY',
            0.5, 10, 0.6, 20, 0.1, 1, %(noon)s);
    INSERT INTO ft_seen_trades (wallet_id, source_trade_id, outcome)
        VALUES (%(wallet)s, %(trade)s, 'taken');

    INSERT INTO wallets (wallet_address, user_id, signature_type, key_reference)
        VALUES (%(address)s, %(user)s, 0, 'file');
    INSERT INTO trading_keys (wallet_address, master_id, box, sealed_at)
        VALUES (%(address)s, %(user)s, decode(%(digest)s, 'hex'), %(noon)s);
    INSERT INTO lt_strategies (strategy_id, user_id, ft_wallet_id, wallet_address, launched_at,
            initial_capital, slippage_tolerance_pct, time_in_force, max_signal_age_s, cooldown_s,
            stage, staged_at, mode_since)
        VALUES (%(strategy)s, %(user)s, %(wallet)s, %(address)s, %(noon)s, 100, 0, 'FAK', 60, 0,
            'full', %(noon)s, %(noon)s);
    INSERT INTO ft_board (wallet_id, capital, order_count, open_count, at_risk, resolved_count,
            won_count, lost_count, pnl, drawdown)
        VALUES (%(wallet)s, 100, 1, 1, 10, 0, 0, 0, 0, 0);
    INSERT INTO lt_board (strategy_id, capital, mode, since, order_count, open_count, denied_count,
            rejected_count, filled_count, working_count, resolved_count, won_count, lost_count,
            pnl, drawdown)
        VALUES (%(strategy)s, 100, 'live', %(noon)s, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0);
    INSERT INTO lt_stage_log (strategy_id, to_stage, by_whom, cause, numbers, at)
        VALUES (%(strategy)s, 'shadow', %(user)s, %(text)s, '{}', %(noon)s);
    INSERT INTO lt_pending_changes (strategy_id, kind, subject, status, requested_at, requested_by)
        VALUES (%(strategy)s, 'sizing', 'bet cap', 'proposed', %(noon)s, %(user)s);
    INSERT INTO lt_ft_copies (strategy_id, seen) VALUES (%(strategy)s, '{}');
    INSERT INTO lt_risk_rules (strategy_id) VALUES (%(strategy)s);
    INSERT INTO lt_risk_state (strategy_id, book, available_cash, peak_equity)
        VALUES (%(strategy)s, 'live', 99, 100);
    INSERT INTO lt_breaker_rules (strategy_id, kind, threshold, changed_by)
        VALUES (%(strategy)s, 'spread', 0.1, %(user)s);
    INSERT INTO lt_breakers (strategy_id, kind, cause, value, threshold, resume)
        VALUES (%(strategy)s, 'spread', %(text)s, 0.2, 0.1, 'by_hand');
    INSERT INTO lt_ledger (strategy_id, book, cause, kind, account, amount_usd)
        VALUES (%(strategy)s, 'live', 'launch:' || %(strategy)s, 'fund', 'available', 100);
    INSERT INTO lt_seen_trades (strategy_id, source_trade_id, ft_order_id, outcome)
        VALUES (%(strategy)s, %(trade)s, 'ft-' || %(user)s, 'queued');

    INSERT INTO lt_orders (lt_order_id, strategy_id, source_trade_id, trader_address, condition_id,
            token_id, token_label, mode, status, ft_price, ft_size_usd, planned_at, reserved_usd,
            ft_signal_time, order_id, executed_shares, executed_usd)
        VALUES (%(order)s, %(strategy)s, %(trade)s, 'leader', 'market', '1', 'Yes', 'live',
            'unknown', 0.5, 10, %(noon)s, 1, %(noon)s, %(venue_order)s, 2, 1);
    INSERT INTO lt_decisions (strategy_id, lt_order_id, attempt, decided_at, is_plan, codec,
            looked_at, answered)
        VALUES (%(strategy)s, %(order)s, 1, %(noon)s, true, 1, %(text)s, %(text)s);
    INSERT INTO orders (order_id, lt_order_id, lt_strategy_id, attempt, state, envelope,
            signal_price, signal_size_usd)
        VALUES (%(venue_order)s, %(order)s, %(strategy)s, 1, 'unknown', '{}', 0.5, 10);
    INSERT INTO shadow_orders
            (order_id, lt_order_id, condition_id, token_id, asked_shares, posted_at)
        VALUES (%(venue_order)s, %(order)s, 'market', '1', 20, %(noon)s);
    INSERT INTO shadow_fills (trade_id, order_id, shares, price)
        VALUES ('paper-' || %(user)s, %(venue_order)s, 2, 0.5);
    INSERT INTO lt_fills (trade_id, order_id, lt_order_id, strategy_id, shares, price, cost_usd,
            fee_usd, is_taker, status, matched_at)
        VALUES ('match', %(venue_order)s, %(order)s, %(strategy)s, 2, 0.5, 1, 0, true, 'matched',
            %(noon)s);
    INSERT INTO order_events_log (lt_order_id, to_status, event)
        VALUES (%(order)s, 'unknown', %(text)s);
    INSERT INTO lt_execute_logs (level, stage, message, strategy_id)
        VALUES ('INFO', 'story', %(text)s, %(strategy)s);
    INSERT INTO lt_alerts (key, severity, text, strategy_id, lt_order_id)
        VALUES (%(text)s, 'warning', %(text)s, %(strategy)s, %(order)s);

    INSERT INTO lt_halts (halt_id, scope, target, kind, halted_by, reason, halted_at)
        VALUES ('halt_' || %(user)s, 'strategy', %(strategy)s, 'pause', %(user)s, %(text)s,
            %(noon)s);

    INSERT INTO reconciliations (wallet, started_at, ended_at, result, why, numbers)
        VALUES (%(address)s, %(noon)s, %(noon)s, 'incomplete', %(text)s, %(numbers)s);
    INSERT INTO reconciliation_findings (reconciliation_id, kind, key, ours, theirs, action)
        VALUES (%(number)s, 'phantom_fill', %(text)s, '1', '2', 'watched');
    INSERT INTO redeemed_tokens (wallet, token_id, shares) VALUES (%(address)s, '1', 1);
    INSERT INTO stream_events (account, channel, event_key, kind, order_ids, payload, received_at)
        VALUES (%(address)s, 'user', %(text)s, 'order', '{}', '{}', %(noon)s);
    INSERT INTO stream_state (account, channel, blind_seconds_total, reconnects, ignored_count,
            malformed_count)
        VALUES (%(address)s, 'user', 0, 0, 0, 0);
"""
