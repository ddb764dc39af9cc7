"""Book a market's outcome, for the forward tests and for every live position (FT_RULES §9)."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ltsys.domain import ledger
from ltsys.domain.breaker import RESULT_KINDS
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.ft_order import FtOutcome, close_by_resolution
from ltsys.domain.ids import ConditionId, LtOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import ENDED
from ltsys.domain.resolution import Resolved, payouts, resolution_of
from ltsys.domain.risk import resulted, rolled_over
from ltsys.domain.strategy import Mode, RiskState
from ltsys.ports import Clock, MarketData
from ltsys.ports.records import LogEntry, Tracking
from ltsys.ports.store import Store, Transaction
from ltsys.usecases.bookkeeping import book_posting
from ltsys.usecases.trip_breakers import trip_by_news, trip_by_result


def markets_to_resolve(*, store: Store, clock: Clock) -> tuple[ConditionId, ...]:
    """Markets past their end in which an order is still open."""
    now = clock.now()
    with store.transaction() as tx:
        return tx.markets_to_resolve(now)


def resolve_market(
    condition_id: ConditionId, *, store: Store, market_data: MarketData, clock: Clock
) -> bool:
    """Every order in the market has its outcome, if the market has one; returns whether it has.

    Orders that are still working, or whose fills are not final yet, keep the market on the list.
    Run twice it books nothing twice: only open orders are touched, under their strategy's lock.
    """
    now = clock.now()
    fetched = market_data.markets((condition_id,))
    with store.transaction() as tx:
        tx.save_markets(fetched, checked_at=now)
    market = next(iter(fetched), None)
    if market is None or payouts(market) is None:
        return False
    _close_forward_tests(market, now, store)
    with store.transaction() as tx:
        waiting = tx.working_orders_in(condition_id)
        executed = tx.executed_orders_in(condition_id)
    closed = [_close_live(lt_order_id, market, now, store) for lt_order_id in executed]
    if waiting or not all(closed):
        return False
    with store.transaction() as tx:
        tx.mark_resolved(condition_id, now)
    return True


def _close_forward_tests(market: Market, now: datetime, store: Store) -> None:
    with store.transaction() as tx:
        orders = tx.open_ft_orders_in(market.condition_id)
        closed = [close_by_resolution(order, market, at=now) for order in orders]
        tx.close_ft_orders([order for order in closed if order is not None])


def _close_live(lt_order_id: LtOrderId, market: Market, now: datetime, store: Store) -> bool:
    """True when the order has its outcome and its result is booked."""
    with store.transaction() as tx:
        tracking = tx.lock_tracking(lt_order_id)
        if tracking is None or tracking.order.outcome is not FtOutcome.OPEN:
            return True
        end = resolution_of(market, token_id=tracking.order.token_id)
        if end is None or not _is_final(tracking):
            return False
        _book_outcome(tracking, end, now, tx)
        return True


def _is_final(tracking: Tracking) -> bool:
    """Provisional money is not resolved (LESSONS L23)."""
    return tracking.order.status in ENDED and all(f.status.is_final for f in tracking.fills)


def _book_outcome(tracking: Tracking, end: Resolved, now: datetime, tx: Transaction) -> None:
    order = replace(tracking.order, outcome=FtOutcome(end.verdict.value))
    payout = order.payout or ZERO_USD
    posting = ledger.resolve(order.lt_order_id, cost=order.executed, payout=payout)
    state = book_posting(order, posting, rolled_over(tracking.state, now), tx)
    strategy, rules = tx.rules(order.strategy_id)
    settles_at = now + timedelta(seconds=strategy.cooldown_s)
    if settles_at <= now:
        state = _settle(order, payout, state, tx)
    state = _judged(order, state, now)
    tx.save_state(order.strategy_id, state)
    tx.close_order(order, was=tracking.state, resolved_at=now, settles_at=settles_at)
    tx.log(_entry(order, f"{order.outcome}: payout {payout}, result {order.result}"))
    if order.mode is Mode.LIVE:
        trip_by_result(order.strategy_id, rules, state, tx)
        trip_by_news(order.strategy_id, RESULT_KINDS, tracking.breakers, tx)


def _settle(order: LiveOrder, payout: Usd, state: RiskState, tx: Transaction) -> RiskState:
    if not payout:
        return state
    return book_posting(order, ledger.settle(order.lt_order_id, payout), state, tx)


def _judged(order: LiveOrder, state: RiskState, now: datetime) -> RiskState:
    """The day's result, the run of losses and the peak; test orders change none (L33, L34, L36)."""
    if not order.book.has_capital:
        return state
    state = resulted(state, order.net_result, booked_at=now)
    is_loss = (order.result or ZERO_USD) < ZERO_USD
    losses = state.consecutive_losses + 1 if is_loss else 0
    peak = max(state.peak_equity, state.balances.equity)
    return replace(state, consecutive_losses=losses, peak_equity=peak)


def settle_due(*, store: Store, clock: Clock, limit: int = 500) -> int:
    """Payouts whose cooldown is over can be used again; returns how many."""
    now = clock.now()
    with store.transaction() as tx:
        due = tx.due_settlements(now, limit)
    for lt_order_id in due:
        # somebody else may release the same payout at this moment: then it is done
        with suppress(StaleWriteError, AlreadyRecordedError), store.transaction() as tx:
            _release_payout(lt_order_id, tx)
    return len(due)


def _release_payout(lt_order_id: LtOrderId, tx: Transaction) -> None:
    tracking = tx.lock_tracking(lt_order_id)
    if tracking is None or tracking.order.payout is None:
        return
    tx.mark_settled(lt_order_id)
    state = _settle(tracking.order, tracking.order.payout, tracking.state, tx)
    tx.save_state(tracking.order.strategy_id, state)


def _entry(order: LiveOrder, message: str) -> LogEntry:
    return LogEntry(
        stage="resolve",
        message=message,
        strategy_id=order.strategy_id,
        trace_id=order.source_trade_id,
        lt_order_id=order.lt_order_id,
        order_id=order.order_id,
    )
