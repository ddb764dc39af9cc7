"""A live order, its money, and what a fill or an ending does to it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Self

from ltsys.domain import ledger
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import (
    ConditionId,
    FtOrderId,
    LtOrderId,
    SourceTradeId,
    StrategyId,
    TokenId,
    VenueOrderId,
)
from ltsys.domain.ledger import Posting
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Price, Shares, Usd
from ltsys.domain.order import ENDED, OrderEvent, OrderStatus, after
from ltsys.domain.strategy import Mode, Signal
from ltsys.domain.venue import FillStatus, TimeInForce, VenueFill

_DUST_USD = Usd(Decimal("0.01"))
"""Fills may be a cent short of what was asked (VENUE §5.1)."""

_PAYOUTS = {
    FtOutcome.WON: Decimal(1),
    FtOutcome.LOST: Decimal(0),
    FtOutcome.VOID: Decimal("0.5"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be signed. `reserve` is the most the order may cost, fee included."""

    limit_price: Price
    maker_units: int
    taker_units: int
    reserve: Usd
    is_neg_risk: bool
    time_in_force: TimeInForce
    planned_at: datetime

    @property
    def spend(self) -> Usd:
        """The dollars of a BUY, fee apart."""
        return Usd.from_units(self.maker_units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One match of our order, with what it cost us."""

    venue: VenueFill
    cost: Usd
    fee: Usd

    @property
    def status(self) -> FillStatus:
        return self.venue.status


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOrder:
    """One signal's order. `reserved` is what it still holds aside."""

    lt_order_id: LtOrderId
    strategy_id: StrategyId
    source_trade_id: SourceTradeId
    ft_order_id: FtOrderId | None
    condition_id: ConditionId
    token_id: TokenId
    mode: Mode
    status: OrderStatus
    signal_price: Price
    signal_size: Usd
    signal_at: datetime
    plan: Plan
    reserved: Usd
    executed_shares: Shares = ZERO_SHARES
    executed: Usd = ZERO_USD
    fees: Usd = ZERO_USD
    outcome: FtOutcome = FtOutcome.OPEN
    order_id: VenueOrderId | None = None
    matched_at_once: Usd | None = None
    """Dollars that the answer to the post said were matched; None where it said nothing."""
    check_count: int = 0
    attempt: int = 1
    """Number of the newest envelope (LESSONS L08)."""

    @property
    def book(self) -> ledger.Book:
        """Shadow and test orders have books of their own (LESSONS L36)."""
        return self.mode.book

    @property
    def reserve_cause(self) -> str:
        """The ledger's name of what this attempt sets aside."""
        return self.lt_order_id if self.attempt == 1 else f"{self.lt_order_id}#{self.attempt}"

    @property
    def average_price(self) -> Price | None:
        """Dollars a share over all fills; None while they cost less than a millionth."""
        if not self.executed_shares or not self.executed:
            return None
        return Price((self.executed.amount / self.executed_shares.count).quantize(Decimal("1e-12")))

    @property
    def is_spent(self) -> bool:
        """Every dollar asked for has been matched, to the venue's dust (VENUE §5.1)."""
        return self.plan.spend - self.executed <= _DUST_USD

    @property
    def payout(self) -> Usd | None:
        """What the market paid for the shares; None before its outcome is booked."""
        per_share = _PAYOUTS.get(self.outcome)
        return None if per_share is None else self.executed_shares.paying(per_share).rounded()

    @property
    def result(self) -> Usd | None:
        """Payout − cost, fees apart (FT_RULES §9); None before its outcome is booked."""
        return None if self.payout is None else self.payout - self.executed

    @property
    def net_result(self) -> Usd:
        """What it brought, its fees included; zero before its outcome is booked."""
        return ZERO_USD if self.result is None else self.result - self.fees

    def moved(self, event: OrderEvent) -> Self:
        """The order after an event. Raises IllegalTransitionError."""
        return replace(self, status=after(self.status, event))


def lt_order_id(signal: Signal) -> LtOrderId:
    """A name that follows from the cause, so that a second try finds the first (L01)."""
    digest = hashlib.sha256(signal.idempotency_key.encode()).hexdigest()
    return LtOrderId(f"lto_{digest[:32]}")


def mode_of(signal: Signal, book: ledger.Book) -> Mode:
    """What stands behind an order on this signal, of a strategy that trades in that book."""
    return Mode.FORCE_TEST if signal.is_force_test else Mode(book.value)


def planned(signal: Signal, plan: Plan, *, book: ledger.Book) -> LiveOrder:
    """The order that a plan becomes, of a strategy that trades in that book."""
    return LiveOrder(
        lt_order_id=lt_order_id(signal),
        strategy_id=signal.strategy_id,
        source_trade_id=signal.source_trade_id,
        ft_order_id=signal.ft_order_id,
        condition_id=signal.condition_id,
        token_id=signal.token_id,
        mode=mode_of(signal, book),
        status=OrderStatus.PLANNED,
        signal_price=signal.price,
        signal_size=signal.size,
        signal_at=signal.signal_at,
        plan=plan,
        reserved=plan.reserve,
    )


def planned_again(order: LiveOrder, plan: Plan) -> LiveOrder:
    """The same signal's order with a new attempt. Raises IllegalTransitionError."""
    return replace(
        order.moved(OrderEvent.RETRY),
        plan=plan,
        reserved=plan.reserve,
        attempt=order.attempt + 1,
        order_id=None,
        matched_at_once=None,
        check_count=0,
    )


def with_fill(order: LiveOrder, fill: Fill) -> tuple[LiveOrder, Posting]:
    """The order and the posting once a new fill is counted (LESSONS L20, L22)."""
    posting = ledger.fill(
        fill_cause(fill.venue), cost=fill.cost, fee=fill.fee, reserved=order.reserved
    )
    used = min(order.reserved, fill.cost + fill.fee)
    counted = replace(
        order,
        reserved=order.reserved - used,
        executed=order.executed + fill.cost,
        executed_shares=order.executed_shares + fill.venue.shares,
        fees=order.fees + fill.fee,
    )
    event = OrderEvent.FILL_ALL if counted.is_spent else OrderEvent.FILL_PART
    return counted.moved(event), posting


def without_fill(order: LiveOrder, fill: Fill) -> tuple[LiveOrder, Posting]:
    """The order and the posting once a counted fill turned out to have failed (LESSONS L23)."""
    undone = replace(
        order,
        executed=order.executed - fill.cost,
        executed_shares=order.executed_shares - fill.venue.shares,
        fees=order.fees - fill.fee,
    )
    return undone, ledger.unfill(fill_cause(fill.venue), cost=fill.cost, fee=fill.fee)


def released(order: LiveOrder) -> tuple[LiveOrder, Posting | None]:
    """What an ended order did not use goes back, once (LESSONS L24)."""
    if order.status not in ENDED or not order.reserved:
        return order, None
    posting = ledger.release(order.reserve_cause, order.reserved)
    return replace(order, reserved=ZERO_USD), posting


def fill_cause(fill: VenueFill) -> str:
    """The ledger's name of a fill: one venue trade can fill several of our orders."""
    return f"fill:{fill.trade_id}:{fill.order_id}"
