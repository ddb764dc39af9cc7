"""Records of the live path for tests, each field replaceable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ltsys.domain import ledger
from ltsys.domain.breaker import Breaker, BreakerKind, BreakerRule, Resume
from ltsys.domain.evaluation import Qualified
from ltsys.domain.ft_order import FtOrder, open_order
from ltsys.domain.ft_wallet import DeadMarketGuard, FtWallet
from ltsys.domain.ids import (
    Address,
    ConditionId,
    FtWalletId,
    SourceTradeId,
    StrategyId,
    TokenId,
    VenueOrderId,
    VenueTradeId,
)
from ltsys.domain.live_order import LiveOrder, Plan, planned
from ltsys.domain.market import Book, BookLevel, Market, Outcome
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd
from ltsys.domain.source_trade import Side, SourceTrade
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import RiskRules, RiskState, Signal, Strategy
from ltsys.domain.venue import FillStatus, TimeInForce, VenueFill

NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 2, 21, tzinfo=UTC)
MONDAY = datetime(2026, 2, 23, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
LEADER = Address("0x" + "a" * 40)
OTHER_LEADER = Address("0x" + "b" * 40)
ACCOUNT = Address("0x" + "c" * 40)
MARKET = ConditionId("0x" + "1" * 64)
OTHER_MARKET = ConditionId("0x" + "2" * 64)
YES, NO = TokenId("111"), TokenId("222")
WALLET = FtWalletId("FT_TEST")
STRATEGY = StrategyId("LT_FT_TEST")
NO_LIMITS = RiskRules()
OPEN_GUARD = DeadMarketGuard(is_enabled=False)


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
        fee_exponent=Decimal(1),
        event_id="77",
    )
    return replace(market, **changes)


def an_ended_market(yes: str, no: str, **changes) -> Market:
    """Officially over, with these payouts."""
    over = {"is_closed": True, "is_resolved": True, "accepts_orders": False}
    return a_market(yes, no, **{**over, **changes})


def a_wallet(**changes) -> FtWallet:
    usual = {
        "wallet_id": WALLET,
        "target_traders": (LEADER,),
        "bet_size": Usd.of(10),
        "started_at": NOON - timedelta(days=1),
        "min_trader_resolved_count": 1,
        "max_bet": Usd.of(100),
    }
    return FtWallet(**{**usual, **changes})


def a_trade(number: int = 1, **changes) -> SourceTrade:
    trade = SourceTrade(
        source_trade_id=SourceTradeId(f"trade-{number}"),
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


def an_ft_order(number: int = 1, **changes) -> FtOrder:
    taken = Qualified(
        bet=Usd.of(10),
        entry_price=Price.of("0.4012"),
        edge=Decimal("0.2"),
        win_rate=Decimal("0.6"),
        trade_count=40,
        conviction=Decimal(2),
        probability=None,
    )
    order = open_order(a_trade(number), taken, wallet=a_wallet(), market=a_market())
    return replace(order, **changes)


def a_strategy(**changes) -> Strategy:
    strategy = Strategy(
        strategy_id=STRATEGY,
        user_id="ann",
        ft_wallet_id=WALLET,
        wallet_address=ACCOUNT,
        is_active=True,
        launched_at=NOON - timedelta(hours=2),
        initial_capital=Usd.of(1000),
        slippage_tolerance=Decimal("0.02"),
        time_in_force=TimeInForce.FAK,
        max_signal_age_s=180,
        cooldown_s=0,
        standing=Standing(stage=Stage.FULL),
    )
    return replace(strategy, **changes)


def a_state(**changes) -> RiskState:
    funded = ledger.Balances().after(ledger.fund("launch", Usd.of(1000)))
    state = RiskState(
        balances=funded,
        peak_equity=Usd.of(1000),
        consecutive_losses=0,
        daily_spent=ZERO_USD,
        daily_reset_at=MIDNIGHT,
        is_paused=False,
        pause_reason=None,
        weekly_reset_at=MONDAY,
        monthly_reset_at=MARCH,
    )
    return replace(state, **changes)


def a_signal(number: int = 1, **changes) -> Signal:
    order = an_ft_order(number)
    signal = Signal(
        strategy_id=STRATEGY,
        source_trade_id=order.source_trade_id,
        ft_order_id=order.ft_order_id,
        trader=LEADER,
        condition_id=MARKET,
        token_id=YES,
        token_label="Yes",
        price=order.entry_price,
        size=order.size,
        signal_at=NOON,
        queued_at=NOON,
        is_force_test=False,
    )
    return replace(signal, **changes)


def a_book(*, bid: str | None = "0.39", ask: str | None = "0.40", **changes) -> Book:
    def levels(price: str | None) -> tuple[BookLevel, ...]:
        return () if price is None else (BookLevel(price=Price.of(price), shares=Shares.of(500)),)

    book = Book(
        token_id=YES,
        condition_id=MARKET,
        bids=levels(bid),
        asks=levels(ask),
        tick=Decimal("0.01"),
        min_order_shares=Shares.of(5),
        is_neg_risk=False,
    )
    return replace(book, **changes)


def a_plan(**changes) -> Plan:
    """Ten dollars at up to 40 ¢."""
    plan = Plan(
        limit_price=Price.of("0.40"),
        maker_units=10_000_000,
        taker_units=25_000_000,
        reserve=Usd.of(10),
        is_neg_risk=False,
        time_in_force=TimeInForce.FAK,
        planned_at=NOON,
    )
    return replace(plan, **changes)


def an_order(number: int = 1, **changes) -> LiveOrder:
    return replace(planned(a_signal(number), a_plan(), book=ledger.Book.LIVE), **changes)


def a_match(
    order_id: VenueOrderId,
    *,
    shares: str = "25",
    price: str = "0.40",
    number: int = 1,
    **changes,
) -> VenueFill:
    match = VenueFill(
        trade_id=VenueTradeId(f"match-{number}"),
        order_id=order_id,
        condition_id=MARKET,
        token_id=YES,
        side=Side.BUY,
        shares=Shares.of(shares),
        price=Price.of(price),
        is_taker=True,
        status=FillStatus.CONFIRMED,
        matched_at=NOON,
    )
    return replace(match, **changes)


def a_rule(kind: BreakerKind = BreakerKind.REJECTIONS, threshold="0.5", **changes) -> BreakerRule:
    """Of the test strategy, by hand."""
    usual = {"strategy_id": STRATEGY, "threshold": threshold and Decimal(threshold)}
    return BreakerRule(kind=kind, **{**usual, **changes})


def a_breaker(**changes) -> Breaker:
    breaker = Breaker(
        kind=BreakerKind.REJECTIONS,
        strategy_id=STRATEGY,
        cause="60.00% of the last 10 answers were rejections, over 50.00%",
        value=Decimal("0.6"),
        threshold=Decimal("0.5"),
        resume=Resume.BY_HAND,
        tripped_at=NOON,
    )
    return replace(breaker, **changes)
