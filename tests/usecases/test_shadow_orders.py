"""Shadow orders: the whole path on paper, with money of its own (LESSONS L36)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_made import MARKET, STRATEGY, YES, a_book, an_ended_market
from trading_floor import Floor, accepted, total

from ltsys.domain.errors import MalformedAnswerError, VenueUnavailableError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ledger import Book
from ltsys.domain.market import BookLevel
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import TimeInForce
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.reconcile import reconcile
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.track_order import track_order

SHADOW = Standing(stage=Stage.SHADOW)


@pytest.fixture
def floor() -> Floor:
    return Floor(standing=SHADOW)


def offers(floor, *levels: tuple[str, str]) -> None:
    """The real book asks these prices for these shares."""
    asks = tuple(BookLevel(price=Price.of(p), shares=Shares.of(s)) for p, s in levels)
    floor.market_data.books[YES] = a_book(asks=asks)


def test_a_shadow_order_is_filled_by_walking_the_real_book(floor):
    """The venue hears nothing of it (L36)."""
    offers(floor, ("0.40", "10"), ("0.39", "5"), ("0.45", "500"))

    order = floor.track(floor.execute(1))

    assert (order.mode, order.status) == (Mode.SHADOW, OrderStatus.CANCELED)
    assert order.executed_shares == Shares.of(15)
    assert order.executed == Usd.of("5.95")
    assert floor.venue.posted == []
    assert len(floor.store.tables.orders) == 1


def test_a_shadow_run_touches_no_live_money(floor):
    """Live and shadow capital, result and counters are apart (L36)."""
    order = floor.track(floor.execute(1))
    market = an_ended_market("0", "1")
    floor.market_data.shown[MARKET] = market
    desk = floor.desk

    resolve_market(MARKET, store=desk.store, market_data=desk.market_data, clock=desk.clock)

    assert floor.order(order).outcome is FtOutcome.LOST
    assert floor.state.book is Book.SHADOW
    assert floor.state.consecutive_losses == 1
    assert floor.balances.equity == Usd.of(1000) - order.executed
    assert floor.sums(Book.SHADOW)
    assert not any(floor.sums(Book.LIVE).values())
    assert not any(floor.sums(Book.FORCE_TEST).values())


def test_live_and_shadow_counters_of_one_strategy_stay_apart():
    """A loss on paper counts nothing where real money is, and the other way round (L36)."""
    floor = Floor(standing=Standing(stage=Stage.FULL))
    live = floor.execute(1, accepted("10"))
    floor.reports(live)
    floor.track(live)
    before = floor.state
    floor.stands_at(SHADOW)

    floor.track(floor.execute(2))

    states = floor.store.tables.lt_strategies[STRATEGY].states
    assert states[Book.LIVE] == before
    assert states[Book.SHADOW].daily_spent == states[Book.SHADOW].balances.position != ZERO_USD
    assert len(floor.venue.posted) == 1


def test_a_live_order_goes_on_in_its_own_book_after_a_demotion():
    """What is real stays real until it is over (L36)."""
    floor = Floor(standing=Standing(stage=Stage.FULL))
    live = floor.execute(1, accepted("10"))
    floor.stands_at(SHADOW)
    floor.reports(live)

    floor.track(live)

    states = floor.store.tables.lt_strategies[STRATEGY].states
    assert states[Book.LIVE].balances.position == Usd.of(10)
    assert states[Book.SHADOW].balances.position == ZERO_USD


def test_a_planned_live_order_of_a_demoted_strategy_is_not_sent():
    """The demotion came first (L61)."""
    floor = Floor(standing=Standing(stage=Stage.FULL))
    planned = floor.execute(1, VenueUnavailableError("503"))
    floor.stands_at(SHADOW)

    execute_order((STRATEGY, planned.source_trade_id), desk=floor.desk)

    order = floor.order(planned)
    states = floor.store.tables.lt_strategies[STRATEGY].states
    assert order.status is OrderStatus.DENIED
    assert states[Book.LIVE].balances.reserved == ZERO_USD
    assert floor.outcome((STRATEGY, planned.source_trade_id)) == ("skipped", "STAGE_CAP_REACHED")
    assert len(floor.venue.posted) == 1


def test_an_order_beyond_the_cap_of_its_stage_is_denied():
    floor = Floor(standing=Standing(stage=Stage.CANARY, cap=Usd.of(15)))
    floor.execute(1, accepted("10"))
    key = floor.signal(2)

    execute_order(key, desk=floor.desk)

    denial = floor.row(key).denial
    assert str(denial) == (
        "STAGE_CAP_REACHED: exposure with this order would be $20.00; "
        "the stage canary allows $15.00 of real money"
    )
    assert len(floor.venue.posted) == 1


def test_without_an_offer_in_reach_a_shadow_order_is_killed_and_holds_nothing(floor):
    offers(floor, ("0.40", "500"))
    key = floor.signal(1)
    moved = a_book(ask="0.45")
    floor.market_data.book_later(YES, moved)

    execute_order(key, desk=floor.desk)

    order = floor.row(key).order
    assert order.status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)
    assert floor.outcome(key)[0] == "failed"


def test_a_fill_or_kill_shadow_order_takes_all_or_nothing():
    floor = Floor(standing=SHADOW, time_in_force=TimeInForce.FOK)
    offers(floor, ("0.40", "10"))

    order = floor.execute(1)

    assert (order.status, order.executed_shares) == (OrderStatus.CANCELED, Shares.of(0))


@pytest.mark.parametrize("error", [VenueUnavailableError("503"), MalformedAnswerError("no asks")])
def test_without_a_book_to_walk_a_shadow_order_is_put_off(floor, error):
    """An unreadable book fills nothing (L18)."""
    key = floor.signal(1)
    floor.market_data.book_later(YES, error)

    execute_order(key, desk=floor.desk)

    assert floor.row(key).order.status is OrderStatus.PLANNED
    assert floor.store.tables.shadow_orders == {}


def test_a_lost_answer_of_the_paper_venue_is_found_again(floor):
    """A crash after the post: the look finds the fills that were remembered (L02)."""
    order = floor.execute(1)
    rows = floor.store.tables.lt_orders
    rows[order.lt_order_id] = replace(
        rows[order.lt_order_id], order=replace(order, status=OrderStatus.UNKNOWN)
    )

    track_order(order.lt_order_id, desk=floor.desk)
    track_order(order.lt_order_id, desk=floor.desk)

    assert floor.order(order).status is OrderStatus.FILLED
    assert len(floor.store.tables.lt_fills) == 1


def test_the_paper_venue_fills_an_envelope_once(floor):
    """The same bytes again change nothing (L01)."""
    order = floor.execute(1)
    (row,) = floor.store.tables.orders.values()

    again = floor.desk.shadow.post(row.signed)

    assert again.text == "Duplicated"
    assert len(floor.store.tables.shadow_orders) == 1
    assert floor.track(order).executed == Usd.of(10)


def test_the_comparison_with_the_venue_sees_no_shadow_order(floor):
    """Paper shares are not missed at the venue (L36)."""
    floor.track(floor.execute(1))
    floor.clock.move(timedelta(minutes=5))
    floor.venue.cash = Usd.of(500)

    made = reconcile(desk=floor.desk)

    assert made.findings == ()
    assert made.counts.tokens == 0


def test_what_paper_holds_is_no_evidence_for_real_shares(floor):
    """And the other way round (L36)."""
    paper = floor.track(floor.execute(1))
    with floor.store.reading() as tx:
        real = replace(paper, mode=Mode.LIVE)

        assert tx.held_shares(real) == Shares.of(0)
        assert tx.held_shares(paper) == paper.executed_shares
    assert floor.desk.shadow.shares(YES) == paper.executed_shares
    assert total([paper.executed]) == Usd.of(10)
