"""A signal becomes one placed, denied or unknown order (DESIGN §4)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import MARKET, NO_LIMITS, NOON, STRATEGY, YES, a_book, a_market, an_ft_order
from trading_floor import accepted

from ltsys.domain.denial import DenialCode
from ltsys.domain.errors import (
    MalformedAnswerError,
    OutcomeUnknownError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.money import ZERO_USD, Price, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import AcceptedStatus, AlreadySeen, Killed, TimeInForce
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.launch_strategy import pause_strategy

TEN = Usd.of(10)
SECOND = timedelta(seconds=1)


def test_an_accepted_order_is_live_and_holds_its_money_aside(floor):
    """Nothing is a position before it is a fill (L20)."""
    key = floor.signal()
    floor.venue.answers.append(accepted())

    result = execute_order(key, desk=floor.desk)

    row = floor.row(key)
    assert result == row.order.lt_order_id
    assert row.status is OrderStatus.LIVE
    assert floor.outcome(key) == ("executed", None)
    assert (floor.balances.available, floor.balances.reserved) == (Usd.of(990), TEN)
    assert floor.balances.position == ZERO_USD
    assert row.latency_ms == 0


def test_what_was_matched_at_once_is_remembered_and_still_not_a_position(floor):
    """L20."""
    order = floor.execute(1, accepted("10", status=AcceptedStatus.MATCHED))

    (envelope,) = floor.store.tables.orders.values()
    assert envelope.matched == TEN
    assert floor.balances.position == ZERO_USD
    assert order.status is OrderStatus.LIVE


def test_what_is_signed_follows_from_the_signal_alone(floor, new_floor):
    """The envelope is derived, so a second machine would sign the same bytes (L02)."""
    floor.execute(1, accepted())
    other = new_floor()

    other.execute(1, accepted())

    assert floor.venue.posted == other.venue.posted


@pytest.mark.parametrize("tif", [TimeInForce.FAK, TimeInForce.FOK])
def test_the_strategys_settings_are_honoured(new_floor, tif):
    """Time in force and slippage tolerance, 0 meaning 0 (L14, L15)."""
    floor = new_floor(time_in_force=tif, slippage_tolerance=Decimal(0))

    order = floor.execute(1, accepted())

    assert order.plan.time_in_force is tif
    assert order.plan.limit_price == Price.of("0.40")
    assert order.plan.maker_units == 10_000_000


def test_a_killed_order_gives_its_money_back_and_is_not_sent_again(floor):
    """Its time in force ended it; the envelope is burnt (L24)."""
    key = floor.signal()
    floor.venue.answers.append(Killed(text="no match"))

    results = [execute_order(key, desk=floor.desk) for _ in range(2)]

    assert results == [None, None]
    assert floor.row(key).status is OrderStatus.CANCELED
    assert floor.balances.available == Usd.of(1000)
    assert floor.outcome(key) == ("failed", "no match")
    assert len(floor.venue.posted) == 1


def test_a_rejected_order_gives_its_money_back_and_says_why(floor):
    """They proved it did not happen (L32)."""
    key = floor.signal()
    floor.venue.answers.append(VenueRejectedError("NOT_ENOUGH_BALANCE", "balance: 0"))

    results = [execute_order(key, desk=floor.desk) for _ in range(2)]

    assert results == [None, None]
    assert floor.row(key).status is OrderStatus.REJECTED
    assert floor.balances.available == Usd.of(1000)
    assert floor.outcome(key) == ("failed", "NOT_ENOUGH_BALANCE: balance: 0")
    assert len(floor.venue.posted) == 1


def test_a_venue_that_took_nothing_is_offered_the_same_bytes_later(floor):
    """Planned again, money still aside, the signal still queued (L02, L58)."""
    key = floor.signal()
    floor.venue.answers.extend([VenueUnavailableError("425"), accepted()])

    first = execute_order(key, desk=floor.desk)
    between = floor.row(key).status, floor.balances.reserved, floor.outcome(key)
    floor.clock.move(5 * SECOND)
    second = execute_order(key, desk=floor.desk)

    assert between == (OrderStatus.PLANNED, TEN, ("queued", None))
    assert (first, second) == (None, floor.row(key).order.lt_order_id)
    assert floor.venue.posted[0] == floor.venue.posted[1]
    assert floor.row(key).status is OrderStatus.LIVE
    assert len(floor.store.tables.orders) == 1


def test_a_planned_order_whose_signal_grew_old_is_denied_and_releases(floor):
    """Not sent late (L19, L24)."""
    key = floor.signal()
    floor.venue.answers.append(VenueUnavailableError("425"))
    execute_order(key, desk=floor.desk)
    floor.clock.move(181 * SECOND)

    results = [execute_order(key, desk=floor.desk) for _ in range(2)]

    row = floor.row(key)
    assert results == [None, None]
    assert (row.status, row.denial.code) == (OrderStatus.DENIED, DenialCode.SIGNAL_TOO_OLD)
    assert floor.outcome(key) == ("skipped", "SIGNAL_TOO_OLD")
    assert floor.balances.available == Usd.of(1000)
    assert len(floor.venue.posted) == 1


def test_a_lost_answer_leaves_the_order_unknown_its_money_aside_and_unsent(floor):
    """A timeout proves nothing; it is asked about, never resent (L03)."""
    key = floor.signal()
    floor.venue.answers.append(OutcomeUnknownError("timed out"))

    results = [execute_order(key, desk=floor.desk) for _ in range(3)]

    assert results == [None, None, None]
    assert floor.row(key).status is OrderStatus.UNKNOWN
    assert floor.balances.reserved == TEN
    assert floor.outcome(key) == ("executed", None)
    assert len(floor.venue.posted) == 1
    assert floor.row(key).next_check_at == NOON + SECOND


def test_duplicated_means_seen_neither_filled_nor_rejected(floor):
    """L04."""
    key = floor.signal()
    floor.venue.answers.append(AlreadySeen(text="order duplicated"))

    execute_order(key, desk=floor.desk)

    (envelope,) = floor.store.tables.orders.values()
    assert floor.row(key).status is OrderStatus.UNKNOWN
    assert envelope.state == "seen"
    assert floor.balances.reserved == TEN


@pytest.mark.parametrize("answer", [accepted(), OutcomeUnknownError("?"), Killed(text="none")])
def test_a_message_that_arrives_again_never_posts_again(floor, answer):
    """Live, unknown or ended: the second run finds the first one's row (L01, L56)."""
    key = floor.signal()
    floor.venue.answers.append(answer)
    execute_order(key, desk=floor.desk)
    before = floor.store.tables

    result = execute_order(key, desk=floor.desk)

    assert result is None
    assert floor.store.tables == before
    assert len(floor.venue.posted) == 1


