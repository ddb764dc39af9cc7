"""Decisions are kept with all they looked at, and come back with what came of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import MARKET, NOON, STRATEGY, a_book, a_match, an_ft_order
from stocked import kept as kept_order
from stocked import taken, with_planned, with_strategy

from ltsys.domain.decision import CODEC, Case, case_of, decision_on, verdict_of
from ltsys.domain.denial import Denial, DenialCode
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.live_order import Fill, Plan, lt_order_id, with_fill
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderEvent
from ltsys.domain.situation import Situation
from ltsys.domain.strategy import Mode
from ltsys.domain.wallet_cash import WalletCash

MINUTE = timedelta(minutes=1)
START = (NOON - MINUTE, 0)


def a_decision(execution, about, *, attempt=1, now=NOON, book=None):
    situation = Situation(
        signal=execution.signal,
        strategy=execution.strategy,
        rules=execution.rules,
        state=execution.state,
        guard=execution.guard,
        market=execution.market,
        book=book,
        now=now,
        cash=WalletCash(collateral=Usd.of(1000), read_at=NOON),
    )
    return decision_on(Case(situation=situation), about, attempt=attempt)


@pytest.fixture
def order(store):
    return with_planned(store)


def decided(store, order, **case):
    """A decision about the order is kept as it would be made of what the store shows."""
    with store.transaction() as tx:
        execution = tx.lock_execution(STRATEGY, order.source_trade_id)
        decision = a_decision(execution, order.lt_order_id, **case)
        tx.add_decision(decision)
    return decision


def test_a_decision_comes_back_byte_for_byte(store, order):
    """With its answer, and so it can be decided again (L32)."""
    made = decided(store, order, book=a_book())

    with store.reading() as tx:
        (row,) = tx.decisions_of(order.lt_order_id)

    assert (row.lt_order_id, row.attempt, row.decided_at) == (order.lt_order_id, 1, NOON)
    assert (case_of(row.text), verdict_of(row.text)) == (made.case, made.verdict)
    assert (row.text.codec, row.text.is_plan) == (CODEC, isinstance(made.verdict, Plan))


def test_each_attempt_is_a_decision_of_its_own(store, order):
    """L08."""
    decided(store, order, book=a_book())
    decided(store, order, attempt=2, now=NOON + MINUTE)

    with store.reading() as tx:
        first, second = tx.decisions_of(order.lt_order_id)

    assert [first.attempt, second.attempt] == [1, 2]
    assert isinstance(verdict_of(first.text), Plan)
    assert verdict_of(second.text).code is DenialCode.NO_BOOK
    assert isinstance(verdict_of(second.text), Denial)


def test_a_decision_is_kept_with_its_transaction_or_not_at_all(store, order):
    with pytest.raises(RuntimeError, match="crash"), store.transaction() as tx:  # noqa: PT012 - the crash ends it
        execution = tx.lock_execution(STRATEGY, order.source_trade_id)
        tx.add_decision(a_decision(execution, order.lt_order_id))
        raise RuntimeError("crash")

    with store.reading() as tx:
        assert tx.decisions_of(order.lt_order_id) == ()


def test_more_than_a_thousand_decisions_are_read_in_pages(store, order):
    """The oldest first; nothing twice and nothing left out (L48)."""
    with store.transaction() as tx:
        execution = tx.lock_execution(STRATEGY, order.source_trade_id)
        for number in range(1_050):
            now = NOON + timedelta(seconds=number // 3)
            tx.add_decision(a_decision(execution, order.lt_order_id, attempt=number + 1, now=now))

    seen, place = [], START
    while True:
        with store.reading() as tx:
            page = tx.decisions_after(STRATEGY, place, limit=400)
        if not page:
            break
        seen += [row.attempt for row in page]
        place = page[-1].decided_at, page[-1].decision_id

    assert seen == [*range(1, 1_051)]


def test_only_the_strategys_own_decisions_after_the_place_are_read(store, order):
    decided(store, order)

    with store.reading() as tx:
        assert len(tx.decisions_after(STRATEGY, START, limit=10)) == 1
        assert tx.decisions_after(STRATEGY, (NOON + MINUTE, 0), limit=10) == ()
        assert tx.decisions_after("LT_OTHER", START, limit=10) == ()


def test_what_came_of_a_decision_is_read_with_it(store, order):
    """Fills of the order, and the outcome of the FT order behind it (L20)."""
    decided(store, order, book=a_book())
    fill = Fill(venue=a_match("0x1"), cost=Usd.of(10), fee=Usd.of("0.2"))
    filled, _ = with_fill(kept_order(store, order).moved(OrderEvent.SUBMIT), fill)
    won = replace(
        an_ft_order(),
        outcome=FtOutcome.WON,
        exit_price=Decimal(1),
        pnl=Usd.of(15),
        resolved_at=NOON + MINUTE,
    )

    with store.transaction() as tx:
        tx.move_order(order, filled, OrderEvent.FILL_ALL, detail="", next_check_at=None)
        tx.close_ft_orders([won])
    with store.transaction() as tx:
        tracking = tx.lock_tracking(order.lt_order_id)
        tx.close_order(
            replace(tracking.order, outcome=FtOutcome.WON),
            was=tracking.state,
            resolved_at=NOON + MINUTE,
            settles_at=NOON + MINUTE,
        )
    with store.reading() as tx:
        (row,) = tx.decisions_of(order.lt_order_id)

    after = row.aftermath
    assert (after.executed, after.fees) == (Usd.of(10), Usd.of("0.2"))
    assert (after.executed_shares, after.result) == (Shares.of(25), Usd.of(15))
    assert (after.resolved_at, after.ft_resolved_at) == (NOON + MINUTE, NOON + MINUTE)
    assert (after.ft_outcome, after.ft_exit_price) == (FtOutcome.WON, Decimal(1))


def test_what_is_open_has_no_result_yet(store, order):
    """Unknown is not zero (L42)."""
    decided(store, order)

    with store.reading() as tx:
        (row,) = tx.decisions_of(order.lt_order_id)

    after = row.aftermath
    assert (after.executed, after.executed_shares.count) == (ZERO_USD, 0)
    assert (after.result, after.resolved_at, after.ft_exit_price) == (None, None, None)
    assert after.ft_outcome is FtOutcome.OPEN


def test_a_denied_signal_has_a_decision_too(store):
    with_strategy(store)
    taken(store, [an_ft_order()])
    denial = Denial(code=DenialCode.NO_BOOK, text="nobody offers the token")
    with store.transaction() as tx:
        (key,) = tx.queue_signals(NOON, None)
    with store.transaction() as tx:
        execution = tx.lock_execution(*key)
        tx.add_denied(execution.signal, denial, mode=Mode.LIVE, planned_at=NOON)
        found = a_decision(execution, lt_order_id(execution.signal))
        tx.add_decision(found)

    with store.reading() as tx:
        (row,) = tx.decisions_after(STRATEGY, START, limit=10)

    assert not row.text.is_plan
    assert row.aftermath.executed == ZERO_USD
    assert case_of(row.text).situation.market.condition_id == MARKET


def test_old_decisions_are_forgotten_the_oldest_first(store, order):
    for number in range(3):
        decided(store, order, attempt=number + 1, now=NOON + number * MINUTE)

    with store.transaction() as tx:
        few = tx.forget_decisions(NOON + 2 * MINUTE, limit=1)
    with store.transaction() as tx:
        rest = tx.forget_decisions(NOON + 2 * MINUTE, limit=100)

    with store.reading() as tx:
        assert [row.attempt for row in tx.decisions_of(order.lt_order_id)] == [3]
    assert (few, rest) == (1, 1)
