"""A fill that comes, or fails, after its order's outcome changes all that it touched (L23)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import MARKET, NO_LIMITS, NOON, a_market, an_ended_market
from trading_floor import accepted

from ltsys.domain.alert import Severity
from ltsys.domain.breaker import BreakerKind
from ltsys.domain.errors import MalformedAnswerError, OutcomeUnknownError, VenueRejectedError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ledger import Book
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import FillStatus, Killed
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.resolve_market import markets_to_resolve, resolve_market, settle_due

WON, LOST = ("1", "0"), ("0", "1")


def bought(floor, number: int = 1, *, shares: str = "10", **order):
    """Four dollars of ten at 40 ¢; the rest was canceled."""
    order = floor.execute(number, accepted("4"), **order)
    floor.reports(order, number, shares=shares)
    return floor.track(order)


def resolve(floor, prices=WON) -> bool:
    """The venue says so; our copy of the market stays open, so that more may be executed."""
    known = floor.store.tables.markets[MARKET]
    floor.market_data.shown[MARKET] = an_ended_market(*prices)
    done = resolve_market(
        MARKET, store=floor.store, market_data=floor.desk.market_data, clock=floor.clock
    )
    floor.store.tables.markets[MARKET] = known
    floor.clock.move(timedelta(seconds=1))
    return done


def late(floor, order, number: int = 9, *, status=FillStatus.MATCHED, **match):
    """The stream tells of five more shares for two dollars."""
    return floor.stream(order, number, **{"shares": "5", "status": status, **match})


def pnl(floor, order):
    return floor.row((order.strategy_id, order.source_trade_id)).pnl


@pytest.mark.parametrize(("prices", "result"), [(WON, "9"), (LOST, "-6"), (("0.5", "0.5"), "1.5")])
def test_a_fill_after_the_outcome_has_the_same_outcome(floor, prices, result):
    """It is counted and resolved with its order (L20, L24, L41)."""
    order = bought(floor)
    resolve(floor, prices)

    order = late(floor, order)

    assert order.executed == Usd.of(6)
    assert pnl(floor, order) == Usd.of(result)
    assert floor.balances.position == ZERO_USD
    assert floor.balances.available == Usd.of(1000) + Usd.of(result)


@pytest.mark.parametrize("prices", [WON, LOST, ("0.5", "0.5")])
@pytest.mark.parametrize("cooldown_s", [0, 600])
def test_a_fill_that_fails_after_the_outcome_leaves_no_trace(new_floor, prices, cooldown_s):
    """Position, payout, result, fee, spending, run of losses and peak (L23)."""
    floor = new_floor(cooldown_s=cooldown_s)
    floor.tables_market(a_market(fee_rate=Decimal("0.05")))
    order = bought(floor)
    resolve(floor, prices)
    before, result = floor.state, pnl(floor, order)

    late(floor, order)
    between = floor.state
    order = late(floor, order, status=FillStatus.FAILED)

    assert between.balances.equity != before.balances.equity
    assert floor.state == before
    assert (order.executed, pnl(floor, order)) == (Usd.of(4), result)
    told = floor.store.tables.lt_alerts[f"fill_failed:{order.lt_order_id}"].alert
    assert told.severity is Severity.CRITICAL


def test_a_failure_is_told_even_before_any_outcome(floor):
    """L23."""
    order = floor.execute(1, accepted())
    late(floor, order)

    late(floor, order, status=FillStatus.FAILED)

    told = floor.store.tables.lt_alerts[f"fill_failed:{order.lt_order_id}"].alert
    assert told.severity is Severity.WARNING


@pytest.mark.parametrize("prices", [WON, LOST])
def test_an_order_may_lose_all_its_fills_after_its_outcome(floor, prices):
    """As if it had never been; and what replaces them is counted (L23)."""
    order = bought(floor)
    before = Usd.of(1000)
    resolve(floor, prices)
    provisional = replace(
        floor.store.tables.lt_fills["match-1", order.order_id].fill,
        venue=replace(
            floor.store.tables.lt_fills["match-1", order.order_id].fill.venue,
            status=FillStatus.MATCHED,
        ),
    )
    with floor.store.transaction() as tx:
        tx.move_fill(provisional)

    order = floor.stream(order, 1, shares="10", status=FillStatus.FAILED)

    assert (order.executed, order.executed_shares) == (ZERO_USD, ZERO_SHARES)
    assert pnl(floor, order) == ZERO_USD
    assert floor.balances.available == floor.balances.equity == floor.state.peak_equity == before
    assert (floor.state.consecutive_losses, floor.state.daily_spent) == (0, ZERO_USD)
    again = late(floor, order, status=FillStatus.CONFIRMED)
    assert pnl(floor, again) == Usd.of("3" if prices == WON else "-2")


def test_a_late_payout_rests_as_long_as_the_first(new_floor):
    """Not cash before, and not cash twice (L29)."""
    floor = new_floor(cooldown_s=600)
    order = bought(floor)
    resolve(floor)

    late(floor, order)
    resting = floor.balances
    floor.clock.move(timedelta(seconds=600))
    settled = [settle_due(store=floor.store, clock=floor.clock) for _ in range(2)]

    assert (resting.settling, resting.available) == (Usd.of(15), Usd.of(994))
    assert settled == [1, 0]
    assert (floor.balances.settling, floor.balances.available) == (ZERO_USD, Usd.of(1009))


def test_a_gain_that_was_none_leaves_the_peak(floor):
    """L23, L34."""
    order = bought(floor)
    resolve(floor)
    late(floor, order, shares="10")
    high = floor.state.peak_equity

    late(floor, order, shares="10", status=FillStatus.FAILED)

    assert (high, floor.state.peak_equity) == (Usd.of(1012), Usd.of(1006))


def test_a_loss_that_was_none_is_no_longer_counted_and_resumes_nothing(new_floor):
    """A breaker that tripped stays tripped until a person clears it (L23, L34)."""
    floor = new_floor(rules=replace(NO_LIMITS, max_drawdown_ratio=Decimal("0.005")))
    order = bought(floor)
    resolve(floor, LOST)
    quiet = floor.tripped

    late(floor, order)
    tripped = floor.tripped
    late(floor, order, status=FillStatus.FAILED)

    assert quiet == {}
    assert [*tripped] == [*floor.tripped] == [BreakerKind.DRAWDOWN]
    assert floor.state.consecutive_losses == 1
    assert len(floor.messages("breaker")) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Killed(text="no match"),
        VenueRejectedError("REJECTED", "no"),
        OutcomeUnknownError("timed out"),
    ],
)
def test_a_fill_of_an_order_that_we_gave_up_is_counted_and_resolved(floor, answer):
    """Killed, rejected or lost: what is ours is ours, also after the market's end (L20, L24)."""
    order = floor.execute(1, answer)
    for _ in range(8):
        order = floor.track(order)
    resolve(floor)
    ended = floor.order(order).status

    order = late(floor, order, status=FillStatus.CONFIRMED)
    floor.clock.move(timedelta(hours=3))
    listed = markets_to_resolve(store=floor.store, clock=floor.clock)
    resolve(floor)

    assert ended in {OrderStatus.CANCELED, OrderStatus.REJECTED}
    assert listed == (MARKET,)
    assert (floor.order(order).outcome, pnl(floor, order)) == (FtOutcome.WON, Usd.of(3))
    assert floor.balances.available == Usd.of(1003)
    assert floor.outcome((order.strategy_id, order.source_trade_id)) == ("executed", None)


