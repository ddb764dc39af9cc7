"""A live order from its plan to its end: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    LEADER,
    MARKET,
    NOON,
    OTHER_MARKET,
    STRATEGY,
    YES,
    a_market,
    a_match,
    a_signal,
    an_order,
)
from stocked import (
    an_envelope,
    kept,
    signal_key,
    with_live,
    with_planned,
    with_signal,
    with_strategy,
    with_submitted,
)

from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.live_order import Fill, with_fill
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.risk import Denial, DenialCode
from ltsys.domain.venue import FillStatus

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NO_BOOK = Denial(code=DenialCode.NO_BOOK, text="nobody offers the token")


def a_fill(number: int = 1, *, shares: str = "25", **changes) -> Fill:
    match = a_match(an_envelope().order_id, number=number, shares=shares, **changes)
    return Fill(venue=match, cost=(match.price * match.shares).rounded_down(), fee=Usd.of("0.01"))


def counted(store, order, fill):
    """The fill is kept and the order has moved by it."""
    now, _ = with_fill(order, fill)
    event = OrderEvent.FILL_ALL if now.status is OrderStatus.FILLED else OrderEvent.FILL_PART
    with store.transaction() as tx:
        tx.add_fill(now, fill)
        tx.move_order(order, now, event, detail="", next_check_at=None)
    return kept(store, order)


def test_a_planned_order_comes_back_as_it_was(store):
    order = with_planned(store)

    with store.transaction() as tx:
        execution = tx.lock_execution(*signal_key())
        nothing = tx.order("lto_none"), tx.prepared(order.lt_order_id), tx.lock_tracking("lto_none")

    assert kept(store, order) == order == execution.order
    assert nothing == (None, None, None)


def test_a_second_order_of_a_signal_is_refused(store):
    """One order a signal, decided by a unique key before anything is sent (L01)."""
    order = with_planned(store)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_planned(order, trader=LEADER, token_label="Yes")
    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_denied(a_signal(), NO_BOOK, planned_at=NOON)

    assert kept(store, order) == order


def test_a_second_order_under_another_name_is_refused_too(store):
    """The signal is the key, not the order's name (L08)."""
    order = with_planned(store)

    renamed = replace(order, lt_order_id="lto_other")
    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_planned(renamed, trader=LEADER, token_label="Yes")

    with store.transaction() as tx:
        assert tx.order("lto_other") is None


def test_a_denied_signal_leaves_the_outbox_and_is_denied_once(store, wall):
    """A refusal is a row, and one only (L32, L35)."""
    key = with_signal(store)
    with store.transaction() as tx:
        tx.add_denied(a_signal(), NO_BOOK, planned_at=NOON)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_denied(a_signal(), NO_BOOK, planned_at=NOON)

    with store.transaction() as tx:
        execution = tx.lock_execution(*key)
        assert tx.due_signals(wall + HOUR, 10) == ()
        assert tx.order(an_order().lt_order_id) is None
        assert tx.working_orders_in(MARKET) == ()
    assert (execution.is_queued, execution.order) == (False, None)


def test_a_planned_order_can_be_denied_after_all(store):
    order = with_planned(store)
    denied = replace(order.moved(OrderEvent.DENY), reserved=ZERO_USD)

    with store.transaction() as tx:
        tx.note_denied(order.lt_order_id, NO_BOOK)
        tx.move_order(order, denied, OrderEvent.DENY, detail=str(NO_BOOK), next_check_at=None)

    assert kept(store, order).status is OrderStatus.DENIED
    assert kept(store, order).reserved == ZERO_USD


def test_the_envelope_is_saved_with_its_bytes_and_the_order_is_on_its_way(store):
    """Before anything is sent (L02)."""
    order = with_submitted(store)

    with store.transaction() as tx:
        prepared = tx.prepared(order.lt_order_id)

    assert order.status is OrderStatus.SUBMITTING
    assert order.order_id == an_envelope().order_id
    assert prepared.signed == an_envelope()
    assert prepared.state == "prepared"


def test_a_second_worker_with_the_same_order_finds_it_moved(store):
    """Only one moves it from planned to submitting (L01, L03)."""
    order = with_submitted(store)

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.save_envelope(order, an_envelope(2), attempt=2)

    with store.transaction() as tx:
        assert tx.prepared(order.lt_order_id).signed == an_envelope()


