"""What the books must not follow by themselves waits for a person, and is told once it stands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from compared import (
    MINUTE,
    alerts,
    behind_the_gate,
    bought,
    deposit,
    gate,
    kinds,
    last,
    later,
    placed,
    settle,
)
from live_made import MARKET, YES, a_match
from trading_floor import Floor

from ltsys.domain.errors import (
    RefusedError,
)
from ltsys.domain.money import Shares
from ltsys.domain.reconciliation import Action, Kind, Result
from ltsys.domain.venue import VenueOrder, VenueOrderStatus
from ltsys.usecases.accept_finding import accept_finding
from ltsys.usecases.reconcile import reconcile
from ltsys.usecases.resolve_order import Word

STRANGER = "0x" + "9" * 64
ANN = Word(operator="ann", reason="moved it myself")


@pytest.fixture
def floor(floor) -> Floor:
    return behind_the_gate(floor)


def strange_order(floor):
    floor.venue.shown[STRANGER] = VenueOrder(
        order_id=STRANGER,
        condition_id=MARKET,
        token_id=YES,
        status=VenueOrderStatus.LIVE,
        original=Shares.of(5),
        matched=Shares.of(0),
    )


def strange_trade(floor):
    floor.venue.matches.append(a_match(STRANGER, number=9, matched_at=floor.clock.now()))


def lost_trade(floor):
    floor.venue.matches.clear()


def fewer_shares(floor):
    floor.venue.held[YES] = Shares.of(20)


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (strange_order, Kind.UNKNOWN_ORDER),
        (strange_trade, Kind.UNKNOWN_TRADE),
        (lost_trade, Kind.PHANTOM_FILL),
        (fewer_shares, Kind.TOKEN_BALANCE),
        (deposit, Kind.COLLATERAL),
    ],
)
def test_what_no_person_explained_is_told_when_it_stands_and_moves_no_money(floor, happens, kind):
    """Money is never invented: the operator decides (L38)."""
    bought(floor)
    later(floor)
    ledger = dict(floor.store.tables.lt_ledger)
    happens(floor)

    first, told_at_once = later(floor), alerts(floor)
    second, told = later(floor), alerts(floor)
    later(floor)

    assert (kinds(first), told_at_once) == ([(kind, Action.WATCHED)], [])
    assert kinds(second) == [(kind, Action.ALERTED)]
    assert [key.split(":")[2] for key in told] == [kind]
    assert not gate(floor)
    assert floor.store.tables.lt_ledger == ledger


def test_a_difference_that_goes_away_takes_its_alert_with_it(floor):
    bought(floor)
    fewer_shares(floor)
    later(floor)
    later(floor)
    settle(floor)

    made = later(floor)

    assert made.result is Result.CLEAN
    assert alerts(floor) == []
    assert gate(floor)


def drifted(floor) -> int:
    """A deposit that stands; returns the number of its finding."""
    reconcile(desk=floor.desk)
    deposit(floor)
    later(floor)
    later(floor)
    (finding,) = last(floor).findings
    return finding.finding_id


def test_a_deposit_is_accepted_once_and_counts_as_right_from_then_on(floor):
    number = drifted(floor)

    accept_finding(number, ANN, desk=floor.desk)

    assert alerts(floor) == []
    assert later(floor).result is Result.CLEAN
    assert later(floor, 30 * MINUTE).result is Result.CLEAN
    deposit(floor)
    assert kinds(later(floor)) == [(Kind.COLLATERAL, Action.WATCHED)]
    kept = next(f for each in floor.store.tables.reconciliations for f in each.findings)
    assert kept.acknowledged_at is None
    assert any("accepted by ann: moved it myself" in m for m in floor.messages("reconcile"))


def test_a_difference_counts_once_although_it_is_found_again_each_time(floor):
    number = drifted(floor)
    later(floor)

    with pytest.raises(RefusedError, match="not of the last comparison"):
        accept_finding(number, ANN, desk=floor.desk)
    with pytest.raises(RefusedError, match="there is no finding 99"):
        accept_finding(99, ANN, desk=floor.desk)
    (now,) = last(floor).findings
    accept_finding(now.finding_id, ANN, desk=floor.desk)
    with pytest.raises(RefusedError, match="was accepted by ann"):
        accept_finding(now.finding_id, ANN, desk=floor.desk)


def test_what_was_corrected_needs_nobodys_word(floor):
    floor.reports(placed(floor))
    floor.clock.move(MINUTE)
    reconcile(desk=floor.desk)
    settle(floor)
    corrected = floor.store.tables.reconciliations[-2].findings[0]

    with pytest.raises(RefusedError):
        accept_finding(corrected.finding_id, ANN, desk=floor.desk)


def test_a_word_that_is_said_during_a_comparison_makes_it_void(floor):
    """Else the same deposit would be found, and accepted, twice."""
    number = drifted(floor)
    floor.desk = replace(floor.desk, venue=Interrupted(floor, number))

    made = later(floor)

    assert made.result is Result.INCOMPLETE
    assert "an operator accepted a finding meanwhile" in made.why
    floor.desk = replace(floor.desk, venue=floor.venue)
    assert later(floor).result is Result.CLEAN


class Interrupted:
    """A venue during whose answer an operator speaks."""

    def __init__(self, floor, number):
        self._floor, self._number = floor, number

    def __getattr__(self, name):
        return getattr(self._floor.venue, name)

    def open_orders(self):
        accept_finding(self._number, ANN, desk=self._floor.desk)
        return self._floor.venue.open_orders()


def test_clean_comparisons_are_forgotten_in_the_end_and_findings_never(floor):
    drifted(floor)
    accept_finding(last(floor).findings[0].finding_id, ANN, desk=floor.desk)
    later(floor)

    later(floor, timedelta(days=40))

    kept = [each.reconciliation.result for each in floor.store.tables.reconciliations]
    assert kept == [Result.DRIFT, Result.DRIFT, Result.CLEAN]
