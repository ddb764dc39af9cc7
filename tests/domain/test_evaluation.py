"""Each check at its exact boundary, the order of the checks, and what a verdict tells."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from domain_made import LEADER, NOON, STRANGER, a_market, a_trade, a_wallet, statistics

from ltsys.domain.evaluation import (
    NeedsProbability,
    Qualified,
    Reason,
    Rejected,
    evaluate,
)
from ltsys.domain.ft_wallet import Filters, WinRateSource
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.source_trade import Side

SECOND = timedelta(seconds=1)
# The trade of `a_trade` enters at 0.4012; with a win rate of 0.65 its edge is 0.2488, its
# value $100.00 and its conviction 2.
EDGE = Decimal("0.2488")
TINY = Decimal("0.0001")


def verdict(trade=None, **changes):
    given = {
        "wallet": a_wallet(),
        "market": a_market(),
        "statistics": statistics(),
        "now": NOON + SECOND,
        "last_sync_at": NOON - SECOND,
        "bankroll": Usd.of(1000),
    }
    return evaluate(trade or a_trade(), **{**given, **changes})


def reason(trade=None, **changes):
    answer = verdict(trade, **changes)
    return answer.reason if isinstance(answer, Rejected) else None


def filtered(**limits):
    return a_wallet(filters=Filters(**limits))


def test_a_sound_trade_qualifies_with_everything_that_was_believed():
    answer = verdict()

    assert answer == Qualified(
        bet=Usd.of("1.20"),
        entry_price=Price.of("0.4012"),
        edge=EDGE,
        win_rate=Decimal("0.65"),
        trade_count=40,
        conviction=Decimal(2),
        probability=None,
    )


def test_only_buys_open_a_position():
    """Deviation D6."""
    assert reason(a_trade(side=Side.SELL)) is Reason.NOT_A_BUY


@pytest.mark.parametrize(("after", "expected"), [(0, Reason.TRADE_TOO_OLD), (1, None)])
def test_a_trade_at_the_last_sync_or_at_the_start_is_too_old(after, expected):
    """Check 1: equal is rejected."""
    moment = NOON - timedelta(microseconds=after)

    assert reason(last_sync_at=moment) is expected
    assert reason(wallet=a_wallet(started_at=moment)) is expected


def test_a_missing_or_ended_market_is_refused():
    """Checks 2 and 3, LESSONS L19."""
    assert reason(market=None) is Reason.MARKET_NOT_FOUND
    assert reason(market=a_market(is_closed=True)) is Reason.MARKET_RESOLVED
    assert reason(market=a_market(is_resolved=True)) is Reason.MARKET_RESOLVED


def test_a_trade_at_the_market_end_is_after_it():
    """Check 4: equal is rejected; no end is no limit."""
    assert reason(market=a_market(end_at=NOON)) is Reason.AFTER_MARKET_END
    assert reason(market=a_market(end_at=NOON + SECOND)) is None
    assert reason(market=a_market(end_at=None)) is None


def test_a_live_only_wallet_waits_for_the_start():
    """Checks 5 and 6: equal passes, the game's start wins over the market's."""
    live = filtered(trade_live_only=True)

    assert reason(wallet=live, market=a_market(game_start_at=None)) is Reason.NO_GAME_START_TIME
    assert reason(wallet=live, market=a_market(game_start_at=NOON), now=NOON) is None
    early = a_market(game_start_at=NOON + SECOND, start_at=NOON - SECOND)
    assert reason(wallet=live, market=early, now=NOON) is Reason.PRE_GAME
    fallback = a_market(game_start_at=None, start_at=NOON + SECOND)
    assert reason(wallet=live, market=fallback, now=NOON) is Reason.PRE_GAME


def test_one_target_wins_over_the_list_and_case_does_not_matter():
    """Check 7."""
    assert reason(wallet=a_wallet(target_traders=(STRANGER,))) is Reason.NOT_TARGET_TRADER
    assert reason(wallet=a_wallet(target_traders=(LEADER.upper(),))) is None
    both = a_wallet(target_traders=(LEADER,), filters=Filters(target_trader=STRANGER))
    assert reason(wallet=both) is Reason.NOT_TARGET_TRADER


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("0.30", None),
        ("0.50", None),
        ("0.2999", Reason.PRICE_OUT_OF_RANGE),
        ("0.5001", Reason.PRICE_OUT_OF_RANGE),
    ],
)
def test_the_price_range_is_inclusive_and_of_the_raw_price(price, expected):
    """Check 8."""
    wallet = a_wallet(price_min=Decimal("0.30"), price_max=Decimal("0.50"))

    assert reason(a_trade(price=Price.of(price)), wallet=wallet) is expected


def test_an_unknown_trader_is_refused_unless_named():
    """Deviation D5: a named stranger counts as 0.5 and 50, with a conviction of 1."""
    named = a_wallet(target_traders=(LEADER,), min_trader_resolved_count=50)

    assert reason(statistics=None) is Reason.UNKNOWN_TRADER
    answer = verdict(statistics=None, wallet=named)

    assert isinstance(answer, Qualified)
    believed = (answer.win_rate, answer.trade_count, answer.conviction)
    assert believed == (Decimal("0.5"), 50, Decimal(1))


def test_a_named_stranger_still_goes_through_the_other_checks():
    """Deviation D5."""
    wallet = a_wallet(target_traders=(LEADER,), min_trader_resolved_count=51)

    assert reason(statistics=None, wallet=wallet) is Reason.LOW_TRADE_COUNT


def test_the_least_win_rate_comes_from_the_filter_else_the_threshold_without_a_model():
    """Check 9: equal passes."""
    threshold = Decimal("0.66")

    assert reason(wallet=filtered(min_trader_win_rate=Decimal("0.65"))) is None
    above = filtered(min_trader_win_rate=Decimal("0.6501"))
    assert reason(wallet=above) is Reason.LOW_WIN_RATE
    assert reason(wallet=a_wallet(model_threshold=threshold)) is Reason.LOW_WIN_RATE
    with_model = a_wallet(model_threshold=threshold, use_model=True)
    assert reason(wallet=with_model, probability=Decimal("0.9")) is None


@pytest.mark.parametrize(
    ("passing", "failing", "expected"),
    [
        ({"min_edge": EDGE}, {"min_edge": EDGE + TINY}, Reason.INSUFFICIENT_EDGE),
        (
            {"min_trader_resolved_count": 40},
            {"min_trader_resolved_count": 41},
            Reason.LOW_TRADE_COUNT,
        ),
        ({"min_conviction": Decimal(2)}, {"min_conviction": 2 + TINY}, Reason.LOW_CONVICTION),
        ({"categories": ("nba",)}, {"categories": ("nfl",)}, Reason.WRONG_CATEGORY),
        ({"categories": ("",)}, {"categories": ("NFL", "ufc")}, Reason.WRONG_CATEGORY),
        ({"categories": ("SPORTS",)}, {"categories": ("crypto",)}, Reason.WRONG_CATEGORY),
        (
            {"excluded_keywords": ("crypto",)},
            {"excluded_keywords": ("lakers",)},
            Reason.EXCLUDED_CATEGORY,
        ),
        (
            {"excluded_keywords": ("",)},
            {"excluded_keywords": ("sports",)},
            Reason.EXCLUDED_CATEGORY,
        ),
    ],
)
def test_a_wallet_rule_passes_at_its_limit_and_refuses_beyond(passing, failing, expected):
    """Checks 10 to 12 and 16; title and tags are searched."""
    assert reason(wallet=a_wallet(**passing)) is None
    assert reason(wallet=a_wallet(**failing)) is expected


@pytest.mark.parametrize(
    ("name", "at_limit", "beyond", "expected"),
    [
        ("max_trader_win_rate", "0.65", "0.6499", Reason.HIGH_WIN_RATE),
        ("max_edge", "0.2488", "0.2487", Reason.HIGH_EDGE),
        ("max_conviction", "2", "1.9999", Reason.HIGH_CONVICTION),
        ("min_original_trade_usd", "100", "100.01", Reason.TRADE_TOO_SMALL),
        ("max_original_trade_usd", "100", "99.99", Reason.TRADE_TOO_LARGE),
    ],
)
def test_a_filter_passes_at_its_limit_and_refuses_beyond(name, at_limit, beyond, expected):
    """Checks 13 to 15, 17 and 18; sizes in dollars, not the 250 shares (deviation D2)."""
    assert reason(wallet=filtered(**{name: Decimal(at_limit)})) is None
    assert reason(wallet=filtered(**{name: Decimal(beyond)})) is expected


def test_a_filter_of_zero_is_a_limit_and_none_is_not():
    """LESSONS L14."""
    assert reason(wallet=filtered(max_conviction=Decimal(0))) is Reason.HIGH_CONVICTION
    assert reason(wallet=filtered(max_conviction=None)) is None


def test_a_stored_count_of_zero_means_thirty():
    """Check 11."""
    wallet = a_wallet(min_trader_resolved_count=0)

    assert reason(wallet=wallet, statistics=statistics(resolved_count_30d=30)) is None
    few = statistics(resolved_count_30d=29)
    assert reason(wallet=wallet, statistics=few) is Reason.LOW_TRADE_COUNT


def test_the_model_is_asked_only_when_every_other_check_passes():
    """Checks 19 and 20; deviation D7: no answer is no trade."""
    wallet = a_wallet(use_model=True, model_threshold=Decimal("0.55"))

    assert verdict(wallet=wallet) == NeedsProbability()
    assert reason(wallet=replace(wallet, min_edge=Decimal(1))) is Reason.INSUFFICIENT_EDGE
    assert reason(wallet=wallet, probability=None) is Reason.ML_UNAVAILABLE
    assert reason(wallet=wallet, probability=Decimal("0.5499")) is Reason.LOW_ML_SCORE
    answer = verdict(wallet=wallet, probability=Decimal("0.55"))
    assert isinstance(answer, Qualified)
    assert answer.probability == Decimal("0.55")


@pytest.mark.parametrize(
    ("bankroll", "expected"),
    [("1.20", None), ("1.19", Reason.INSUFFICIENT_CASH), ("0", Reason.INSUFFICIENT_CASH)],
)
def test_a_bet_needs_a_bankroll_that_covers_it(bankroll, expected):
    """Check 21: equal passes."""
    assert reason(bankroll=Usd.of(bankroll)) is expected


def test_a_profile_win_rate_replaces_the_global_one_only_where_asked_for():
    """FT_RULES §3."""
    profiled = a_wallet(wr_source=WinRateSource.PROFILE)
    rate = Decimal("0.9")

    assert verdict(wallet=profiled, profile_win_rate=rate).win_rate == rate
    assert verdict(wallet=profiled, profile_win_rate=None).win_rate == Decimal("0.65")
    assert verdict(profile_win_rate=rate).win_rate == Decimal("0.65")


def test_the_entry_price_never_exceeds_0_9999():
    trade = a_trade(price=Price.of("0.999"), shares=Shares.of(100))

    answer = verdict(trade, wallet=a_wallet(min_edge=Decimal(-1)))

    assert answer.entry_price == Price.of("0.9999")


def test_the_first_failing_check_gives_the_reason():
    """One trade always gets one reason: the order of FT_RULES §4 decides."""
    hopeless = a_wallet(price_max=Decimal("0.1"), min_edge=Decimal(1), target_traders=(STRANGER,))

    assert reason(wallet=hopeless, market=None) is Reason.MARKET_NOT_FOUND
    assert reason(wallet=hopeless) is Reason.NOT_TARGET_TRADER
    assert reason(wallet=replace(hopeless, target_traders=())) is Reason.PRICE_OUT_OF_RANGE


@pytest.mark.parametrize("why", list(Reason))
def test_every_reason_has_a_sentence_with_its_numbers(why):
    """LESSONS L32."""
    refusal = Rejected(why, Decimal("0.1"), datetime(2026, 1, 1, tzinfo=UTC))

    assert refusal.text.endswith(".")
    assert "{" not in refusal.text


def test_a_refusal_gives_its_numbers_for_the_record():
    """LESSONS L32: dollars as their amount, moments and words as nothing."""
    assert Rejected(Reason.INSUFFICIENT_CASH, Usd.of(1), Usd.of(2)).numbers == (1, 2)
    assert Rejected(Reason.TRADE_TOO_OLD, NOON, NOON).numbers == (None, None)
    assert reason(bankroll=Usd.of(1)) is Reason.INSUFFICIENT_CASH
    assert verdict(bankroll=Usd.of(1)).text == (
        "The bankroll $1.00 does not cover the bet of $1.20."
    )
