"""What the streams tell is booked once, whoever else tells it too (DESIGN §4)."""

import itertools

import pytest
from live_made import ACCOUNT, MARKET, NO
from stream_made import a_market_ended, a_trade_heard, an_order_heard, trade_heard
from trading_floor import accepted

from ltsys.domain.errors import OutcomeUnknownError, VenueUnavailableError
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.stream import Channel
from ltsys.domain.venue import FillStatus, VenueOrderStatus
from ltsys.usecases.hear_stream import Kicks, Resync, hear

TEN = Usd.of(10)
STRANGER = "0x" + "9" * 64
STEPS = (FillStatus.MATCHED, FillStatus.MINED, FillStatus.CONFIRMED)


def told(floor, *heard) -> Kicks:
    return hear(heard, desk=floor.desk)


def event(floor, heard):
    return floor.store.tables.stream_events[ACCOUNT, heard.channel, heard.key]


def next_check_at(floor, order):
    return floor.row((order.strategy_id, order.source_trade_id)).next_check_at


def test_a_fill_is_booked_without_asking_the_venue(floor):
    order = floor.execute(1, accepted())
    floor.venue.outage = VenueUnavailableError("down")
    heard = a_trade_heard(order.order_id)

    kicks = told(floor, heard)

    order = floor.order(order)
    assert (order.status, order.executed) == (OrderStatus.FILLED, TEN)
    assert event(floor, heard).handled_at == floor.clock.wall()
    assert kicks.orders == (order.lt_order_id,)
    assert next_check_at(floor, order) == floor.clock.wall()


@pytest.mark.parametrize("arrival", [*itertools.permutations(STEPS)])
def test_the_steps_of_a_trade_count_once_in_whatever_order_they_come(floor, arrival):
    """Twice each, and the status only moves forward (L22)."""
    order = floor.execute(1, accepted())

    for status in arrival:
        heard = a_trade_heard(order.order_id, status)
        told(floor, heard, heard)

    (row,) = floor.store.tables.lt_fills.values()
    assert row.fill.status is FillStatus.CONFIRMED
    assert floor.balances.position == TEN


def test_stream_and_poll_count_a_fill_once(floor):
    """L22."""
    order = floor.execute(1, accepted())
    floor.reports(order)

    told(floor, a_trade_heard(order.order_id))
    floor.track(order)
    told(floor, a_trade_heard(order.order_id, FillStatus.CONFIRMED))

    assert floor.order(order).executed == TEN
    assert len(floor.store.tables.lt_fills) == 1


def test_a_fill_may_come_before_the_answer_to_the_post(floor):
    """VENUE §13.2 (L22)."""
    answer = accepted("10")

    def race(signed):
        told(floor, a_trade_heard(signed.order_id))
        return answer(signed)

    order = floor.execute(1, race)

    assert order.status is OrderStatus.FILLED
    assert floor.outcome((order.strategy_id, order.source_trade_id)) == ("executed", None)


def test_a_settlement_that_fails_takes_everything_back(floor):
    """L23."""
    order = floor.execute(1, accepted())
    told(floor, a_trade_heard(order.order_id))

    kicks = told(floor, a_trade_heard(order.order_id, FillStatus.FAILED))

    assert floor.balances.position == Usd.of(0)
    assert kicks.orders == (order.lt_order_id,)


def test_a_step_that_moves_no_money_needs_no_look(floor):
    order = floor.execute(1, accepted())
    told(floor, a_trade_heard(order.order_id))

    assert told(floor, a_trade_heard(order.order_id, FillStatus.MINED)) == Kicks()


def test_a_fact_about_nobody_we_know_is_kept_unhandled(floor):
    """The reconciliation may match it later."""
    heard = [a_trade_heard(STRANGER), an_order_heard(STRANGER)]

    assert told(floor, *heard) == Kicks()
    assert [event(floor, each).handled_at for each in heard] == [None, None]


def test_our_part_of_a_trade_that_cannot_be_read_is_asked_about(floor):
    order = floor.execute(1, accepted())
    stranger = a_trade_heard(STRANGER).fact.fills[0]

    kicks = told(floor, trade_heard(stranger, others=(order.order_id,)))

    assert floor.order(order).status is OrderStatus.LIVE
    assert kicks.orders == (order.lt_order_id,)
    assert "cannot be read" in floor.messages("stream")[0]


