"""Rows into records of the domain, one function a record."""

from decimal import Decimal
from typing import Any

from ltsys.adapters.postgres.session import Row
from ltsys.domain.alert import Alert, Severity
from ltsys.domain.exposure import Stake
from ltsys.domain.ft_order import FtOrder, FtOutcome
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ft_wallet_json import wallet_from_json
from ltsys.domain.ids import (
    Address,
    ConditionId,
    FtOrderId,
    FtWalletId,
    LtOrderId,
    SourceTradeId,
    StrategyId,
    TokenId,
    VenueOrderId,
    VenueTradeId,
)
from ltsys.domain.ledger import Balances, Book
from ltsys.domain.live_order import Fill, LiveOrder, Plan
from ltsys.domain.market import Market, Outcome
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.source_trade import Side, SourceTrade
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import Mode, RiskState, Signal, Strategy
from ltsys.domain.trader import TraderStatistics
from ltsys.domain.venue import FillStatus, TimeInForce, VenueFill, VenueOrderStatus
from ltsys.ports.records import Sighting


def market_of(row: Row) -> Market:
    """From a row of `markets`, or one that joins its columns as MARKET_COLUMNS."""
    outcomes = tuple(
        Outcome(
            label=o["label"],
            token_id=TokenId(o["token_id"]),
            price=None if o["price"] is None else Decimal(o["price"]),
        )
        for o in row["outcomes"]
    )
    return Market(
        condition_id=ConditionId(row.get("market_id") or row["condition_id"]),
        title=row["title"],
        tags=tuple(row["tags"]),
        outcomes=outcomes,
        start_at=row["start_at"],
        game_start_at=row["game_start_at"],
        end_at=row["end_at"],
        is_closed=row["is_closed"],
        is_resolved=row["is_resolved"],
        accepts_orders=row["accepts_orders"],
        is_neg_risk=row["is_neg_risk"],
        version=row["version"],
        fee_rate=row["fee_rate"],
        fee_exponent=row["fee_exponent"],
        event_id=row["event_id"],
        slug=row["slug"],
        event_slug=row["event_slug"],
    )


def statistics_row(row: Row) -> TraderStatistics:
    """From a row of `traders`."""
    return TraderStatistics(
        trader=Address(row["trader_address"]),
        win_rate_30d=row["win_rate_30d"],
        win_rate=row["win_rate"],
        resolved_count_30d=row["resolved_count_30d"],
        resolved_count=row["resolved_count"],
        average_trade_30d=usd_of(row["avg_trade_usd_30d"]),
        average_trade=usd_of(row["avg_trade_usd"]),
    )


def wallet_of(row: Row) -> FtWallet:
    """From a row of `ft_wallets`. Raises ValueError for rules that make no sense (FT_RULES D8)."""
    return wallet_from_json(row["rules"], started_at=row["started_at"])


def source_trade_of(row: Row) -> SourceTrade:
    """From a row of `source_trades`."""
    return SourceTrade(
        source_trade_id=SourceTradeId(row["source_trade_id"]),
        trader=Address(row["trader_address"]),
        condition_id=ConditionId(row["condition_id"]),
        token_id=TokenId(row["token_id"]),
        token_label=row["token_label"],
        side=Side(row["side"]),
        price=Price(row["price"]),
        shares=Shares(row["shares"]),
        traded_at=row["traded_at"],
        title=row["title"],
    )


def ft_order_of(row: Row) -> FtOrder:
    """From a row of `ft_orders`."""
    return FtOrder(
        ft_order_id=FtOrderId(row["ft_order_id"]),
        wallet_id=FtWalletId(row["wallet_id"]),
        source_trade_id=SourceTradeId(row["source_trade_id"]),
        trader=Address(row["trader_address"]),
        condition_id=ConditionId(row["condition_id"]),
        token_id=TokenId(row["token_id"]) if row["token_id"] else None,
        token_label=row["token_label"],
        title=row["title"],
        side=Side(row["side"]),
        entry_price=Price(row["entry_price"]),
        size=Usd(row["size"]),
        market_end_at=row["market_end_at"],
        trader_win_rate=row["trader_win_rate"],
        trader_resolved_count=row["trader_resolved_count"],
        model_probability=row["model_probability"],
        edge=row["edge"],
        conviction=row["conviction"],
        order_time=row["order_time"],
        outcome=FtOutcome(row["outcome"]),
        exit_price=row["exit_price"],
        pnl=usd_of(row["pnl"]),
        resolved_at=row["resolved_at"],
    )


