"""A process dies before and after each message it sends; one order and every cent survive.

Steps are all messages to the database, all HTTP requests and the signature, from the first row
of a signal to the last record of its payout. They are counted on an undisturbed run.
"""

from itertools import product

import pytest
from mortal import Fate
from one_order import crashes, open_floor, recover

from ltsys.audit import (
    duplicates,
    lost_signals,
    missed_fills,
    money_drift,
    phantom_fills,
    venue_truth,
)
from ltsys.domain.order import ENDED

pytestmark = pytest.mark.slow

POST = "POST /order"
FILLED = {
    "venue orders": 1,
    "ended": True,
    "outcome": "WON",
    "fills": 2,
    "postings": {"reserve": 1, "fill": 2, "release": 1, "resolve": 1, "settle": 1},
}
NEVER_POSTED = {
    "venue orders": 0,
    "ended": True,
    "outcome": "OPEN",
    "fills": 0,
    "postings": {"reserve": 1, "release": 1},
}
CLEAN = {
    "held aside": (0, 0, 0),
    "duplicates": 0,
    "lost signals": 0,
    "missed fills": 0,
    "phantom fills": 0,
    "money drift": 0,
    "alerts": 0,
}


def found(floor, signal):
    """What the venue and our books say of the signal, and of each other."""
    truth = venue_truth(floor.simulator, floor.account)
    books = floor.books
    order = books.execute(
        "SELECT * FROM lt_orders WHERE source_trade_id = %s", (signal.trade_id,)
    ).fetchone()
    fills = books.execute(
        "SELECT * FROM lt_fills WHERE lt_order_id = %s", (order["lt_order_id"],)
    ).fetchall()
    postings = books.execute(
        """
        SELECT kind, count(DISTINCT cause) AS n FROM lt_ledger
         WHERE cause = %s OR cause LIKE %s GROUP BY kind
        """,
        (order["lt_order_id"], f"fill:%:{order['order_id']}"),
    ).fetchall()
    state = books.execute(
        "SELECT reserved_usd, position_usd, cooldown_capital FROM lt_risk_state"
    ).fetchone()
    alerts = books.execute("SELECT count(*) AS n FROM lt_alerts").fetchone()
    return {
        "venue orders": venue_orders(floor, signal),
        "ended": order["status"] in ENDED,
        "outcome": order["outcome"],
        "fills": len(fills),
        "postings": {row["kind"]: row["n"] for row in postings},
        "held aside": tuple(state.values()),
        "duplicates": duplicates(books, truth),
        "lost signals": lost_signals(books),
        "missed fills": missed_fills(books, truth),
        "phantom fills": phantom_fills(books, truth),
        "money drift": money_drift(books, truth),
        "alerts": alerts["n"],
    }


def venue_orders(floor, signal):
    """How many orders the venue has ever taken in the signal's own market, killed ones included."""
    orders = floor.simulator.ask("GET", f"/sim/truth?maker={floor.account}")["orders"]
    return sum(order["condition_id"] == signal.target.market.condition_id for order in orders)


def steps_of_a_life(floor, *, repost):
    """What an undisturbed order takes, in its order; it ends as every other has to."""
    signal, fate = floor.signal(), Fate()

    assert not crashes(floor, signal, fate, repost=repost)

    assert found(floor, signal) == CLEAN | FILLED
    return fate.steps


def end_after(floor, fate, *, repost):
    """What is found once a process has died of its fate and another has recovered."""
    floor.set_clock()
    signal = floor.signal()
    assert crashes(floor, signal, fate, repost=repost), "the process lived"
    with floor.process(Fate(), repost=repost) as life:
        recover(life, floor, signal)
    return found(floor, signal)


@pytest.mark.parametrize(
    ("fault", "repost"),
    [(None, True), (None, False), ("always POST /order: drop-after-accept", False)],
    ids=["reposting", "asking only", "every answer lost"],
)
def test_a_crash_at_any_step_ends_in_one_order_and_balanced_books(
    database_url, tmp_path, fault, repost
):
    """Saved before it is sent, asked about and never resent, each fill once (L02, L03, L22, L56).

    Only an order that was saved and not sent may come to nothing, and only where envelopes are
    not posted again: nobody can know that it was not sent.
    """
    with open_floor(tmp_path, database_url) as floor:
        if fault is not None:
            floor.simulator.ask("POST", "/sim/faults", {"script": fault})
        steps = steps_of_a_life(floor, repost=repost)
        assert steps.count(POST) == 1
        post = steps.index(POST) + 1
        unsent = set() if repost else {(post - 1, "after"), (post, "before")}

        for number, when in product(range(1, len(steps) + 1), ("before", "after")):
            fate = Fate(number, when)
            end = end_after(floor, fate, repost=repost)

            outcome = NEVER_POSTED if (number, when) in unsent else FILLED
            assert end == CLEAN | outcome, f"died {when} step {number}, {steps[number - 1]}"
            assert fate.steps == steps[:number]
