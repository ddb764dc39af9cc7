"""A sound situation for tests of decisions, each field replaceable."""

from dataclasses import replace

from live_made import (
    MARKET,
    NO_LIMITS,
    NOON,
    OTHER_MARKET,
    YES,
    a_book,
    a_market,
    a_signal,
    a_state,
    a_strategy,
    a_wallet,
)

from ltsys.domain.exposure import Stake
from ltsys.domain.money import Shares, Usd
from ltsys.domain.situation import Situation
from ltsys.domain.wallet_cash import WalletCash

PLENTY = WalletCash(collateral=Usd.of(10**9), read_at=NOON)


def a_situation(**changes) -> Situation:
    """A signal of ten dollars that every check lets pass."""
    situation = Situation(
        signal=a_signal(),
        strategy=a_strategy(),
        rules=NO_LIMITS,
        state=a_state(),
        guard=a_wallet().dead_market_guard,
        market=a_market(),
        book=a_book(),
        now=NOON,
        cash=PLENTY,
    )
    return replace(situation, **changes)


def a_stake(
    market: int = 1, *, shares: str = "0", cost: str = "0", reserved: str = "0", **changes
) -> Stake:
    stake = Stake(
        condition_id=MARKET if market == 1 else OTHER_MARKET,
        token_id=YES,
        is_neg_risk=False,
        is_yes=True,
        shares=Shares.of(shares),
        cost=Usd.of(cost),
        reserved=Usd.of(reserved),
        working_loss=Usd.of(reserved),
    )
    return replace(stake, **changes)
