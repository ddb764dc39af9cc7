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


@pytest.mark.parametrize("status", [OrderStatus.DENIED, OrderStatus.REJECTED])
def test_a_refused_order_moves_only_by_a_fill_or_by_a_person(status):
    """We refused, or they did; shares that are ours are counted all the same (L03, L20)."""
    left = {event for before, event in TRANSITIONS if before is status}

    assert left - {OrderEvent.RETRY} == FILLS


def test_a_new_attempt_follows_a_definite_end_only():
    """Never an unknown order, a working one, or one that was filled (L03, L08)."""
    retried = {before for before, event in TRANSITIONS if event is OrderEvent.RETRY}

    assert retried == {OrderStatus.CANCELED, OrderStatus.REJECTED}


@pytest.mark.parametrize("event", [OrderEvent.PARK, OrderEvent.UNPARK])
def test_an_order_that_waits_for_an_operator_stays_what_it_is(event):
    """Its money stays set aside (L03, L27)."""
    parked = {before: now for (before, each), now in TRANSITIONS.items() if each is event}

    assert parked == {status: status for status in WORKING - {OrderStatus.SUBMITTING}}


@pytest.mark.parametrize("event", sorted(FILLS))
def test_a_fill_stops_an_order_that_waits_to_be_posted(event):
    """An earlier envelope of it was taken after all (L03, L24)."""
    assert after(OrderStatus.PLANNED, event) in ENDED


def test_an_ended_order_never_works_again():
    """Only money still moves: fills, failures, a late answer; a retry is a person's (L22, L24)."""
    moves = {
        pair: now
        for pair, now in TRANSITIONS.items()
        if pair[0] in ENDED and pair[1] is not OrderEvent.RETRY
    }

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
