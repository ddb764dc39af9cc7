"""Strategies, their limits, their state and their ledger."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import EntryRow, StrategyRow
from ltsys.domain.ids import StrategyId
from ltsys.domain.ledger import Book, Posting
from ltsys.domain.risk import rolled_over
from ltsys.domain.strategy import RiskRules, RiskState, Strategy


class StrategyRecords(Session):
    """The strategy part of `ltsys.ports.store.LiveStore`."""

    def add_strategy(self, strategy: Strategy, rules: RiskRules, state: RiskState) -> bool:
        owned = {
            (r.strategy.user_id, r.strategy.ft_wallet_id)
            for r in self._tables.lt_strategies.values()
        }
        is_known = strategy.strategy_id in self._tables.lt_strategies
        if is_known or (strategy.user_id, strategy.ft_wallet_id) in owned:
            return False
        if strategy.wallet_address not in self._tables.wallets:
            raise LookupError(f"there is no account {strategy.wallet_address}")
        row = StrategyRow(
            strategy=strategy,
            rules=rules,
            states={state.book: state},
            staged_at=strategy.launched_at,
            mode_since=strategy.launched_at,
        )
        self._tables.lt_strategies[strategy.strategy_id] = row
        self.save_state(strategy.strategy_id, state)
        return True

    def overdue_counters(self, now: datetime, limit: int) -> tuple[StrategyId, ...]:
        overdue = [
            strategy_id
            for strategy_id, row in self._tables.lt_strategies.items()
            if any(rolled_over(state, now) != state for state in row.states.values())
        ]
        return tuple(sorted(overdue)[:limit])

    def open_book(self, strategy_id: StrategyId, state: RiskState) -> None:
        row = self._tables.lt_strategies[strategy_id]
        if state.book in row.states:
            self._repeated.append(f"{state.book} book of {strategy_id}")
            return
        opened = replace(row, states={**row.states, state.book: state})
        self._tables.lt_strategies[strategy_id] = opened
        self.save_state(strategy_id, state)

    def lock_state(self, strategy_id: StrategyId, book: Book | None = None) -> RiskState | None:
        row = self._tables.lt_strategies.get(strategy_id)
        return row.states.get(book or row.strategy.mode.book) if row else None

    def rules(self, strategy_id: StrategyId) -> tuple[Strategy, RiskRules]:
        row = self._tables.lt_strategies.get(strategy_id)
        if row is None:
            raise LookupError(f"there is no strategy {strategy_id}")
        return row.strategy, row.rules

    def save_rules(self, strategy_id: StrategyId, rules: RiskRules) -> None:
        row = self._tables.lt_strategies.get(strategy_id)
        if row is None:
            self._not_found(f"rules of {strategy_id}")
            return
        self._tables.lt_strategies[strategy_id] = replace(row, rules=rules)

    def save_settings(self, strategy: Strategy) -> None:
        row = self._tables.lt_strategies.get(strategy.strategy_id)
        if row is None:
            self._not_found(f"strategy {strategy.strategy_id}")
            return
        now = replace(
            row.strategy,
            slippage_tolerance=strategy.slippage_tolerance,
            time_in_force=strategy.time_in_force,
            max_signal_age_s=strategy.max_signal_age_s,
            cooldown_s=strategy.cooldown_s,
        )
        self._tables.lt_strategies[strategy.strategy_id] = replace(row, strategy=now)

    def save_state(self, strategy_id: StrategyId, state: RiskState) -> None:
        row = self._tables.lt_strategies.get(strategy_id)
        if row is None or state.book not in row.states:
            self._not_found(f"state of {strategy_id}")
            return
        balances = replace(state.balances, capital=-row.strategy.initial_capital)
        states = {**row.states, state.book: replace(state, balances=balances)}
        self._tables.lt_strategies[strategy_id] = replace(row, states=states)

    def post(self, strategy_id: StrategyId, book: Book, posting: Posting) -> None:
        for entry in posting.entries:
            key = (strategy_id, posting.cause, posting.kind, entry.account)
            if key in self._tables.lt_ledger:
                self._repeated.append(f"posting {posting.kind} of {posting.cause}")
                return
            self._tables.lt_ledger[key] = EntryRow(
                book=book, amount=entry.amount, created_at=self._clock.wall()
            )
