"""The machine's time and the simulator's."""

from datetime import UTC, datetime, timedelta

import pytest
from polymarket_stub import Drop, Reply

from ltsys.adapters.clock import SimulatedClock, SystemClock
from ltsys.domain.errors import VenueUnavailableError


def test_the_system_clock_tells_one_time_in_utc():
    made = SystemClock()

    first, second, third = made.wall(), made.now(), made.wall()

    assert first.tzinfo is UTC
    assert first <= second <= third


def test_the_simulated_clock_tells_the_simulator_s_time_to_the_microsecond(stub, http):
    stub.says('{"now": 1774216800.123456, "rate": 10}')
    made = SimulatedClock(f"{stub.url}/", http)

    assert made.now() == datetime(2026, 3, 22, 22, 0, 0, 123456, tzinfo=UTC)
    assert stub.asked[0].path == "/sim/clock"
    assert abs(made.wall() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_simulated_time_is_asked_for_each_time(stub, http):
    """A clock that is stepped may move between any two readings."""
    stub.says({"now": 1774216800})
    made = SimulatedClock(stub.url, http)
    first = made.now()
    stub.says({"now": 1774216810})

    assert made.now() - first == timedelta(seconds=10)


@pytest.mark.parametrize(
    "reply",
    [
        Reply("", 500),
        Reply("<html>"),
        Reply({"now": "soon"}),
        Reply({"now": 1e30}),
        Reply("{}"),
        Drop(),
    ],
)
def test_a_simulated_clock_that_cannot_be_read_says_so(stub, http, reply):
    stub.behave = lambda _: reply

    with pytest.raises(VenueUnavailableError):
        SimulatedClock(stub.url, http).now()
