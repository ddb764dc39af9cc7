"""Carry one signal to a placed, denied or unknown order (DESIGN §4, VENUE §3.5).

Plan under the strategy's lock, sign and save, post without a transaction, record. A crash
between any two of them is found by its row: a planned order is signed again to the same bytes,
a submitting one is never posted blindly but asked about.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from ltsys.domain.decision import Case, Decision, decision_on, in_sight
from ltsys.domain.denial import Denial
from ltsys.domain.errors import (
    AlreadyRecordedError,
    HaltedError,
    LtsysError,
    MalformedAnswerError,
    OutcomeUnknownError,
    StaleWriteError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.halt import pausing, united
from ltsys.domain.ids import LtOrderId
from ltsys.domain.live_order import LiveOrder, Plan, lt_order_id, mode_of, planned
from ltsys.domain.market import Book
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.pricing import derived_salt
from ltsys.domain.risk import rolled_over
from ltsys.domain.situation import Situation
from ltsys.domain.source_trade import Side
from ltsys.domain.strategy import Signal
from ltsys.domain.venue import OrderTicket, SignedOrder
from ltsys.ports.records import Execution, LogEntry, SignalKey
from ltsys.ports.store import Transaction
from ltsys.usecases.bookkeeping import end_if_over, set_aside
from ltsys.usecases.contested_cash import until_covered
from ltsys.usecases.desk import Desk
from ltsys.usecases.fill_gap import Gap, fill_gap, gap_behind
from ltsys.usecases.record_answer import Answer, record_answer
from ltsys.usecases.trip_breakers import judge_book

_NoAnswer = VenueUnavailableError | MalformedAnswerError
Offer = Book | _NoAnswer | None
"""The book of a moment; or why it could not be had, or that there is none."""
_NO_ANSWER = (VenueUnavailableError, MalformedAnswerError)


def execute_order(key: SignalKey, *, desk: Desk) -> LtOrderId | None:
    """The signal has its one order, or its denial; returns the order if fills may be expected.

    Safe to run any number of times and at once: the second run finds the first one's row.
    """
    with desk.store.reading() as tx:
        signal = tx.queued_signal(*key)
    if signal is None:
        # most second deliveries end here, at the price of one read
        return None
    book = snapshot(signal, desk)
    try:
        order = _plan_informed(signal, book, desk)
    except AlreadyRecordedError:
        return None
    if order is None or order.status is not OrderStatus.PLANNED:
        return None
    signed = sign_and_save(order, signal, desk)
    if signed is None:
        return None
    return post_and_record(order, signed, desk=desk)


def post_and_record(order: LiveOrder, signed: SignedOrder, *, desk: Desk) -> LtOrderId | None:
    """Offer the envelope once and write down what came of it; no transaction is held meanwhile.

    Returns the order if the venue took it. A rejection of an order that was posted before proves
    nothing of the first post, which may be the very reason for it: the order stays unknown.
    Under a halt of the file nothing is offered: a new order is planned again, to be denied or
    to wait, an unknown one is asked about as before (LESSONS L61).
    """
    answer: Answer
    try:
        _refuse_halted(desk)
        answer = desk.venue_of(order).post(signed)
    except VenueRejectedError as error:
        was_posted = order.status is OrderStatus.UNKNOWN
        answer = OutcomeUnknownError(f"refused when repeated: {error}") if was_posted else error
    except (VenueUnavailableError, OutcomeUnknownError) as error:
        answer = error
    return record_answer(order.lt_order_id, signed.order_id, answer, desk=desk)


def _refuse_halted(desk: Desk) -> None:
    """The last look before anything leaves; raises what says that nothing did."""
    for halt in desk.halt_file.standing():
        raise VenueUnavailableError(f"not sent: {halt}")


def snapshot(signal: Signal, desk: Desk) -> Offer:
    """The book of this moment, taken before any lock."""
    try:
        return desk.market_data.book(signal.token_id)
    except (VenueUnavailableError, MalformedAnswerError) as error:
        return error


def _plan_informed(signal: Signal, book: Offer, desk: Desk) -> LiveOrder | None:
    """As `_plan`; what a denial was for lack of, or by an old reading of, is looked up once."""
    looked_up: frozenset[Gap] = frozenset()
    key = (signal.strategy_id, signal.source_trade_id)
    while True:
        try:
            return until_covered(partial(_plan, signal, book, desk, looked_up), key, desk=desk)
        except _UninformedError as error:
            looked_up |= {error.gap}
            # where the venue does not answer either, the denial stands: fail closed (LESSONS L18)
            with suppress(*_NO_ANSWER):
                fill_gap(error.gap, signal, desk=desk)


class _UninformedError(LtsysError):
    """The order is denied for what we do not know, and have not asked about."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap)
        self.gap = gap