def test_a_message_about_nothing_does_nothing(floor):
    """The broker may hold what was never queued (L56)."""
    assert execute_order((STRATEGY, "trade-99"), desk=floor.desk) is None
    assert floor.venue.posted == []


@pytest.mark.parametrize(
    "error", [VenueUnavailableError("503"), MalformedAnswerError("not a book")]
)
def test_a_fresh_signal_waits_for_a_book(floor, error):
    """An error is not an empty book (L54)."""
    key = floor.signal()
    floor.market_data.outage = error

    with pytest.raises(type(error)):
        execute_order(key, desk=floor.desk)

    assert floor.outcome(key) == ("queued", None)
    assert floor.store.tables.lt_orders == {}


def test_a_signal_waits_for_a_book_no_longer_than_its_strategy_lets_it(floor):
    """There is no other limit than the strategy's own (L18, L19, L31)."""
    key = floor.signal()
    floor.market_data.outage = VenueUnavailableError("503")
    floor.clock.move(180 * SECOND)

    with pytest.raises(VenueUnavailableError):
        execute_order(key, desk=floor.desk)
    floor.clock.move(SECOND)
    execute_order(key, desk=floor.desk)

    assert floor.row(key).denial.code is DenialCode.SIGNAL_TOO_OLD


def forget_the_market(floor):
    """Neither we nor the venue know it."""
    floor.store.tables.markets.clear()
    floor.market_data.shown.clear()


CAUSES = {
    DenialCode.STRATEGY_PAUSED: lambda f: pause_strategy(STRATEGY, "a person", store=f.store),
    DenialCode.SIGNAL_TOO_OLD: lambda f: f.clock.move(181 * SECOND),
    DenialCode.MARKET_UNKNOWN: forget_the_market,
    DenialCode.MARKET_NOT_OPEN: lambda f: f.tables_market(a_market(accepts_orders=False)),
    DenialCode.NO_BOOK: lambda f: f.market_data.books.clear(),
    DenialCode.NO_MIDPOINT: lambda f: f.market_data.books.update({YES: a_book(bid=None)}),
    DenialCode.DEAD_MARKET: lambda f: f.market_data.books.update(
        {YES: a_book(bid="0.01", ask="0.02")}
    ),
    DenialCode.NO_VALID_PRICE: lambda f: f.market_data.books.update(
        {YES: a_book(tick=Decimal("0.5"))}
    ),
    DenialCode.INSUFFICIENT_CASH: lambda f: f.change_state(
        balances=replace(f.balances, available=Usd.of("9.99"))
    ),
}


@pytest.mark.parametrize("code", CAUSES)
def test_a_denial_is_one_row_with_its_code_and_sentence(floor, code):
    """And stays one, however often the message comes (L18, L19, L32, L35)."""
    key = floor.signal()
    before = floor.state
    CAUSES[code](floor)

    results = [execute_order(key, desk=floor.desk) for _ in range(3)]

    denial = floor.row(key).denial
    assert results == [None] * 3
    assert denial.code is code
    assert denial.text
    assert floor.outcome(key) == ("skipped", code.value)
    assert floor.messages("plan") == [str(denial)]
    assert floor.venue.posted == []
    floor.change_state(balances=before.balances)


