"""Plain domain objects for tests, each field replaceable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ids import Address, ConditionId, FtWalletId, SourceTradeId, TokenId
from ltsys.domain.market import Market, Outcome
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.source_trade import Side, SourceTrade, TradeRow
from ltsys.domain.trader import TraderStatistics

NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)
LEADER = Address("0x" + "a" * 40)
STRANGER = Address("0x" + "b" * 40)
MARKET = ConditionId("0x" + "1" * 64)
YES, NO = TokenId("111"), TokenId("222")


def a_trade(**changes) -> SourceTrade:
    trade = SourceTrade(
        source_trade_id=SourceTradeId("trade-1"),
        trader=LEADER,
        condition_id=MARKET,
        token_id=YES,
        token_label="Yes",
        side=Side.BUY,
        price=Price.of("0.40"),
        shares=Shares.of(250),
        traded_at=NOON,
        title="Will the Lakers win NBA Game 5?",
    )
    return replace(trade, **changes)


def a_row(**changes) -> TradeRow:
    row = TradeRow(
        row_id=None,
        transaction_hash="0xabc",
        trader=LEADER,
        condition_id=MARKET,
        token_id=YES,
        token_label="Yes",
        side="BUY",
        size="15.0",
        price="0.4",
        timestamp="1771588800",
        title="Lakers",
    )
    return replace(row, **changes)


def a_market(*prices: str | None, **changes) -> Market:
    yes, no = prices or ("0.40", "0.60")
    market = Market(
        condition_id=MARKET,
        title="Game 5",
        tags=("Sports", "NBA"),
        outcomes=(
            Outcome(label="Yes", token_id=YES, price=None if yes is None else Decimal(yes)),
            Outcome(label="No", token_id=NO, price=None if no is None else Decimal(no)),
        ),
        start_at=None,
        game_start_at=NOON - timedelta(hours=1),
        end_at=NOON + timedelta(hours=2),
        is_closed=False,
        is_resolved=False,
        accepts_orders=True,
        is_neg_risk=False,
        version="v1",
        fee_rate=Decimal(0),
        fee_exponent=Decimal(0),
    )
    return replace(market, **changes)


def a_wallet(**changes) -> FtWallet:
    return FtWallet(wallet_id=FtWalletId("FT_TEST"), **changes)


def statistics(**changes) -> TraderStatistics:
    known = TraderStatistics(
        trader=LEADER,
        win_rate_30d=Decimal("0.65"),
        win_rate=Decimal("0.60"),
        resolved_count_30d=40,
        resolved_count=400,
        average_trade_30d=Usd.of(50),
        average_trade=Usd.of(80),
    )
    return replace(known, **changes)
