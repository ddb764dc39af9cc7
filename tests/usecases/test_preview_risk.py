"""Other rules over kept decisions: by hand, and against a world that really had those rules."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_made import NO_LIMITS, STRATEGY
from traded_markets import TradedMarkets
from trading_floor import Floor, accepted

from ltsys.domain.denial import Denial, DenialCode
from ltsys.domain.errors import RefusedError
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.strategy import RiskRules
from ltsys.domain.what_if import Kind
from ltsys.usecases.preview_risk import Preview, preview_risk


def limited(**rules) -> RiskRules:
    return replace(NO_LIMITS, **rules)


def previewed(floor: Floor, days: int = 30, **changes) -> Preview:
    return preview_risk(STRATEGY, changes, days=days, store=floor.store, clock=floor.clock)


def kinds(preview: Preview) -> list[Kind]:
    return [row.kind for row in preview.rows]


def test_without_a_change_everything_is_the_same(new_floor):
    floor = new_floor(rules=limited(max_position_size=Usd.of(5)))
    traded = TradedMarkets(floor)
    traded.signal(1, market=1, size="10")
    traded.signal(2, market=1, size="4")
    traded.resolve(1, "1")

    found = previewed(floor)

    assert kinds(found) == [Kind.SAME, Kind.SAME]
    assert (found.effect, found.unresolved_count, found.by_code_count) == (ZERO_USD, 0, 0)
    assert (found.allowed_before, found.allowed_after) == (1, 1)


def test_a_denied_signal_that_would_be_allowed_brings_what_the_book_gives(new_floor):
    """$10 at 40 ¢ are 25 shares; the fee is 25 × 0.04 × 0.24 = $0.24; a win pays $25."""
    floor = new_floor(rules=limited(max_position_size=Usd.of(5)))
    traded = TradedMarkets(floor, fee_rate="0.04")
    traded.signal(1, market=1, size="10")
    traded.resolve(1, "1")

    (row,) = previewed(floor, max_position_size="50").rows

    assert row.kind is Kind.NEWLY_ALLOWED
    assert row.was.code is DenialCode.MAX_POSITION_SIZE_EXCEEDED
    assert (row.was_net, row.would_net, row.effect) == (ZERO_USD, Usd.of("14.76"), Usd.of("14.76"))


def test_a_real_order_that_would_be_denied_loses_its_own_result(new_floor):
    """Ten dollars that were lost, and the fee that was paid for them."""
    floor = new_floor()
    traded = TradedMarkets(floor, fee_rate="0.04")
    traded.signal(1, market=1, size="10")
    traded.resolve(1, "0")

    (row,) = previewed(floor, max_position_size="5").rows

    assert row.kind is Kind.NEWLY_DENIED
    assert row.would_be.code is DenialCode.MAX_POSITION_SIZE_EXCEEDED
    assert (row.was_net, row.would_net, row.effect) == (Usd.of("-10.24"), ZERO_USD, Usd.of("10.24"))


def test_an_order_that_filled_after_the_next_decision_is_taken_out_of_it(new_floor):
    """The second decision saw it work; the world in which it is denied has neither."""
    floor = new_floor(rules=limited(max_market_exposure=Usd.of(14)))
    first = floor.execute(1, accepted(), size=Usd.of(10))
    floor.execute(2, accepted(), size=Usd.of(4))
    floor.stream(first)
    floor.execute(3, size=Usd.of(3))

    found = previewed(floor, max_position_size="5")

    assert kinds(found) == [Kind.NEWLY_DENIED, Kind.SAME, Kind.NEWLY_ALLOWED]
    assert found.rows[2].was.code is DenialCode.MAX_MARKET_EXPOSURE_EXCEEDED


def test_what_is_not_resolved_is_counted_apart(new_floor):
    """Unknown is not zero (L42)."""
    floor = new_floor()
    traded = TradedMarkets(floor)
    traded.signal(1, market=1, size="10")

    found = previewed(floor, max_position_size="5")

    assert kinds(found) == [Kind.NEWLY_DENIED]
    assert (found.effect, found.unresolved_count) == (ZERO_USD, 1)


def test_what_would_not_be_there_frees_its_exposure_until_it_resolved(new_floor):
    """By hand: $10 + $4 pass $12; without the $10 the $4 fit, and so do $10 after the end."""
    floor = new_floor(rules=limited(max_total_exposure=Usd.of(12)))
    traded = TradedMarkets(floor)
    traded.signal(1, market=1, size="10")
    traded.pass_time(minutes=1)
    traded.signal(2, market=2, size="4")
    traded.resolve(1, "0")
    traded.pass_time(minutes=1)
    traded.signal(3, market=2, size="5")
    traded.resolve(2, "1")

    found = previewed(floor, max_position_size="6")

    assert kinds(found) == [Kind.NEWLY_DENIED, Kind.NEWLY_ALLOWED, Kind.SAME]
    assert [row.effect for row in found.rows] == [Usd.of(10), Usd.of(6), ZERO_USD]
    assert found.effect == Usd.of(16)


def test_what_would_be_there_uses_up_the_budget_of_its_day_alone(new_floor):
    """The $10 that were denied spend the day's $12; the day after is as it was (L33)."""
    floor = new_floor(rules=limited(daily_budget=Usd.of(12), max_position_size=Usd.of(5)))
    traded = TradedMarkets(floor)
    traded.signal(1, market=1, size="10")
    traded.signal(2, market=2, size="5")
    traded.pass_time(days=1)
    traded.signal(3, market=3, size="5")

    found = previewed(floor, max_position_size="50")

    assert kinds(found) == [Kind.NEWLY_ALLOWED, Kind.NEWLY_DENIED, Kind.SAME]
    assert found.rows[1].would_be.code is DenialCode.DAILY_BUDGET_EXCEEDED
    assert found.rows[1].would_be.would_be == 15


