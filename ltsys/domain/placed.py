"""An order with its fills and its end: as it was, or as it would have been."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.decision import Aftermath
from ltsys.domain.fees import taker_fee
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import VenueOrderId
from ltsys.domain.live_order import LiveOrder, Plan, planned
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd
from ltsys.domain.shadow import offered
from ltsys.domain.situation import Situation

_NAME = VenueOrderId("what-if")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order with its fills, all at the moment of its decision. Times are venue times."""

    order: LiveOrder
    market: Market | None
    at: datetime
    payout_per_share: Decimal | None
    """None while the market is not resolved."""
    ends_at: datetime | None
    cooldown: timedelta

    @property
    def is_filled(self) -> bool:
        return bool(self.order.executed_shares)

    @property
    def payout(self) -> Usd | None:
        paid = self.payout_per_share
        return None if paid is None else self.order.executed_shares.paying(paid).rounded()

    @property
    def net(self) -> Usd | None:
        """Payout − cost − fees; zero for what was never filled, None while it is open (L42)."""
        if not self.is_filled:
            return ZERO_USD
        return None if self.payout is None else self.payout - self.order.executed - self.order.fees

    def has_ended(self, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now


def as_it_was(situation: Situation, plan: Plan, after: Aftermath, *, is_last: bool) -> Placed:
    """The real order; only its last attempt has the fills (LESSONS L08)."""
    order = planned(situation.signal, plan, book=situation.state.book)
    if is_last:
        order = replace(
            order,
            executed=after.executed,
            executed_shares=after.executed_shares,
            fees=after.fees,
        )
    return _placed(situation, order, *_own_end(after))


def as_it_would_be(situation: Situation, plan: Plan, after: Aftermath) -> Placed:
    """The order with the fills that the book of its decision gives it, fees included."""
    order = planned(situation.signal, plan, book=situation.state.book)
    paper = offered(order, _NAME, situation.book, at=situation.now)
    for fill in paper.fills:
        order = replace(
            order,
            executed=order.executed + (fill.price * fill.shares).rounded_down(),
            executed_shares=order.executed_shares + fill.shares,
            fees=order.fees + _fee(fill.price, fill.shares, situation.market),
        )
    paid, ends_at = _own_end(after)
    if paid is None:
        paid, ends_at = _signals_end(after)
    return _placed(situation, order, paid, ends_at)


def _placed(
    situation: Situation, order: LiveOrder, paid: Decimal | None, ends_at: datetime | None
) -> Placed:
    return Placed(
        order=replace(order, reserved=ZERO_USD),
        market=situation.market,
        at=situation.now,
        payout_per_share=paid,
        ends_at=ends_at,
        cooldown=timedelta(seconds=situation.strategy.cooldown_s),
    )


def _own_end(after: Aftermath) -> tuple[Decimal | None, datetime | None]:
    """Dollars a share that the order's own outcome paid."""
    if after.result is None or not after.executed_shares:
        return None, None
    payout = after.result + after.executed
    return payout.amount / after.executed_shares.count, after.resolved_at


def _signals_end(after: Aftermath) -> tuple[Decimal | None, datetime | None]:
    """The same of the FT order behind the signal."""
    if after.ft_outcome in {None, FtOutcome.OPEN}:
        return None, None
    return after.ft_exit_price, after.ft_resolved_at


def _fee(price: Price, shares: Shares, market: Market | None) -> Usd:
    if market is None:
        return ZERO_USD
    return taker_fee(shares, price, rate=market.fee_rate, exponent=market.fee_exponent)
