"""Circuit breakers: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    LEADER,
    NOON,
    STRATEGY,
    a_match,
    a_rule,
    a_state,
    an_ft_order,
    an_order,
)
from stocked import an_envelope, kept, taken, with_planned, with_signal, with_strategy
from test_store_attempts import executed

from ltsys.domain import ledger
from ltsys.domain.breaker import NEWS_KINDS, BreakerKind, Resume, Trip
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.live_order import Fill
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderEvent
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import FillStatus

K = BreakerKind
MINUTE = timedelta(minutes=1)
OF_ALL = a_rule(strategy_id=None, window=3)
OWN = a_rule(K.SPREAD, "0.10", resume=Resume.AFTER_A_TIME, resume_after_s=90)
ITS_LIMIT = a_rule(K.DRAWDOWN, None)


def a_trip(rule=OF_ALL, value="0.75", **changes) -> Trip:
    usual = {"rule": rule, "value": Decimal(value), "threshold": Decimal("0.5"), "cause": "a test"}
    return Trip(**{**usual, **changes})


def saved(store, *rules) -> None:
    with store.transaction() as tx:
        for rule in rules:
            tx.save_breaker_rule(rule, by="ann")


def trip(store, *trips):
    with store.transaction() as tx:
        return [tx.trip_breaker(each) for each in trips]


def cleared(store, breaker):
    with store.transaction() as tx:
        return tx.clear_breaker(breaker, by="ann", because="looked into")


def execution(store, key=None):
    with store.transaction() as tx:
        return tx.lock_execution(*(key or (STRATEGY, an_ft_order().source_trade_id)))


def readings(store, kinds=NEWS_KINDS, strategy_id=None):
    """Of each watched rule, by kind."""
    with store.transaction() as tx:
        watched = tx.watched_breakers(frozenset(kinds), strategy_id)
    return {(each.rule.kind, each.rule.strategy_id): each.readings for each in watched}


def test_rules_are_rows_one_a_kind_and_scope(store):
    """None is hidden: no row is no breaker (L31)."""
    with_strategy(store)
    with store.transaction() as tx:
        before = tx.breaker_rules()
    newer = replace(OF_ALL, threshold=Decimal("0.25"), window=7)

    saved(store, OWN, OF_ALL, ITS_LIMIT, newer)

    with store.transaction() as tx:
        rules = tx.breaker_rules()
    assert before == ()
    assert rules == (newer, ITS_LIMIT, OWN)


def test_a_dropped_rule_is_gone_and_what_tripped_by_it_stays(store):
    """L34."""
    with_strategy(store)
    saved(store, OF_ALL, OWN)
    trip(store, a_trip())

    with store.transaction() as tx:
        dropped = [tx.drop_breaker_rule(K.REJECTIONS, None) for _ in range(2)]

    with store.transaction() as tx:
        assert tx.breaker_rules() == (OWN,)
        assert [each.kind for each in tx.open_breakers()] == [K.REJECTIONS]
    assert dropped == [True, False]


def test_a_breaker_trips_once_and_keeps_its_cause_and_numbers(store, wall):
    """L32, L34."""
    with_strategy(store)

    (first, again) = trip(store, a_trip(), a_trip(value="0.9"))
    (own,) = trip(store, a_trip(OWN))

    with store.transaction() as tx:
        opened = tx.open_breakers()
    assert again is None
    assert opened == (first, own)
    assert (first.kind, first.strategy_id, first.cause) == (K.REJECTIONS, None, "a test")
    assert (first.value, first.threshold) == (Decimal("0.75"), Decimal("0.5"))
    assert (first.resume, first.resumes_at, first.cleared_at) == (Resume.BY_HAND, None, None)
    assert abs(first.tripped_at - wall) < MINUTE
    assert own.resumes_at - own.tripped_at == timedelta(seconds=90)


def test_a_cleared_breaker_says_by_whom_and_why_and_may_trip_again(store):
    """An old word does not clear the newer one (L34)."""
    with_strategy(store)
    (first,) = trip(store, a_trip())

    ended = [cleared(store, first) for _ in range(2)]
    (second,) = trip(store, a_trip())

    assert (ended[0].cleared_by, ended[0].cleared_because) == ("ann", "looked into")
    assert ended[0].cleared_at >= first.tripped_at
    assert ended[1] is None
    assert cleared(store, replace(second, tripped_at=second.tripped_at - MINUTE)) is None
    with store.transaction() as tx:
        assert tx.open_breakers() == (second,)


def test_a_plan_sees_what_stops_its_strategy_and_what_may(store):
    """Its own and those of all, exactly as they are (L34)."""
    key = with_signal(store)
    with_other_strategy(store)
    other = replace(OWN, strategy_id="LT_OTHER")
    saved(store, OF_ALL, OWN, ITS_LIMIT, other)
    first, own, _ = trip(store, a_trip(value="0.123456789"), a_trip(OWN), a_trip(other))

    seen = execution(store, key).breakers

    assert seen.tripped == (first, own)
    assert seen.rules == (OF_ALL, ITS_LIMIT, OWN)
    cleared(store, first)
    assert execution(store, key).breakers.tripped == (own,)


def with_other_strategy(store) -> None:
    with store.transaction() as tx:
        strategy, rules = tx.rules(STRATEGY)
        tx.add_account("bob", "0x" + "e" * 40, 2, "env:KEY")
        theirs = replace(
            strategy, strategy_id="LT_OTHER", user_id="bob", wallet_address="0x" + "e" * 40
        )
        assert tx.add_strategy(theirs, rules, a_state())


def test_whoever_follows_an_order_sees_the_same(store):
    order = with_planned(store)
    saved(store, OWN)
    (own,) = trip(store, a_trip(OWN))

    with store.transaction() as tx:
        tracking = tx.lock_tracking(order.lt_order_id, with_fills=False)

    assert tracking.breakers.tripped == (own,)
    assert tracking.breakers.rules == (OWN,)


def a_filled(store, number: int, price: str, status=FillStatus.CONFIRMED, **changes) -> None:
    """A fill of $10 at that price, the signal asked 0.4012."""
    order = planned(store, number, **changes)
    fill = a_match(an_envelope(number).order_id, price=price, number=number, status=status)
    with store.transaction() as tx:
        tx.add_fill(order, Fill(venue=fill, cost=Usd.of(10), fee=ZERO_USD))


def planned(store, number: int, **changes):
    taken(store, [an_ft_order(number)])
    with store.transaction() as tx:
        tx.queue_signals(NOON, None)
    order = an_order(number, **changes)
    with store.transaction() as tx:
        tx.add_planned(order, trader=LEADER, token_label="Yes")
        tx.save_envelope(order, an_envelope(number), attempt=1)
    return kept(store, order)


def answered(store, number: int, state: str, wall, latency_ms=None, **changes) -> None:
    order = planned(store, number, **changes)
    with store.transaction() as tx:
        tx.save_answer(
            an_envelope(number).order_id,
            state=state,
            text="",
            matched=None,
            answered_at=wall + number * MINUTE,
        )
        if latency_ms is not None:
            tx.move_order(
                order,
                order.moved(OrderEvent.ACCEPT),
                OrderEvent.ACCEPT,
                detail="",
                next_check_at=None,
                latency_ms=latency_ms,
            )


@pytest.mark.parametrize("strategy_id", [STRATEGY, None])
def test_fills_are_read_newest_first_without_failed_and_test_ones(store, strategy_id):
    """L23, L36."""
    with_strategy(store)
    saved(store, a_rule(K.WORST_SLIPPAGE, "0.1", strategy_id=strategy_id, window=2))
    a_filled(store, 1, "0.3")
    a_filled(store, 2, "0.4012")
    a_filled(store, 3, "0.5015")
    a_filled(store, 4, "0.9", status=FillStatus.FAILED)
    a_filled(store, 5, "0.9", mode=Mode.FORCE_TEST)

    found = readings(store)[K.WORST_SLIPPAGE, strategy_id]

    assert [round(each, 6) for each in found] == [Decimal("0.25"), Decimal(0)]


def test_answers_are_read_newest_first_and_only_those_that_say_something(store, wall):
    """An unknown outcome is no answer (L03); a test order is none of ours (L36)."""
    with_strategy(store)
    saved(store, OF_ALL, a_rule(K.LATENCY, "100", window=2))
    for number, state in enumerate(("rejected", "killed", "accepted", "unknown", "rejected"), 1):
        answered(store, number, state, wall)
    answered(store, 6, "rejected", wall, mode=Mode.FORCE_TEST)
    for number, told_ms in ((7, 30), (8, 20), (9, 10)):
        answered(store, number, "seen", wall, latency_ms=told_ms)

    found = readings(store)

    assert found == {(K.REJECTIONS, None): (1, 0, 0), (K.LATENCY, STRATEGY): (10, 20)}


def a_result(store, number: int, outcome: FtOutcome) -> None:
    order = executed(store, number, at=NOON + number * MINUTE, outcome=outcome)
    posting = ledger.resolve(order.lt_order_id, cost=order.executed, payout=order.payout)
    with store.transaction() as tx:
        tx.post(STRATEGY, ledger.Book.LIVE, posting)


def test_results_are_read_newest_first_as_losses_or_none(store):
    with_signal(store)
    saved(store, a_rule(K.CONSECUTIVE_LOSSES, "2", strategy_id=None, window=2))
    for number, outcome in enumerate((FtOutcome.WON, FtOutcome.WON, FtOutcome.LOST), start=1):
        a_result(store, number, outcome)

    assert readings(store) == {(K.CONSECUTIVE_LOSSES, None): (1, 0)}


def test_the_drawdown_of_all_is_that_of_their_sums_once_there_is_a_result(store):
    """The sum of the peaks: never less than the fall of the whole."""
    with_signal(store, state=a_state(peak_equity=Usd.of(3000)))
    with_other_strategy(store)
    saved(store, a_rule(K.DRAWDOWN, "0.1", strategy_id=None), ITS_LIMIT)
    before = readings(store)

    a_result(store, 1, FtOutcome.LOST)

    assert before == {(K.DRAWDOWN, None): ()}
    assert readings(store) == {(K.DRAWDOWN, None): (Decimal("0.5"),)}


def test_what_led_to_a_trip_is_not_read_again(store):
    """Or a breaker that somebody cleared would trip by the same news at once (L34)."""
    with_strategy(store)
    rule = a_rule(K.WORST_SLIPPAGE, "0.1", window=5)
    saved(store, rule)
    a_filled(store, 1, "0.6018")
    (tripped,) = trip(store, a_trip(rule))
    while_tripped = readings(store)
    cleared(store, tripped)

    assert while_tripped == {}
    assert readings(store) == {(K.WORST_SLIPPAGE, STRATEGY): ()}


def test_a_strategy_is_asked_about_with_all_and_not_with_others(store):
    with_strategy(store)
    theirs = replace(OF_ALL, strategy_id="LT_OTHER")
    with_other_strategy(store)
    saved(store, OF_ALL, replace(OF_ALL, strategy_id=STRATEGY), theirs)

    assert [*readings(store, strategy_id=STRATEGY)] == [
        (K.REJECTIONS, None),
        (K.REJECTIONS, STRATEGY),
    ]
    assert len(readings(store)) == 3
    assert readings(store, kinds={K.LATENCY}) == {}
