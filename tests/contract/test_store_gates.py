"""Gates: both stores keep one contract."""

from datetime import timedelta

from live_made import STRATEGY
from stocked import with_planned

from ltsys.domain.gate import Gate


def execution(store, key):
    with store.transaction() as tx:
        return tx.lock_execution(STRATEGY, key)


def test_a_gate_is_open_for_as_long_as_its_lease_runs(store, wall):
    """The watcher renews it; without renewal it shuts (LESSONS L28)."""
    order = with_planned(store)
    with store.transaction() as tx:
        tx.renew_gate(Gate.STREAM, until=wall + timedelta(hours=1), reason="heard an event")
        tx.renew_gate(Gate.RECONCILIATION, until=wall - timedelta(seconds=1), reason="long ago")

    assert execution(store, order.source_trade_id).open_gates == {Gate.STREAM}


def test_a_gate_that_was_shut_says_why(store, wall):
    order = with_planned(store)
    with store.transaction() as tx:
        tx.renew_gate(Gate.STREAM, until=wall + timedelta(hours=1), reason="heard an event")
        tx.shut_gate(Gate.STREAM, reason="the connection was lost")

    with store.transaction() as tx:
        (state,) = tx.gates()
    assert (state.gate, state.open_until) == (Gate.STREAM, None)
    assert state.reason == "the connection was lost"
    assert not state.is_open(wall)
    assert execution(store, order.source_trade_id).open_gates == frozenset()
