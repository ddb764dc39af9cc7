"""Stages, changes that wait and the paper venue, the same in both stores."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    ACCOUNT,
    LEADER,
    MARKET,
    NOON,
    STRATEGY,
    YES,
    a_match,
    a_state,
    an_ft_order,
    an_order,
)
from stocked import an_envelope, with_planned, with_signal, with_strategy

from ltsys.domain.change import ChangeEvent, ChangeKind, ChangeRequest, ChangeStatus
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ledger import Book
from ltsys.domain.live_order import Fill, with_fill
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderEvent
from ltsys.domain.shadow import ShadowOrder
from ltsys.domain.stage import Stage, StageStep, Standing
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import TimeInForce
from ltsys.ports.stages import DrillRow

SHADOW = Standing(stage=Stage.SHADOW)
CANARY = Standing(stage=Stage.CANARY, cap=Usd.of("12.5"))
PAPER = a_state(book=Book.SHADOW)


def a_step(before=Stage.SHADOW, after=CANARY, **changes) -> StageStep:
    step = StageStep(
        strategy_id=STRATEGY,
        before=before,
        after=after,
        by="ann",
        cause="a change",
        at=NOON,
        numbers={"fill rate": "97 %"},
    )
    return replace(step, **changes)


def a_request(subject="stage", *, wait_s: int | None = 0, at=NOON, **changes) -> ChangeRequest:
    request = ChangeRequest(
        strategy_id=STRATEGY,
        kind=ChangeKind.STAGE,
        subject=subject,
        before="shadow",
        after="canary 50",
        requested_at=at,
        requested_by="ann",
        effective_at=None if wait_s is None else at + timedelta(seconds=wait_s),
    )
    return replace(request, **changes)


def states(store) -> dict[Book, object]:
    with store.transaction() as tx:
        return {book: tx.lock_state(STRATEGY, book) for book in (Book.LIVE, Book.SHADOW)}


def test_a_strategy_comes_back_with_its_standing_and_its_book(store):
    with_strategy(store, standing=SHADOW, state=PAPER, bet_cap=Usd.of(7))

    with store.transaction() as tx:
        strategy, _ = tx.rules(STRATEGY)
        now = tx.lock_state(STRATEGY)

    assert (strategy.standing, strategy.mode, strategy.bet_cap) == (SHADOW, Mode.SHADOW, Usd.of(7))
    assert now == PAPER
    assert states(store) == {Book.LIVE: None, Book.SHADOW: PAPER}


def test_a_new_stage_moves_the_strategy_and_is_kept(store):
    with_strategy(store, standing=SHADOW, state=PAPER)
    live = a_state(consecutive_losses=0)
    with store.transaction() as tx:
        tx.open_book(STRATEGY, live)
        tx.set_stage(a_step(), is_new_mode=True)

    with store.transaction() as tx:
        assert tx.rules(STRATEGY)[0].standing == CANARY
        assert tx.stage_steps(STRATEGY) == (a_step(),)
        assert tx.live_strategies() == (STRATEGY,)
        assert tx.lock_state(STRATEGY) == live


def test_a_stage_that_moved_meanwhile_is_not_written_over(store):
    with_strategy(store)

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.set_stage(a_step(), is_new_mode=True)


def test_a_book_is_opened_once(store):
    with_strategy(store)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.open_book(STRATEGY, a_state())


def test_each_book_is_saved_alone(store):
    """L36."""
    with_strategy(store)
    with store.transaction() as tx:
        tx.open_book(STRATEGY, PAPER)
        tx.save_state(STRATEGY, replace(PAPER, consecutive_losses=3))

    assert states(store)[Book.LIVE] == a_state()
    assert states(store)[Book.SHADOW].consecutive_losses == 3


def test_an_order_is_tracked_in_the_book_that_it_was_planned_in(store):
    """Also after its strategy went back to shadow (L36)."""
    order = with_planned(store)
    with store.transaction() as tx:
        tx.open_book(STRATEGY, replace(PAPER, consecutive_losses=4))
        step = a_step(Stage.FULL, SHADOW)
        tx.set_stage(step, is_new_mode=True)

    with store.transaction() as tx:
        tracking = tx.lock_tracking(order.lt_order_id)
        execution = tx.lock_execution(STRATEGY, order.source_trade_id)

    assert tracking.state.book is Book.LIVE
    assert execution.state.book is Book.LIVE
    assert execution.strategy.mode is Mode.SHADOW


def test_a_new_order_is_decided_in_the_book_of_the_stage(store):
    with_signal(store, standing=SHADOW, state=PAPER)

    with store.transaction() as tx:
        execution = tx.lock_execution(STRATEGY, an_order().source_trade_id)

    assert execution.state == PAPER


def test_a_live_envelope_is_not_saved_after_a_demotion(store):
    """L61."""
    order = with_planned(store)
    with store.transaction() as tx:
        tx.set_stage(a_step(Stage.FULL, SHADOW), is_new_mode=True)

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.save_envelope(order, an_envelope(), attempt=1)


# the paper venue


def on_paper(store) -> ShadowOrder:
    """A filled paper order of a shadow strategy."""
    with_signal(store, standing=SHADOW, state=PAPER)
    order, signed = an_order(mode=Mode.SHADOW), an_envelope()
    paper = ShadowOrder(
        order_id=signed.order_id,
        lt_order_id=order.lt_order_id,
        condition_id=MARKET,
        token_id=YES,
        asked=Shares.of(25),
        posted_at=NOON,
        fills=(
            a_match(signed.order_id, shares="10", price="0.39", number=1),
            a_match(signed.order_id, shares="5.5", price="0.40", number=2),
        ),
    )
    with store.transaction() as tx:
        tx.add_planned(order, trader=LEADER, token_label="Yes")
        tx.save_envelope(order, signed, attempt=1)
    with store.transaction() as tx:
        tx.add_shadow_order(paper)
    return paper


def test_the_paper_venue_remembers_what_it_answered(store):
    paper = on_paper(store)

    with store.reading() as tx:
        assert tx.shadow_order(paper.order_id) == paper
        assert tx.shadow_order(an_envelope(2).order_id) is None
        assert tx.shadow_shares(ACCOUNT, YES) == Shares.of("15.5")
        found = tx.order_of_envelope(paper.order_id)
    assert (found.lt_order_id, found.mode) == (paper.lt_order_id, Mode.SHADOW)


def test_an_envelope_is_offered_on_paper_once(store):
    paper = on_paper(store)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_shadow_order(paper)


def test_paper_and_real_shares_are_held_apart(store):
    """L36."""
    paper = on_paper(store)
    with store.transaction() as tx:
        order = tx.order(paper.lt_order_id)
        fill = Fill(venue=paper.fills[0], cost=Usd.of("3.9"), fee=ZERO_USD)
        filled, _ = with_fill(order.moved(OrderEvent.ACCEPT), fill)
        tx.move_order(order, filled, OrderEvent.FILL_PART, detail="", next_check_at=None)

    with store.reading() as tx:
        assert tx.held_shares(filled) == Shares.of(10)
        assert tx.held_shares(replace(filled, mode=Mode.LIVE)) == Shares.of(0)


# what a stage has shown


def test_a_record_counts_the_orders_of_the_stage_and_mode_alone(store):
    with_planned(store)

    with store.transaction() as tx:
        record = tx.stage_record(STRATEGY)

    assert (record.since, record.ended_count) == (NOON - timedelta(hours=2), 0)
    assert (record.asked, record.filled, record.slippage) == (ZERO_USD, ZERO_USD, None)
    with pytest.raises(LookupError), store.transaction() as tx:
        tx.stage_record("LT_NONE")


def test_a_record_holds_dollars_slippage_and_results_of_both_sides(store):
    order = with_planned(store, signal_price=an_order().signal_price)
    won = replace(an_ft_order(1), outcome=FtOutcome.WON, pnl=Usd.of("14.9"), exit_price=Decimal(1))
    fill = Fill(venue=a_match("0x" + "1" * 64, shares="20"), cost=Usd.of(8), fee=ZERO_USD)
    with store.transaction() as tx:
        tx.save_envelope(order, an_envelope(), attempt=1)
    with store.transaction() as tx:
        order = tx.order(order.lt_order_id)
        filled, _ = with_fill(order, fill)
        tx.move_order(order, filled, OrderEvent.FILL_PART, detail="", next_check_at=None)
        ended = replace(filled.moved(OrderEvent.CANCEL), reserved=ZERO_USD)
        tx.move_order(filled, ended, OrderEvent.CANCEL, detail="", next_check_at=None)
        tx.finish_signal((STRATEGY, order.source_trade_id), outcome="executed", reason=None)
        tx.close_ft_orders([won])
        closed = replace(ended, outcome=FtOutcome.WON)
        tx.close_order(closed, was=a_state(), resolved_at=NOON, settles_at=NOON)

    with store.transaction() as tx:
        record = tx.stage_record(STRATEGY)

    assert (record.ended_count, record.filled_count, record.ft_count) == (1, 1, 1)
    assert (record.asked, record.filled) == (Usd.of(10), Usd.of(8))
    assert record.slippage.quantize(Decimal("0.0001")) == Decimal("-0.0030")
    assert (record.lt_staked, record.lt_result) == (Usd.of(8), Usd.of(12))
    assert (record.ft_staked, record.ft_result) == (Usd.of(10), Usd.of("14.9"))


def test_the_last_drill_counts(store):
    with store.transaction() as tx:
        assert tx.last_drill() is None
    for is_clean in (False, True):
        drill = DrillRow(
            recorded_at=NOON, recorded_by="ann", is_clean=is_clean, certificate={"lost": 0}
        )
        with store.transaction() as tx:
            tx.save_drill(drill)

    with store.transaction() as tx:
        assert tx.last_drill() == drill


# changes


def test_a_change_is_due_when_its_time_is_over(store):
    with_strategy(store)
    with store.transaction() as tx:
        late = tx.add_change(a_request("stage", wait_s=600))
        soon = tx.add_change(a_request("daily_budget", wait_s=60, kind=ChangeKind.LIMIT))
        tx.add_change(a_request("bet cap", wait_s=None, kind=ChangeKind.SIZING))

    with store.transaction() as tx:
        assert tx.due_changes(NOON + timedelta(seconds=59)) == ()
        assert tx.due_changes(NOON + timedelta(seconds=600)) == (soon, late)


def test_one_change_of_a_subject_is_open_at_a_time(store):
    with_strategy(store)
    with store.transaction() as tx:
        first = tx.add_change(a_request())

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_change(a_request())
    with store.transaction() as tx:
        tx.end_change(first, ChangeEvent.WITHDRAW, by="ann", why="no")
    with store.transaction() as tx:
        second = tx.add_change(a_request())
        ended = tx.change(first.change_id)

    assert (ended.status, ended.ended_by, ended.why) == (ChangeStatus.WITHDRAWN, "ann", "no")
    with store.transaction() as tx:
        assert tx.changes(STRATEGY, only_open=True) == (second,)
        assert tx.changes(None, only_open=False) == (second, ended)


def test_a_change_ends_once(store):
    with_strategy(store)
    with store.transaction() as tx:
        change = tx.add_change(a_request())
        tx.end_change(change, ChangeEvent.APPLY, by="rule", why="time")

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.end_change(change, ChangeEvent.WITHDRAW, by="ann", why="late")


def test_a_proposal_waits_from_its_confirmation_on(store):
    with_strategy(store)
    with store.transaction() as tx:
        proposal = tx.add_change(a_request(wait_s=None, requested_by="the FT wallet"))
    with store.transaction() as tx:
        tx.confirm_change(proposal, by="ann", effective_at=NOON)

    with store.transaction() as tx:
        (due,) = tx.due_changes(NOON)
    assert (due.status, due.request.requested_by) == (ChangeStatus.PENDING, "ann")


def test_what_was_seen_of_an_ft_wallet_is_kept(store):
    with_strategy(store)
    with store.transaction() as tx:
        (never,) = tx.ft_copies()
        tx.save_ft_copy(STRATEGY, {"min_edge": "0"})
        tx.save_ft_copy(STRATEGY, {"min_edge": "0.1"})
        tx.set_bet_cap(STRATEGY, Usd.of(40))

    with store.transaction() as tx:
        (copy,) = tx.ft_copies()
        strategy, _ = tx.rules(STRATEGY)
    assert (never.seen, copy.seen) == (None, {"min_edge": "0.1"})
    assert strategy.bet_cap == Usd.of(40)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.set_bet_cap("LT_NONE", None)


def test_settings_are_saved_and_nothing_else_of_the_strategy_moves(store):
    with_strategy(store)
    with store.transaction() as tx:
        before, rules = tx.rules(STRATEGY)
    after = replace(
        before,
        slippage_tolerance=Decimal("0.125"),
        time_in_force=TimeInForce.FOK,
        max_signal_age_s=7,
        cooldown_s=11,
    )

    with store.transaction() as tx:
        tx.save_settings(replace(after, initial_capital=Usd.of(1), is_active=False))

    with store.transaction() as tx:
        assert tx.rules(STRATEGY) == (after, rules)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.save_settings(replace(after, strategy_id="LT_NOBODY"))


def test_a_loosened_setting_waits_as_every_change_does(store):
    """L61."""
    with_strategy(store)
    request = a_request("slippage_tolerance", kind=ChangeKind.SETTING, before="0.03", after="0.05")

    with store.transaction() as tx:
        made = tx.add_change(request)

    with store.transaction() as tx:
        assert tx.change(made.change_id) == made
