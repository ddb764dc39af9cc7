"""What is at risk in a market and in its event (DESIGN §7)."""

from dataclasses import dataclass

from ltsys.domain.ids import ConditionId, TokenId
from ltsys.domain.money import Shares, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """One order that holds shares or still works.

    `cost` is what its fills cost with their fees, `reserved` what it still holds aside, fee
    headroom included, and `working_shares` the least that this would buy.
    """

    condition_id: ConditionId
    token_id: TokenId
    is_neg_risk: bool
    is_yes: bool | None
    """Whether it is the first outcome of its market; None where the market does not say."""
    shares: Shares
    cost: Usd
    reserved: Usd
    working_shares: Shares
