"""Fills of a live order and what resolution makes of it: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    MARKET,
    NOON,
    OTHER_MARKET,
    STRATEGY,
    YES,
    a_market,
    a_match,
    a_state,
)
from stocked import (
    an_envelope,
    kept,
    with_live,
)

from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.live_order import Fill, with_fill
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.venue import FillStatus

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


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


def test_the_oldest_fill_that_is_not_final_is_told(store, wall):
    """L51."""
    with store.transaction() as tx:
        nothing = tx.outbox()
    counted(store, with_live(store), a_fill(status=FillStatus.MATCHED, shares="5"))
    with store.transaction() as tx:
        matched = tx.outbox()
        tx.move_fill(a_fill(status=FillStatus.CONFIRMED, shares="5"))
    with store.transaction() as tx:
        confirmed = tx.outbox()

    assert nothing.oldest_provisional_at is None
    assert abs(matched.oldest_provisional_at - wall) < MINUTE
    assert confirmed.oldest_provisional_at is None


def test_held_shares_are_the_unresolved_ones_of_the_wallet_and_the_token(store):
    """L12."""
    order = counted(store, with_live(store), a_fill(shares="5"))

    with store.transaction() as tx:
        held = tx.held_shares(order)
        other = tx.held_shares(replace(order, token_id="222"))
        won = replace(order, outcome=FtOutcome.WON)
        tx.close_order(won, was=a_state(), resolved_at=NOON, settles_at=NOON)
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
        tx.close_order(closed, was=a_state(), resolved_at=NOON, settles_at=NOON + settles_in)

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
        tx.close_order(closed, was=a_state(), resolved_at=NOON, settles_at=NOON)

    lost = replace(order, outcome=FtOutcome.LOST)
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.close_order(lost, was=a_state(), resolved_at=NOON, settles_at=NOON)
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

    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=end - 2 * MINUTE)
    before, at_the_end = due(end - MINUTE), due(end)
    closed_early = due(end - MINUTE + 5 * MINUTE)
    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=looked)
    too_soon, in_time = due(looked + MINUTE), due(looked + 5 * MINUTE)

    assert (before, at_the_end, closed_early) == ((), (MARKET,), (MARKET,))
    assert (too_soon, in_time) == ((), (MARKET,))


def test_a_market_in_which_nothing_is_open_is_left_alone_and_one_opened_late_is_not(store):
    """Even after its end was booked: an order may still be filled late (L27)."""
    order = counted(store, with_live(store), a_fill())
    later = NOON + 3 * HOUR
    with store.transaction() as tx:
        tx.mark_resolved(MARKET, later)
        late = tx.markets_to_resolve(later)
        closed = replace(order, outcome=FtOutcome.WON)
        tx.close_order(closed, was=a_state(), resolved_at=later, settles_at=later)
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