def _plan(signal: Signal, book: Offer, desk: Desk, looked_up: frozenset[Gap]) -> LiveOrder | None:
    """T1: lock the strategy, decide, reserve. None when the signal was decided before.

    Raises what the book could not be had for, or HaltedError for a gate that is shut, while the
    strategy might still act: the signal waits until it is too old (LESSONS L28, L54).
    """
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        execution = tx.lock_execution(signal.strategy_id, signal.source_trade_id)
        if execution is None:
            return None
        if execution.order is not None:
            return _resume(_with_file(execution, desk), execution.order, now, tx)
        if not execution.is_queued:
            return None
        state = rolled_over(execution.state, now)
        execution = replace(execution, state=state)
        if isinstance(book, Book):
            execution = judge_book(execution, book, tx)
        decision = decided(execution, book, now, desk)
        gap = gap_behind(decision.verdict, execution.cash, desk)
        if gap is not None and gap not in looked_up:
            raise _UninformedError(gap)
        order = _record(decision, execution, tx)
        tx.add_decision(decision)
        return order


def _record(decision: Decision, execution: Execution, tx: Transaction) -> LiveOrder | None:
    """The order that was planned; None for the denial that stands in its place."""
    signal, verdict = execution.signal, decision.verdict
    if isinstance(verdict, Denial):
        _deny(execution, verdict, decision.decided_at, tx)
        return None
    order = planned(signal, verdict, book=execution.state.book)
    _reserve(execution, order, tx)
    return order


def decided(
    execution: Execution, book: Offer, now: datetime, desk: Desk, *, attempt: int = 1
) -> Decision:
    """The plan or the denial; raises the obstacle where neither can be had yet."""
    execution = _with_file(execution, desk)
    obstacle = _obstacle(execution, book, desk)
    seen = None if isinstance(book, _NO_ANSWER) else book
    case = Case(
        situation=_situation(execution, seen, now),
        waits_for=None if obstacle is None else str(obstacle),
    )
    decision = decision_on(case, lt_order_id(execution.signal), attempt=attempt)
    if decision is None:
        raise obstacle or HaltedError("nothing can be decided yet")
    return decision


def _obstacle(execution: Execution, book: Offer, desk: Desk) -> LtsysError | None:
    if pause := pausing(execution.halts):
        return HaltedError(str(pause))
    shut = desk.required_gates - execution.open_gates
    if shut:
        return HaltedError(f"the {' and '.join(sorted(shut))} gate is shut")
    return book if isinstance(book, _NO_ANSWER) else None


def _with_file(execution: Execution, desk: Desk) -> Execution:
    """What was read under the lock, with the halts of the file."""
    return replace(execution, halts=united(execution.halts, desk.halt_file.standing()))