def test_a_lower_tolerance_that_reaches_no_offer_buys_nothing(new_floor):
    """Planned in both worlds, at another price: filled by the book instead of its own fills."""
    floor = new_floor()
    traded = TradedMarkets(floor)
    traded.signal(1, market=1, size="10")
    traded.resolve(1, "0")
    decisions = floor.store.tables.lt_decisions
    case = decisions[1].text.case.replace('"asks":[["0.40","500"]]', '"asks":[["0.41","500"]]')
    decisions[1] = replace(decisions[1], text=replace(decisions[1].text, case=case))

    (row,) = previewed(floor, slippage_tolerance="0.005").rows
    (wider,) = previewed(floor, slippage_tolerance="0.05").rows

    assert row.kind is Kind.SAME
    assert wider.kind is Kind.PLANNED_OTHERWISE
    assert (wider.was_net, wider.would_net) == (Usd.of(-10), Usd.of("-9.999998"))


def test_a_run_of_losses_under_a_tighter_limit_stops_what_came_after_it(new_floor):
    """The breaker that only the new rules trip stays tripped (L34)."""
    floor = new_floor()
    traded = TradedMarkets(floor)
    for number in (1, 2, 3):
        traded.signal(number, market=number, size="10")
        traded.pass_time(minutes=1)
        traded.resolve(number, "0" if number < 3 else "1")
        traded.pass_time(minutes=1)
    traded.signal(4, market=4, size="10")

    found = previewed(floor, max_consecutive_losses=2)

    assert kinds(found) == [Kind.SAME, Kind.SAME, Kind.NEWLY_DENIED, Kind.NEWLY_DENIED]
    assert [row.would_be.code for row in found.rows[2:]] == [DenialCode.BREAKER_TRIPPED] * 2


def test_a_breaker_that_the_new_limit_does_not_reach_stops_nothing(new_floor):
    floor = new_floor(rules=limited(max_consecutive_losses=2))
    traded = TradedMarkets(floor)
    for number in (1, 2):
        traded.signal(number, market=number, size="10")
        traded.pass_time(minutes=1)
        traded.resolve(number, "0")
        traded.pass_time(minutes=1)
    traded.signal(3, market=3, size="10")

    found = previewed(floor, max_consecutive_losses=3)

    assert kinds(found) == [Kind.SAME, Kind.SAME, Kind.NEWLY_ALLOWED]
    assert found.rows[2].was.code is DenialCode.BREAKER_TRIPPED


def test_only_the_days_asked_for_are_looked_at(new_floor):
    floor = new_floor()
    traded = TradedMarkets(floor)
    traded.signal(1, market=1, size="10")
    traded.pass_time(days=3)
    traded.signal(2, market=2, size="10")

    assert len(previewed(floor, days=1).rows) == 1
    assert len(previewed(floor, days=7).rows) == 2


