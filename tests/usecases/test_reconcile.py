"""The books are compared with the venue's word, and follow it only where that is safe."""

from datetime import timedelta

import pytest
from compared import (
    MINUTE,
    alerts,
    behind_the_gate,
    bought,
    gate,
    kinds,
    later,
    placed,
    settle,
)
from live_made import NO, YES
from trading_floor import Floor, accepted

from ltsys.domain.errors import (
    HaltedError,
    MalformedAnswerError,
    VenueUnavailableError,
)
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.reconciliation import Action, Kind, Result
from ltsys.domain.venue import FillStatus
from ltsys.usecases.check_health import COMPARED, check_health
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.reconcile import OVERDUE, reconcile
from ltsys.usecases.resolve_order import Word

STRANGER = "0x" + "9" * 64
ANN = Word(operator="ann", reason="moved it myself")


@pytest.fixture
def floor(floor) -> Floor:
    return behind_the_gate(floor)


def test_nothing_is_planned_before_the_first_clean_comparison(floor):
    key = floor.signal()
    with pytest.raises(HaltedError, match="the reconciliation gate is shut"):
        execute_order(key, desk=floor.desk)

    reconcile(desk=floor.desk)

    floor.venue.answers.append(accepted())
    execute_order(key, desk=floor.desk)
    assert floor.row(key).status is OrderStatus.LIVE


def test_a_clean_comparison_is_trusted_for_three_ticks(floor):
    reconcile(desk=floor.desk)

    floor.clock.move(3 * MINUTE - timedelta(seconds=1))
    assert gate(floor)
    floor.clock.move(timedelta(seconds=1))
    assert not gate(floor)


def test_books_that_agree_stay_clean_while_orders_come_and_settle(floor):
    bought(floor)
    made = [later(floor, timedelta(seconds=s)) for s in (0, 10, 40, 40)]

    assert [each.result for each in made] == [Result.CLEAN] * 4
    assert made[-1].unexplained.least == made[-1].unexplained.most == 1000
    assert alerts(floor) == []


READS = ("trades", "open_orders", "balance", "shares")


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("error", [VenueUnavailableError("503"), MalformedAnswerError("not JSON")])
def test_an_incomplete_answer_changes_nothing(floor, read, error):
    """L05, L54: an outage is neither "no orders" nor "no money"."""
    order = bought(floor)
    later(floor)
    before = floor.store.tables.copy()
    floor.venue.outage, floor.venue.silent = error, read
    floor.venue.cash, floor.venue.held[YES] = Usd.of(0), Shares.of(0)

    made = later(floor)

    assert (made.result, made.why) == (Result.INCOMPLETE, str(error))
    assert made.findings == ()
    tables = floor.store.tables
    assert tables.lt_orders == before.lt_orders
    assert tables.lt_ledger == before.lt_ledger
    assert tables.lt_gates == before.lt_gates
    assert floor.order(order).executed == Usd.of(10)


def test_markets_that_cannot_be_asked_for_make_it_incomplete(floor):
    """L54: whether shares may have left is then unknown."""
    bought(floor)
    floor.venue.held[YES] = Shares.of(0)
    floor.market_data.outage = VenueUnavailableError("502")

    assert later(floor).result is Result.INCOMPLETE


def test_people_are_told_once_the_lease_has_run_out(floor):
    """L51."""
    reconcile(desk=floor.desk)
    floor.venue.outage = VenueUnavailableError("503")

    later(floor)
    while_open = alerts(floor)
    later(floor, 3 * MINUTE)
    once_shut = alerts(floor)
    floor.venue.outage = None
    later(floor)

    assert while_open == []
    assert once_shut == [OVERDUE]
    assert alerts(floor) == []


def test_people_are_told_when_nobody_compares_any_more(floor):
    """The worker that should may be dead (L51)."""
    reconcile(desk=floor.desk)
    floor.clock.move(4 * MINUTE)
    check_health(desk=floor.desk)
    early = alerts(floor)
    floor.clock.move(2 * MINUTE)
    check_health(desk=floor.desk)
    late = alerts(floor)
    reconcile(desk=floor.desk)
    check_health(desk=floor.desk)

    assert (early, late, alerts(floor)) == ([], [COMPARED], [])


def test_a_fill_that_nobody_told_of_is_counted(floor):
    """By the one place where fills become money (L20, L22)."""
    order = placed(floor)
    floor.reports(order)
    settle(floor)

    made = later(floor)

    assert floor.order(order).executed == Usd.of(10)
    assert floor.order(order).status is OrderStatus.FILLED
    first, second = floor.store.tables.reconciliations[-2:]
    assert kinds(first.reconciliation) == [(Kind.MISSED_FILL, Action.CORRECTED)]
    assert (first.reconciliation.result, first.reconciliation.counts.corrections) == (
        Result.DRIFT,
        1,
    )
    assert made == second.reconciliation
    assert made.result is Result.CLEAN
    assert alerts(floor) == []
    assert later(floor).counts.corrections == 0


def test_a_fill_that_failed_unheard_is_taken_back(floor):
    """L23."""
    order = placed(floor)
    floor.reports(order, status=FillStatus.MATCHED)
    floor.track(order)
    floor.reports(order, status=FillStatus.FAILED)
    settle(floor)

    made = later(floor)

    assert made.result is Result.CLEAN
    assert floor.order(order).executed == Usd.of(0)
    assert kinds(floor.store.tables.reconciliations[-2].reconciliation) == [
        (Kind.FAILED_FILL, Action.CORRECTED)
    ]


def test_a_fill_that_cannot_be_our_orders_is_not_booked(floor):
    """L07."""
    order = placed(floor)
    floor.reports(order, token_id=NO)
    settle(floor)

    made = later(floor)

    assert (Kind.MISSED_FILL, Action.WATCHED) in kinds(made)
    assert "cannot be booked" in made.findings[0].ours
    assert floor.order(order).executed == Usd.of(0)


def test_a_young_order_is_left_to_those_who_track_it(floor):
    """Two reads race with trading: a fill of this moment may be on its way to us."""
    order = placed(floor)
    floor.reports(order)
    settle(floor)

    made = later(floor, timedelta(seconds=20))

    assert made.result is Result.CLEAN
    assert floor.order(order).executed == Usd.of(0)


def test_an_order_that_is_not_shown_is_looked_at_and_nothing_else(floor):
    """L05."""
    order = floor.order(placed(floor))

    made = later(floor)

    assert made.result is Result.CLEAN
    assert kinds(made) == [(Kind.ORDER_NOT_SHOWN, Action.ASKED)]
    assert floor.order(order) == order
    assert floor.store.tables.lt_orders[order.lt_order_id].next_check_at <= floor.clock.wall()
