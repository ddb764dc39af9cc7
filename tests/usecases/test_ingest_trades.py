"""What a leader did is kept, once and completely."""

from datetime import timedelta

import pytest
from live_made import LEADER, MARKET, NOON, OTHER_MARKET, a_market, a_trade

from ltsys.domain.errors import VenueUnavailableError
from ltsys.domain.source_trade import BadRow
from ltsys.usecases.ingest_trades import ingest_trades

SECOND = timedelta(seconds=1)


def trades(count: int, start: int = 0):
    return [a_trade(n, traded_at=NOON + n * SECOND) for n in range(start, start + count)]


def stored(floor) -> list[str]:
    return list(floor.store.tables.source_trades)


def test_trades_are_stored_once_however_often_they_are_read(floor):
    """L06, L50."""
    floor.feed.rows[LEADER] = trades(3)

    first, second = (ingest_trades(LEADER, watch=floor.watch) for _ in range(2))

    assert (first, second) == (3, 0)
    assert stored(floor) == ["trade-0", "trade-1", "trade-2"]
    assert floor.store.tables.traders[LEADER].cursor_at == NOON + 2 * SECOND


def test_rows_that_cannot_be_believed_are_counted_and_the_others_go_on(floor):
    """One bad row hides nothing, and is not hidden (L49, L54)."""
    bad = [BadRow(reason=reason, text="?") for reason in ("bad_price", "bad_price", "bad_side")]
    floor.feed.rows[LEADER] = [bad[0], *trades(2), *bad[1:]]

    added = ingest_trades(LEADER, watch=floor.watch)

    (entry,) = [e for e in floor.store.tables.lt_execute_logs if e.stage == "ingest"]
    assert added == 2
    assert (entry.level, entry.extra) == ("WARNING", {"bad_price": 2, "bad_side": 1})


def test_a_crash_in_the_middle_loses_nothing(floor):
    """The cursor stands at what was stored, not at the clock (L50)."""
    rows = trades(2_500)
    floor.feed.rows[LEADER] = [*rows[:1_500], VenueUnavailableError("503"), *rows[1_500:]]
    with pytest.raises(VenueUnavailableError):
        ingest_trades(LEADER, watch=floor.watch)
    middle = len(stored(floor)), floor.store.tables.traders[LEADER]
    floor.feed.rows[LEADER] = rows

    added = ingest_trades(LEADER, watch=floor.watch)

    assert middle[0] == 1_000
    assert (middle[1].cursor_at, middle[1].synced_at) == (NOON + 999 * SECOND, None)
    assert added == 1_500
    assert len(stored(floor)) == 2_500


def test_a_burst_larger_than_a_batch_is_read_whole(floor):
    """L48, L50."""
    floor.feed.rows[LEADER] = trades(3_001)

    assert ingest_trades(LEADER, watch=floor.watch) == 3_001


def test_markets_are_known_before_whoever_decides_sees_the_trade(floor):
    floor.market_data.shown[OTHER_MARKET] = a_market(condition_id=OTHER_MARKET)
    floor.feed.rows[LEADER] = [*trades(2), a_trade(9, condition_id=OTHER_MARKET)]

    ingest_trades(LEADER, watch=floor.watch)

    assert set(floor.store.tables.markets) == {MARKET, OTHER_MARKET}
    assert floor.market_data.asked == [(OTHER_MARKET,)]


def test_a_market_that_cannot_be_had_keeps_its_trades_for_later(floor):
    """L54."""
    floor.market_data.outage = VenueUnavailableError("503")
    floor.feed.rows[LEADER] = [a_trade(9, condition_id=OTHER_MARKET)]

    with pytest.raises(VenueUnavailableError):
        ingest_trades(LEADER, watch=floor.watch)

    assert stored(floor) == []


def test_a_quiet_leader_was_still_looked_at(floor):
    """L51."""
    assert ingest_trades(LEADER, watch=floor.watch) == 0
    assert floor.store.tables.traders[LEADER].synced_at == NOON
    assert floor.store.tables.traders[LEADER].cursor_at is None
