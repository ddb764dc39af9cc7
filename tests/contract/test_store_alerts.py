"""Alerts: both stores keep one contract."""

from live_made import STRATEGY

from ltsys.domain.alert import Alert, Severity

LOST = Alert(key="unknown:lto_1", severity=Severity.CRITICAL, text="unknown for 5 min")
SLOW = Alert(key="slow", severity=Severity.WARNING, text="the venue is slow", strategy_id=STRATEGY)


def raised(store, *alerts):
    with store.transaction() as tx:
        return [tx.raise_alert(alert) for alert in alerts]


def open_ones(store):
    with store.transaction() as tx:
        return tx.open_alerts()


def test_a_condition_is_told_once_and_counted_afterwards(store):
    """Keyed: the same one again is no second row (LESSONS L64)."""
    newer = Alert(key=LOST.key, severity=LOST.severity, text="unknown for 10 min")

    told = raised(store, LOST) + raised(store, newer)

    (found,) = open_ones(store)
    assert told == [True, False]
    assert (found.alert, found.count) == (newer, 2)
    assert found.first_at <= found.last_at


def test_a_cleared_condition_may_come_again(store):
    raised(store, LOST)

    with store.transaction() as tx:
        cleared = [tx.clear_alert(LOST.key), tx.clear_alert(LOST.key)]

    assert cleared == [True, False]
    assert raised(store, LOST) == [True]
    assert [found.count for found in open_ones(store)] == [1]


def test_the_most_severe_stands_first(store):
    raised(store, SLOW, LOST)

    assert [found.alert for found in open_ones(store)] == [LOST, SLOW]
