"""A live order from its plan to its answer: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from live_made import (
    LEADER,
    MARKET,
    NOON,
    a_signal,
    an_order,
)
from stocked import (
    an_envelope,
    kept,
    signal_key,
    with_live,
    with_planned,
    with_signal,
    with_strategy,
    with_submitted,
)

from ltsys.domain.denial import Denial, DenialCode
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.strategy import Mode

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NO_BOOK = Denial(code=DenialCode.NO_BOOK, text="nobody offers the token")


def test_a_planned_order_comes_back_as_it_was(store):
    order = with_planned(store)

    with store.transaction() as tx:
        execution = tx.lock_execution(*signal_key())
        nothing = tx.order("lto_none"), tx.attempts(order.lt_order_id), tx.lock_tracking("lto_none")

    assert kept(store, order) == order == execution.order
    assert nothing == (None, (), None)


def test_a_second_order_of_a_signal_is_refused(store):
    """One order a signal, decided by a unique key before anything is sent (L01)."""
    order = with_planned(store)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_planned(order, trader=LEADER, token_label="Yes")
    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_denied(a_signal(), NO_BOOK, mode=Mode.LIVE, planned_at=NOON)

    assert kept(store, order) == order


def test_a_second_order_under_another_name_is_refused_too(store):
    """The signal is the key, not the order's name (L08)."""
    order = with_planned(store)

    renamed = replace(order, lt_order_id="lto_other")
    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_planned(renamed, trader=LEADER, token_label="Yes")

    with store.transaction() as tx:
        assert tx.order("lto_other") is None


def test_a_denied_signal_leaves_the_outbox_and_is_denied_once(store, wall):
    """A refusal is a row, and one only (L32, L35)."""
    key = with_signal(store)
    with store.transaction() as tx:
        tx.add_denied(a_signal(), NO_BOOK, mode=Mode.LIVE, planned_at=NOON)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_denied(a_signal(), NO_BOOK, mode=Mode.LIVE, planned_at=NOON)

    with store.transaction() as tx:
        execution = tx.lock_execution(*key)
        assert tx.due_signals(wall + HOUR, 10) == ()
        assert tx.order(an_order().lt_order_id) is None
        assert tx.working_orders_in(MARKET) == ()
    assert (execution.is_queued, execution.order) == (False, None)


def test_a_planned_order_can_be_denied_after_all(store):
    order = with_planned(store)
    denied = replace(order.moved(OrderEvent.DENY), reserved=ZERO_USD)

    with store.transaction() as tx:
        tx.note_denied(order.lt_order_id, NO_BOOK)
        tx.move_order(order, denied, OrderEvent.DENY, detail=str(NO_BOOK), next_check_at=None)

    assert kept(store, order).status is OrderStatus.DENIED
    assert kept(store, order).reserved == ZERO_USD


def test_the_envelope_is_saved_with_its_bytes_and_the_order_is_on_its_way(store):
    """Before anything is sent (L02)."""
    order = with_submitted(store)

    with store.transaction() as tx:
        (prepared,) = tx.attempts(order.lt_order_id)

    assert order.status is OrderStatus.SUBMITTING
    assert order.order_id == an_envelope().order_id
    assert prepared.signed == an_envelope()
    assert prepared.state == "prepared"


def test_a_second_worker_with_the_same_order_finds_it_moved(store):
    """Only one moves it from planned to submitting (L01, L03)."""
    order = with_submitted(store)

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.save_envelope(order, an_envelope(2), attempt=2)

    with store.transaction() as tx:
        assert [each.signed for each in tx.attempts(order.lt_order_id)] == [an_envelope()]


def test_the_same_bytes_are_saved_again_after_a_postponement(store):
    """The venue could not be reached; the envelope stays the same row (L08)."""
    order = with_submitted(store)
    planned = order.moved(OrderEvent.POSTPONE)
    with store.transaction() as tx:
        tx.save_answer(
            order.order_id, state="unavailable", text="425", matched=None, answered_at=NOON
        )
        tx.move_order(order, planned, OrderEvent.POSTPONE, detail="425", next_check_at=None)

    with store.transaction() as tx:
        tx.save_envelope(planned, an_envelope(), attempt=1)

    with store.transaction() as tx:
        (prepared,) = tx.attempts(order.lt_order_id)
    assert (prepared.signed, prepared.state) == (an_envelope(), "prepared")


def test_another_envelope_cannot_take_the_place_of_an_attempt(store):
    """Attempts are rows of their own (L08)."""
    order = with_submitted(store)
    planned = order.moved(OrderEvent.POSTPONE)
    with store.transaction() as tx:
        tx.move_order(order, planned, OrderEvent.POSTPONE, detail="", next_check_at=None)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.save_envelope(planned, an_envelope(2), attempt=1)

    assert kept(store, order).status is OrderStatus.PLANNED


