"""With 500 signals queued and orders resting, one word stops everything (LESSONS L61)."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from storm import FAST, RESTING, Storm, pause_until, storming

from ltsys.audit import duplicates, lost_signals, missed_fills, phantom_fills, venue_truth

pytestmark = pytest.mark.slow

RESTING_COUNT = 8
WAITING_COUNT = 500
UNDER_WAY = 40
QUEUED = "SELECT count(*) FROM lt_seen_trades WHERE outcome = 'queued'"
LIVE = "SELECT count(*) FROM lt_orders WHERE strategy_id = %s AND status = 'live'"
WORKING = """
    SELECT count(*) FROM lt_orders
     WHERE status IN ('planned', 'submitting', 'unknown', 'live', 'partially_filled')
"""


@pytest.fixture(scope="module")
def storm(reachable_folder):
    with storming(reachable_folder()) as running:
        yield running


@pytest.fixture(params=["nothing", "valkey", "postgres"])
def stopped(request: pytest.FixtureRequest, storm: Storm) -> Iterator[str]:
    """A server that is away while the word is given, and is back afterwards."""
    yield request.param
    storm.resume()


def in_full_swing(storm: Storm, name: str) -> None:
    """Orders rest, some of the signals were posted, and most of them wait."""
    storm.signals(RESTING, f"{name}:rest", RESTING_COUNT)
    resting = f"LT_{RESTING}"
    assert pause_until(lambda: storm.count(LIVE, resting) == RESTING_COUNT, limit_s=30)
    posted = len(storm.venue_orders())
    storm.signals(FAST, f"{name}:storm", WAITING_COUNT)
    assert pause_until(lambda: len(storm.venue_orders()) >= posted + UNDER_WAY, limit_s=30)
    assert storm.count(QUEUED) > WAITING_COUNT // 2


def test_one_word_stops_new_orders_within_a_second_and_cancels_the_working_ones(
    storm: Storm, stopped: str
):
    """Whichever server is away; afterwards the books agree with the venue's (L24, L61)."""
    in_full_swing(storm, stopped)
    if stopped != "nothing":
        storm.stop(stopped)

    said = storm.lt("halt", "--global", "--reason", f"a storm without {stopped}")

    at_venue = storm.venue_orders()
    halted_at = storm.venue_time(datetime.fromisoformat(said["halt"]["since"]))
    latest = max(order["created_at"] for order in at_venue)
    assert latest <= halted_at + 1
    assert said["is_recorded"] == (stopped != "postgres")
    assert len(said["canceling"]["canceled"]) == RESTING_COUNT
    assert [order for order in at_venue if order["status"] in {"LIVE", "DELAYED"}] == []

    if stopped != "nothing":
        storm.start(stopped)
    assert pause_until(lambda: storm.count(WORKING) == 0 == storm.count(QUEUED), limit_s=60)
    assert {order["order_id"] for order in storm.venue_orders()} == {
        order["order_id"] for order in at_venue
    }
    assert_all_is_accounted_for(storm, stopped, said["halt"])


def assert_all_is_accounted_for(storm: Storm, name: str, halt: dict) -> None:
    rows = storm.ask(
        "SELECT status, denial_code, denial_text FROM lt_orders WHERE source_trade_id LIKE %s",
        f"{name}:storm:%",
    )
    denied = [row for row in rows if row["status"] == "denied"]
    assert len(rows) == WAITING_COUNT
    assert {row["denial_code"] for row in denied} == {"HALTED"}
    assert all(halt["reason"] in row["denial_text"] for row in denied)
    assert len(denied) > WAITING_COUNT // 4

    resting = storm.ask(
        "SELECT DISTINCT status, reserved_usd FROM lt_orders WHERE source_trade_id LIKE %s",
        f"{name}:rest:%",
    )
    assert [(row["status"], row["reserved_usd"]) for row in resting] == [("canceled", 0)]

    kept = storm.ask("SELECT * FROM lt_halts WHERE halt_id = %s", halt["halt_id"])
    told = storm.ask("SELECT * FROM lt_alerts WHERE key = %s", f"halt:{halt['halt_id']}")
    assert [row["reason"] for row in kept] == [halt["reason"]]
    assert len(told) == 1

    truth = venue_truth(storm.simulator, storm.account)
    with storm.books() as books:
        assert duplicates(books, truth) == 0
        assert lost_signals(books) == 0
        assert missed_fills(books, truth) == 0
        assert phantom_fills(books, truth) == 0