def test_nothing_to_preview_is_an_error_and_not_an_empty_answer(new_floor):
    """L54."""
    with pytest.raises(RefusedError, match="no decision of LT_FT_TEST since"):
        previewed(new_floor())


def test_what_this_code_cannot_read_is_counted(new_floor):
    floor = new_floor()
    traded = TradedMarkets(floor)
    traded.signal(1, market=1, size="10")
    traded.signal(2, market=2, size="10")
    rows = floor.store.tables.lt_decisions
    rows[1] = replace(rows[1], text=replace(rows[1].text, codec=99))

    found = previewed(floor, max_position_size="5")

    assert (len(found.rows), found.unreadable_count) == (1, 1)


AMOUNTS = st.integers(2, 30).map(str)
LIMITS = {
    "max_position_size": st.integers(3, 25).map(Usd.of),
    "daily_budget": st.integers(10, 60).map(Usd.of),
    "weekly_budget": st.integers(20, 90).map(Usd.of),
    "max_total_exposure": st.integers(10, 60).map(Usd.of),
    "max_market_exposure": st.integers(5, 40).map(Usd.of),
    "max_positions": st.integers(1, 4),
    "max_daily_loss": st.integers(5, 30).map(Usd.of),
    "max_consecutive_losses": st.integers(1, 4),
    "max_drawdown_ratio": st.sampled_from(["0.01", "0.03", "0.1"]).map(Decimal),
}
RULES = st.fixed_dictionaries({}, optional=LIMITS)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("signal"), st.integers(1, 4), AMOUNTS),
        st.tuples(st.just("resolve"), st.integers(1, 4), st.sampled_from(["0", "1", "0.5"])),
        st.tuples(st.just("wait"), st.sampled_from([1, 60, 60 * 11]), st.just("")),
    ),
    min_size=4,
    max_size=25,
)


def lived(rules: dict, events: list, fee_rate: str, cooldown_s: int) -> Floor:
    """The events under these rules; markets that ended are followed by new ones."""
    floor = Floor(rules=limited(**rules), cooldown_s=cooldown_s)
    traded, ended = TradedMarkets(floor, fee_rate=fee_rate, depth="40"), dict.fromkeys(range(5), 0)
    for number, (what, market, value) in enumerate(events):
        place = market if what == "wait" else market + 10 * ended[market]
        if what == "signal":
            traded.signal(number, market=place, size=value)
        elif what == "resolve":
            traded.resolve(place, value)
            ended[market] += 1
        else:
            traded.pass_time(minutes=market)
        traded.pass_time(seconds=1)
    return floor


def told(verdict) -> str:
    return verdict.code.value if isinstance(verdict, Denial) else "planned"


def result(floor: Floor) -> Usd:
    """Of the resolved orders, fees included."""
    orders = [row.order for row in floor.store.tables.lt_orders.values() if row.order is not None]
    over = [order for order in orders if order.result is not None]
    return sum((order.result - order.fees for order in over), ZERO_USD)


@settings(max_examples=25, deadline=timedelta(seconds=5))
@given(
    before=RULES,
    after=RULES,
    events=EVENTS,
    fee_rate=st.sampled_from(["0", "0.04"]),
    cooldown_s=st.sampled_from([0, 7200]),
)
def test_a_preview_is_what_a_world_with_those_rules_would_have_been(
    before, after, events, fee_rate, cooldown_s
):
    """Where orders fill at once: the same answers, and the same money, to the cent (L41)."""
    was, would = (lived(rules, events, fee_rate, cooldown_s) for rules in (before, after))
    if not was.store.tables.lt_decisions:
        return
    changes = {name: raw(after.get(name)) for name in LIMITS if before.get(name) != after.get(name)}

    found = previewed(was, **changes)

    truly = previewed(would)
    assert [told(row.would_be) for row in found.rows] == [told(row.was) for row in truly.rows]
    assert found.effect == result(would) - result(was)


def raw(value):
    """As the canonical text writes it."""
    return (
        str(value.amount)
        if isinstance(value, Usd)
        else str(value)
        if value and isinstance(value, Decimal)
        else value
    )