def test_the_same_bytes_are_saved_again_after_a_postponement(store):
    """The venue could not be reached; the envelope stays the same row (L08)."""
    order = with_submitted(store)
    planned = order.moved(OrderEvent.POSTPONE)
    with store.transaction() as tx:
        tx.save_answer(
            order.order_id, state="unavailable", text="425", matched=None, answered_at=NOON
        )
        tx.move_order(order, planned, OrderEvent.POSTPONE, detail="425", next_check_at=None)

    with store.transaction() as tx:
        tx.save_envelope(planned, an_envelope(), attempt=1)

    with store.transaction() as tx:
        prepared = tx.prepared(order.lt_order_id)
    assert (prepared.signed, prepared.state) == (an_envelope(), "prepared")


def test_another_envelope_cannot_take_the_place_of_an_attempt(store):
    """Attempts are rows of their own (L08)."""
    order = with_submitted(store)
    planned = order.moved(OrderEvent.POSTPONE)
    with store.transaction() as tx:
        tx.move_order(order, planned, OrderEvent.POSTPONE, detail="", next_check_at=None)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.save_envelope(planned, an_envelope(2), attempt=1)

    assert kept(store, order).status is OrderStatus.PLANNED


@pytest.mark.parametrize(
    ("matched", "known"), [(None, None), (Usd.of(0), None), (Usd.of("4.2"), Usd.of("4.2"))]
)
def test_an_answer_is_kept_with_what_matched_at_once(store, matched, known):
    """An answer that names no match says nothing of what will be matched."""
    order = with_submitted(store)

    with store.transaction() as tx:
        tx.save_answer(
            order.order_id, state="accepted", text="live", matched=matched, answered_at=NOON
        )

    with store.transaction() as tx:
        assert tx.prepared(order.lt_order_id).state == "accepted"
    assert kept(store, order).matched_at_once == known


def test_a_later_answer_does_not_wipe_what_matched_at_once(store):
    """A repost is answered "Duplicated"; the first answer's amount stays (L04)."""
    order = with_submitted(store)
    with store.transaction() as tx:
        for matched, state in ((Usd.of(5), "accepted"), (None, "seen")):
            tx.save_answer(order.order_id, state=state, text="", matched=matched, answered_at=NOON)

    with store.transaction() as tx:
        assert tx.prepared(order.lt_order_id).state == "seen"
    assert kept(store, order).matched_at_once == Usd.of(5)


def test_an_order_moves_only_from_the_status_that_was_seen(store):
    """Compare-and-set (L22)."""
    order = with_live(store)

    stale = replace(order, status=OrderStatus.UNKNOWN)
    rejected = stale.moved(OrderEvent.REJECT)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.move_order(stale, rejected, OrderEvent.REJECT, detail="", next_check_at=None)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.note_checked(stale, stale, None, next_check_at=None)

    assert kept(store, order) == order


def test_a_look_counts_and_may_move_the_order(store):
    order = with_live(store)
    ended = replace(order.moved(OrderEvent.CANCEL), reserved=ZERO_USD)

    with store.transaction() as tx:
        tx.note_checked(order, order, None, next_check_at=NOON)
        tx.note_checked(order, ended, OrderEvent.CANCEL, next_check_at=None)

    now = kept(store, order)
    assert (now.status, now.check_count) == (OrderStatus.CANCELED, 2)
    assert now.reserved == ZERO_USD


def test_an_order_is_due_when_its_next_look_has_come_and_is_then_put_off(store, wall):
    """One looks at a time (L53)."""
    order = with_live(store)
    with store.transaction() as tx:
        tx.note_checked(order, order, None, next_check_at=wall)

    with store.transaction() as tx:
        early = tx.due_orders(wall - MINUTE, 10)
        now = tx.due_orders(wall, 10)
        again = tx.due_orders(wall, 10)
        later = tx.due_orders(wall + MINUTE, 10)

    assert (early, now, again) == ((), (order.lt_order_id,), ())
    assert later == (order.lt_order_id,)


def test_an_order_that_lost_its_answer_comes_due_by_itself(store, wall):
    """A crash between the save and the answer is found by its row (L02, L56)."""
    order = with_submitted(store)

    with store.transaction() as tx:
        assert tx.due_orders(wall, 10) == ()
        assert tx.due_orders(wall + MINUTE, 10) == (order.lt_order_id,)


