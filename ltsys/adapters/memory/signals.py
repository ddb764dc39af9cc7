"""The outbox of execution: signals that wait, and what a decision about one looks at."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.breakers import BreakerRecords
from ltsys.adapters.memory.exposures import ExposureRecords
from ltsys.adapters.memory.halts import HaltRecords
from ltsys.adapters.memory.tables import OrderRow, SeenRow, StrategyRow
from ltsys.domain.ft_order import FtOrder
from ltsys.domain.ids import ConditionId, SourceTradeId, StrategyId, TokenId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.order import OrderStatus
from ltsys.domain.strategy import RiskState, Signal
from ltsys.ports.records import Execution, Outbox, SignalKey


class SignalRecords(HaltRecords, BreakerRecords, ExposureRecords):
    """The signal part of `ltsys.ports.store.LiveStore`."""

    def due_signals(self, kicked_before: datetime, limit: int) -> tuple[SignalKey, ...]:
        rows = self._tables.lt_seen_trades
        waiting = [k for k, r in rows.items() if r.outcome == "queued"]
        due = [key for key in waiting if rows[key].kicked_at < kicked_before]
        due.sort(key=lambda key: rows[key].seen_at)
        for key in due[:limit]:
            rows[key] = replace(rows[key], kicked_at=self._clock.wall())
        return tuple(due[:limit])

    def markets_of_queued_signals(self) -> tuple[ConditionId, ...]:
        waiting = [k for k, r in self._tables.lt_seen_trades.items() if r.outcome == "queued"]
        wanted = {self._signal(k, self._tables.lt_seen_trades[k]).condition_id for k in waiting}
        known = {each for each, row in self._tables.markets.items() if row.market.event_id}
        return tuple(sorted(wanted - known))

    def signal(self, strategy_id: StrategyId, source_trade_id: SourceTradeId) -> Signal | None:
        key = (strategy_id, source_trade_id)
        row = self._tables.lt_seen_trades.get(key)
        return self._signal(key, row) if row else None

    def queued_signal(
        self, strategy_id: StrategyId, source_trade_id: SourceTradeId
    ) -> Signal | None:
        key = (strategy_id, source_trade_id)
        row = self._tables.lt_seen_trades.get(key)
        return self._signal(key, row) if row and row.outcome == "queued" else None

    def _signal(self, key: SignalKey, row: SeenRow) -> Signal:
        if row.test_signal is not None:
            return row.test_signal
        if row.ft_order_id is None:
            raise LookupError(f"signal {key} has neither an FT order nor a test signal")
        order = self._tables.ft_orders[row.ft_order_id]
        return Signal(
            strategy_id=key[0],
            source_trade_id=key[1],
            ft_order_id=row.ft_order_id,
            trader=order.trader,
            condition_id=order.condition_id,
            token_id=order.token_id or self._token_labelled(order),
            token_label=order.token_label,
            price=order.entry_price,
            size=order.size,
            signal_at=order.order_time,
            queued_at=row.seen_at,
            is_force_test=False,
            probability=order.model_probability,
        )

    def _token_labelled(self, order: FtOrder) -> TokenId:
        """What the market calls the order's label; empty where it is unknown."""
        row = self._tables.markets.get(order.condition_id)
        outcome = row.market.outcome_labelled(order.token_label) if row else None
        return outcome.token_id if outcome else TokenId("")

    def lock_execution(
        self, strategy_id: StrategyId, source_trade_id: SourceTradeId
    ) -> Execution | None:
        key, now = (strategy_id, source_trade_id), self._clock.wall()
        strategy = self._tables.lt_strategies.get(strategy_id)
        seen = self._tables.lt_seen_trades.get(key)
        if strategy is None or seen is None:
            return None
        signal = self._signal(key, seen)
        market = self._tables.markets.get(signal.condition_id)
        row = next((r for r in self._tables.lt_orders.values() if r.key == key), None)
        wallet = self._tables.ft_wallets[strategy.strategy.ft_wallet_id].wallet
        state = self._state_for(row, strategy)
        return Execution(
            signal=signal,
            is_queued=seen.outcome == "queued",
            strategy=strategy.strategy,
            rules=strategy.rules,
            state=state,
            guard=wallet.dead_market_guard,
            market=market.market if market else None,
            order=self._order_of(row) if row else None,
            open_gates=frozenset(g.gate for g in self._tables.lt_gates.values() if g.is_open(now)),
            halts=self._halts_over(strategy_id, signal.trader),
            breakers=self._breakers_of(strategy_id),
            cash=self._cash(strategy.strategy.wallet_address),
            stakes=self._stakes(state, strategy_id, signal.condition_id),
            open_positions=len(self._at_risk(state, strategy_id)),
            recent_prices=self._recent_prices(signal) if strategy.rules.needs_volatility else (),
        )

    @staticmethod
    def _state_for(row: OrderRow | None, strategy: StrategyRow) -> RiskState:
        """In the book of the order that is there, else in the one of new orders."""
        order = row.order if row else None
        if order is None or not order.book.has_capital:
            return strategy.state
        return strategy.states[order.book]

    def add_force_test(self, signal: Signal) -> None:
        key = (signal.strategy_id, signal.source_trade_id)
        if key in self._tables.lt_seen_trades:
            self._repeated.append(f"signal {key}")
            return
        wall = self._clock.wall()
        asked = replace(signal, queued_at=wall)
        self._tables.lt_seen_trades[key] = SeenRow(
            ft_order_id=None, test_signal=asked, seen_at=wall, kicked_at=wall
        )

    def outbox(self) -> Outbox:
        tables = self._tables
        queued = [row.seen_at for row in tables.lt_seen_trades.values() if row.outcome == "queued"]
        posted = [
            tables.orders[row.order.order_id].prepared_at
            for row in tables.lt_orders.values()
            if row.order is not None
            and row.order.order_id is not None
            and row.next_check_at is not None
            and row.order.status in {OrderStatus.SUBMITTING, OrderStatus.UNKNOWN}
        ]
        provisional = [
            row.recorded_at for row in tables.lt_fills.values() if not row.fill.status.is_final
        ]
        return Outbox(
            oldest_provisional_at=min(provisional, default=None),
            oldest_signal_at=min(queued, default=None),
            oldest_unanswered_at=min(posted, default=None),
        )

    def finish_signal(self, key: SignalKey, *, outcome: str, reason: str | None) -> None:
        row = self._tables.lt_seen_trades.get(key)
        if row is not None:
            done = replace(row, outcome=outcome, skip_reason=reason)
            self._tables.lt_seen_trades[key] = done

    def _order_of(self, row: OrderRow) -> LiveOrder | None:
        """The order with what its envelope was answered; `reserve` is what is still held aside."""
        order = row.order
        if order is None:
            return None
        envelope = self._tables.orders.get(order.order_id) if order.order_id else None
        return replace(
            order,
            plan=replace(order.plan, reserve=order.reserved),
            matched_at_once=envelope.matched if envelope else None,
        )
