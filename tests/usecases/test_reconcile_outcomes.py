"""Outcomes, redemptions and simulators that forget are no drift (LESSONS L60)."""

from dataclasses import replace

import pytest
from compared import (
    MINUTE,
    behind_the_gate,
    bought,
    kinds,
    later,
)
from live_made import MARKET, YES, an_ended_market
from trading_floor import Floor

from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.money import Shares, Usd
from ltsys.domain.reconciliation import Action, Kind, Result
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.resolve_order import Word

STRANGER = "0x" + "9" * 64
ANN = Word(operator="ann", reason="moved it myself")


@pytest.fixture
def floor(floor) -> Floor:
    return behind_the_gate(floor)


def resolve(floor):
    market_data = floor.desk.market_data
    resolve_market(MARKET, store=floor.store, market_data=market_data, clock=floor.clock)


def redeem(floor, dollars="25"):
    floor.venue.cash += Usd.of(dollars)
    floor.venue.held[YES] = Shares.of(0)


def test_an_outcome_is_no_drift_whichever_side_books_it_first(floor):
    """L60: the venue redeems by itself."""
    order = bought(floor)
    floor.market_data.shown[MARKET] = an_ended_market("1", "0")

    redeem(floor)
    by_venue = later(floor)
    resolve(floor)
    by_both = later(floor)

    assert [by_venue.result, by_both.result] == [Result.CLEAN] * 2
    assert floor.order(order).outcome is FtOutcome.WON
    floor.venue.held.clear()
    assert later(floor).counts.tokens == 0


def test_shares_that_nobody_redeemed_yet_are_no_drift(floor):
    bought(floor)
    floor.market_data.shown[MARKET] = an_ended_market("1", "0")
    resolve(floor)

    waiting = later(floor)
    redeem(floor)
    redeemed = later(floor)

    assert [waiting.result, redeemed.result] == [Result.CLEAN] * 2
    assert waiting.counts.tokens == redeemed.counts.tokens == 1


def test_a_redemption_that_paid_nothing_is_found(floor):
    """L60."""
    bought(floor)
    floor.market_data.shown[MARKET] = an_ended_market("1", "0")
    resolve(floor)
    redeem(floor, "0")

    made = later(floor)

    assert kinds(made) == [(Kind.COLLATERAL, Action.WATCHED)]
    assert made.findings[0].difference == -25


def test_a_loser_is_not_asked_for_any_more(floor):
    bought(floor)
    floor.market_data.shown[MARKET] = an_ended_market("0", "1")
    resolve(floor)

    made = later(floor)

    assert (made.result, made.counts.tokens) == (Result.CLEAN, 0)


def test_a_simulator_that_started_anew_is_not_asked_for_what_was_before(floor):
    bought(floor)
    later(floor)
    floor.venue.matches.clear()
    floor.venue.held.clear()
    floor.venue.cash = Usd.of(500)
    floor.clock.move(MINUTE)
    floor.desk = replace(floor.desk, books_since=floor.clock.wall())

    made = later(floor)

    assert (made.result, made.counts.tokens) == (Result.CLEAN, 0)
    assert made.unexplained.least == 500