def test_a_planned_order_is_left_to_its_signal(store, wall):
    with_planned(store)

    with store.transaction() as tx:
        orders = tx.due_orders(wall + HOUR, 10)
        signals = tx.due_signals(wall + HOUR, 10)

    assert orders == ()
    assert signals == (signal_key(),)


def test_more_than_a_thousand_orders_come_due(store, wall):
    """L48."""
    with_strategy(store)
    for start in range(0, 1_200, 400):
        with store.transaction() as tx:
            for number in range(start, start + 400):
                order = an_order(number)
                tx.add_planned(order, trader=LEADER, token_label="Yes")
                tx.save_envelope(order, an_envelope(number + 1), attempt=1)

    with store.transaction() as tx:
        working = tx.working_orders_in(MARKET)
        few = tx.due_orders(wall + MINUTE, 5)
        rest = tx.due_orders(wall + MINUTE, 5_000)

    assert len(working) == len({*few, *rest}) == 1_200
    assert len(few) == 5


def test_tracking_holds_the_order_with_its_fills_in_their_order(store, wall):
    """L20."""
    order = with_live(store)
    first, second = a_fill(1, shares="5"), a_fill(2, shares="7.5", is_taker=False)
    order = counted(store, counted(store, order, first), second)

    with store.transaction() as tx:
        tracking = tx.lock_tracking(order.lt_order_id)

    assert tracking.order == order
    assert tracking.order.executed == Usd.of(5)
    assert tracking.order.executed_shares == Shares.of("12.5")
    assert tracking.order.fees == Usd.of("0.02")
    assert tracking.fills == (first, second)
    assert tracking.market == a_market()
    assert abs(tracking.queued_at - wall) < MINUTE


def test_a_fill_is_counted_once(store):
    """By trade and order, whoever reports it (L22)."""
    order = counted(store, with_live(store), a_fill(1, shares="5"))

    with pytest.raises(AlreadyRecordedError):
        counted(store, order, a_fill(1, shares="5"))

    assert kept(store, order) == order


def test_one_match_of_the_venue_may_fill_two_of_our_orders(store):
    """The key of a fill is the trade and the order (L06)."""
    order = with_live(store)
    ours = a_fill(1, shares="5")
    other = replace(ours, venue=replace(ours.venue, order_id=an_envelope(2).order_id))

    with store.transaction() as tx:
        tx.add_fill(order, ours)
        tx.add_fill(order, other)

    with store.transaction() as tx:
        assert len(tx.lock_tracking(order.lt_order_id).fills) == 2


def test_a_fill_moves_on_and_an_unknown_one_is_refused(store):
    """L23."""
    order = counted(store, with_live(store), a_fill(status=FillStatus.MATCHED, shares="5"))
    with store.transaction() as tx:
        tx.move_fill(a_fill(status=FillStatus.FAILED, shares="5"))

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.move_fill(a_fill(9))

    with store.transaction() as tx:
        (fill,) = tx.lock_tracking(order.lt_order_id).fills
    assert fill.status is FillStatus.FAILED


def test_an_acknowledgement_changes_nothing_of_the_order(store):
    order = with_live(store)

    with store.transaction() as tx:
        tx.note_acknowledged(order.lt_order_id, latency_ms=321)

    assert kept(store, order) == order


def test_held_shares_are_the_unresolved_ones_of_the_wallet_and_the_token(store):
    """L12."""
    order = counted(store, with_live(store), a_fill(shares="5"))

    with store.transaction() as tx:
        held = tx.held_shares(order)
        other = tx.held_shares(replace(order, token_id="222"))
        won = replace(order, outcome=FtOutcome.WON)
        tx.close_order(won, pnl=Usd.of(3), resolved_at=NOON, settles_at=NOON)
        resolved = tx.held_shares(order)

    assert (held, other, resolved) == (Shares.of(5), Shares.of(0), Shares.of(0))


