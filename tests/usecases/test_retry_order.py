"""A new attempt follows a definite end only, and passes every check again (L03, L08)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import YES, a_book
from trading_floor import accepted, events, parked, parked_alert

from ltsys.domain.denial import Denial, DenialCode
from ltsys.domain.errors import (
    OutcomeUnknownError,
    RefusedError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.ledger import Kind
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import AlreadySeen, FillStatus, Killed
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.queue_signals import due_signals
from ltsys.usecases.record_answer import record_answer
from ltsys.usecases.resolve_order import Word
from ltsys.usecases.retry_order import retry_order

TEN = Usd.of(10)
MINUTE = timedelta(minutes=1)
LOST = OutcomeUnknownError("timed out")
KILLED = Killed(text="no match")
BOB = Word(operator="bob", reason="the venue's support says so")


def retry(floor, order, *answers, even_if_old: bool = False):
    floor.venue.answers.extend(answers)
    return retry_order(order.lt_order_id, BOB, even_if_old=even_if_old, desk=floor.desk)


@pytest.mark.parametrize("answer", [KILLED, VenueRejectedError("REJECTED", "no")])
def test_a_killed_order_can_be_tried_again_under_a_new_name(floor, answer):
    """A second attempt is a row of its own under the same intent (L08)."""
    order = floor.execute(1, answer)

    again = retry(floor, order, accepted())

    first, second = floor.store.tables.orders.values()
    assert (again.status, again.attempt) == (OrderStatus.LIVE, 2)
    assert again.lt_order_id == order.lt_order_id
    assert again.order_id == second.signed.order_id != first.signed.order_id
    assert [each.attempt for each in (first, second)] == [1, 2]
    assert floor.balances.reserved == TEN
    assert floor.outcome((order.strategy_id, order.source_trade_id)) == ("executed", None)
    reserves = [c for (_, c, kind, _) in floor.store.tables.lt_ledger if kind is Kind.RESERVE]
    assert set(reserves) == {order.lt_order_id, f"{order.lt_order_id}#2"}


def test_a_retry_runs_every_check_again(floor):
    """By the book of this moment, and not for a signal that is too old (L19)."""
    order = floor.execute(1, KILLED)
    floor.market_data.books[YES] = a_book(ask=None)
    no_book = retry(floor, order)
    floor.market_data.books[YES] = a_book()
    floor.clock.move(10 * MINUTE)

    too_old = retry(floor, order)
    placed = retry(floor, order, accepted(), even_if_old=True)

    assert isinstance(no_book, Denial)
    assert (no_book.code, too_old.code) == (DenialCode.NO_BOOK, DenialCode.SIGNAL_TOO_OLD)
    assert placed.status is OrderStatus.LIVE
    assert len(floor.venue.posted) == 2


def test_a_denied_retry_changes_nothing(floor):
    """L03."""
    order = parked(floor)
    floor.venue.held.clear()

    denied = retry(floor, order)

    assert denied.code is DenialCode.SIGNAL_TOO_OLD
    assert floor.order(order) == order
    assert parked_alert(floor, order) is not None


def test_a_parked_order_is_retried_only_when_its_shares_are_not_there(floor):
    """L03, L05."""
    order = parked(floor)
    with pytest.raises(RefusedError, match="holds 25 shares of the token, our books 0"):
        retry(floor, order, even_if_old=True)
    floor.venue.held.clear()

    again = retry(floor, order, accepted(), even_if_old=True)

    assert (again.status, again.attempt) == (OrderStatus.LIVE, 2)
    assert floor.balances.reserved == TEN
    assert parked_alert(floor, order) is None
    assert events(floor, order)[-4:] == ["kill", "retry", "submit", "accept"]


def test_an_order_that_is_still_asked_about_is_not_retried(floor):
    """L03."""
    order = floor.execute(1, AlreadySeen(text="duplicated"))

    with pytest.raises(RefusedError, match="still asked about"):
        retry(floor, order)


def test_an_order_of_which_something_filled_is_not_retried(floor):
    """L03, L20."""
    order = floor.execute(1, KILLED)
    floor.reports(order, shares="10")

    with pytest.raises(RefusedError, match="lists 1 fills"):
        retry(floor, order)


def test_the_answer_to_an_attempt_that_was_given_up_says_nothing_of_the_next(floor):
    """L03, L08."""
    order = parked(floor)
    floor.venue.held.clear()
    again = retry(floor, order, LOST, even_if_old=True)

    record_answer(order.lt_order_id, order.order_id, KILLED, desk=floor.desk)

    assert floor.order(order) == again
    assert floor.balances.reserved == TEN
    assert "late answer without effect" in floor.messages("post")[-1]


def test_a_fill_of_an_attempt_that_was_given_up_counts(floor):
    """Both attempts are asked about, and each fill is money (L20, L22)."""
    first = parked(floor)
    floor.venue.held.clear()
    second = retry(floor, first, accepted(), even_if_old=True)
    floor.reports(first, 1, shares="5")
    floor.reports(second, 2, shares="20", matched_at=floor.clock.now())

    order = floor.track(second)

    assert (order.status, order.executed) == (OrderStatus.FILLED, TEN)
    assert len(floor.store.tables.lt_fills) == 2


def test_a_retry_that_could_not_be_posted_is_swept_like_any_signal(floor):
    """The outbox holds it again; the same bytes are posted (L02, L58)."""
    order = floor.execute(1, KILLED)
    waiting = retry(floor, order, VenueUnavailableError("425"))
    floor.clock.move(MINUTE)
    floor.venue.answers.append(accepted())

    for key in due_signals(desk=floor.desk):
        execute_order(key, desk=floor.desk)

    assert waiting.status is OrderStatus.PLANNED
    assert floor.order(order).status is OrderStatus.LIVE
    assert floor.venue.posted[1] == floor.venue.posted[2]


def test_a_fill_of_the_first_attempt_stops_a_retry_that_waits(floor):
    """Nothing is bought twice (L03, L24)."""
    order = floor.execute(1, KILLED)
    waiting = retry(floor, order, VenueUnavailableError("425"))
    floor.stream(replace(waiting, order_id=order.order_id), shares="10")
    floor.clock.move(MINUTE)

    for key in due_signals(desk=floor.desk):
        execute_order(key, desk=floor.desk)

    now = floor.order(order)
    assert (now.status, now.executed) == (OrderStatus.CANCELED, Usd.of(4))
    assert len(floor.venue.posted) == 2
    assert floor.balances.reserved == ZERO_USD


def test_a_failed_fill_is_no_fill(floor):
    """L23."""
    order = floor.execute(1, KILLED)
    floor.reports(order, status=FillStatus.FAILED)

    assert retry(floor, order, accepted()).status is OrderStatus.LIVE
