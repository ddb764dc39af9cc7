"""Under a halt nothing new is planned, and what was planned is not posted (LESSONS L61)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import LEADER, OTHER_LEADER, STRATEGY
from trading_floor import accepted

from ltsys.domain.decision import case_of, decide, verdict_of
from ltsys.domain.errors import HaltedError, OutcomeUnknownError
from ltsys.domain.halt import Halt, HaltKind, HaltScope, Lifting, new_halt
from ltsys.domain.money import ZERO_USD
from ltsys.domain.order import OrderStatus
from ltsys.domain.risk import DenialCode
from ltsys.usecases.execute_order import execute_order

PLACES = ("file", "rows")


def halted(
    floor, place="rows", kind=HaltKind.STOP_ENTRIES, scope=HaltScope.GLOBAL, target=""
) -> Halt:
    halt = new_halt(scope, target, kind, by="ann", reason="drill", since=floor.clock.wall())
    if place == "file":
        floor.halt_file.add(halt)
    else:
        with floor.store.transaction() as tx:
            assert tx.add_halt(halt)
    return halt


def lifted(floor, halt: Halt) -> None:
    floor.halt_file.remove({halt.halt_id})
    with floor.store.transaction() as tx:
        tx.lift_halt(halt.halt_id, Lifting(by="ann", reason="over", at=floor.clock.wall()))


def at_the_last_moment(floor, change) -> None:
    """It happens when the order is planned and its envelope is being made."""
    real = floor.desk.signer

    class Signer:
        def sign(self, ticket):
            change()
            return real.sign(ticket)

    floor.desk = replace(floor.desk, signer=Signer())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", [HaltKind.STOP_ENTRIES, HaltKind.KILL])
def test_a_new_signal_is_denied_at_once_with_who_and_why(floor, place, kind):
    halt = halted(floor, place, kind)
    key = floor.signal()

    execute_order(key, desk=floor.desk)

    assert floor.row(key).denial.code is DenialCode.HALTED
    assert floor.row(key).denial.text == str(halt)
    assert floor.outcome(key) == ("skipped", "HALTED")
    assert floor.venue.posted == []


@pytest.mark.parametrize("place", PLACES)
def test_under_a_pause_a_signal_waits(floor, place):
    halt = halted(floor, place, HaltKind.PAUSE)
    key = floor.signal()

    with pytest.raises(HaltedError, match="pause of everybody by ann"):
        execute_order(key, desk=floor.desk)

    assert floor.outcome(key) == ("queued", None)
    lifted(floor, halt)
    floor.venue.answers.append(accepted())
    execute_order(key, desk=floor.desk)
    assert floor.row(key).status is OrderStatus.LIVE


def test_what_waited_for_a_pause_too_long_is_denied_and_says_so(floor):
    """L19, L32."""
    halt = halted(floor, kind=HaltKind.PAUSE)
    key = floor.signal()
    floor.clock.move(timedelta(hours=1))

    execute_order(key, desk=floor.desk)

    assert floor.row(key).denial.code is DenialCode.SIGNAL_TOO_OLD
    assert floor.row(key).denial.text.endswith(f"it waited: {halt}")


@pytest.mark.parametrize(
    ("scope", "target"),
    [(HaltScope.STRATEGY, STRATEGY), (HaltScope.USER, "ann"), (HaltScope.LEADER, LEADER)],
)
def test_a_narrow_halt_stops_its_own(floor, scope, target):
    halted(floor, scope=scope, target=target)
    key = floor.signal()

    execute_order(key, desk=floor.desk)

    assert floor.row(key).denial.code is DenialCode.HALTED


@pytest.mark.parametrize(
    ("scope", "target"),
    [(HaltScope.STRATEGY, "LT_X"), (HaltScope.USER, "eve"), (HaltScope.LEADER, OTHER_LEADER)],
)
def test_a_halt_of_others_stops_nothing(floor, scope, target):
    halted(floor, scope=scope, target=target)

    order = floor.execute(1, accepted())

    assert order.status is OrderStatus.LIVE


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", list(HaltKind))
def test_nothing_is_posted_after_a_halt_that_came_between_plan_and_post(floor, place, kind):
    """The order that was planned meanwhile stays planned; nothing left for the venue."""
    at_the_last_moment(floor, lambda: halted(floor, place, kind))
    key = floor.signal()

    execute_order(key, desk=floor.desk)

    assert floor.venue.posted == []
    assert floor.row(key).status is OrderStatus.PLANNED
    assert floor.outcome(key) == ("queued", None)


@pytest.mark.parametrize("place", PLACES)
def test_the_next_sweep_denies_what_was_planned_and_its_money_is_free_again(floor, place):
    at_the_last_moment(floor, lambda: halted(floor, place))
    key = floor.signal()
    execute_order(key, desk=floor.desk)

    execute_order(key, desk=floor.desk)

    assert floor.row(key).status is OrderStatus.DENIED
    assert floor.row(key).denial.code is DenialCode.HALTED
    assert floor.balances.reserved == ZERO_USD
    assert floor.outcome(key) == ("skipped", "HALTED")
    floor.check_books()


def test_what_was_planned_waits_under_a_pause_and_then_goes_on(floor):
    made = []
    at_the_last_moment(floor, lambda: made or made.append(halted(floor, kind=HaltKind.PAUSE)))
    key = floor.signal()
    execute_order(key, desk=floor.desk)

    with pytest.raises(HaltedError):
        execute_order(key, desk=floor.desk)

    assert floor.row(key).status is OrderStatus.PLANNED
    lifted(floor, made[0])
    floor.venue.answers.append(accepted())
    execute_order(key, desk=floor.desk)
    assert [len(floor.venue.posted), floor.row(key).status] == [1, OrderStatus.LIVE]


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_order_is_not_posted_again(new_floor, place):
    """It is asked about as before, and ends as it would (L03)."""
    floor = new_floor(repost=True)
    order = floor.execute(1, OutcomeUnknownError("timed out"))
    halted(floor, place)

    for _ in range(8):
        order = floor.track(order)

    assert len(floor.venue.posted) == 1
    assert order.status is OrderStatus.CANCELED
    floor.check_books()


def test_a_denial_under_a_halt_is_kept_with_the_halt_and_decided_again_alike(floor):
    """L32."""
    halt = halted(floor, "file")
    key = floor.signal()
    execute_order(key, desk=floor.desk)

    (row,) = floor.store.tables.lt_decisions.values()
    case = case_of(row.text)
    assert case.situation.halts == (halt,)
    assert decide(case) == verdict_of(row.text) == floor.row(key).denial
