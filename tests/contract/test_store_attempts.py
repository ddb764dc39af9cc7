"""Attempts, parked orders and restated results: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import ACCOUNT, LEADER, NOON, a_plan, a_state, an_ft_order, an_order
from stocked import (
    an_envelope,
    kept,
    signal_key,
    taken,
    with_live,
    with_planned,
    with_signal,
    with_submitted,
)

from ltsys.domain.errors import StaleWriteError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.live_order import planned_again
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.restatement import Booked
from ltsys.domain.venue import VenueOrderStatus
from ltsys.ports.records import Outbox, Sighting

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SEEN = Sighting(
    shown=VenueOrderStatus.LIVE,
    matched=Shares.of(0),
    fill_count=1,
    failed_count=1,
    held_here=None,
    held_there=Shares.of("2.5"),
)
NEW_PLAN = a_plan(maker_units=9_000_000, reserve=Usd.of(9), planned_at=NOON + MINUTE)


def tracking_of(store, order):
    with store.transaction() as tx:
        return tx.lock_tracking(order.lt_order_id)


def killed(store):
    """An order whose first attempt was killed."""
    order = with_submitted(store)
    ended = replace(order.moved(OrderEvent.KILL), reserved=ZERO_USD)
    with store.transaction() as tx:
        tx.move_order(order, ended, OrderEvent.KILL, detail="no match", next_check_at=None)
    return kept(store, order)


def test_a_new_attempt_is_a_new_plan_and_a_row_of_its_own(store):
    """Under the same intent (L08)."""
    order = killed(store)
    again = planned_again(order, NEW_PLAN)
    with store.transaction() as tx:
        tx.plan_again(order, again, detail="bob: why not")
    planned = kept(store, order)
    with store.transaction() as tx:
        tx.save_envelope(planned, an_envelope(2), attempt=planned.attempt)
        attempts = tx.attempts(order.lt_order_id)

    assert planned == again
    assert (planned.attempt, planned.order_id) == (2, None)
    assert [each.signed for each in attempts] == [an_envelope(1), an_envelope(2)]
    assert kept(store, order).order_id == an_envelope(2).order_id


def test_a_new_attempt_that_the_wallet_does_not_cover_is_refused(store, wall):
    """Another of its strategies may have reserved what was left (L30)."""
    order = killed(store)
    again = replace(planned_again(order, NEW_PLAN), reserved=Usd.of("9.5"))
    with store.transaction() as tx:
        tx.note_collateral(ACCOUNT, Usd.of(9), read_at=wall + 24 * HOUR)

    with pytest.raises(StaleWriteError, match="works or is unsettled"), store.transaction() as tx:
        tx.plan_again(order, again, detail="bob: why not")

    assert kept(store, order) == order


def test_a_new_attempt_of_an_order_that_moved_is_refused(store):
    """Compare-and-set (L08)."""
    order = killed(store)
    again = planned_again(order, NEW_PLAN)

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.plan_again(replace(order, status=OrderStatus.REJECTED), again, detail="")

    assert kept(store, order) == order


def test_an_order_is_parked_once_and_until_it_moves(store, wall):
    """It is not due any more; its first moment stays (L27)."""
    order = with_live(store)
    with store.transaction() as tx:
        tx.note_checked(order, order, OrderEvent.PARK, next_check_at=None, is_parked=True)
    parked = tracking_of(store, order)
    with store.transaction() as tx:
        tx.note_checked(order, order, None, next_check_at=None, is_parked=True)
        due = tx.due_orders(wall + HOUR, 10)
    again = tracking_of(store, order)

    moved = order.moved(OrderEvent.UNPARK)
    with store.transaction() as tx:
        tx.move_order(order, moved, OrderEvent.UNPARK, detail="", next_check_at=wall)
        due_then = tx.due_orders(wall + MINUTE, 10)

    assert due == ()
    assert abs(parked.parked_at - wall) < MINUTE
    assert again.parked_at == parked.parked_at
    assert tracking_of(store, order).parked_at is None
    assert due_then == (order.lt_order_id,)


def test_a_look_that_does_not_park_unparks(store, wall):
    order = with_live(store)
    with store.transaction() as tx:
        tx.note_checked(order, order, OrderEvent.PARK, next_check_at=None, is_parked=True)
        tx.note_checked(order, order, None, next_check_at=wall, seen=SEEN)

    assert tracking_of(store, order).parked_at is None


def test_tracking_knows_when_the_envelope_was_last_on_its_way(store, wall):
    """Machine time; None before there is an envelope."""
    planned = with_planned(store)
    before = tracking_of(store, planned)
    with store.transaction() as tx:
        tx.save_envelope(planned, an_envelope(), attempt=1)

    assert before.posted_at is None
    assert abs(tracking_of(store, planned).posted_at - wall) < MINUTE


def test_the_oldest_of_what_waits_is_told(store, wall):
    """Queued signals, and posted orders whose fate is not known (L51)."""
    with store.transaction() as tx:
        nothing = tx.outbox()
    with_signal(store)
    with store.transaction() as tx:
        queued = tx.outbox()
        tx.add_planned(an_order(), trader=LEADER, token_label="Yes")
        tx.save_envelope(an_order(), an_envelope(), attempt=1)
        tx.finish_signal(signal_key(), outcome="executed", reason=None)
    with store.transaction() as tx:
        posted = tx.outbox()

    assert nothing == Outbox(
        oldest_signal_at=None, oldest_unanswered_at=None, oldest_provisional_at=None
    )
    assert abs(queued.oldest_signal_at - wall) < MINUTE
    assert queued.oldest_unanswered_at is None
    assert posted.oldest_signal_at is None
    assert abs(posted.oldest_unanswered_at - wall) < MINUTE


def test_what_is_answered_or_parked_waits_no_more(store):
    """A parked order has an alert of its own (L64)."""
    order = with_submitted(store)
    lost = order.moved(OrderEvent.LOSE_ANSWER)
    with store.transaction() as tx:
        tx.finish_signal(signal_key(), outcome="executed", reason=None)
        tx.move_order(order, lost, OrderEvent.LOSE_ANSWER, detail="", next_check_at=NOON)
        unknown = tx.outbox()
        tx.note_checked(lost, lost, OrderEvent.PARK, next_check_at=None, is_parked=True)
        parked = tx.outbox()

    assert unknown.oldest_unanswered_at is not None
    assert parked.oldest_unanswered_at is None


def executed(store, number: int, *, at, outcome=FtOutcome.WON, settles_in=0 * HOUR):
    """An order with an outcome, of a strategy that exists."""
    order = an_order(number)
    if number > 1:
        taken(store, [an_ft_order(number)])
        with store.transaction() as tx:
            tx.queue_signals(NOON, None)
    with store.transaction() as tx:
        tx.add_planned(order, trader=LEADER, token_label="Yes")
        tx.save_envelope(order, an_envelope(number), attempt=1)
    order = kept(store, order)
    filled = replace(
        order.moved(OrderEvent.FILL_ALL),
        executed=Usd.of(10),
        executed_shares=Shares.of(25),
        reserved=ZERO_USD,
    )
    was = a_state(consecutive_losses=number, peak_equity=Usd.of(1000 + number))
    closed = replace(filled, outcome=outcome)
    with store.transaction() as tx:
        tx.move_order(order, filled, OrderEvent.FILL_ALL, detail="", next_check_at=None)
        tx.close_order(closed, was=was, resolved_at=at, settles_at=at + settles_in)
    return closed


def test_an_outcome_is_kept_with_how_things_stood_before_it(store):
    """And with how many results were booked after it (L23, L34)."""
    with_signal(store)
    first = executed(store, 1, at=NOON, settles_in=HOUR)
    second = executed(store, 2, at=NOON)
    third = executed(store, 3, at=NOON + MINUTE)
    nothing = replace(third, executed=ZERO_USD, executed_shares=Shares.of(0))

    with store.transaction() as tx:
        booked = [tx.booked(each) for each in (first, second, third)]
        tx.move_order(third, nothing, OrderEvent.UNFILL, detail="", next_check_at=None)
        later = tx.booked(second)

    by_name = sorted([first, second], key=lambda order: order.lt_order_id)
    counts = {by_name[0].lt_order_id: 2, by_name[1].lt_order_id: 1, third.lt_order_id: 0}
    assert booked == [
        Booked(
            is_settled=number > 1,
            resolved_at=NOON + MINUTE if number == 3 else NOON,
            losses_before=number,
            peak_before=Usd.of(1000 + number),
            later_count=counts[order.lt_order_id],
        )
        for number, order in ((1, first), (2, second), (3, third))
    ]
    assert later.later_count == counts[second.lt_order_id] - 1


def test_an_open_order_has_nothing_booked_and_nothing_to_restate(store):
    order = with_live(store)

    with store.transaction() as tx:
        assert tx.booked(order) is None
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.restate_result(replace(order, outcome=FtOutcome.WON))


def test_a_restated_result_stays_an_outcome(store):
    """L23."""
    with_signal(store)
    order = executed(store, 1, at=NOON)
    more = replace(order, executed=Usd.of(12), executed_shares=Shares.of(30))

    with store.transaction() as tx:
        tx.move_order(order, more, OrderEvent.FILL_PART, detail="", next_check_at=None)
        tx.restate_result(more)

    now = kept(store, order)
    assert (now.executed, now.executed_shares, now.outcome) == (
        more.executed,
        more.executed_shares,
        FtOutcome.WON,
    )
    with store.transaction() as tx:
        assert tx.booked(order) is not None
