"""What nothing settles waits for a person, whose word is checked against the venue's (L03, L27)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import YES, a_book
from trading_floor import accepted

from ltsys.domain.alert import Severity, parked_key
from ltsys.domain.errors import (
    OutcomeUnknownError,
    RefusedError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.ledger import Kind
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.risk import Denial, DenialCode
from ltsys.domain.venue import AlreadySeen, FillStatus, Killed, VenueOrderStatus
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.queue_signals import due_signals
from ltsys.usecases.record_answer import record_answer
from ltsys.usecases.resolve_order import Word, declare_ended, declare_killed, look_again
from ltsys.usecases.retry_order import retry_order
from ltsys.usecases.track_order import due_orders

TEN = Usd.of(10)
MINUTE = timedelta(minutes=1)
LOST = OutcomeUnknownError("timed out")
KILLED = Killed(text="no match")
BOB = Word(operator="bob", reason="the venue's support says so")


def row(floor, order):
    return floor.row((order.strategy_id, order.source_trade_id))


def alert(floor, order):
    return floor.store.tables.lt_alerts.get(parked_key(order.lt_order_id))


def parked(floor, number: int = 1, answer=LOST):
    """An order whose shares seem to be there, but nothing says that it bought them."""
    order = floor.execute(number, answer)
    floor.venue.held[YES] = Shares.of(25)
    for _ in range(8):
        floor.track(order)
    floor.clock.move(15 * MINUTE)
    return floor.track(order)


def events(floor, order):
    logged = floor.store.tables.order_events_log
    return [each.event for each in logged if each.lt_order_id == order.lt_order_id]


# parking


def test_an_order_that_nothing_settles_is_parked_with_its_money_and_told(floor):
    """No more looks, a critical alert that says what is known (L03, L27)."""
    order = parked(floor)

    told = alert(floor, order)
    assert (order.status, floor.balances.reserved) == (OrderStatus.UNKNOWN, TEN)
    assert row(floor, order).parked_at == floor.clock.wall()
    assert row(floor, order).next_check_at is None
    assert due_orders(desk=replace(floor.desk)) == ()
    assert told.alert.severity is Severity.CRITICAL
    assert "our books hold 0 shares of its token, the venue 25" in told.alert.text
    assert events(floor, order)[-1] == "park"


@pytest.mark.parametrize(
    ("looks", "waits"), [(8, 14 * MINUTE), (3, 20 * MINUTE)], ids=["too soon", "too few looks"]
)
def test_an_order_is_parked_neither_too_soon_nor_unseen(floor, looks, waits):
    """An outage of an hour is no look (L05, L54)."""
    order = floor.execute(1, LOST)
    floor.venue.held[YES] = Shares.of(25)
    for _ in range(looks - 1):
        floor.track(order)
    floor.clock.move(waits)

    floor.track(order)

    assert row(floor, order).parked_at is None
    assert row(floor, order).next_check_at is not None


def test_an_accepted_order_whose_fills_never_show_is_parked(floor):
    """Every order ends, or somebody is told (L27)."""
    order = parked(floor, answer=accepted("10"))

    assert order.status is OrderStatus.LIVE
    assert alert(floor, order) is not None


def test_a_second_look_at_a_parked_order_tells_nobody_again(floor):
    """L64."""
    order = parked(floor)
    since = row(floor, order).parked_at
    floor.clock.move(MINUTE)

    floor.track(order)

    assert row(floor, order).parked_at == since
    assert alert(floor, order).count == 1
    assert events(floor, order).count("park") == 1


def test_a_fill_settles_a_parked_order_and_clears_its_alert(floor):
    """The stream or a reconciliation may still bring it (L05, L22)."""
    order = parked(floor)
    floor.reports(order, matched_at=floor.clock.now())

    order = floor.track(order)

    assert (order.status, order.executed) == (OrderStatus.FILLED, TEN)
    assert row(floor, order).parked_at is None
    assert alert(floor, order) is None


def test_a_late_answer_settles_a_parked_order_and_clears_its_alert(floor):
    """L03."""
    order = parked(floor)

    record_answer(order.lt_order_id, order.order_id, KILLED, desk=floor.desk)

    assert floor.order(order).status is OrderStatus.CANCELED
    assert (alert(floor, order), row(floor, order).parked_at) == (None, None)
    assert floor.balances.reserved == ZERO_USD


# --killed and --ended


def test_an_operator_may_say_that_an_order_never_was(floor):
    """Who, when and why are written down; the money is available again (L03, L27)."""
    order = parked(floor)

    ended = declare_killed(order.lt_order_id, BOB, desk=floor.desk)

    assert ended.status is floor.order(order).status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)
    assert alert(floor, order) is None
    assert floor.store.tables.order_events_log[-1].detail == str(BOB)
    assert str(BOB) in floor.messages("operator")[-1]
    assert floor.outcome((order.strategy_id, order.source_trade_id)) == ("failed", str(BOB))


def say_killed(floor, order):
    with pytest.raises(RefusedError) as refused:
        declare_killed(order.lt_order_id, BOB, desk=floor.desk)
    return str(refused.value)


@pytest.mark.parametrize("status", [VenueOrderStatus.LIVE, VenueOrderStatus.MATCHED])
def test_an_order_that_the_venue_holds_cannot_be_declared_killed(floor, status):
    """L03."""
    order = parked(floor)
    floor.shows(order, status)

    assert f"shows {order.lt_order_id} as {status}" in say_killed(floor, order)
    assert floor.balances.reserved == TEN


def test_an_order_with_fills_cannot_be_declared_killed(floor):
    """Whether we count them, the venue lists them, or its answer named them (L20)."""
    counted = floor.execute(1, accepted("10"))
    floor.reports(counted, 1, shares="10")
    counted = floor.track(counted)
    listed = floor.execute(2, LOST)
    floor.reports(listed, 2)
    named = floor.execute(3, accepted("10"))

    assert "$4.00 of" in say_killed(floor, counted)
    assert "lists 1 fills" in say_killed(floor, listed)
    assert "said that $10.00 matched" in say_killed(floor, named)


def test_an_order_that_is_over_or_on_its_way_cannot_be_declared_killed(floor):
    """L03."""
    over = floor.execute(1, KILLED)
    waiting = floor.execute(2, VenueUnavailableError("425"))

    assert "is canceled already" in say_killed(floor, over)
    assert "waits to be posted" in say_killed(floor, waiting)
    assert "there is no order" in say_killed(floor, replace(over, lt_order_id="lto_none"))


def test_nobody_is_believed_while_the_venue_cannot_be_asked(floor):
    """L54."""
    order = parked(floor)
    floor.venue.outage = VenueUnavailableError("503")

    with pytest.raises(VenueUnavailableError):
        declare_killed(order.lt_order_id, BOB, desk=floor.desk)

    assert floor.order(order) == order


def test_what_is_filled_stays_when_the_rest_is_declared_over(floor):
    """L24, L27."""
    order = floor.execute(1, accepted("10"))
    floor.reports(order, 1, shares="10")
    order = floor.track(order)

    ended = declare_ended(order.lt_order_id, BOB, desk=floor.desk)

    assert (ended.status, ended.executed) == (OrderStatus.CANCELED, Usd.of(4))
    assert (floor.balances.available, floor.balances.reserved) == (Usd.of(996), ZERO_USD)


def test_an_order_with_uncounted_fills_is_not_over(floor):
    """L20."""
    order = floor.execute(1, accepted("10"))
    floor.reports(order, 1, shares="10")

    with pytest.raises(RefusedError, match="lists 1 fills"):
        declare_ended(order.lt_order_id, BOB, desk=floor.desk)


# --look


def test_a_look_asks_at_once_and_parks_again_what_it_does_not_settle(floor):
    """L27."""
    order = parked(floor)

    again = look_again(order.lt_order_id, BOB, desk=floor.desk)

    assert again.status is OrderStatus.UNKNOWN
    assert events(floor, order)[-2:] == ["unpark", "park"]
    assert alert(floor, order).count == 1


def test_a_look_settles_what_can_be_settled_by_now(floor):
    """L05."""
    order = parked(floor)
    floor.venue.held.clear()

    again = look_again(order.lt_order_id, BOB, desk=floor.desk)

    assert again.status is OrderStatus.CANCELED
    assert alert(floor, order) is None


# --retry


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
    assert alert(floor, order) is not None


def test_a_parked_order_is_retried_only_when_its_shares_are_not_there(floor):
    """L03, L05."""
    order = parked(floor)
    with pytest.raises(RefusedError, match="holds 25 shares of the token, our books 0"):
        retry(floor, order, even_if_old=True)
    floor.venue.held.clear()

    again = retry(floor, order, accepted(), even_if_old=True)

    assert (again.status, again.attempt) == (OrderStatus.LIVE, 2)
    assert floor.balances.reserved == TEN
    assert alert(floor, order) is None
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
