"""What should move and does not is told, and is gone when it moves (L27, L51)."""

from datetime import timedelta

from trading_floor import accepted

from ltsys.domain.alert import Severity
from ltsys.domain.errors import OutcomeUnknownError
from ltsys.domain.venue import FillStatus
from ltsys.usecases.check_health import ANSWERS, SETTLED, SIGNALS, check_health
from ltsys.usecases.execute_order import execute_order

MINUTE = timedelta(minutes=1)


def told(floor) -> dict[str, str]:
    """After a tick that two beats send (L59)."""
    for _ in range(2):
        check_health(desk=floor.desk)
    return {key: each.alert.text for key, each in floor.store.tables.lt_alerts.items()}


def test_what_waits_a_moment_is_no_news(floor):
    floor.signal()
    floor.clock.move(2 * MINUTE)

    assert told(floor) == {}


def test_a_signal_that_nobody_takes_up_is_told_until_it_is(floor):
    """Nothing is dropped silently (L51, L52, L58)."""
    key = floor.signal()
    floor.clock.move(3 * MINUTE)
    waiting = told(floor)
    severity = floor.store.tables.lt_alerts[SIGNALS].alert.severity
    floor.clock.move(MINUTE)
    execute_order(key, desk=floor.desk)

    assert waiting == {
        SIGNALS: "the oldest queued signal has waited 180 s, over the limit of 120 s"
    }
    assert severity is Severity.WARNING
    assert floor.outcome(key) == ("skipped", "SIGNAL_TOO_OLD")
    assert told(floor) == {}


def test_an_answer_that_does_not_come_is_told_until_it_does(floor):
    """L03, L27."""
    order = floor.execute(1, OutcomeUnknownError("timed out"))
    floor.clock.move(3 * MINUTE)
    waiting = told(floor)
    floor.reports(order)
    floor.track(order)

    assert list(waiting) == [ANSWERS]
    assert told(floor) == {}


def test_a_fill_that_never_settles_is_told_until_it_does(floor):
    """Its money is provisional for as long (L23, L51)."""
    order = floor.execute(1, accepted())
    floor.reports(order, status=FillStatus.MATCHED)
    floor.track(order)
    floor.clock.move(14 * MINUTE)
    patient = told(floor)
    floor.clock.move(2 * MINUTE)
    waiting = told(floor)
    floor.reports(order, status=FillStatus.CONFIRMED)
    floor.track(order)

    assert SETTLED not in patient
    assert waiting[SETTLED] == (
        "the oldest fill that is neither confirmed nor failed on chain has waited 960 s, "
        "over the limit of 900 s"
    )
    assert SETTLED not in told(floor)
