"""Strategies, their limits, their state and their ledger."""

from datetime import datetime

from ltsys.adapters.postgres.rows import state_of, strategy_of
from ltsys.adapters.postgres.rule_rows import RULE_COLUMNS, RULE_PLACES, rule_values, rules_of
from ltsys.adapters.postgres.session import Session
from ltsys.adapters.postgres.statements import STATE_COLUMNS, STRATEGY_LOCK
from ltsys.domain.ids import StrategyId
from ltsys.domain.ledger import Book, Posting
from ltsys.domain.strategy import RiskRules, RiskState, Strategy


class StrategyRecords(Session):
    """The strategy part of `ltsys.ports.store.LiveStore`."""

    def add_strategy(self, strategy: Strategy, rules: RiskRules, state: RiskState) -> bool:
        added = self._row(
            """
            INSERT INTO lt_strategies
                (strategy_id, user_id, ft_wallet_id, wallet_address, is_active, launched_at,
                 initial_capital, slippage_tolerance_pct, time_in_force, max_signal_age_s,
                 cooldown_s, stage, stage_cap_usd, staged_at, mode_since, bet_cap_usd)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT DO NOTHING RETURNING strategy_id
            """,
            (
                strategy.strategy_id,
                strategy.user_id,
                strategy.ft_wallet_id,
                strategy.wallet_address,
                strategy.is_active,
                strategy.launched_at,
                strategy.initial_capital.amount,
                strategy.slippage_tolerance,
                strategy.time_in_force,
                strategy.max_signal_age_s,
                strategy.cooldown_s,
                strategy.standing.stage.value,
                strategy.standing.cap.amount if strategy.standing.cap else None,
                strategy.launched_at,
                strategy.launched_at,
                strategy.bet_cap.amount if strategy.bet_cap else None,
            ),
        )
        if added is None:
            return False
        self._write(
            f"""
            INSERT INTO lt_risk_rules (strategy_id, {RULE_COLUMNS}) VALUES (%s, {RULE_PLACES})
            """,  # noqa: S608  the columns are a constant
            (strategy.strategy_id, *rule_values(rules)),
        )
        self.open_book(strategy.strategy_id, state)
        return True

    def overdue_counters(self, now: datetime, limit: int) -> tuple[StrategyId, ...]:
        rows = self._rows(
            """
            SELECT DISTINCT strategy_id FROM lt_risk_state
             WHERE least(coalesce(daily_reset_at, '-infinity'),
                         coalesce(weekly_reset_at, '-infinity'),
                         coalesce(monthly_reset_at, '-infinity')) <= %s
             ORDER BY strategy_id LIMIT %s
            """,
            (now, limit),
        )
        return tuple(StrategyId(row["strategy_id"]) for row in rows)

    def open_book(self, strategy_id: StrategyId, state: RiskState) -> None:
        self._write(
            "INSERT INTO lt_risk_state (strategy_id, book, available_cash, peak_equity)"
            " VALUES (%s, %s, 0, 0)",
            (strategy_id, state.book.value),
        )
        self.save_state(strategy_id, state)

    def lock_state(self, strategy_id: StrategyId, book: Book | None = None) -> RiskState | None:
        self._lock(STRATEGY_LOCK, (strategy_id,))
        row = self._row(
            f"""
            SELECT {STATE_COLUMNS} FROM lt_risk_state state
              JOIN lt_strategies s ON s.strategy_id = state.strategy_id
              JOIN lt_risk_rules r ON r.strategy_id = state.strategy_id
             WHERE state.strategy_id = %s
               AND state.book = coalesce(%s::text, s.execution_mode)
            """,  # noqa: S608  the columns are a constant
            (strategy_id, book.value if book else None),
        )
        return state_of(row) if row else None

    def rules(self, strategy_id: StrategyId) -> tuple[Strategy, RiskRules]:
        row = self._row(
            f"""
            SELECT s.strategy_id, {STATE_COLUMNS} FROM lt_risk_state state
              JOIN lt_strategies s ON s.strategy_id = state.strategy_id
              JOIN lt_risk_rules r ON r.strategy_id = state.strategy_id
             WHERE state.strategy_id = %s AND state.book = s.execution_mode
            """,  # noqa: S608  the columns are a constant
            (strategy_id,),
        )
        if row is None:
            raise LookupError(f"there is no strategy {strategy_id}")
        return strategy_of(row), rules_of(row)

    def save_rules(self, strategy_id: StrategyId, rules: RiskRules) -> None:
        self._write_one(
            f"UPDATE lt_risk_rules SET ({RULE_COLUMNS}) = ({RULE_PLACES}) WHERE strategy_id = %s",  # noqa: S608  the columns are a constant
            (*rule_values(rules), strategy_id),
            what=f"rules of {strategy_id}",
        )

    def save_settings(self, strategy: Strategy) -> None:
        self._write_one(
            """
            UPDATE lt_strategies SET slippage_tolerance_pct = %s, time_in_force = %s,
                   max_signal_age_s = %s, cooldown_s = %s, updated_at = clock_timestamp()
             WHERE strategy_id = %s
            """,
            (
                strategy.slippage_tolerance,
                strategy.time_in_force,
                strategy.max_signal_age_s,
                strategy.cooldown_s,
                strategy.strategy_id,
            ),
            what=f"strategy {strategy.strategy_id}",
        )

    def save_state(self, strategy_id: StrategyId, state: RiskState) -> None:
        balances = state.balances
        self._write_one(
            """
            UPDATE lt_risk_state SET
                available_cash = %s, reserved_usd = %s, position_usd = %s, cooldown_capital = %s,
                fees_usd = %s, realized_pnl_usd = %s, peak_equity = %s,
                current_drawdown_pct = %s, consecutive_losses = %s, daily_spent_usd = %s,
                daily_reset_at = %s, daily_result_usd = %s, weekly_spent_usd = %s,
                weekly_reset_at = %s, monthly_spent_usd = %s, monthly_reset_at = %s,
                is_paused = %s, pause_reason = %s,
                updated_at = clock_timestamp()
             WHERE strategy_id = %s AND book = %s
            """,
            (
                balances.available.amount,
                balances.reserved.amount,
                balances.position.amount,
                balances.settling.amount,
                balances.fees.amount,
                balances.realized_pnl.amount,
                state.peak_equity.amount,
                state.drawdown_ratio,
                state.consecutive_losses,
                state.daily_spent.amount,
                state.daily_reset_at,
                state.daily_result.amount,
                state.weekly_spent.amount,
                state.weekly_reset_at,
                state.monthly_spent.amount,
                state.monthly_reset_at,
                state.is_paused,
                state.pause_reason,
                strategy_id,
                state.book.value,
            ),
            what=f"{state.book} state of {strategy_id}",
        )

    def post(self, strategy_id: StrategyId, book: Book, posting: Posting) -> None:
        self._write(
            """
            INSERT INTO lt_ledger (strategy_id, book, cause, kind, account, amount_usd)
            SELECT %s, %s, %s, %s, * FROM unnest(%s::text[], %s::numeric[])
            """,
            (
                strategy_id,
                book.value,
                posting.cause,
                posting.kind.value,
                [entry.account.value for entry in posting.entries],
                [entry.amount.amount for entry in posting.entries],
            ),
        )
