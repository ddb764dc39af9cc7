"""Circuit breakers trip by the news of the moment, and end by their rule or a person (L34)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    MARKET,
    NO_LIMITS,
    STRATEGY,
    YES,
    a_book,
    a_rule,
    an_ended_market,
)
from trading_floor import Floor, accepted

from ltsys.domain.alert import Severity
from ltsys.domain.breaker import BreakerKind, Resume
from ltsys.domain.denial import DenialCode
from ltsys.domain.errors import OutcomeUnknownError, RefusedError, SettingsError, VenueRejectedError
from ltsys.domain.money import Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.stage import Stage, Standing
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.set_breaker_rule import drop_breaker_rule
from ltsys.usecases.trip_breakers import sweep_breakers

K = BreakerKind
SECOND = timedelta(seconds=1)
NO = VenueRejectedError("REJECTED", "no")
AFTER_A_MINUTE = {"resume": Resume.AFTER_A_TIME, "resume_after_s": 60}
WIDE = a_book(bid="0.20", ask="0.40")


def sweep(floor):
    """A tick that two beats send (L59)."""
    for _ in range(2):
        sweep_breakers(store=floor.store, clock=floor.clock)


def why(floor, number):
    return floor.row((STRATEGY, f"trade-{number}")).denial


def filled(floor, number, price):
    """Ten dollars at that price."""
    order = floor.execute(number, accepted())
    floor.reports(order, number, price=price, shares=str(10 / Decimal(price)))
    return floor.track(order)


def test_the_answer_that_fills_the_window_trips_in_its_own_transaction(floor):
    """The next order is denied with the cause and both numbers (L32, L34)."""
    floor.watch_for(a_rule(window=2))
    floor.execute(1, NO)
    after_one = floor.tripped

    floor.execute(2, NO)
    denied = floor.execute(3)

    cause = "100.00% of the last 2 answers were rejections, over 50.00%"
    assert after_one == {}
    assert floor.tripped == {K.REJECTIONS: cause}
    assert denied is None
    assert why(floor, 3).code is DenialCode.BREAKER_TRIPPED
    assert (why(floor, 3).would_be, why(floor, 3).limit) == (1, Decimal("0.5"))
    assert cause in why(floor, 3).text
    assert why(floor, 3).text.endswith("stopped until a person clears it")
    assert len(floor.venue.posted) == 2


def test_people_are_told_once_and_the_alert_ends_with_the_breaker(floor):
    """L64."""
    floor.watch_for(a_rule(window=1))
    floor.execute(1, NO)
    sweep(floor)
    alerts = dict(floor.store.tables.lt_alerts)

    floor.clear(K.REJECTIONS)

    (alert,) = alerts.values()
    assert alert.alert.key == "breaker:LT_FT_TEST:rejections"
    assert (alert.alert.severity, alert.count) == (Severity.CRITICAL, 1)
    assert floor.store.tables.lt_alerts == {}
    rule, tripped, cleared = floor.messages("breaker")
    assert rule == "rule rejections of LT_FT_TEST by ann: off → 0.5 over 1, resumes by_hand"
    assert tripped.startswith("tripped: rejections of LT_FT_TEST: ")
    assert cleared == "rejections of LT_FT_TEST was cleared by ann: it was looked into"


@pytest.mark.parametrize(
    ("kind", "window"), [(K.WORST_SLIPPAGE, 20), (K.WORST_SLIPPAGE, 1), (K.MEAN_SLIPPAGE, 1)]
)
def test_a_fill_far_from_its_signal_trips_when_it_is_counted(floor, kind, window):
    floor.watch_for(a_rule(kind, "0.10", window=window))
    filled(floor, 1, "0.40")
    before = floor.tripped

    filled(floor, 2, "0.50")

    assert before == {}
    assert [*floor.tripped] == [kind]


def test_a_slow_answer_trips(floor):
    """Counted from the committed FT order."""
    floor.watch_for(a_rule(K.LATENCY, "900", window=1))
    key = floor.signal(1)
    floor.venue.answers.append(accepted())
    floor.clock.move(SECOND)

    execute_order(key, desk=floor.desk)

    assert floor.tripped == {
        K.LATENCY: "95 % of the last 1 answers took up to 1000 ms, over 900 ms"
    }


def test_an_unknown_outcome_is_neither_an_answer_nor_a_rejection(floor):
    """L03."""
    floor.watch_for(a_rule(window=1, threshold="0"))

    floor.execute(1, OutcomeUnknownError("timed out"))
    sweep(floor)

    assert floor.tripped == {}


def test_what_no_task_noticed_is_tripped_by_the_sweep(floor):
    """A rule that came after the news, or a task that died between (L58)."""
    floor.execute(1, NO)
    floor.watch_for(a_rule(window=1))
    before = floor.tripped

    sweep(floor)

    assert before == {}
    assert [*floor.tripped] == [K.REJECTIONS]


def test_what_led_to_a_trip_does_not_trip_again_once_it_is_cleared(floor):
    """Else nobody could ever clear it (L34)."""
    floor.watch_for(a_rule(window=1))
    floor.execute(1, NO)
    floor.clock.move(SECOND)
    floor.clear(K.REJECTIONS)

    sweep(floor)
    order = floor.execute(2, accepted())

    assert floor.tripped == {}
    assert order.status is OrderStatus.LIVE


def test_a_breaker_ends_when_its_time_is_over_and_not_before(floor):
    """Visible until then, and expiring (L34)."""
    floor.watch_for(a_rule(window=1, **AFTER_A_MINUTE))
    floor.execute(1, NO)
    floor.clock.move(59 * SECOND)
    sweep(floor)
    before = floor.tripped
    floor.clock.move(SECOND)

    sweep(floor)

    (breaker,) = floor.store.tables.lt_breakers
    assert [*before] == [K.REJECTIONS]
    assert floor.tripped == {}
    assert (breaker.cleared_by, breaker.cleared_because) == ("its own rule", "its time is over")


def test_a_run_of_losses_counts_anew_when_its_time_is_over(new_floor):
    """The limit itself would deny else (L34)."""
    floor = new_floor(rules=replace(NO_LIMITS, max_consecutive_losses=1))
    floor.watch_for(a_rule(K.CONSECUTIVE_LOSSES, None, **AFTER_A_MINUTE))
    filled(floor, 1, "0.40")
    lose(floor)
    tripped = floor.tripped
    floor.clock.move(60 * SECOND)

    sweep(floor)

    assert [*tripped] == [K.CONSECUTIVE_LOSSES]
    assert (floor.tripped, floor.state.consecutive_losses) == ({}, 0)


def lose(floor):
    floor.market_data.shown[MARKET] = an_ended_market("0", "1")
    resolve_market(MARKET, store=floor.store, market_data=floor.desk.market_data, clock=floor.clock)


@pytest.mark.parametrize(
    "rule",
    [
        a_rule(K.CONSECUTIVE_LOSSES, "1", strategy_id=None),
        a_rule(K.DRAWDOWN, "0.001", strategy_id=None),
    ],
)
def test_the_results_of_all_strategies_stop_all_of_them(floor, rule):
    """L34."""
    floor.watch_for(rule)
    filled(floor, 1, "0.40")

    lose(floor)

    assert [*floor.tripped] == [rule.kind]
    assert floor.store.tables.lt_breakers[0].strategy_id is None
    assert floor.execute(2) is None
    assert why(floor, 2).text.startswith(f"{rule.kind} of all strategies: ")


def test_what_is_lost_on_paper_trips_nothing():
    """Not by its result, and not by a fill that came after it (L36)."""
    tight = replace(NO_LIMITS, max_consecutive_losses=1, max_drawdown_ratio=Decimal("0.0001"))
    floor = Floor(rules=tight, standing=Standing(stage=Stage.SHADOW))
    order = floor.track(floor.execute(1))
    lose(floor)
    floor.stream(order, 9, shares="5")

    assert floor.state.consecutive_losses == 1
    assert floor.tripped == {}


def test_a_wide_book_stops_before_anything_is_planned_by_it(floor):
    """L18, L34."""
    floor.watch_for(a_rule(K.SPREAD, "0.10"))
    floor.market_data.books[YES] = WIDE

    denied = floor.execute(1)
    floor.market_data.books[YES] = a_book()
    still = floor.execute(2)

    assert denied is None
    assert still is None
    assert "the spread is 0.20 dollars a share, over 0.10" in why(floor, 1).text
    assert why(floor, 2).code is DenialCode.BREAKER_TRIPPED
    assert floor.venue.posted == []


@pytest.mark.parametrize("scope", [STRATEGY, None])
def test_a_better_book_ends_what_waits_for_one(floor, scope):
    """And the order that brought it goes on (L34)."""
    floor.watch_for(a_rule(K.SPREAD, "0.10", strategy_id=scope, resume=Resume.WHEN_CLEAR))
    floor.market_data.books[YES] = WIDE
    floor.execute(1)
    worse = floor.execute(2)
    floor.market_data.books[YES] = a_book()

    order = floor.execute(3, accepted())

    assert worse is None
    assert order.status is OrderStatus.LIVE
    (breaker,) = floor.store.tables.lt_breakers
    assert breaker.cleared_because == "the book is better again"


def test_a_thin_book_trips_by_what_it_offers_within_the_limit_price(floor):
    """Five hundred shares at 40 ¢, and nothing that costs more counts."""
    floor.watch_for(a_rule(K.LIQUIDITY, "200.01"))

    assert floor.execute(1) is None
    assert floor.tripped == {
        K.LIQUIDITY: "$200.00 is on offer within the limit price, under $200.01"
    }


def test_nothing_is_posted_again_while_a_breaker_is_tripped(new_floor):
    """As in a pause (L34)."""
    floor = new_floor(repost=True)
    order = floor.execute(1, OutcomeUnknownError("timed out"))
    floor.watch_for(a_rule(window=1))
    floor.execute(2, NO)

    for _ in range(4):
        floor.track(order)

    assert len(floor.venue.posted) == 2


def test_an_order_that_was_planned_is_denied_once_a_breaker_tripped(floor):
    """It was never posted, and will not be (L34)."""
    key = floor.signal(1)
    floor.venue.answers.append(OutcomeUnknownError("never reached"))
    with pytest.raises(ZeroDivisionError):
        execute_order(key, desk=replace(floor.desk, signer=Dying()))
    floor.watch_for(a_rule(window=1))
    floor.venue.answers.clear()
    floor.execute(2, NO)

    execute_order(key, desk=floor.desk)

    assert floor.row(key).status is OrderStatus.DENIED
    assert floor.row(key).denial.code is DenialCode.BREAKER_TRIPPED


class Dying:
    """A signer that ends the process between the plan and the envelope."""

    def sign(self, ticket):
        raise ZeroDivisionError(ticket)


def test_a_test_order_neither_trips_nor_clears_and_is_stopped_too(floor):
    """It changes nothing of the live book, but obeys what stops it (L36)."""
    floor.watch_for(a_rule(window=1), a_rule(K.SPREAD, "0.001", resume=Resume.WHEN_CLEAR))
    key = queue_force_test(
        STRATEGY,
        run_id="1",
        size=Usd.of(2),
        store=floor.store,
        market_data=floor.desk.market_data,
        clock=floor.clock,
    )
    floor.venue.answers.append(NO)

    execute_order(key, desk=floor.desk)
    sweep(floor)

    assert floor.row(key).status is OrderStatus.REJECTED
    assert floor.tripped == {}


def test_a_fresh_strategy_has_no_breaker_but_its_limits(floor):
    """L31."""
    for number in range(20):
        floor.execute(number, NO)
    sweep(floor)

    assert floor.tripped == {}
    assert len(floor.venue.posted) == 20


def test_what_is_not_tripped_cannot_be_cleared(floor):
    with pytest.raises(RefusedError, match="drawdown of LT_FT_TEST is not tripped"):
        floor.clear(K.DRAWDOWN)
    with pytest.raises(RefusedError, match="drawdown of all strategies is not tripped"):
        floor.clear(K.DRAWDOWN, None)


def test_a_rule_needs_its_strategy_and_can_be_dropped_once(floor):
    """With who did it and what it was before (L32)."""
    floor.watch_for(a_rule(), a_rule(window=9))
    drop_breaker_rule(K.REJECTIONS, STRATEGY, by="bob", store=floor.store)

    with pytest.raises(SettingsError, match="there is no strategy LT_NONE"):
        floor.watch_for(a_rule(strategy_id="LT_NONE"))
    with pytest.raises(SettingsError, match="rejections of LT_FT_TEST has no rule"):
        drop_breaker_rule(K.REJECTIONS, STRATEGY, by="bob", store=floor.store)

    assert floor.messages("breaker")[-1].endswith("by bob: 0.5 over 9, resumes by_hand → off")
