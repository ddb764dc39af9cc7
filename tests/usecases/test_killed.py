"""A kill cancels what works, and the venue's word on each order ends it (LESSONS L24, L61)."""

from datetime import timedelta

import pytest
from live_made import OTHER_LEADER
from test_halted import halted
from trading_floor import accepted, events

from ltsys.domain.errors import (
    OutcomeUnknownError,
    RefusedError,
    SettingsError,
    VenueUnavailableError,
)
from ltsys.domain.halt import HaltKind, HaltScope, Lifting, halt_key
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import TimeInForce, VenueOrderStatus
from ltsys.usecases.cancel_orders import cancel_at_venue, cancel_order, orders_to_cancel
from ltsys.usecases.halt import halt_everybody, keep_halts, record_halt
from ltsys.usecases.resume import resume


@pytest.fixture
def floor(new_floor):
    """Its orders rest."""
    return new_floor(time_in_force=TimeInForce.GTC)


def resting(floor, number: int = 1, matched: str = "0"):
    order = floor.execute(number, accepted())
    floor.shows(order, VenueOrderStatus.LIVE, matched)
    return order


def sweep(floor) -> None:
    keep_halts(desk=floor.desk)
    for order_id in orders_to_cancel(desk=floor.desk):
        cancel_order(order_id, desk=floor.desk)


def lift(floor, halt, *, even_if_working=False):
    lifting = Lifting(by="bob", reason="it is over", at=floor.clock.wall())
    return resume(
        halt.halt_id,
        lifting,
        even_if_working=even_if_working,
        store=floor.store,
        halt_file=floor.halt_file,
    )


def open_keys(floor):
    with floor.store.reading() as tx:
        return [row.alert.key for row in tx.open_alerts()]


def test_a_working_order_is_canceled_and_its_money_is_free_again(floor):
    order = resting(floor)
    halted(floor, kind=HaltKind.KILL)

    sweep(floor)

    assert floor.venue.asked_to_cancel == [order.order_id]
    assert floor.order(order).status is OrderStatus.CANCELED
    assert floor.balances.reserved == ZERO_USD
    assert floor.messages("cancel") == ["asked to cancel, the venue said: canceled"]


def test_a_fill_that_crossed_the_cancel_counts(floor):
    """Whatever the cancel answered, the look decides (L24)."""
    order = resting(floor)
    floor.reports(order, shares="10")
    floor.shows(order, VenueOrderStatus.LIVE, "10")
    halted(floor, kind=HaltKind.KILL)

    sweep(floor)
    ended = floor.order(order)
    late = floor.stream(order, 2, shares="5")

    assert ended.status is OrderStatus.CANCELED
    assert ended.executed > ZERO_USD
    assert late.executed > ended.executed
    assert late.status is OrderStatus.CANCELED
    assert floor.balances.reserved == ZERO_USD


def test_what_the_venue_will_not_cancel_is_asked_again_until_it_has_ended(floor):
    """A delayed order cannot be canceled before it is released (VENUE §5.3)."""
    order = resting(floor)
    floor.shows(order, VenueOrderStatus.DELAYED)
    halted(floor, kind=HaltKind.KILL)

    sweep(floor)
    sweep(floor)
    before = len(floor.venue.asked_to_cancel)
    floor.shows(order, VenueOrderStatus.LIVE)
    floor.clock.move(timedelta(seconds=21))
    sweep(floor)

    assert before == 1
    assert floor.order(order).status is OrderStatus.CANCELED


@pytest.mark.parametrize(
    "outage", [VenueUnavailableError("no answer"), OutcomeUnknownError("no answer")]
)
def test_a_cancel_without_an_answer_is_asked_again(floor, outage):
    order = resting(floor)
    halted(floor, kind=HaltKind.KILL)
    floor.venue.outage, floor.venue.silent = outage, "cancel"
    sweep(floor)
    floor.venue.outage = None
    floor.clock.move(timedelta(seconds=21))

    sweep(floor)

    assert floor.order(order).status is OrderStatus.CANCELED
    assert floor.messages("cancel")[0].endswith("nothing clear: no answer")


def test_an_order_whose_answer_was_lost_is_canceled_too(floor):
    """It may be at the venue (L03)."""
    order = floor.execute(1, OutcomeUnknownError("timed out"))
    floor.shows(order, VenueOrderStatus.LIVE)
    halted(floor, kind=HaltKind.KILL)

    sweep(floor)

    assert floor.venue.asked_to_cancel == [order.order_id]
    assert floor.order(order).status is OrderStatus.CANCELED


def test_a_kill_of_others_leaves_ours_alone(floor):
    order = resting(floor)
    halted(floor, kind=HaltKind.KILL, scope=HaltScope.LEADER, target=OTHER_LEADER)

    sweep(floor)

    assert floor.venue.asked_to_cancel == []
    assert floor.order(order).status is OrderStatus.LIVE