def test_a_late_fill_of_a_test_order_stays_in_its_book(floor):
    """L36."""
    before = floor.state
    key = queue_force_test(
        "LT_FT_TEST",
        run_id="1",
        size=Usd.of(4),
        store=floor.store,
        market_data=floor.desk.market_data,
        clock=floor.clock,
    )
    floor.venue.answers.append(accepted("2"))
    execute_order(key, desk=floor.desk)
    order = floor.row(key).order
    floor.reports(order, shares="5")
    floor.track(order)
    resolve(floor)

    late(floor, order)

    assert floor.state == before
    assert pnl(floor, order) == Usd.of(6)
    assert floor.sums(Book.FORCE_TEST)["position"] == ZERO_USD


@pytest.mark.parametrize("change", [{"token_id": "222"}, {"side": Side.SELL}])
def test_a_fill_of_another_token_or_side_is_believed_by_nobody(floor, change):
    """No default side, no default outcome (L07)."""
    order = floor.execute(1, accepted())

    with pytest.raises(MalformedAnswerError, match="match-9 is a"):
        late(floor, order, **change)

    assert floor.order(order) == order


def test_a_fill_of_yesterday_that_is_told_today_is_not_todays_spending(floor):
    """Daily spend counts the fills of the UTC day (L33)."""
    old = floor.execute(1, accepted())
    floor.clock.move(timedelta(hours=13))
    floor.execute(2, Killed(text="no match"), order_time=floor.clock.now())

    late(floor, old, matched_at=NOON)

    assert floor.state.daily_spent == ZERO_USD
    assert floor.balances.position == Usd.of(2)


def test_a_fill_ends_its_order_and_gives_the_rest_back_without_waiting_for_a_look(floor):
    """By whomever it is told (L22, L24)."""
    order = floor.execute(1, accepted())

    order = floor.stream(order, shares="24.99")

    row = floor.row((order.strategy_id, order.source_trade_id))
    assert (order.status, order.reserved) == (OrderStatus.FILLED, ZERO_USD)
    assert row.next_check_at == floor.clock.wall()
