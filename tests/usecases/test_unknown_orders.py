"""Doubt about an order is asked about, and late answers change only what they may (VENUE §3.5)."""

from datetime import timedelta

import pytest
from live_made import STRATEGY, YES
from trading_floor import accepted

from ltsys.domain.errors import (
    MalformedAnswerError,
    OutcomeUnknownError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import AlreadySeen, Killed, VenueOrderStatus
from ltsys.usecases.execute_order import execute_order, post_and_record
from ltsys.usecases.launch_strategy import pause_strategy
from ltsys.usecases.record_answer import record_answer
from ltsys.usecases.track_order import due_orders, track_order

TEN = Usd.of(10)
SECOND = timedelta(seconds=1)
LOST = OutcomeUnknownError("timed out")
SEEN = AlreadySeen(text="order duplicated")


def track_often(floor, order, times: int = 6):
    for _ in range(times):
        floor.clock.move(60 * SECOND)
        order = floor.track(order)
    return order


def test_an_order_that_is_not_found_is_not_absent(floor):
    """A filled order may return 404; unknown stays unknown and keeps its money (L05)."""
    order = floor.execute(1, LOST)

    order = track_often(floor, order, 7)

    assert order.status is OrderStatus.UNKNOWN
    assert floor.balances.reserved == TEN
    assert len(floor.venue.posted) == 1


def test_an_order_that_is_nowhere_after_a_minute_of_looks_has_ended(floor):
    """Neither shown nor traded, and its shares are not there: an immediate order (L05, L27)."""
    order = floor.execute(1, LOST)

    order = track_often(floor, order, 8)

    assert order.status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)
    assert len(floor.venue.posted) == 1


def test_an_order_that_is_nowhere_but_in_the_balance_is_not_over(floor):
    """L05, L54."""
    order = floor.execute(1, LOST)
    floor.venue.held[YES] = Shares.of(25)

    order = track_often(floor, order, 30)

    assert order.status is OrderStatus.UNKNOWN
    assert floor.balances.reserved == TEN


def test_an_accepted_order_that_is_canceled_unfilled_gives_its_money_back(floor):
    """L24, L27."""
    order = floor.execute(1, accepted())
    floor.shows(order, VenueOrderStatus.CANCELED)

    order = floor.track(order)

    assert order.status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)


def test_nothing_is_posted_again_while_the_strategy_is_paused(new_floor):
    """L34."""
    floor = new_floor(repost=True)
    order = floor.execute(1, LOST)
    pause_strategy(STRATEGY, "a person", store=floor.store)

    for _ in range(4):
        floor.track(order)

    assert len(floor.venue.posted) == 1


def test_nothing_is_posted_again_when_it_has_grown_old(new_floor):
    """L19."""
    floor = new_floor(repost=True)
    order = floor.execute(1, LOST)
    floor.clock.move(121 * SECOND)

    for _ in range(4):
        floor.track(order)

    assert len(floor.venue.posted) == 1


@pytest.mark.parametrize("error", [VenueUnavailableError("503"), MalformedAnswerError("html")])
def test_an_outage_is_not_an_answer(floor, error):
    """Nothing follows from it; the order stays as it was (L05, L54)."""
    order = floor.execute(1, LOST)
    before = floor.store.tables
    floor.venue.outage = error

    with pytest.raises(type(error)):
        track_order(order.lt_order_id, desk=floor.desk)

    assert floor.store.tables == before


def test_an_unknown_order_that_was_filled_is_found_by_its_trades(floor):
    """Three timeouts were three fills (L03, L05)."""
    order = floor.execute(1, LOST)
    floor.reports(order)

    order = floor.track(order)

    assert order.status is OrderStatus.FILLED
    assert floor.balances.position == TEN


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        (VenueOrderStatus.LIVE, OrderStatus.LIVE),
        (VenueOrderStatus.DELAYED, OrderStatus.LIVE),
        (VenueOrderStatus.MATCHED, OrderStatus.LIVE),
        (VenueOrderStatus.CANCELED, OrderStatus.CANCELED),
        (VenueOrderStatus.INVALID, OrderStatus.REJECTED),
    ],
)
def test_an_unknown_order_that_is_shown_is_what_it_is_shown_as(floor, shown, status):
    """L25."""
    order = floor.execute(1, LOST)
    floor.shows(order, shown)

    order = floor.track(order)

    assert order.status is status
    is_over = status in {OrderStatus.CANCELED, OrderStatus.REJECTED}
    assert floor.balances.reserved == (ZERO_USD if is_over else TEN)


def test_a_canceled_order_that_matched_waits_for_its_fills(floor):
    """The word alone is not the money (L20, L25)."""
    order = floor.execute(1, LOST)
    floor.shows(order, VenueOrderStatus.CANCELED, matched="10")
    waiting = floor.track(order)
    floor.reports(order, shares="10")

    order = floor.track(order)

    assert waiting.status is OrderStatus.LIVE
    assert waiting.reserved == TEN
    assert (order.status, order.executed) == (OrderStatus.CANCELED, Usd.of(4))
    assert floor.balances.available == Usd.of(996)