def strategy_of(row: Row) -> Strategy:
    """From a row of `lt_strategies`."""
    return Strategy(
        strategy_id=StrategyId(row["strategy_id"]),
        user_id=row["user_id"],
        ft_wallet_id=FtWalletId(row["ft_wallet_id"]),
        wallet_address=Address(row["wallet_address"]),
        is_active=row["is_active"],
        launched_at=row["launched_at"],
        initial_capital=Usd(row["initial_capital"]),
        slippage_tolerance=row["slippage_tolerance_pct"],
        time_in_force=TimeInForce(row["strategy_time_in_force"]),
        max_signal_age_s=row["max_signal_age_s"],
        cooldown_s=row["cooldown_s"],
        standing=standing_of(row),
        bet_cap=usd_of(row["bet_cap_usd"]),
    )


def standing_of(row: Row) -> Standing:
    """From the columns of `lt_strategies`."""
    return Standing(stage=Stage(row["stage"]), cap=usd_of(row["stage_cap_usd"]))


def state_of(row: Row) -> RiskState:
    """From a row of `lt_risk_state` with its strategy's `initial_capital`."""
    balances = Balances(
        capital=-Usd(row["initial_capital"]),
        available=Usd(row["available_cash"]),
        reserved=Usd(row["state_reserved_usd"]),
        position=Usd(row["position_usd"]),
        settling=Usd(row["cooldown_capital"]),
        fees=Usd(row["state_fees_usd"]),
        realized_pnl=Usd(row["realized_pnl_usd"]),
    )
    return RiskState(
        balances=balances,
        peak_equity=Usd(row["peak_equity"]),
        consecutive_losses=row["consecutive_losses"],
        daily_spent=Usd(row["daily_spent_usd"]),
        daily_reset_at=row["daily_reset_at"],
        is_paused=row["is_paused"],
        pause_reason=row["pause_reason"],
        daily_result=Usd(row["daily_result_usd"]),
        weekly_spent=Usd(row["weekly_spent_usd"]),
        weekly_reset_at=row["weekly_reset_at"],
        monthly_spent=Usd(row["monthly_spent_usd"]),
        monthly_reset_at=row["monthly_reset_at"],
        book=Book(row["state_book"]),
    )


def signal_of(row: Row) -> Signal:
    """From `lt_seen_trades` joined with its FT order, or with the test signal that it carries."""
    asked: dict[str, Any] = row["test_signal"] or row
    return Signal(
        strategy_id=StrategyId(row["strategy_id"]),
        source_trade_id=SourceTradeId(row["source_trade_id"]),
        ft_order_id=None if row["ft_order_id"] is None else FtOrderId(row["ft_order_id"]),
        trader=Address(asked["trader_address"]),
        condition_id=ConditionId(asked["condition_id"]),
        token_id=TokenId(asked["token_id"] or ""),
        token_label=asked["token_label"],
        price=Price.of(asked["entry_price"]),
        size=Usd.of(asked["size"]),
        signal_at=row["signal_at"],
        queued_at=row["seen_at"],
        is_force_test=row["is_force_test"],
        probability=row["model_probability"],
    )


def stake_of(row: Row) -> Stake:
    """From the JSON of what orders of a token hold and work, its numbers as text."""
    return Stake(
        condition_id=ConditionId(row["condition_id"]),
        token_id=TokenId(row["token_id"]),
        is_neg_risk=row["is_neg_risk"],
        is_yes=row["is_yes"],
        shares=Shares.of(row["shares"]),
        cost=Usd.of(row["cost_usd"]),
        reserved=Usd.of(row["reserved_usd"]),
        working_loss=Usd.of(row["working_loss_usd"]),
        order_count=row["order_count"],
    )


