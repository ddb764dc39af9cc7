"""An FT order: the virtual order that a wallet takes for a source trade (FT_RULES §6, §7, §8)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from ltsys.domain.evaluation import Qualified
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ids import Address, ConditionId, FtOrderId, FtWalletId, SourceTradeId, TokenId
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Price, Usd
from ltsys.domain.pnl import cash, ft_pnl
from ltsys.domain.resolution import resolution_of
from ltsys.domain.source_trade import Side, SourceTrade

_DEFAULT_BALANCE = Usd(Decimal(1000))
_ID_LENGTH = 32


class FtOutcome(StrEnum):
    """OPEN until the market ends or the leader sells."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"
    VOID = "VOID"
    SOLD = "SOLD"


@dataclass(frozen=True, slots=True, kw_only=True)
class FtOrder:
    """One wallet's answer to one source trade; unique by (wallet, source trade) (FT_RULES §7)."""

    ft_order_id: FtOrderId
    wallet_id: FtWalletId
    source_trade_id: SourceTradeId
    trader: Address
    condition_id: ConditionId
    token_id: TokenId | None
    """None only in orders of a system that did not store it."""
    token_label: str
    title: str
    side: Side
    entry_price: Price
    """Slippage included."""
    size: Usd
    market_end_at: datetime | None
    trader_win_rate: Decimal
    trader_resolved_count: int
    model_probability: Decimal | None
    edge: Decimal
    conviction: Decimal
    order_time: datetime
    """The time of the source trade."""
    outcome: FtOutcome = FtOutcome.OPEN
    exit_price: Decimal | None = None
    pnl: Usd | None = None
    resolved_at: datetime | None = None


def ft_order_id(wallet_id: FtWalletId, source_trade_id: SourceTradeId) -> FtOrderId:
    """The same wallet and trade give the same id, so a second attempt is no second order (L01)."""
    cause = f"{wallet_id}\n{source_trade_id}"
    return FtOrderId(sha256(cause.encode()).hexdigest()[:_ID_LENGTH])


def open_order(
    trade: SourceTrade, qualified: Qualified, *, wallet: FtWallet, market: Market
) -> FtOrder:
    """The order that the wallet takes at the trade's own time (FT_RULES §7)."""
    return FtOrder(
        ft_order_id=ft_order_id(wallet.wallet_id, trade.source_trade_id),
        wallet_id=wallet.wallet_id,
        source_trade_id=trade.source_trade_id,
        trader=trade.trader,
        condition_id=trade.condition_id,
        token_id=trade.token_id,
        token_label=trade.token_label,
        title=trade.title or market.title,
        side=trade.side,
        entry_price=qualified.entry_price,
        size=qualified.bet,
        market_end_at=market.end_at,
        trader_win_rate=qualified.win_rate,
        trader_resolved_count=qualified.trade_count,
        model_probability=qualified.probability,
        edge=qualified.edge,
        conviction=qualified.conviction,
        order_time=trade.traded_at,
    )


def close_by_sell(order: FtOrder, sell: SourceTrade) -> FtOrder | None:
    """The order as SOLD at the leader's price, None when the sell is not about it (FT_RULES §8).

    Trader, market and outcome token must match and the sell must come after our entry
    (deviation D4); only an OPEN BUY is closed.
    """
    if not _is_sold_by(order, sell):
        return None
    price = sell.price.per_share
    gain = ft_pnl(
        side=order.side, size=order.size, entry_price=order.entry_price.per_share, payout=price
    )
    return replace(
        order, outcome=FtOutcome.SOLD, exit_price=price, pnl=gain, resolved_at=sell.traded_at
    )


def close_by_resolution(order: FtOrder, market: Market, *, at: datetime) -> FtOrder | None:
    """The order as WON, LOST or VOID; None while it stays open (FT_RULES §9).

    Raises ValueError when the market is another one than the order's (LESSONS L45).
    """
    if market.condition_id != order.condition_id:
        raise ValueError(f"market {market.condition_id} is not {order.condition_id}")
    if order.outcome is not FtOutcome.OPEN:
        return None
    end = resolution_of(market, token_id=order.token_id, token_label=order.token_label)
    if end is None:
        return None
    gain = ft_pnl(
        side=order.side,
        size=order.size,
        entry_price=order.entry_price.per_share,
        payout=end.payout_per_share,
    )
    return replace(
        order,
        outcome=FtOutcome(end.verdict.value),
        exit_price=end.payout_per_share,
        pnl=gain,
        resolved_at=at,
    )


def bankroll(*, starting: Usd, realized: Usd, open_exposure: Usd) -> Usd:
    """What may be bet now: never below zero; no starting balance means $1000 (FT_RULES §6)."""
    return cash(starting=starting or _DEFAULT_BALANCE, realized=realized, exposure=open_exposure)


def bankroll_of(starting: Usd, orders: Iterable[FtOrder]) -> Usd:
    """The same from the orders of one wallet."""
    realized = exposure = ZERO_USD
    for order in orders:
        if order.outcome is FtOutcome.OPEN:
            exposure += order.size
        else:
            realized += order.pnl or ZERO_USD
    return bankroll(starting=starting, realized=realized, open_exposure=exposure)


def _is_sold_by(order: FtOrder, sell: SourceTrade) -> bool:
    return (
        order.outcome is FtOutcome.OPEN
        and order.side is Side.BUY
        and sell.side is Side.SELL
        and sell.trader == order.trader
        and sell.condition_id == order.condition_id
        and _is_same_outcome(order, sell)
        and sell.traded_at > order.order_time
    )


def _is_same_outcome(order: FtOrder, sell: SourceTrade) -> bool:
    """By token id; by label only where no token id is stored (LESSONS L07)."""
    if order.token_id:
        return sell.token_id == order.token_id
    label = order.token_label.strip().casefold()
    return bool(label) and sell.token_label.strip().casefold() == label