def test_resolution_finds_executed_and_working_orders_of_one_market(store):
    """L27."""
    live = with_live(store)
    with store.transaction() as tx:
        before = tx.executed_orders_in(MARKET), tx.working_orders_in(MARKET)
    filled = counted(store, live, a_fill())

    with store.transaction() as tx:
        after = tx.executed_orders_in(MARKET), tx.working_orders_in(MARKET)
        elsewhere = tx.executed_orders_in(OTHER_MARKET), tx.working_orders_in(OTHER_MARKET)

    assert filled.status is OrderStatus.FILLED
    assert before == ((), (live.lt_order_id,))
    assert after == ((live.lt_order_id,), ())
    assert elsewhere == ((), ())


@pytest.mark.parametrize(
    ("outcome", "settles_in", "due"),
    [(FtOutcome.WON, HOUR, True), (FtOutcome.WON, 0 * HOUR, False), (FtOutcome.LOST, HOUR, False)],
)
def test_a_payout_settles_after_its_cooldown_and_once(store, outcome, settles_in, due):
    order = counted(store, with_live(store), a_fill())
    closed = replace(order, outcome=outcome)
    with store.transaction() as tx:
        tx.close_order(closed, pnl=Usd.of(15), resolved_at=NOON, settles_at=NOON + settles_in)

    with store.transaction() as tx:
        early = tx.due_settlements(NOON + settles_in - MINUTE, 10)
        found = tx.due_settlements(NOON + 2 * HOUR, 10)
        for lt_order_id in found:
            tx.mark_settled(lt_order_id)

    assert early == ()
    assert found == ((order.lt_order_id,) if due else ())
    with store.transaction() as tx:
        assert tx.due_settlements(NOON + 2 * HOUR, 10) == ()
        assert tx.executed_orders_in(MARKET) == ()
    assert kept(store, order) == closed


def test_an_outcome_is_booked_once(store):
    """L44."""
    order = counted(store, with_live(store), a_fill())
    closed = replace(order, outcome=FtOutcome.WON)
    with store.transaction() as tx:
        tx.close_order(closed, pnl=Usd.of(15), resolved_at=NOON, settles_at=NOON)

    lost = replace(order, outcome=FtOutcome.LOST)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.close_order(lost, pnl=Usd.of(-10), resolved_at=NOON, settles_at=NOON)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.mark_settled(order.lt_order_id)

    assert kept(store, order).outcome is FtOutcome.WON


def test_markets_to_resolve_have_ended_and_hold_something_open(store):
    """Often at first, seldom later (L53)."""
    counted(store, with_live(store), a_fill())
    end = NOON + 2 * HOUR
    looked = end + 20 * MINUTE

    def due(now):
        with store.transaction() as tx:
            return tx.markets_to_resolve(now)

    before, at_the_end = due(end - MINUTE), due(end)
    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=looked)
    too_soon, in_time = due(looked + MINUTE), due(looked + 5 * MINUTE)

    assert (before, at_the_end) == ((), (MARKET,))
    assert (too_soon, in_time) == ((), (MARKET,))


def test_a_market_in_which_nothing_is_open_is_left_alone_and_one_opened_late_is_not(store):
    """Even after its end was booked: an order may still be filled late (L27)."""
    order = counted(store, with_live(store), a_fill())
    later = NOON + 3 * HOUR
    with store.transaction() as tx:
        tx.mark_resolved(MARKET, later)
        late = tx.markets_to_resolve(later)
        closed = replace(order, outcome=FtOutcome.WON)
        tx.close_order(closed, pnl=Usd.of(15), resolved_at=later, settles_at=later)
        tx.close_ft_orders(
            [
                replace(each, outcome=FtOutcome.WON, pnl=Usd.of(15), resolved_at=later)
                for each in tx.open_ft_orders_in(MARKET)
            ]
        )

    with store.transaction() as tx:
        done = tx.markets_to_resolve(later)

    assert (late, done) == ((MARKET,), ())


def test_a_market_without_an_end_is_looked_at_now_and_then(store):
    """L27."""
    counted(store, with_live(store), a_fill())
    with store.transaction() as tx:
        tx.save_markets([a_market(end_at=None)], checked_at=NOON)

    with store.transaction() as tx:
        assert tx.markets_to_resolve(NOON + MINUTE) == ()
        assert tx.markets_to_resolve(NOON + 5 * MINUTE) == (MARKET,)


def test_tokens_and_strategies_are_what_the_order_says(store):
    order = with_live(store)

    assert (order.strategy_id, order.token_id) == (STRATEGY, YES)
    assert order.signal_price.per_share == Decimal("0.4012")
