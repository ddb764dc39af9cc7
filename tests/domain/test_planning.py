"""From a signal to a plan or a denial: every code, in one order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import (
    NOON,
    OPEN_GUARD,
    a_book,
    a_breaker,
    a_market,
    a_signal,
    a_state,
    a_strategy,
)
from situations import a_situation

from ltsys.domain.denial import DenialCode
from ltsys.domain.ledger import Balances
from ltsys.domain.live_order import Plan
from ltsys.domain.market import BookLevel
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd
from ltsys.domain.planning import plan_order
from ltsys.domain.strategy import RiskRules
from ltsys.domain.venue import TimeInForce
from ltsys.domain.wallet_cash import UNREAD, WalletCash

SECOND = timedelta(seconds=1)


BROKE = a_state(balances=Balances(available=Usd.of("9.99")))
LOSING = a_state(consecutive_losses=1, peak_equity=Usd.of(2000), daily_result=Usd.of(-1))
TIGHT = {
    "daily_budget": ZERO_USD,
    "weekly_budget": ZERO_USD,
    "monthly_budget": ZERO_USD,
    "max_daily_loss": Usd.of(1),
    "max_position_size": ZERO_USD,
    "max_equity_ratio": Decimal(0),
    "max_total_exposure": ZERO_USD,
    "max_market_exposure": ZERO_USD,
    "max_event_exposure": ZERO_USD,
    "max_market_positions": 0,
    "max_event_positions": 0,
    "max_positions": 0,
    "max_consecutive_losses": 1,
    "max_drawdown_ratio": Decimal("0.01"),
}


def only(**limit) -> dict[str, RiskRules]:
    return {"rules": RiskRules(**limit)}


def from_on(name: str) -> dict[str, RiskRules]:
    """This limit, and all that are looked at after it."""
    names = [*TIGHT]
    return {"rules": RiskRules(**{each: TIGHT[each] for each in names[names.index(name) :]})}


# one thing wrong, in the order of the codes
WRONG = {
    DenialCode.STRATEGY_INACTIVE: {"strategy": a_strategy(is_active=False)},
    DenialCode.STRATEGY_PAUSED: {"state": a_state(is_paused=True, pause_reason="lunch")},
    DenialCode.BREAKER_TRIPPED: {"breakers": (a_breaker(), a_breaker(strategy_id=None))},
    DenialCode.SIGNAL_TOO_OLD: {"now": NOON + 181 * SECOND},
    DenialCode.MARKET_UNKNOWN: {"market": None},
    DenialCode.MARKET_UNSUPPORTED: {"market": a_market(version="v9")},
    DenialCode.MARKET_NOT_OPEN: {"market": a_market(accepts_orders=False)},
    DenialCode.TOKEN_NOT_OF_MARKET: {"market": a_market(outcomes=())},
    DenialCode.NO_BOOK: {"book": None},
    DenialCode.NO_MIDPOINT: {"book": a_book(bid=None)},
    DenialCode.DEAD_MARKET: {"book": a_book(bid="0.01", ask="0.02")},
    DenialCode.SPREAD_TOO_WIDE: only(max_spread=Decimal("0.009")),
    DenialCode.NO_VALID_PRICE: {"book": a_book(tick=Decimal("0.5"))},
    DenialCode.BELOW_VENUE_MINIMUM: {"signal": a_signal(size=Usd.of("0.99"))},
    DenialCode.BELOW_MIN_ORDER_SIZE: only(min_order_size=Usd.of("10.01")),
    DenialCode.INSUFFICIENT_DEPTH: only(min_depth_ratio=Decimal("20.1")),
    DenialCode.SLIPPAGE_TOO_HIGH: only(max_slippage_ratio=Decimal("-0.1")),
    DenialCode.INSUFFICIENT_EDGE: {
        "signal": a_signal(probability=Decimal("0.5")),
        **only(min_edge=Decimal("0.101")),
    },
    DenialCode.DAILY_BUDGET_EXCEEDED: from_on("daily_budget"),
    DenialCode.WEEKLY_BUDGET_EXCEEDED: from_on("weekly_budget"),
    DenialCode.MONTHLY_BUDGET_EXCEEDED: from_on("monthly_budget"),
    DenialCode.DAILY_LOSS_LIMIT_REACHED: {"state": LOSING, **from_on("max_daily_loss")},
    DenialCode.MAX_POSITION_SIZE_EXCEEDED: from_on("max_position_size"),
    DenialCode.MAX_EQUITY_SHARE_EXCEEDED: from_on("max_equity_ratio"),
    DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED: from_on("max_total_exposure"),
    DenialCode.MAX_MARKET_EXPOSURE_EXCEEDED: from_on("max_market_exposure"),
    DenialCode.MAX_EVENT_EXPOSURE_EXCEEDED: from_on("max_event_exposure"),
    DenialCode.MAX_MARKET_POSITIONS_REACHED: from_on("max_market_positions"),
    DenialCode.MAX_EVENT_POSITIONS_REACHED: from_on("max_event_positions"),
    DenialCode.MAX_POSITIONS_REACHED: from_on("max_positions"),
    DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED: {
        "state": LOSING,
        **from_on("max_consecutive_losses"),
    },
    DenialCode.MAX_DRAWDOWN_REACHED: {"state": LOSING, **from_on("max_drawdown_ratio")},
    DenialCode.INSUFFICIENT_CASH: {"state": BROKE},
    DenialCode.WALLET_BALANCE_UNKNOWN: {"cash": UNREAD},
    DenialCode.WALLET_BALANCE_EXCEEDED: {
        "cash": WalletCash(collateral=Usd.of(11), read_at=NOON, committed=Usd.of("1.01"))
    },
}


def test_a_sound_situation_gives_a_plan():
    """Price on the grid below the tolerance, dollars of the signal (L10, L14, L15)."""
    plan = plan_order(a_situation())

    assert plan == Plan(
        limit_price=Price.of("0.40"),
        maker_units=10_000_000,
        taker_units=25_000_000,
        reserve=Usd.of(10),
        is_neg_risk=False,
        time_in_force=TimeInForce.FAK,
        planned_at=NOON,
    )


def test_the_codes_stand_in_the_order_of_the_checks():
    """L32."""
    assert [*WRONG] == [code for code in DenialCode if code in WRONG]


@pytest.mark.parametrize("code", WRONG)
def test_one_thing_wrong_denies_with_its_code(code):
    """With a sentence (L18, L19, L32)."""
    denial = plan_order(a_situation(**WRONG[code]))

    assert denial.code is code
    assert len(denial.text) > 10


@pytest.mark.parametrize("code", WRONG)
def test_of_two_things_wrong_the_earlier_one_is_the_reason(code):
    """The checks have one order (L32)."""
    codes = [*WRONG]
    for later in codes[codes.index(code) + 1 :]:
        if WRONG[code].keys() & WRONG[later].keys():
            continue
        denial = plan_order(a_situation(**WRONG[code], **WRONG[later]))
        assert denial.code is code, later


@pytest.mark.parametrize(("age_s", "denied"), [(0, False), (180, False), (180.001, True)])
def test_a_signal_may_be_as_old_as_the_limit(age_s, denied):
    """L19."""
    result = plan_order(a_situation(now=NOON + age_s * SECOND))

    assert isinstance(result, Plan) is not denied


@pytest.mark.parametrize("change", [{"is_closed": True}, {"is_resolved": True}])
def test_an_ended_market_takes_no_order(change):
    """L19."""
    denial = plan_order(a_situation(market=a_market(**change)))

    assert denial.code is DenialCode.MARKET_NOT_OPEN


def test_a_fee_without_a_bound_is_not_supported():
    """L47."""
    denial = plan_order(a_situation(market=a_market(fee_exponent=Decimal("0.9"))))

    assert denial.code is DenialCode.MARKET_UNSUPPORTED


def test_a_book_without_an_offer_is_no_book():
    """L18."""
    assert plan_order(a_situation(book=a_book(ask=None))).code is DenialCode.NO_BOOK


def test_the_best_prices_are_found_by_value():
    """Not by their place in the list (L17)."""
    level = BookLevel(price=Price.of("0.01"), shares=Shares.of(1))
    book = a_book()
    shuffled = replace(book, bids=(level, *book.bids), asks=(*book.asks, *book.asks))

    assert isinstance(plan_order(a_situation(book=shuffled)), Plan)


def test_a_force_test_meets_no_limit():
    """But every check of the market (L36)."""
    test = a_signal(is_force_test=True, ft_order_id=None)
    limited = a_situation(signal=test, rules=RiskRules(**TIGHT), state=LOSING)

    assert isinstance(plan_order(limited), Plan)
    assert plan_order(replace(limited, book=None)).code is DenialCode.NO_BOOK


def test_a_strategy_without_a_guard_may_buy_in_a_falling_market():
    falling = a_situation(book=a_book(bid="0.01", ask="0.02"), guard=OPEN_GUARD)

    assert isinstance(plan_order(falling), Plan)


@given(
    cents=st.integers(100, 10_000_000),
    price=st.integers(2, 9_990),
    tolerance=st.sampled_from(["0", "0.01", "0.05"]),
    tick=st.sampled_from(["0.1", "0.01", "0.001", "0.0001"]),
    rate=st.sampled_from(["0", "0.04", "0.07"]),
)
def test_no_plan_costs_more_than_its_signal_and_its_highest_fee(
    cents, price, tolerance, tick, rate
):
    """Rounding never raises a buy; the price is on the grid and in reach (L10, L11, L15)."""
    signal = a_signal(size=Usd.of(Decimal(cents) / 100), price=Price.of(Decimal(price) / 10_000))
    situation = a_situation(
        signal=signal,
        strategy=a_strategy(slippage_tolerance=Decimal(tolerance)),
        state=a_state(balances=Balances(available=Usd.of(10**9))),
        market=a_market(fee_rate=Decimal(rate)),
        book=a_book(tick=Decimal(tick)),
        guard=OPEN_GUARD,
    )

    plan = plan_order(situation)

    if not isinstance(plan, Plan):
        assert plan.code in {DenialCode.NO_VALID_PRICE, DenialCode.BELOW_VENUE_MINIMUM}
        return
    assert plan.spend <= signal.size
    assert plan.spend <= plan.reserve
    assert plan.limit_price.per_share <= signal.price.per_share * (1 + Decimal(tolerance))
    assert plan.limit_price.per_share % Decimal(tick) == 0
    assert plan.maker_units % 10_000 == 0
    assert plan.taker_units % 100 == 0
