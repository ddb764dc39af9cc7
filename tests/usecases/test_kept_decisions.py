"""Every decision is kept with all it looked at, and decided again it gives the same answer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import NO_LIMITS, NOON, YES, a_book
from trading_floor import Floor, accepted

from ltsys.domain.canonical import to_text
from ltsys.domain.decision import case_of, decide, verdict_of
from ltsys.domain.denial import DenialCode
from ltsys.domain.errors import HaltedError, VenueUnavailableError
from ltsys.domain.gate import Gate
from ltsys.domain.live_order import Plan
from ltsys.domain.market import BookLevel
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.venue import Killed
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.resolve_order import Word
from ltsys.usecases.retry_order import retry_order

WORD = Word(operator="ann", reason="try once more")


def kept(floor: Floor):
    """What is kept; each decided again to the same bytes."""
    rows = [row.text for row in floor.store.tables.lt_decisions.values()]
    for text in rows:
        assert to_text(decide(case_of(text))) == text.verdict
    return [(case_of(text), verdict_of(text)) for text in rows]


def test_a_plan_is_kept_with_what_it_looked_at(floor):
    order = floor.execute(1, accepted("10"))

    ((case, verdict),) = kept(floor)

    assert verdict == order.plan
    assert case.situation.book == a_book()
    assert case.situation.state.balances.available == Usd.of(1000)


def test_a_denial_is_kept_with_what_it_looked_at(new_floor):
    floor = new_floor(rules=replace(NO_LIMITS, max_position_size=Usd.of(5)))

    floor.execute(1)

    ((case, denial),) = kept(floor)
    assert denial.code is DenialCode.MAX_POSITION_SIZE_EXCEEDED
    assert case.situation.rules.max_position_size == Usd.of(5)


def test_a_second_delivery_adds_no_decision(floor):
    """L56."""
    key = floor.signal(1)
    floor.venue.answers.append(accepted("10"))

    execute_order(key, desk=floor.desk)
    execute_order(key, desk=floor.desk)

    assert len(kept(floor)) == 1


def test_a_retry_is_a_decision_of_its_own(floor):
    """Denied or planned, by what is so at its own time (L08)."""
    order = floor.execute(1, Killed(text="nobody sells"))
    floor.clock.move(timedelta(minutes=30))
    floor.venue.answers.append(accepted("10"))

    refused = retry_order(order.lt_order_id, WORD, even_if_old=False, desk=floor.desk)
    retry_order(order.lt_order_id, WORD, even_if_old=True, desk=floor.desk)

    verdicts = [verdict for _, verdict in kept(floor)]
    rows = floor.store.tables.lt_decisions.values()
    assert [row.attempt for row in rows] == [1, 2, 2]
    assert verdicts[1] == refused
    assert isinstance(verdicts[2], Plan)


def test_a_signal_that_waits_leaves_no_decision_until_it_is_too_old(floor):
    """The denial says what it waited for, then and when it is decided again (L28, L32)."""
    floor.desk = replace(floor.desk, required_gates=frozenset([Gate.STREAM]))
    key = floor.signal(1)

    with pytest.raises(HaltedError):
        execute_order(key, desk=floor.desk)
    assert kept(floor) == []
    floor.clock.move(timedelta(minutes=4))
    execute_order(key, desk=floor.desk)

    ((case, denial),) = kept(floor)
    assert case.waits_for == "the stream gate is shut"
    assert denial.code is DenialCode.SIGNAL_TOO_OLD
    assert "it waited: the stream gate is shut" in denial.text


def test_a_planned_order_that_may_not_go_on_has_a_second_decision(floor):
    """Planned, then paused before it was signed."""
    floor.store.tables.lt_decisions.clear()
    key = floor.signal(1)
    planned_then_crashed(floor, key)
    floor.change_state(is_paused=True, pause_reason="lunch")

    execute_order(key, desk=floor.desk)

    (_, first), (case, second) = kept(floor)
    assert isinstance(first, Plan)
    assert case.is_planned
    assert second.code is DenialCode.STRATEGY_PAUSED


def planned_then_crashed(floor: Floor, key) -> None:
    class Crash:
        def sign(self, _):
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        execute_order(key, desk=replace(floor.desk, signer=Crash()))


def test_a_book_that_could_not_be_had_is_kept_as_what_was_waited_for(floor):
    floor.market_data.outage = VenueUnavailableError("HTTP 503")
    key = floor.signal(1)
    floor.clock.move(timedelta(minutes=4))

    execute_order(key, desk=floor.desk)

    ((case, _),) = kept(floor)
    assert case.waits_for == "HTTP 503"
    assert case.situation.book is None


def test_of_a_long_book_the_part_in_sight_is_looked_at_and_kept(floor):
    """Offers up to half above the signal's price, whatever the order of the levels."""
    cents = [Price(n * Price.of("0.001").per_share) for n in range(1, 1_000)]
    levels = [BookLevel(price=price, shares=Shares.of(1)) for price in reversed(cents)]
    asks = tuple(level for level in levels if level.price >= Price.of("0.40"))
    bids = tuple(level for level in levels if level.price < Price.of("0.40"))
    floor.market_data.books[YES] = a_book(asks=asks, bids=bids, tick=Price.of("0.001").per_share)

    floor.execute(1, accepted("10"))

    ((case, _),) = kept(floor)
    book = case.situation.book
    assert (book.best_bid, book.best_ask) == (Price.of("0.399"), Price.of("0.4"))
    assert len(book.bids) == 20
    assert len(book.asks) == 200
    assert case.situation.now == NOON
