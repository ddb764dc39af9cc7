"""Postings and the balances that are kept beside them, moved together."""

from dataclasses import replace

from ltsys.domain.ledger import Book, Posting
from ltsys.domain.live_order import LiveOrder, released
from ltsys.domain.strategy import RiskState
from ltsys.ports.store import Transaction


def book_posting(
    order: LiveOrder, posting: Posting, state: RiskState, tx: Transaction
) -> RiskState:
    """The posting is made in the order's own book; returns the state with its balances moved.

    Only the live book has a state: test orders leave it as it is (LESSONS L36). The caller
    holds the strategy's lock and saves the state that it ends up with.
    """
    tx.post(order.strategy_id, order.book, posting)
    if order.book is not Book.LIVE:
        return state
    return replace(state, balances=state.balances.after(posting))


def end_if_over(order: LiveOrder, state: RiskState, tx: Transaction) -> LiveOrder:
    """An ended order has given back what it still held aside, once (LESSONS L24)."""
    ended, posting = released(order)
    if posting is not None:
        tx.save_state(order.strategy_id, book_posting(order, posting, state, tx))
    return ended