def test_under_stop_entries_working_orders_are_still_looked_after(floor):
    order = resting(floor)
    halted(floor)
    floor.reports(order, shares="25")
    floor.shows(order, VenueOrderStatus.MATCHED, "25")

    sweep(floor)
    tracked = floor.track(order)

    assert floor.venue.asked_to_cancel == []
    assert tracked.executed > ZERO_USD


def test_a_canceled_order_stays_so_when_it_is_asked_about_twice(floor):
    order = resting(floor)
    halted(floor, kind=HaltKind.KILL)
    sweep(floor)

    cancel_order(order.lt_order_id, desk=floor.desk)

    assert floor.venue.asked_to_cancel == [order.order_id]
    assert events(floor, order)[-1] == "kill"


def test_the_venue_alone_is_enough_to_cancel_everything(floor):
    """Without the database (L61)."""
    first, second = resting(floor, 1), resting(floor, 2)

    done = cancel_at_venue(floor.venue)

    assert done.left == ()
    assert done.canceled == {first.order_id, second.order_id}


def test_a_halt_holds_before_anybody_is_told(floor):
    """Halt first, then notify: an alert that cannot be written takes no halt back (L61)."""
    halt = halt_everybody(
        HaltKind.KILL, by="ann", reason="fire", halt_file=floor.halt_file, clock=floor.clock
    )

    class Silent:
        """A database that is lost right after the row."""

        def __init__(self):
            self.count = 0

        def transaction(self):
            self.count += 1
            if self.count > 1:
                raise ConnectionError("the database is gone")
            return floor.store.transaction()

    with pytest.raises(ConnectionError):
        record_halt(halt, store=Silent())

    assert floor.halt_file.standing() == (halt,)
    with floor.store.reading() as tx:
        assert tx.open_halts() == (halt,)
    assert open_keys(floor) == []
    sweep(floor)
    assert open_keys(floor) == [halt_key(halt.halt_id)]


def test_what_only_the_file_said_becomes_a_row_and_an_alert_once(floor):
    """The database was down when somebody stopped everything."""
    halt = halted(floor, "file", HaltKind.KILL)

    sweep(floor)
    sweep(floor)

    with floor.store.reading() as tx:
        assert [kept.halt for kept in tx.kept_halts(10)] == [halt]
        (alert,) = tx.open_alerts()
    assert alert.count == 1
    assert alert.alert.text.startswith(str(halt))
    assert len(floor.messages("halt")) == 1


@pytest.mark.parametrize("place", ["file", "rows"])
def test_lifting_is_written_down_and_trading_goes_on(floor, place):
    halt = halted(floor, place)
    sweep(floor)

    lift(floor, halt)

    assert floor.halt_file.standing() == ()
    assert open_keys(floor) == []
    with floor.store.reading() as tx:
        (kept,) = tx.kept_halts(10)
    assert (kept.lifted.by, kept.lifted.reason) == ("bob", "it is over")
    assert floor.execute(1, accepted()).status is OrderStatus.LIVE
    assert "because: it is over" in floor.messages("halt")[-1]


def test_a_kill_is_not_lifted_while_an_order_of_it_works(floor):
    """Unless somebody says that he knows."""
    order = resting(floor)
    halt = halted(floor, kind=HaltKind.KILL)

    with pytest.raises(RefusedError, match=f"1 orders of the kill.*{order.lt_order_id}"):
        lift(floor, halt)

    assert lift(floor, halt, even_if_working=True) == halt
    assert floor.order(order).status is OrderStatus.LIVE


def test_only_a_halt_that_stands_is_lifted(floor):
    halt = halted(floor)
    lift(floor, halt)

    with pytest.raises(SettingsError, match=f"no halt {halt.halt_id} stands"):
        lift(floor, halt)


def test_a_file_that_outlived_its_row_halts_on_and_says_so(floor):
    """Somebody lifted it on another machine; nothing is lifted behind anybody's back."""
    halt = halted(floor, "file")
    sweep(floor)
    with floor.store.transaction() as tx:
        tx.lift_halt(halt.halt_id, Lifting(by="bob", reason="x", at=floor.clock.wall()))
        tx.clear_alert(halt_key(halt.halt_id))

    sweep(floor)

    assert floor.halt_file.standing() == (halt,)
    assert open_keys(floor) == [halt_key(halt.halt_id)]
    assert lift(floor, halt) == halt
    assert floor.halt_file.standing() == ()


def test_a_partly_matched_order_that_rests_is_ended_by_the_venues_word(floor):
    """Its answer told of a match: what rests of it is asked about all the same (L16)."""
    order = floor.execute(1, accepted("4"))
    floor.reports(order, shares="10")
    floor.shows(order, VenueOrderStatus.LIVE, "10")
    halted(floor, kind=HaltKind.KILL)

    sweep(floor)

    ended = floor.order(order)
    assert ended.status is OrderStatus.CANCELED
    assert Usd.of(0) < ended.executed < ended.plan.spend
