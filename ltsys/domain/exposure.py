"""What is at risk in a market and in its event (DESIGN §7).

A position is at risk with what its fills cost; their fees are spent. An order that still works is
at risk with all that it holds aside, the headroom for its highest fee included.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Final, Self

from ltsys.domain.ids import ConditionId, TokenId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.market import Market
from ltsys.domain.money import MICRO, ZERO_SHARES, ZERO_USD, Price, Shares, Usd

_ONE_DOLLAR: Final = Decimal(1)
"""What a share of the right outcome pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """What orders of one token hold and still work, together.

    `cost` is what their fills cost, fees apart, `reserved` what they still hold aside.
    """

    condition_id: ConditionId
    token_id: TokenId
    is_neg_risk: bool
    is_yes: bool | None
    """Whether it is the first outcome of its market; None where the market does not say."""
    shares: Shares
    cost: Usd
    reserved: Usd
    working_loss: Usd
    """What fills of working orders could still cost if the token wins, hardly ever above zero."""
    order_count: int = 1

    @property
    def at_risk(self) -> Usd:
        return self.cost + self.reserved

    def plus(self, other: Self) -> Self:
        """Both together; of the same token. Netted as neg-risk only where both are."""
        return replace(
            self,
            is_neg_risk=self.is_neg_risk and other.is_neg_risk,
            shares=self.shares + other.shares,
            cost=self.cost + other.cost,
            reserved=self.reserved + other.reserved,
            working_loss=self.working_loss + other.working_loss,
            order_count=self.order_count + other.order_count,
        )

    def less(self, other: Self) -> Self:
        """Without the other's orders, which may have worked here what they hold there."""
        at_risk = max(ZERO_USD, self.at_risk - other.at_risk)
        cost = min(at_risk, max(ZERO_USD, self.cost - other.cost))
        return replace(
            self,
            shares=self.shares - min(self.shares, other.shares),
            cost=cost,
            reserved=at_risk - cost,
            working_loss=max(ZERO_USD, self.working_loss - other.working_loss),
            order_count=max(0, self.order_count - other.order_count),
        )


def stake_of(order: LiveOrder, market: Market | None) -> Stake:
    """What the order has at risk, with what its market says of the token."""
    left = min(order.reserved, order.plan.spend - order.executed)
    shares = least_shares(left, order.plan.limit_price)
    return Stake(
        condition_id=order.condition_id,
        token_id=order.token_id,
        is_neg_risk=order.plan.is_neg_risk,
        is_yes=market.is_first(order.token_id) if market else None,
        shares=order.executed_shares,
        cost=order.executed,
        reserved=order.reserved,
        working_loss=loss_if_filled(order.reserved, shares),
    )


def joined(stakes: Iterable[Stake]) -> tuple[Stake, ...]:
    """One a token, in the order of the tokens."""
    found: dict[TokenId, Stake] = {}
    for stake in stakes:
        known = found.get(stake.token_id)
        found[stake.token_id] = known.plus(stake) if known else stake
    return tuple(found[token] for token in sorted(found))


def least_shares(left: Usd, limit: Price) -> Shares:
    """What the dollars that are left buy at the limit price, rounded down."""
    if left <= ZERO_USD:
        return ZERO_SHARES
    return Shares(limit.shares_for(left).count.quantize(MICRO, rounding=ROUND_DOWN))


def loss_if_filled(reserved: Usd, shares: Shares) -> Usd:
    """What a working order costs beyond what its shares pay if they win; never below zero."""
    return max(ZERO_USD, reserved - shares.paying(_ONE_DOLLAR))


def total_at_risk(stakes: Iterable[Stake]) -> Usd:
    """As if every one of them were lost."""
    return sum((stake.at_risk for stake in stakes), ZERO_USD)


def event_at_risk(stakes: Iterable[Stake]) -> Usd:
    """The most that the event can cost; never below zero.

    At most one market of a neg-risk event resolves to its first outcome. Each of ours could be
    it, or none of ours, and the worst of these outcomes counts (VENUE §15). Stakes in ordinary
    markets have nothing to do with each other: all could be lost, so their costs add up.
    """
    known = tuple(stakes)
    grouped = tuple(stake for stake in known if stake.is_neg_risk)
    winners = {stake.condition_id for stake in grouped}
    worst = max((_loss(grouped, winner) for winner in (None, *winners)), default=ZERO_USD)
    return total_at_risk(s for s in known if not s.is_neg_risk) + max(ZERO_USD, worst)


def _loss(stakes: Iterable[Stake], winner: ConditionId | None) -> Usd:
    return sum((_loss_of(stake, winner) for stake in stakes), ZERO_USD)


def _loss_of(stake: Stake, winner: ConditionId | None) -> Usd:
    """Cost less payout; what still works may fill or not, and the worse of the two counts."""
    if not _pays(stake, winner):
        return stake.at_risk
    return stake.cost - stake.shares.paying(_ONE_DOLLAR) + stake.working_loss


def _pays(stake: Stake, winner: ConditionId | None) -> bool:
    """A token whose outcome is not known pays nothing (LESSONS L07, L18)."""
    if stake.is_yes is None:
        return False
    return stake.is_yes == (stake.condition_id == winner)