LIMITS = {
    DenialCode.DAILY_BUDGET_EXCEEDED: {"daily_budget": Usd.of("9.99")},
    DenialCode.MAX_POSITION_SIZE_EXCEEDED: {"max_position_size": ZERO_USD},
    DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED: {"max_total_exposure": Usd.of(9)},
}


@pytest.mark.parametrize("code", LIMITS)
def test_a_limit_denies_with_both_numbers(new_floor, code):
    """0 is a limit of zero (L14, L32)."""
    floor = new_floor(rules=replace(NO_LIMITS, **LIMITS[code]))

    floor.execute()

    denial = floor.row((STRATEGY, "trade-1")).denial
    (limit,) = LIMITS[code].values()
    assert (denial.code, denial.would_be, denial.limit) == (code, Decimal(10), limit.amount)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": "v9"}, DenialCode.MARKET_UNSUPPORTED),
        ({"fee_exponent": Decimal("0.5")}, DenialCode.MARKET_UNSUPPORTED),
        ({"is_closed": True}, DenialCode.MARKET_NOT_OPEN),
        ({"outcomes": ()}, DenialCode.TOKEN_NOT_OF_MARKET),
    ],
)
def test_a_market_that_cannot_be_traded_is_denied(floor, change, code):
    """L07, L09, L19."""
    floor.store.tables.markets.clear()
    floor.tables_market(a_market(**change))

    floor.execute()

    assert floor.row((STRATEGY, "trade-1")).denial.code is code


def test_an_inactive_strategy_is_denied_what_was_queued_before(new_floor):
    floor = new_floor()
    key = floor.signal()
    rows = floor.store.tables.lt_strategies
    rows[STRATEGY] = replace(
        rows[STRATEGY], strategy=replace(rows[STRATEGY].strategy, is_active=False)
    )

    execute_order(key, desk=floor.desk)

    assert floor.row(key).denial.code is DenialCode.STRATEGY_INACTIVE


def test_a_bet_below_the_venues_minimum_is_denied(floor):
    """Never raised to it (L11)."""
    floor.execute(1, size=Usd.of("0.99"))

    denial = floor.row((STRATEGY, "trade-1")).denial
    assert denial.code is DenialCode.BELOW_VENUE_MINIMUM
    assert (denial.would_be, denial.limit) == (Decimal("0.99"), Decimal(1))


@pytest.mark.parametrize(
    ("rules", "state", "code"),
    [
        (
            {"max_consecutive_losses": 5},
            {"consecutive_losses": 5},
            DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED,
        ),
        (
            {"max_drawdown_ratio": Decimal("0.2")},
            {"peak_equity": Usd.of(1250)},
            DenialCode.MAX_DRAWDOWN_REACHED,
        ),
    ],
)
def test_a_tripped_breaker_denies(new_floor, rules, state, code):
    """L34."""
    floor = new_floor(rules=replace(NO_LIMITS, **rules))
    floor.change_state(**state)

    floor.execute()

    assert floor.row((STRATEGY, "trade-1")).denial.code is code


def test_working_orders_count_toward_the_budget_and_the_exposure(new_floor):
    """No sequence of fills can pass a limit (L30)."""
    floor = new_floor(rules=replace(NO_LIMITS, daily_budget=Usd.of("19.99")))
    floor.execute(1, accepted())

    floor.execute(2)

    denial = floor.row((STRATEGY, "trade-2")).denial
    assert (denial.code, denial.would_be) == (DenialCode.DAILY_BUDGET_EXCEEDED, Decimal(20))


def test_a_new_day_begins_with_its_budget_unspent(new_floor):
    """Also in a row that was never reset (L33)."""
    floor = new_floor(rules=replace(NO_LIMITS, daily_budget=TEN))
    floor.change_state(daily_spent=Usd.of(500), daily_reset_at=None)

    order = floor.execute(1, accepted())

    assert order.status is OrderStatus.LIVE
    assert floor.state.daily_spent == ZERO_USD
    assert floor.state.daily_reset_at == NOON.replace(hour=0) + timedelta(days=1)


def test_the_fee_is_set_aside_too(floor):
    """L47."""
    floor.tables_market(a_market(fee_rate=Decimal("0.05")))

    order = floor.execute(1, accepted())

    assert order.reserved == Usd.of("10.5")


def test_a_signal_without_a_token_is_denied_with_a_reason(floor):
    """Another system may not have stored it; there is no default outcome (L07, L32)."""
    floor.execute(1, token_id=None, token_label="Maybe")

    denial = floor.row((STRATEGY, "trade-1")).denial
    assert denial.code in {DenialCode.TOKEN_NOT_OF_MARKET, DenialCode.NO_BOOK}


def test_the_market_of_the_order_is_the_signals(floor):
    """L45."""
    order = floor.execute(1, accepted())

    assert (order.condition_id, order.token_id) == (MARKET, YES)
    assert order.signal_price == an_ft_order().entry_price
