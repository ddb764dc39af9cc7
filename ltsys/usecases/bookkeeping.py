"""Postings and the balances that are kept beside them, moved together."""

from dataclasses import replace

from ltsys.domain import ledger
from ltsys.domain.ledger import Posting
from ltsys.domain.live_order import LiveOrder, released
from ltsys.domain.money import ZERO_USD
from ltsys.domain.restatement import Booked, losses_in_a_row, peak_equity
from ltsys.domain.risk import resulted
from ltsys.domain.strategy import RiskState
from ltsys.ports.store import Transaction
from ltsys.usecases.trip_breakers import trip_by_result


def book_posting(
    order: LiveOrder, posting: Posting, state: RiskState, tx: Transaction
) -> RiskState:
    """The posting is made in the order's own book; returns the state with its balances moved.

    Test orders have no state and leave it as it is (LESSONS L36). The caller holds the lock of
    the strategy's state in that book and saves the one that it ends up with.
    """
    tx.post(order.strategy_id, order.book, posting)
    if not order.book.has_capital:
        return state
    return replace(state, balances=state.balances.after(posting))


def set_aside(order: LiveOrder, state: RiskState, tx: Transaction) -> RiskState:
    """What an order may cost is reserved; a test order brings its own money (LESSONS L36)."""
    if not order.book.has_capital:
        tx.post(order.strategy_id, order.book, ledger.fund(order.reserve_cause, order.reserved))
    return book_posting(order, ledger.reserve(order.reserve_cause, order.reserved), state, tx)


def give_back(order: LiveOrder, state: RiskState, tx: Transaction) -> tuple[LiveOrder, RiskState]:
    """An ended order holds nothing aside any more, once (LESSONS L24); the caller saves both."""
    ended, posting = released(order)
    if posting is None:
        return ended, state
    return ended, book_posting(order, posting, state, tx)


def end_if_over(order: LiveOrder, state: RiskState, tx: Transaction) -> LiveOrder:
    """As `give_back`, with the state saved."""
    ended, after = give_back(order, state, tx)
    if after is not state:
        tx.save_state(order.strategy_id, after)
    return ended


def restate(
    before: LiveOrder, after: LiveOrder, state: RiskState, *, cause: str, tx: Transaction
) -> RiskState:
    """A booked outcome follows a fill that came, or failed, after it (LESSONS L23, L24).

    Nothing happens while the order's outcome is open: its resolution will count the fill. The
    caller saves the state and the order.
    """
    booked = None if before.payout is None else tx.booked(before)
    if booked is None:
        return state
    for posting in _restatement(before, after, cause, is_settled=booked.is_settled):
        state = book_posting(after, posting, state, tx)
    tx.restate_result(after)
    return _judged_again(before, after, booked, state, tx)


def _restatement(
    before: LiveOrder, after: LiveOrder, cause: str, *, is_settled: bool
) -> list[Posting]:
    """Of a payout that still rests, only the outcome changes: it settles as a whole later."""
    cost = after.executed - before.executed
    payout = (after.payout or ZERO_USD) - (before.payout or ZERO_USD)
    if after.executed_shares > before.executed_shares:
        made = [ledger.resolve(cause, cost=cost, payout=payout)]
        settling = ledger.settle(cause, payout)
    else:
        made = [ledger.unresolve(cause, cost=-cost, payout=-payout)]
        settling = ledger.unsettle(cause, -payout)
    return [*made, settling] if is_settled and payout else made


def _judged_again(
    before: LiveOrder, after: LiveOrder, booked: Booked, state: RiskState, tx: Transaction
) -> RiskState:
    """The run of losses and the peak; a breaker may trip by it, and none resets (LESSONS L34)."""
    if not after.book.has_capital:
        return state
    peak = peak_equity(state.peak_equity, before, after, booked)
    state = replace(
        state,
        consecutive_losses=losses_in_a_row(state.consecutive_losses, before, after, booked),
        peak_equity=max(peak, state.balances.equity),
    )
    change = after.net_result - before.net_result
    state = resulted(state, change, booked_at=booked.resolved_at)
    _, rules = tx.rules(after.strategy_id)
    trip_by_result(after.strategy_id, rules, state, tx)
    return state