@pytest.mark.parametrize(
    ("matched", "known"), [(None, None), (Usd.of(0), None), (Usd.of("4.2"), Usd.of("4.2"))]
)
def test_an_answer_is_kept_with_what_matched_at_once(store, matched, known):
    """An answer that names no match says nothing of what will be matched."""
    order = with_submitted(store)

    with store.transaction() as tx:
        tx.save_answer(
            order.order_id, state="accepted", text="live", matched=matched, answered_at=NOON
        )

    with store.transaction() as tx:
        assert tx.attempts(order.lt_order_id)[-1].state == "accepted"
    assert kept(store, order).matched_at_once == known


def test_a_later_answer_does_not_wipe_what_matched_at_once(store):
    """A repost is answered "Duplicated"; the first answer's amount stays (L04)."""
    order = with_submitted(store)
    with store.transaction() as tx:
        for matched, state in ((Usd.of(5), "accepted"), (None, "seen")):
            tx.save_answer(order.order_id, state=state, text="", matched=matched, answered_at=NOON)

    with store.transaction() as tx:
        assert tx.attempts(order.lt_order_id)[-1].state == "seen"
    assert kept(store, order).matched_at_once == Usd.of(5)


def test_an_order_moves_only_from_the_status_that_was_seen(store):
    """Compare-and-set (L22)."""
    order = with_live(store)

    stale = replace(order, status=OrderStatus.UNKNOWN)
    rejected = stale.moved(OrderEvent.REJECT)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.move_order(stale, rejected, OrderEvent.REJECT, detail="", next_check_at=None)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.note_checked(stale, stale, None, next_check_at=None)

    assert kept(store, order) == order


def test_a_look_counts_and_may_move_the_order(store):
    order = with_live(store)
    ended = replace(order.moved(OrderEvent.CANCEL), reserved=ZERO_USD)

    with store.transaction() as tx:
        tx.note_checked(order, order, None, next_check_at=NOON)
        tx.note_checked(order, ended, OrderEvent.CANCEL, next_check_at=None)

    now = kept(store, order)
    assert (now.status, now.check_count) == (OrderStatus.CANCELED, 2)
    assert now.reserved == ZERO_USD


def test_an_order_is_due_when_its_next_look_has_come_and_is_then_put_off(store, wall):
    """One looks at a time (L53)."""
    order = with_live(store)
    with store.transaction() as tx:
        tx.note_checked(order, order, None, next_check_at=wall)

    with store.transaction() as tx:
        early = tx.due_orders(wall - MINUTE, 10)
        now = tx.due_orders(wall, 10)
        again = tx.due_orders(wall, 10)
        later = tx.due_orders(wall + MINUTE, 10)

    assert (early, now, again) == ((), (order.lt_order_id,), ())
    assert later == (order.lt_order_id,)


def test_an_order_that_lost_its_answer_comes_due_by_itself(store, wall):
    """A crash between the save and the answer is found by its row (L02, L56)."""
    order = with_submitted(store)

    with store.transaction() as tx:
        assert tx.due_orders(wall, 10) == ()
        assert tx.due_orders(wall + MINUTE, 10) == (order.lt_order_id,)


def test_a_planned_order_is_left_to_its_signal(store, wall):
    with_planned(store)

    with store.transaction() as tx:
        orders = tx.due_orders(wall + HOUR, 10)
        signals = tx.due_signals(wall + HOUR, 10)

    assert orders == ()
    assert signals == (signal_key(),)


def test_more_than_a_thousand_orders_come_due(store, wall):
    """L48."""
    with_strategy(store)
    for start in range(0, 1_200, 400):
        with store.transaction() as tx:
            for number in range(start, start + 400):
                order = an_order(number)
                tx.add_planned(order, trader=LEADER, token_label="Yes")
                tx.save_envelope(order, an_envelope(number + 1), attempt=1)

    with store.transaction() as tx:
        working = tx.working_orders_in(MARKET)
        few = tx.due_orders(wall + MINUTE, 5)
        rest = tx.due_orders(wall + MINUTE, 5_000)

    assert len(working) == len({*few, *rest}) == 1_200
    assert len(few) == 5


def test_the_latency_of_a_late_answer_is_told_once(postgres, database_url):
    """An order that moved by other news keeps what its answer took."""
    order = with_planned(postgres)

    for told_ms in (80, 5_000):
        with postgres.transaction() as tx:
            tx.note_latency(order.lt_order_id, told_ms)

    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT latency_ms FROM lt_orders").fetchall() == [(80,)]