def _situation(execution: Execution, book: Book | None, now: datetime) -> Situation:
    return Situation(
        signal=execution.signal,
        strategy=execution.strategy,
        rules=execution.rules,
        state=execution.state,
        guard=execution.guard,
        market=execution.market,
        book=None if book is None else in_sight(book, execution.signal.price),
        now=now,
        halts=execution.halts,
        breakers=execution.breakers.tripped,
        cash=execution.cash,
        stakes=execution.stakes,
        open_positions=execution.open_positions,
        recent_prices=execution.recent_prices,
    )


def _resume(
    execution: Execution, order: LiveOrder, now: datetime, tx: Transaction
) -> LiveOrder | None:
    """A planned order that was never posted goes on, unless its strategy may not act any more.

    Raises HaltedError while it is paused.
    """
    if order.status is not OrderStatus.PLANNED:
        return None
    signal = replace(execution.signal, signal_at=order.signal_at)
    pause = pausing(execution.halts)
    case = Case(
        situation=_situation(replace(execution, signal=signal), None, now),
        waits_for=None if pause is None else str(pause),
        is_planned=True,
    )
    decision = decision_on(case, order.lt_order_id, attempt=order.attempt)
    if decision is None or isinstance(decision.verdict, Plan):
        if pause is not None:
            raise HaltedError(str(pause))
        return order
    denial = decision.verdict
    tx.add_decision(decision)
    ended = end_if_over(order.moved(OrderEvent.DENY), execution.state, tx)
    tx.note_denied(order.lt_order_id, denial)
    tx.move_order(order, ended, OrderEvent.DENY, detail=str(denial), next_check_at=None)
    key = (order.strategy_id, order.source_trade_id)
    tx.finish_signal(key, outcome="skipped", reason=denial.code)
    _log_denial(execution.signal, denial, tx)
    return None


def _deny(execution: Execution, denial: Denial, now: datetime, tx: Transaction) -> None:
    signal = execution.signal
    mode = mode_of(signal, execution.state.book)
    tx.add_denied(signal, denial, mode=mode, planned_at=now)
    _log_denial(signal, denial, tx)


def _log_denial(signal: Signal, denial: Denial, tx: Transaction) -> None:
    tx.log(
        LogEntry(
            stage="plan",
            message=str(denial),
            strategy_id=signal.strategy_id,
            trace_id=signal.source_trade_id,
            lt_order_id=lt_order_id(signal),
            extra={"code": denial.code, "would_be": denial.would_be, "limit": denial.limit},
        )
    )


def _reserve(execution: Execution, order: LiveOrder, tx: Transaction) -> None:
    signal = execution.signal
    tx.add_planned(order, trader=signal.trader, token_label=signal.token_label)
    tx.save_state(order.strategy_id, set_aside(order, execution.state, tx))
    tx.log(
        LogEntry(
            stage="plan",
            message=f"planned to spend {order.plan.spend} at {order.plan.limit_price.per_share}",
            strategy_id=order.strategy_id,
            trace_id=order.source_trade_id,
            lt_order_id=order.lt_order_id,
            extra={"signal_price": order.signal_price.per_share, "reserve": str(order.reserved)},
        )
    )


def sign_and_save(order: LiveOrder, signal: Signal, desk: Desk) -> SignedOrder | None:
    """T2: the envelope and its hash are committed before anything is sent (LESSONS L02).

    None when somebody else took the order on: only one moves it from planned to submitting.
    """
    plan = order.plan
    ticket = OrderTicket(
        token_id=order.token_id,
        side=Side.BUY,
        maker_units=plan.maker_units,
        taker_units=plan.taker_units,
        is_neg_risk=plan.is_neg_risk,
        salt=derived_salt(desk.account, signal.idempotency_key, order.attempt),
        timestamp_ms=int(plan.planned_at.timestamp() * 1000),
        time_in_force=plan.time_in_force,
        expires_at_s=0,
    )
    signed = desk.signer.sign(ticket)
    try:
        with desk.store.transaction() as tx:
            tx.save_envelope(order, signed, attempt=order.attempt)
    except StaleWriteError:
        return None
    return signed
