"""The life of an order: every pair of status and event, inside and outside the table."""

import itertools

import pytest

from ltsys.domain.errors import IllegalTransitionError
from ltsys.domain.order import (
    ENDED,
    TRANSITIONS,
    WORKING,
    OrderEvent,
    OrderStatus,
    after,
    readers_word,
)

EVERY_PAIR = [*itertools.product(OrderStatus, OrderEvent)]
FILLS = {OrderEvent.FILL_PART, OrderEvent.FILL_ALL}


@pytest.mark.parametrize(("status", "event"), EVERY_PAIR)
def test_a_pair_moves_as_the_table_says_or_is_refused(status, event):
    """Nothing moves by accident (L22)."""
    if (status, event) in TRANSITIONS:
        assert after(status, event) is TRANSITIONS[status, event]
        return
    with pytest.raises(IllegalTransitionError, match=f"{status} cannot {event}"):
        after(status, event)


def test_denied_and_rejected_orders_are_final():
    """We refused, or they did; neither comes back (L03)."""
    left = {status for status, _ in TRANSITIONS}

    assert left == set(OrderStatus) - {OrderStatus.DENIED, OrderStatus.REJECTED}


def test_an_ended_order_never_works_again():
    """Only money still moves: fills, failures, a late answer (L22, L24)."""
    moves = {pair: now for pair, now in TRANSITIONS.items() if pair[0] in ENDED}

    assert set(moves.values()) <= ENDED
    assert {event for _, event in moves} <= {*FILLS, OrderEvent.UNFILL, OrderEvent.ACCEPT}


@pytest.mark.parametrize("status", sorted(WORKING))
def test_a_fill_is_counted_in_every_status_in_which_the_venue_may_hold_the_order(status):
    """Also before the answer is known (L03, L20)."""
    assert after(status, OrderEvent.FILL_PART) is OrderStatus.PARTIALLY_FILLED
    assert after(status, OrderEvent.FILL_ALL) is OrderStatus.FILLED


@pytest.mark.parametrize("event", sorted(FILLS))
@pytest.mark.parametrize("status", [OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.FILLED])
def test_a_fill_may_come_after_the_end(status, event):
    """It crossed our cancel, is the last cent, or makes good one that failed (L23, L24, L26)."""
    assert after(status, event) in {status, OrderStatus.FILLED}


def test_nothing_but_a_plan_is_submitted():
    """A submitting order that is found is asked about, never posted blindly (L03)."""
    submits = [status for status, event in TRANSITIONS if event is OrderEvent.SUBMIT]

    assert submits == [OrderStatus.PLANNED]


def test_unknown_is_never_sent_again():
    """L03."""
    reached = {now for (status, _), now in TRANSITIONS.items() if status is OrderStatus.UNKNOWN}

    assert not reached & {OrderStatus.PLANNED, OrderStatus.SUBMITTING}


def test_every_status_is_planned_working_or_ended_and_has_a_readers_word():
    assert WORKING | ENDED | {OrderStatus.PLANNED} == set(OrderStatus)
    assert not WORKING & ENDED
    assert {readers_word(status) for status in OrderStatus} == {
        "PENDING",
        "PARTIAL",
        "FILLED",
        "REJECTED",
        "CANCELED",
    }


@pytest.mark.parametrize("status", sorted(OrderStatus))
def test_an_end_can_be_reached_from_everywhere(status):
    """Every order ends (L27)."""
    reached = {status}
    for _ in OrderStatus:
        reached |= {now for (before, _), now in TRANSITIONS.items() if before in reached}

    assert reached & ENDED
