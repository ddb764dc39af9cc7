"""Halts: both stores keep one contract."""

from datetime import timedelta

import psycopg
import pytest
from live_made import LEADER, OTHER_LEADER, STRATEGY
from stocked import an_envelope, kept, with_live, with_planned

from ltsys.domain.errors import StaleWriteError
from ltsys.domain.halt import HaltKind, HaltScope, KeptHalt, Lifting, new_halt
from ltsys.domain.order import OrderStatus

OVER_OURS = [
    (HaltScope.GLOBAL, ""),
    (HaltScope.USER, "ann"),
    (HaltScope.STRATEGY, STRATEGY),
    (HaltScope.LEADER, LEADER),
]
OVER_OTHERS = [
    (HaltScope.USER, "eve"),
    (HaltScope.STRATEGY, "LT_OTHER"),
    (HaltScope.LEADER, OTHER_LEADER),
]


def put(store, wall, scope=HaltScope.GLOBAL, target="", kind=HaltKind.KILL):
    halt = new_halt(scope, target, kind, by="ann", reason='why "not"', since=wall)
    with store.transaction() as tx:
        assert tx.add_halt(halt)
    return halt


def lifting(wall):
    return Lifting(by="bob", reason="over", at=wall + timedelta(seconds=5))


@pytest.mark.parametrize(("scope", "target"), OVER_OURS)
def test_a_decision_and_a_look_see_what_stands_over_their_order(store, wall, scope, target):
    order = with_planned(store)
    halt = put(store, wall, scope, target)

    with store.transaction() as tx:
        assert tx.lock_execution(STRATEGY, order.source_trade_id).halts == (halt,)
        assert tx.lock_tracking(order.lt_order_id).halts == (halt,)


@pytest.mark.parametrize(("scope", "target"), OVER_OTHERS)
def test_what_stands_over_others_is_not_seen(store, wall, scope, target):
    order = with_planned(store)
    put(store, wall, scope, target)

    with store.transaction() as tx:
        assert tx.lock_execution(STRATEGY, order.source_trade_id).halts == ()
        assert tx.lock_tracking(order.lt_order_id).halts == ()


@pytest.mark.parametrize(("scope", "target"), OVER_OURS)
def test_no_envelope_is_saved_under_a_halt(store, wall, scope, target):
    """Nothing is posted after a halt that was committed before it (LESSONS L61)."""
    order = with_planned(store)
    put(store, wall, scope, target)

    with pytest.raises(StaleWriteError, match="under no halt"), store.transaction() as tx:
        tx.save_envelope(order, an_envelope(), attempt=1)

    assert kept(store, order).status is OrderStatus.PLANNED
    with store.transaction() as tx:
        assert tx.attempts(order.lt_order_id) == ()


@pytest.mark.parametrize(("scope", "target"), OVER_OTHERS)
def test_a_halt_over_others_lets_the_envelope_pass(store, wall, scope, target):
    order = with_planned(store)
    put(store, wall, scope, target)

    with store.transaction() as tx:
        tx.save_envelope(order, an_envelope(), attempt=1)

    assert kept(store, order).status is OrderStatus.SUBMITTING


def test_a_lifted_halt_stops_nothing_and_stays_known(store, wall):
    order = with_planned(store)
    halt = put(store, wall)
    said = lifting(wall)

    with store.transaction() as tx:
        told = [tx.lift_halt(halt.halt_id, said), tx.lift_halt(halt.halt_id, said)]

    assert told == [True, False]
    with store.transaction() as tx:
        assert tx.open_halts() == ()
        assert tx.kept_halts(10) == (KeptHalt(halt=halt, lifted=said),)
        assert tx.add_halt(halt) is False
        assert tx.lock_execution(STRATEGY, order.source_trade_id).halts == ()


def test_halts_are_listed_by_their_age(store, wall):
    newer = put(store, wall, kind=HaltKind.PAUSE)
    older = put(store, wall - timedelta(hours=1), HaltScope.USER, "ann")

    with store.transaction() as tx:
        assert tx.open_halts() == (older, newer)
        assert [kept.halt for kept in tx.kept_halts(10)] == [newer, older]
        assert [kept.halt for kept in tx.kept_halts(1)] == [newer]


@pytest.mark.parametrize(("scope", "target"), OVER_OURS)
def test_a_kill_finds_the_working_orders_under_it_and_asks_once_at_a_time(
    store, wall, scope, target
):
    order = with_live(store)
    halt = put(store, wall, scope, target)
    long_ago, soon = wall - timedelta(hours=1), wall + timedelta(hours=1)

    with store.transaction() as tx:
        asked = [tx.orders_to_cancel(before, 10) for before in (long_ago, long_ago, soon)]

    assert asked == [(order.lt_order_id,), (), (order.lt_order_id,)]
    with store.transaction() as tx:
        assert tx.orders_under(halt.halt_id) == (order.lt_order_id,)


@pytest.mark.parametrize(("scope", "target"), OVER_OTHERS)
def test_a_kill_of_others_cancels_nothing_of_ours(store, wall, scope, target):
    with_live(store)
    halt = put(store, wall, scope, target)

    with store.transaction() as tx:
        assert tx.orders_to_cancel(wall + timedelta(hours=1), 10) == ()
        assert tx.orders_under(halt.halt_id) == ()


@pytest.mark.parametrize("kind", [HaltKind.PAUSE, HaltKind.STOP_ENTRIES])
def test_only_a_kill_cancels(store, wall, kind):
    with_live(store)
    put(store, wall, kind=kind)

    with store.transaction() as tx:
        assert tx.orders_to_cancel(wall + timedelta(hours=1), 10) == ()


def test_what_does_not_work_at_the_venue_is_not_canceled(store, wall):
    with_planned(store)
    put(store, wall)

    with store.transaction() as tx:
        assert tx.orders_to_cancel(wall + timedelta(hours=1), 10) == ()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM lt_halts",
        "UPDATE lt_halts SET reason = 'another'",
        "UPDATE lt_halts SET lifted_at = NULL, lifted_by = NULL, lifted_because = NULL",
    ],
)
def test_what_was_said_is_kept_for_ever(postgres, database_url, wall, change):
    """Append-only, whoever writes (L38)."""
    halt = put(postgres, wall)
    with postgres.transaction() as tx:
        tx.lift_halt(halt.halt_id, lifting(wall))

    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute(change)