def test_without_the_switch_nothing_is_posted_again(floor):
    """L03."""
    order = floor.execute(1, LOST)

    track_often(floor, order, 10)

    assert len(floor.venue.posted) == 1


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (accepted(), OrderStatus.LIVE),
        (Killed(text="no match"), OrderStatus.CANCELED),
        (SEEN, OrderStatus.UNKNOWN),
        (LOST, OrderStatus.UNKNOWN),
        (VenueUnavailableError("425"), OrderStatus.UNKNOWN),
        # the first post may have filled, and be the reason for the refusal
        (VenueRejectedError("NOT_ENOUGH_BALANCE", "not enough balance"), OrderStatus.UNKNOWN),
    ],
)
def test_with_the_switch_the_same_envelope_asks(new_floor, answer, status):
    """After spaced checks only, and always the same bytes (L02, L05)."""
    floor = new_floor(repost=True)
    order = floor.execute(1, LOST)
    floor.venue.answers.append(answer)
    posts = []

    for _ in range(3):
        floor.clock.move(30 * SECOND)
        order = floor.track(order)
        posts.append(len(floor.venue.posted))

    assert posts == [1, 1, 2]
    assert floor.venue.posted[0] == floor.venue.posted[1]
    assert order.status is status


def test_seen_and_then_filled_is_filled(floor):
    """L04."""
    order = floor.execute(1, SEEN)
    track_often(floor, order, 2)
    floor.reports(order)

    order = floor.track(order)

    assert order.status is OrderStatus.FILLED


def test_seen_without_trades_and_without_shares_was_killed(floor):
    """The balance tells, after spaced checks (L04, L05)."""
    order = floor.execute(1, SEEN)

    before = track_often(floor, order, 7).status
    after = track_often(floor, order, 1)

    assert before is OrderStatus.UNKNOWN
    assert after.status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)


def test_seen_without_trades_but_with_shares_is_not_over(floor):
    """A trade list that lags is not proof of absence (L05, L54)."""
    order = floor.execute(1, SEEN)
    floor.venue.held[YES] = Shares.of(25)

    order = track_often(floor, order, 8)

    assert order.status is OrderStatus.UNKNOWN
    assert floor.balances.reserved == TEN


def test_the_balance_is_compared_with_what_all_our_orders_hold(floor):
    """Shares of another order are not proof of this one (L05)."""
    other = floor.execute(1, accepted())
    floor.reports(other)
    floor.track(other)
    floor.venue.held[YES] = Shares.of(25)

    order = track_often(floor, floor.execute(2, SEEN), 8)

    assert order.status is OrderStatus.CANCELED


def test_checks_come_ever_less_often(floor):
    """A budget of calls for each order (L53)."""
    order = floor.execute(1, LOST)
    floor.venue.held[YES] = Shares.of(25)
    key = (order.strategy_id, order.source_trade_id)
    pauses = []
    for _ in range(8):
        floor.track(order)
        pauses.append(int((floor.row(key).next_check_at - floor.clock.wall()).total_seconds()))

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_due_orders_are_put_off_for_whoever_asks_next(floor):
    """One looks at a time (L53, L59)."""
    order = floor.execute(1, accepted())
    floor.clock.move(SECOND)

    first, second = due_orders(desk=floor.desk), due_orders(desk=floor.desk)

    assert (first, second) == ((order.lt_order_id,), ())


@pytest.mark.parametrize("status", [OrderStatus.PLANNED, OrderStatus.DENIED])
def test_an_order_that_was_never_sent_is_not_asked_about(floor, status):
    if status is OrderStatus.PLANNED:
        order = floor.execute(1, VenueUnavailableError("425"))
        assert floor.track(order) == order
    track_order("lto_none", desk=floor.desk)

    assert floor.store.tables.lt_fills == {}


def test_a_late_rejection_of_an_order_that_was_filled_changes_nothing(floor):
    """The fill is the truth (L03, L20)."""
    order = floor.execute(1, accepted())
    floor.reports(order)
    order = floor.track(order)

    error = VenueRejectedError("NOT_ENOUGH_BALANCE", "late")
    result = record_answer(order.lt_order_id, order.order_id, error, desk=floor.desk)

    assert result is None
    assert floor.order(order) == order
    assert "late answer without effect" in floor.messages("post")[-1]


def test_a_fill_that_is_heard_before_the_answer_leaves_the_answer_its_latency(floor):
    """The stream may tell of a fill first (VENUE §13.2)."""
    key = floor.signal()

    def heard_first(signed):
        order = next(iter(floor.store.tables.lt_orders.values())).order
        floor.stream(order)
        floor.clock.move(timedelta(milliseconds=80))
        return accepted()(signed)

    floor.venue.answers.append(heard_first)
    execute_order(key, desk=floor.desk)

    row = floor.row(key)
    assert row.status is OrderStatus.FILLED
    assert row.latency_ms == 80


def test_a_late_acceptance_makes_an_unknown_order_live(floor):
    """L03."""
    order = floor.execute(1, LOST)

    answer = accepted("10")(floor.venue.posted[0])
    result = record_answer(order.lt_order_id, order.order_id, answer, desk=floor.desk)

    assert result == order.lt_order_id
    assert floor.order(order).status is OrderStatus.LIVE


def test_an_answer_that_is_recorded_twice_counts_once(floor):
    """L56."""
    order = floor.execute(1, Killed(text="no match"))

    killed = Killed(text="no match")
    result = record_answer(order.lt_order_id, order.order_id, killed, desk=floor.desk)
    nothing = record_answer("lto_none", order.order_id, killed, desk=floor.desk)

    assert (result, nothing) == (None, None)
    assert floor.order(order) == order


def test_a_repost_of_an_order_that_is_filled_meanwhile_changes_nothing(floor):
    """L04."""
    order = floor.execute(1, LOST)
    floor.reports(order)
    filled = floor.track(order)
    floor.venue.answers.append(SEEN)

    post_and_record(order, floor.venue.posted[0], desk=floor.desk)

    assert floor.order(order).status is filled.status is OrderStatus.FILLED
    assert floor.balances.position == TEN
