"""A market's end becomes results, once, and payouts become cash (FT_RULES §9)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    MARKET,
    NO_LIMITS,
    NOON,
    OTHER_MARKET,
    STRATEGY,
    YES,
    a_book,
    a_market,
    an_ended_market,
)
from trading_floor import accepted

from ltsys.domain.breaker import BreakerKind
from ltsys.domain.errors import OutcomeUnknownError, VenueUnavailableError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ledger import Account, Book
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.pnl import ft_pnl
from ltsys.domain.risk import DenialCode
from ltsys.domain.venue import FillStatus
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.resolve_market import markets_to_resolve, resolve_market, settle_due
from ltsys.usecases.trip_breakers import trip_by_result

ENDS = {
    FtOutcome.WON: (("1", "0"), "15"),
    FtOutcome.LOST: (("0", "1"), "-10"),
    FtOutcome.VOID: (("0.5", "0.5"), "2.5"),
}


def bought(floor, number: int = 1, **match):
    """Ten dollars at 40 ¢."""
    order = floor.execute(number, accepted())
    floor.reports(order, number, **match)
    return floor.track(order)


def resolve(floor, *prices) -> bool:
    if prices:
        floor.market_data.shown[MARKET] = an_ended_market(*prices)
    return resolve_market(
        MARKET, store=floor.store, market_data=floor.desk.market_data, clock=floor.clock
    )


@pytest.mark.parametrize("outcome", ENDS)
def test_an_end_is_booked_once_to_the_cent(floor, outcome):
    """Payout − cost; voided markets pay half (L41, L46)."""
    order = bought(floor)
    prices, gain = ENDS[outcome]

    results = [resolve(floor, *prices) for _ in range(3)]

    row = floor.row((order.strategy_id, order.source_trade_id))
    assert results == [True] * 3
    assert (row.order.outcome, row.pnl) == (outcome, Usd.of(gain))
    assert floor.balances.equity == Usd.of(1000) + Usd.of(gain)
    assert floor.balances.available == floor.balances.equity
    assert floor.balances.realized_pnl == -Usd.of(gain)


@pytest.mark.parametrize("outcome", ENDS)
def test_the_virtual_twin_ends_alike(floor, outcome):
    """FT and LT of the same size and price have the same result (L41)."""
    order = bought(floor)
    prices, gain = ENDS[outcome]
    resolve(floor, *prices)

    twin = floor.store.tables.ft_orders[order.ft_order_id]
    alike = ft_pnl(
        side=twin.side,
        size=twin.size,
        entry_price=Decimal("0.40"),
        payout=order.executed_shares.paying({"15": 1, "-10": 0, "2.5": Decimal("0.5")}[gain]).over(
            Usd(order.executed_shares.count)
        ),
    )

    assert twin.outcome is outcome
    assert alike == Usd.of(gain)


@pytest.mark.parametrize(
    "market",
    [
        a_market("0.99", "0.01"),
        an_ended_market("0.7", "0.3"),
        a_market("1", "0", is_resolved=True, accepts_orders=False),
        None,
    ],
)
def test_a_market_that_is_not_officially_over_is_left_open(floor, market):
    """A live game at 99 ¢ is not resolved (L44)."""
    bought(floor)
    floor.market_data.shown.clear()
    if market is not None:
        floor.market_data.shown[MARKET] = market

    result = resolve(floor)

    assert not result
    assert floor.balances.position == Usd.of(10)
    assert all(o.outcome is FtOutcome.OPEN for o in floor.store.tables.ft_orders.values())


def test_an_outage_resolves_nothing(floor):
    """L54."""
    bought(floor)
    floor.market_data.outage = VenueUnavailableError("503")

    with pytest.raises(VenueUnavailableError):
        resolve(floor)

    assert floor.balances.position == Usd.of(10)


def test_provisional_fills_wait_for_their_end(floor):
    """MATCHED money is not resolved; the market stays on the list (L23)."""
    order = bought(floor, status=FillStatus.MATCHED)
    first = resolve(floor, "1", "0")
    floor.clock.move(timedelta(hours=3))
    listed = markets_to_resolve(store=floor.store, clock=floor.clock)
    floor.reports(order, status=FillStatus.CONFIRMED)
    floor.track(order)

    second = resolve(floor)

    assert (first, second) == (False, True)
    assert listed == (MARKET,)
    assert floor.balances.equity == Usd.of(1015)


def test_working_orders_keep_the_market_open(floor):
    """L27."""
    floor.execute(1, OutcomeUnknownError("?"))

    assert not resolve(floor, "1", "0")
    assert floor.store.tables.markets[MARKET].resolved_at is None


def test_a_fill_that_fails_after_all_is_not_resolved(floor):
    """L23."""
    order = bought(floor, status=FillStatus.MATCHED)
    floor.reports(order, status=FillStatus.FAILED)
    floor.track(order)

    assert resolve(floor, "1", "0")
    assert floor.balances.equity == Usd.of(1000)


def test_a_run_of_losses_stops_until_a_person_clears_it(new_floor):
    """And then the run counts anew; the loss is told of once (L34)."""
    floor = new_floor(rules=replace(NO_LIMITS, max_consecutive_losses=1))
    bought(floor)
    floor.clock.move(timedelta(seconds=1))
    resolve(floor, "0", "1")
    losses, tripped = floor.state.consecutive_losses, floor.tripped

    denied = floor.execute(2)
    floor.clear(BreakerKind.CONSECUTIVE_LOSSES)

    assert (losses, list(tripped)) == (1, [BreakerKind.CONSECUTIVE_LOSSES])
    assert denied is None
    assert floor.row((STRATEGY, "trade-2")).denial.code is DenialCode.BREAKER_TRIPPED
    assert (floor.tripped, floor.state.consecutive_losses) == ({}, 0)
    assert not floor.state.is_paused
    assert [text.split()[0] for text in floor.messages("breaker")] == [
        "tripped:",
        "consecutive_losses",
    ]


def test_a_later_win_does_not_start_a_stopped_strategy_again(new_floor):
    """What was bought before goes on and wins; only its rule or a person resumes (L34)."""
    floor = new_floor(rules=replace(NO_LIMITS, max_consecutive_losses=1))
    bought(floor)
    floor.change_state(consecutive_losses=1)
    with floor.store.transaction() as tx:
        trip_by_result(STRATEGY, tx.rules(STRATEGY)[1], tx.lock_state(STRATEGY), tx)

    resolve(floor, "1", "0")

    assert floor.state.consecutive_losses == 0
    assert list(floor.tripped) == [BreakerKind.CONSECUTIVE_LOSSES]
    assert floor.execute(2) is None


def test_a_win_ends_the_run_of_losses_but_not_the_pause(floor):
    """L34."""
    bought(floor)
    floor.change_state(consecutive_losses=4, is_paused=True, pause_reason="a person")

    resolve(floor, "1", "0")

    assert floor.state.consecutive_losses == 0
    assert floor.state.is_paused
    assert floor.state.pause_reason == "a person"


@pytest.mark.parametrize(("prices", "peak"), [(("1", "0"), "1015"), (("0", "1"), "1000")])
def test_the_peak_never_falls(floor, prices, peak):
    """L34."""
    bought(floor)

    resolve(floor, *prices)

    assert floor.state.peak_equity == Usd.of(peak)


def test_a_payout_settles_when_its_cooldown_is_over_and_once(new_floor):
    """Not cash before, and not cash twice (L60)."""
    floor = new_floor(cooldown_s=600)
    bought(floor)
    resolve(floor, "1", "0")
    waiting = floor.balances
    early = settle_due(store=floor.store, clock=floor.clock)
    floor.clock.move(timedelta(seconds=600))

    settled = [settle_due(store=floor.store, clock=floor.clock) for _ in range(2)]

    assert (waiting.available, waiting.settling) == (Usd.of(990), Usd.of(25))
    assert early == 0
    assert settled == [1, 0]
    assert (floor.balances.available, floor.balances.settling) == (Usd.of(1015), ZERO_USD)


def test_a_lost_order_has_nothing_to_settle(new_floor):
    floor = new_floor(cooldown_s=600)
    bought(floor)
    resolve(floor, "0", "1")
    floor.clock.move(timedelta(hours=1))

    assert settle_due(store=floor.store, clock=floor.clock) == 0
    assert floor.balances.available == Usd.of(990)


@pytest.mark.parametrize("prices", [("1", "0"), ("0", "1")])
def test_a_force_test_touches_nothing_of_the_live_book(new_floor, prices):
    """From its signal to its result: no balance, limit, counter or spending (L36)."""
    floor = new_floor(rules=replace(NO_LIMITS, daily_budget=ZERO_USD, max_consecutive_losses=1))
    before = floor.state
    floor.market_data.books[YES] = a_book()
    key = queue_force_test(
        "LT_FT_TEST",
        run_id="1",
        size=Usd.of(2),
        store=floor.store,
        market_data=floor.desk.market_data,
        clock=floor.clock,
    )
    floor.venue.answers.append(accepted())
    execute_order(key, desk=floor.desk)
    order = floor.row(key).order
    floor.reports(order, shares="5")
    order = floor.track(order)

    results = [resolve(floor, *prices) for _ in range(2)]

    tested = floor.sums(Book.FORCE_TEST)
    payout = Usd.of(5) if prices[0] == "1" else ZERO_USD
    assert results == [True, True]
    assert order.executed == Usd.of(2)
    assert floor.state == before
    assert tested[Account.AVAILABLE] == payout
    assert tested[Account.RESERVED] == tested[Account.POSITION] == ZERO_USD


def test_one_market_does_not_end_another(floor):
    """L45."""
    bought(floor)
    other = an_ended_market("0", "1", condition_id=OTHER_MARKET)
    floor.market_data.shown[OTHER_MARKET] = other

    resolve_market(
        OTHER_MARKET, store=floor.store, market_data=floor.desk.market_data, clock=floor.clock
    )

    assert floor.balances.position == Usd.of(10)
    assert floor.clock.now() == NOON
