"""A new attempt at a signal whose last one has definitely come to nothing (VENUE §3.5, L08)."""

from dataclasses import dataclass, replace
from functools import partial

from ltsys.domain.alert import parked_key
from ltsys.domain.denial import Denial
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import LtOrderId
from ltsys.domain.live_order import LiveOrder, Plan, planned_again, released
from ltsys.domain.money import Shares
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.risk import rolled_over
from ltsys.domain.strategy import RiskState, Signal
from ltsys.ports.records import Tracking
from ltsys.ports.store import Transaction
from ltsys.usecases.bookkeeping import give_back, set_aside
from ltsys.usecases.contested_cash import until_covered
from ltsys.usecases.desk import Desk
from ltsys.usecases.execute_order import Offer, decided, post_and_record, sign_and_save, snapshot
from ltsys.usecases.read_collateral import read_collateral
from ltsys.usecases.resolve_order import (
    Word,
    entry,
    is_as_seen,
    read_order,
    refuse_filled,
    refuse_held,
)
from ltsys.usecases.track_order import look_at

_DEFINITE = frozenset({OrderStatus.CANCELED, OrderStatus.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was learnt before any lock."""

    order: LiveOrder
    signal: Signal
    book: Offer
    held_there: Shares | None
    """Shares of the token at the venue, where the last attempt has no definite end."""


def retry_order(
    lt_order_id: LtOrderId, word: Word, *, even_if_old: bool, desk: Desk
) -> LiveOrder | Denial:
    """The order has a new attempt by a plan of this moment, and it was posted; or what denied it.

    Every check runs again; `even_if_old` waives the age limit of signals alone. Raises
    RefusedError where the last attempt may have done something, HaltedError for a shut gate,
    VenueUnavailableError or MalformedAnswerError where the venue cannot be asked, and
    StaleWriteError where others of the wallet were first again and again: nothing was done.
    """
    found = _find(lt_order_id, desk)
    read_collateral(desk=desk)
    key = (found.order.strategy_id, found.order.source_trade_id)
    plan_again = partial(_plan_again, found, word, desk, even_if_old=even_if_old)
    planned = until_covered(plan_again, key, desk=desk)
    if isinstance(planned, Denial):
        return planned
    signed = sign_and_save(planned, found.signal, desk)
    if signed is not None:
        post_and_record(planned, signed, desk=desk)
    with desk.store.reading() as tx:
        return tx.order(lt_order_id) or planned


def _find(lt_order_id: LtOrderId, desk: Desk) -> _Found:
    order, attempts = read_order(lt_order_id, desk)
    refuse_filled(order)
    refuse_held(order, look_at(order, attempts, desk=desk))
    is_definite = order.status in _DEFINITE
    held_there = None if is_definite else desk.venue_of(order).shares(order.token_id)
    with desk.store.reading() as tx:
        signal = tx.signal(order.strategy_id, order.source_trade_id)
    if signal is None:
        raise RefusedError(f"the signal of {lt_order_id} is gone")
    return _Found(order=order, signal=signal, book=snapshot(signal, desk), held_there=held_there)


def _plan_again(found: _Found, word: Word, desk: Desk, *, even_if_old: bool) -> LiveOrder | Denial:
    order, now = found.order, desk.clock.now()
    with desk.store.transaction() as tx:
        execution = tx.lock_execution(order.strategy_id, order.source_trade_id)
        tracking = tx.lock_tracking(order.lt_order_id)
        if execution is None or tracking is None or not is_as_seen(order, tracking.order):
            raise RefusedError(f"{order.lt_order_id} moved meanwhile: look at it again")
        _refuse_doubt(tracking, found.held_there, tx)
        signal = replace(found.signal, signal_at=now) if even_if_old else found.signal
        today = rolled_over(execution.state, now)
        execution = replace(execution, signal=signal, state=_without(order, today))
        decision = decided(execution, found.book, now, desk, attempt=order.attempt + 1)
        verdict = decision.verdict
        tx.add_decision(decision)
        if isinstance(verdict, Denial):
            tx.log(entry(order, f"a retry by {word} was denied: {verdict}"))
            return verdict
        return _record(replace(tracking, state=today), verdict, word, tx)


def _refuse_doubt(tracking: Tracking, held_there: Shares | None, tx: Transaction) -> None:
    """An order without a definite end is retried only when its shares are not there."""
    order = tracking.order
    if order.status in _DEFINITE:
        return
    if tracking.parked_at is None:
        raise RefusedError(f"{order.lt_order_id} is {order.status}, and still asked about")
    held_here = tx.held_shares(order)
    if held_there != held_here:
        there = "?" if held_there is None else f"{held_there.count:f}"
        raise RefusedError(
            f"the venue holds {there} shares of the token, our books {held_here.count:f}: "
            f"{order.lt_order_id} may have been filled"
        )


def _given_up(order: LiveOrder) -> LiveOrder:
    return order if order.status in _DEFINITE else order.moved(OrderEvent.KILL)


def _without(order: LiveOrder, state: RiskState) -> RiskState:
    """The state as it will be once the last attempt holds nothing aside any more."""
    _, posting = released(_given_up(order))
    if posting is None or not order.book.has_capital:
        return state
    return replace(state, balances=state.balances.after(posting))


def _record(tracking: Tracking, plan: Plan, word: Word, tx: Transaction) -> LiveOrder:
    """The last attempt has ended, the next is planned, and the outbox holds the signal again."""
    order = tracking.order
    ended, state = give_back(_given_up(order), tracking.state, tx)
    if ended.status is not order.status:
        tx.move_order(order, ended, OrderEvent.KILL, detail=str(word), next_check_at=None)
    again = planned_again(ended, plan)
    tx.plan_again(ended, again, detail=str(word))
    tx.save_state(order.strategy_id, set_aside(again, state, tx))
    if tracking.parked_at is not None:
        tx.clear_alert(parked_key(order.lt_order_id))
    key = (order.strategy_id, order.source_trade_id)
    tx.finish_signal(key, outcome="queued", reason=None)
    tx.log(entry(again, f"attempt {again.attempt} by {word}"))
    return again
