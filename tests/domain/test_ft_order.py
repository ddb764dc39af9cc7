"""Virtual orders: their identity, the leader's sells, resolution and the bankroll."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from domain_made import MARKET, NO, NOON, STRANGER, YES, a_market, a_trade, a_wallet

from ltsys.domain.evaluation import Qualified
from ltsys.domain.ft_order import (
    FtOutcome,
    bankroll,
    bankroll_of,
    close_by_resolution,
    close_by_sell,
    ft_order_id,
    open_order,
)
from ltsys.domain.ids import ConditionId, FtWalletId, SourceTradeId, TokenId
from ltsys.domain.money import Price, Usd
from ltsys.domain.source_trade import Side

LATER = NOON + timedelta(minutes=5)
TAKEN = Qualified(
    bet=Usd.of(10),
    entry_price=Price.of("0.40"),
    edge=Decimal("0.2"),
    win_rate=Decimal("0.6"),
    trade_count=40,
    conviction=Decimal(2),
    probability=None,
)
ORDER = open_order(a_trade(), TAKEN, wallet=a_wallet(), market=a_market())
SELL = a_trade(side=Side.SELL, price=Price.of("0.60"), traded_at=LATER)


def test_an_order_carries_the_trades_own_time_and_label():
    """FT_RULES §7."""
    assert (ORDER.order_time, ORDER.token_label) == (NOON, "Yes")
    assert (ORDER.size, ORDER.outcome, ORDER.pnl) == (Usd.of(10), FtOutcome.OPEN, None)


def test_an_order_id_follows_from_the_wallet_and_the_trade_alone():
    """LESSONS L01: twice the same cause is once the same order."""
    first = ft_order_id(FtWalletId("A"), SourceTradeId("1"))

    assert first == ft_order_id(FtWalletId("A"), SourceTradeId("1"))
    assert first != ft_order_id(FtWalletId("A"), SourceTradeId("2"))
    assert first != ft_order_id(FtWalletId("B"), SourceTradeId("1"))


def test_a_leaders_later_sell_of_the_same_token_closes_the_order():
    """FT_RULES §8: 10 ÷ 0.40 × 0.60 − 10."""
    closed = close_by_sell(ORDER, SELL)

    assert closed is not None
    assert (closed.outcome, closed.pnl) == (FtOutcome.SOLD, Usd.of(5))
    assert (closed.exit_price, closed.resolved_at) == (Decimal("0.60"), LATER)


@pytest.mark.parametrize(
    "change",
    [
        {"token_id": NO},
        {"trader": STRANGER},
        {"condition_id": ConditionId("0x" + "9" * 64)},
        {"traded_at": NOON},
        {"side": Side.BUY},
    ],
)
def test_a_sell_that_is_not_about_the_order_leaves_it_open(change):
    """Deviation D4: outcome and time must match; LESSONS L07."""
    assert close_by_sell(ORDER, replace(SELL, **change)) is None


def test_a_closed_order_is_not_closed_again():
    sold = close_by_sell(ORDER, SELL)
    won = a_market("1", "0", is_closed=True)

    assert close_by_sell(sold, SELL) is None
    assert close_by_resolution(sold, won, at=LATER) is None


def test_an_order_without_a_token_id_is_matched_by_label():
    """LESSONS L07."""
    unnamed = replace(ORDER, token_id=None, token_label=" YES ")

    assert close_by_sell(unnamed, SELL) is not None
    assert close_by_sell(replace(unnamed, token_label=""), SELL) is None


@pytest.mark.parametrize(
    ("market", "outcome", "pnl"),
    [
        (a_market("1", "0", is_closed=True), FtOutcome.WON, "15"),
        (a_market("0", "1", is_closed=True), FtOutcome.LOST, "-10"),
        (a_market("0.5", "0.5", is_closed=True, is_resolved=True), FtOutcome.VOID, "2.5"),
    ],
)
def test_a_resolved_market_closes_the_order(market, outcome, pnl):
    """FT_RULES §9, deviation D9."""
    closed = close_by_resolution(ORDER, market, at=LATER)

    assert closed is not None
    assert (closed.outcome, closed.pnl, closed.resolved_at) == (outcome, Usd.of(pnl), LATER)


def test_a_market_that_is_not_over_leaves_the_order_open():
    """LESSONS L44."""
    assert close_by_resolution(ORDER, a_market("1", "0"), at=LATER) is None


def test_another_market_is_refused():
    """LESSONS L45."""
    other = a_market("1", "0", is_closed=True, condition_id=ConditionId("0x" + "9" * 64))

    with pytest.raises(ValueError, match="is not"):
        close_by_resolution(ORDER, other, at=LATER)


def test_a_token_of_no_outcome_is_never_resolved_by_default():
    """LESSONS L07."""
    strange = replace(ORDER, token_id=TokenId("333"))

    assert ORDER.token_id == YES
    assert ORDER.condition_id == MARKET
    assert close_by_resolution(strange, a_market("1", "0", is_closed=True), at=LATER) is None


def test_the_bankroll_counts_gains_and_open_bets_and_never_falls_below_zero():
    """FT_RULES §6."""
    sold = close_by_sell(ORDER, SELL)

    assert bankroll_of(Usd.of(100), [ORDER, sold, ORDER]) == Usd.of(85)
    assert bankroll_of(Usd.of(0), []) == Usd.of(1000)
    broke = bankroll(starting=Usd.of(5), realized=Usd.of(-9), open_exposure=Usd.of(1))
    assert broke == Usd.of(0)
