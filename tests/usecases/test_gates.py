"""While a required gate is shut nothing new is planned, and the signal waits (LESSONS L28)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from trading_floor import accepted

from ltsys.domain.denial import DenialCode
from ltsys.domain.errors import HaltedError
from ltsys.domain.gate import Gate
from ltsys.domain.order import OrderStatus
from ltsys.usecases.execute_order import execute_order


@pytest.fixture
def desk(floor):
    """A desk that needs the stream."""
    return replace(floor.desk, required_gates=frozenset({Gate.STREAM}))


def renew(floor, until):
    with floor.store.transaction() as tx:
        tx.renew_gate(Gate.STREAM, until=until, reason="heard an event")


def test_a_signal_waits_while_the_stream_is_blind(floor, desk):
    key = floor.signal()

    with pytest.raises(HaltedError, match="the stream gate is shut"):
        execute_order(key, desk=desk)

    assert floor.outcome(key) == ("queued", None)
    assert floor.venue.posted == []


def test_it_is_placed_once_the_stream_is_back(floor, desk):
    key = floor.signal()
    floor.venue.answers.append(accepted())
    renew(floor, floor.clock.wall() + timedelta(seconds=15))

    execute_order(key, desk=desk)

    assert floor.row(key).status is OrderStatus.LIVE


def test_a_lease_that_ran_out_shuts_the_gate_by_itself(floor, desk):
    """A watcher that died renews nothing."""
    key = floor.signal()
    renew(floor, floor.clock.wall() - timedelta(seconds=1))

    with pytest.raises(HaltedError):
        execute_order(key, desk=desk)


def test_what_waited_too_long_is_denied_and_says_what_for(floor, desk):
    """Never sent late, and never without a reason (LESSONS L19, L32)."""
    key = floor.signal()
    floor.clock.move(timedelta(hours=1))

    execute_order(key, desk=desk)

    assert floor.row(key).denial.code is DenialCode.SIGNAL_TOO_OLD
    assert floor.row(key).denial.text.endswith("it waited: the stream gate is shut")