def live_order_of(row: Row) -> LiveOrder:
    """From a row of `lt_orders` that has a plan, with `matched_usd` of its latest envelope."""
    plan = Plan(
        limit_price=Price(row["limit_price"]),
        maker_units=row["maker_units"],
        taker_units=row["taker_units"],
        reserve=Usd(row["order_reserved_usd"]),
        is_neg_risk=row["order_is_neg_risk"],
        time_in_force=TimeInForce(row["order_time_in_force"]),
        planned_at=row["planned_at"],
    )
    return LiveOrder(
        lt_order_id=LtOrderId(row["lt_order_id"]),
        strategy_id=StrategyId(row["strategy_id"]),
        source_trade_id=SourceTradeId(row["source_trade_id"]),
        ft_order_id=None if row["ft_order_id"] is None else FtOrderId(row["ft_order_id"]),
        condition_id=ConditionId(row["condition_id"]),
        token_id=TokenId(row["token_id"]),
        mode=Mode(row["mode"]),
        status=OrderStatus(row["status"]),
        signal_price=Price(row["ft_price"]),
        signal_size=Usd(row["ft_size_usd"]),
        signal_at=row["ft_signal_time"],
        plan=plan,
        reserved=Usd(row["order_reserved_usd"]),
        executed_shares=Shares(row["executed_shares"]),
        executed=Usd(row["executed_usd"]),
        fees=Usd(row["order_fees_usd"]),
        outcome=FtOutcome(row["outcome"]),
        order_id=None if row["order_id"] is None else VenueOrderId(row["order_id"]),
        matched_at_once=usd_of(row["matched_usd"]),
        check_count=row["check_count"],
        attempt=row["attempt"],
    )


def fill_of(row: Row, order: LiveOrder) -> Fill:
    """From a row of `lt_fills` of that order."""
    venue = VenueFill(
        trade_id=VenueTradeId(row["trade_id"]),
        order_id=VenueOrderId(row["order_id"]),
        condition_id=order.condition_id,
        token_id=order.token_id,
        side=Side.BUY,
        shares=Shares(row["shares"]),
        price=Price(row["price"]),
        is_taker=row["is_taker"],
        status=FillStatus(row["status"]),
        matched_at=row["matched_at"],
    )
    return Fill(venue=venue, cost=Usd(row["cost_usd"]), fee=Usd(row["fee_usd"]))


def alert_of(row: Row) -> Alert:
    """From a row of `lt_alerts`."""
    return Alert(
        key=row["key"],
        severity=Severity(row["severity"]),
        text=row["text"],
        strategy_id=row["strategy_id"],
        lt_order_id=row["lt_order_id"],
    )


def sighting_row(seen: Sighting) -> dict[str, object]:
    """For a JSON column."""
    return {
        "shown": seen.shown.value if seen.shown else None,
        "matched": _plain(seen.matched),
        "fill_count": seen.fill_count,
        "failed_count": seen.failed_count,
        "held_here": _plain(seen.held_here),
        "held_there": _plain(seen.held_there),
    }


def sighting_of(row: Row) -> Sighting:
    """From such a column."""
    return Sighting(
        shown=VenueOrderStatus(row["shown"]) if row["shown"] else None,
        matched=_shares(row["matched"]),
        fill_count=row["fill_count"],
        failed_count=row["failed_count"],
        held_here=_shares(row["held_here"]),
        held_there=_shares(row["held_there"]),
    )


def _plain(shares: Shares | None) -> str | None:
    return None if shares is None else f"{shares.count:f}"


def _shares(text: str | None) -> Shares | None:
    return None if text is None else Shares.of(text)


def usd_of(amount: Decimal | None) -> Usd | None:
    """Dollars of a column that may be empty."""
    return None if amount is None else Usd(amount)