def test_a_fill_of_another_token_is_refused_and_spoils_no_other_fact(floor):
    """It is a row, an error for people, and no position (L07)."""
    order = floor.execute(1, accepted())
    wrong = a_trade_heard(order.order_id, token_id=NO)
    right = a_trade_heard(order.order_id, number=2)

    told(floor, wrong, right)

    assert event(floor, wrong).handled_at is None
    assert floor.order(order).executed == TEN
    assert "cannot be booked" in floor.messages("stream")[0]


def test_an_unknown_order_that_is_told_of_is_looked_at(floor):
    """It exists (L03)."""
    order = floor.execute(1, OutcomeUnknownError("timed out"))

    kicks = told(floor, an_order_heard(order.order_id))

    assert order.status is OrderStatus.UNKNOWN
    assert kicks.orders == (order.lt_order_id,)
    assert next_check_at(floor, order) == floor.clock.wall()


@pytest.mark.parametrize(
    ("status", "looks"),
    [
        (VenueOrderStatus.LIVE, False),
        (VenueOrderStatus.MATCHED, False),
        (VenueOrderStatus.CANCELED, True),
        (VenueOrderStatus.INVALID, True),
    ],
)
def test_a_resting_order_is_looked_at_when_it_is_over(floor, status, looks):
    """Everything else comes as trades, and each look makes the next one later."""
    order = floor.execute(1, accepted())

    kicks = told(floor, an_order_heard(order.order_id, status))

    assert kicks.orders == ((order.lt_order_id,) if looks else ())


def test_an_order_whose_answer_is_on_its_way_is_left_alone(floor):
    """To look would be to give the answer up (L03)."""
    answer, looked = accepted(), []

    def placed_first(signed):
        looked.append(told(floor, an_order_heard(signed.order_id)))
        return answer(signed)

    order = floor.execute(1, placed_first)

    assert looked == [Kicks()]
    assert order.status is OrderStatus.LIVE


def test_the_end_of_a_market_is_told_to_whoever_resolves_it(floor):
    """And its working orders are looked at, which the venue has cancelled (L27)."""
    order = floor.execute(1, accepted())

    kicks = told(floor, a_market_ended())

    assert kicks == Kicks(orders=(order.lt_order_id,), markets=(MARKET,))


def test_a_resync_asks_about_every_order_that_is_not_over(floor):
    """L28."""
    order = floor.execute(1, accepted())
    floor.reports(order)

    assert Resync(desk=floor.desk).go_on() == 1
    assert floor.order(order).executed_shares == Shares.of(25)


def test_a_resync_needs_credentials_that_are_right(floor):
    """The stream stays silent for wrong ones, with or without orders (VENUE §13.2)."""
    floor.venue.outage = VenueUnavailableError("401")

    with pytest.raises(VenueUnavailableError):
        Resync(desk=floor.desk).go_on()


def test_a_resync_goes_on_where_the_venue_failed_it(floor):
    """Begun anew each time it would not end at a venue that loses some of its answers (L28)."""
    first, second = (floor.execute(number, accepted()) for number in (1, 2))
    catching_up = Resync(desk=floor.desk)
    floor.venue.outage, floor.venue.silent = VenueUnavailableError("502"), "fills"
    floor.venue.answers_first = 1

    with pytest.raises(VenueUnavailableError):
        catching_up.go_on()

    assert len(catching_up.asked) == 1
    floor.venue.answers_first = 1
    assert catching_up.go_on() == 2
    assert catching_up.asked == {first.lt_order_id, second.lt_order_id}


def test_kicks_add_up_without_repetition():
    one = Kicks(orders=("a", "b"), markets=("m",))

    assert one + Kicks(orders=("b", "c"), markets=("m",)) == Kicks(
        orders=("a", "b", "c"), markets=("m",)
    )


def test_market_facts_are_kept_apart_from_those_of_the_user_channel(floor):
    told(floor, a_market_ended())

    ((_, channel, _),) = floor.store.tables.stream_events
    assert channel is Channel.MARKET
