"""Invented leaders: how each of them trades, and what he does in one market."""

import random
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from ltsys.simulator.units import ONE
from ltsys.simulator.world.categories import CATEGORIES
from ltsys.simulator.world.facts import LeaderTrade, Market
from ltsys.simulator.world.walks import Walk

_SALE_RATIO = 0.15
_HOUR_S = 3600
_STEADY = ("economics", "weather", "culture", "tech", "mentions", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """How a leader trades.

    `activity` is the chance that he trades in a market of his `interests`, `skill` that he
    picks the outcome that wins, `stake_usd` what he spends on a trade, give or take a half,
    and `haste` when he trades most: nought as soon as a market starts, one when it ends.
    """

    wallet: str
    name: str
    activity: float
    skill: float
    stake_usd: int
    haste: float
    interests: tuple[str, ...]


_KINDS = (
    (0.9, 0.62, 20, ("crypto",)),
    (0.7, 0.58, 40, ("crypto",)),
    (0.6, 0.55, 15, ("crypto",)),
    (0.5, 0.52, 80, ("crypto",)),
    (0.4, 0.48, 30, ("crypto",)),
    (0.3, 0.42, 10, ("crypto",)),
    (0.6, 0.57, 60, ("sports",)),
    (0.5, 0.54, 120, ("politics", "geopolitics", "finance")),
    (0.5, 0.46, 25, _STEADY),
    (0.2, 0.52, 300, CATEGORIES),
)
"""Activity, skill, stake and interests around which a seed's leaders lie."""


def invented_leaders(seed: int) -> list[Leader]:
    """One leader of each kind, a little different with every seed."""
    leaders = []
    for number, (activity, skill, stake, interests) in enumerate(_KINDS, start=1):
        rng = random.Random(f"leader|{seed}|{number}")  # noqa: S311 - not a secret
        digest = sha256(f"leader|{seed}|{number - 1}".encode()).hexdigest()
        leader = Leader(
            wallet="0x" + digest[:40],
            name=f"leader_{number}",
            activity=activity + rng.uniform(-0.05, 0.05),
            skill=skill + rng.uniform(-0.015, 0.015),
            stake_usd=stake * rng.randint(75, 125) // 100,
            haste=rng.uniform(0.2, 0.8),
            interests=interests,
        )
        leaders.append(leader)
    return leaders


def trades_of(rng: random.Random, leader: Leader, market: Market, walk: Walk) -> list[LeaderTrade]:
    """What a leader does in one market: nothing, or some buys and now and then a sale."""
    if market.category not in leader.interests or rng.random() > leader.activity:
        return []
    outcome = walk.winner if rng.random() < leader.skill else 1 - walk.winner
    done: list[LeaderTrade] = []
    last = walk.last_step
    hours = last * walk.step_s // _HOUR_S
    for count in range(rng.randint(1, 3 + hours)):
        step = 1 + int((last - 1) * rng.triangular(0, 1, leader.haste))
        cost = leader.stake_usd * rng.randint(50, 150) * (ONE // 100)
        shares = max(5, cost // walk.price(step, outcome))
        bought = _Moment(market, walk, outcome, step, f"buy{count}")
        done.append(_trade(rng, leader, bought, "BUY", shares))
        if step < last and rng.random() < _SALE_RATIO:
            later = rng.randint(step + 1, last)
            sold = _Moment(market, walk, outcome, later, f"sell{count}")
            done.append(_trade(rng, leader, sold, "SELL", shares))
    return done


@dataclass(frozen=True, slots=True)
class _Moment:
    """An outcome at a step of its walk, and a word that tells a leader's trades apart."""

    market: Market
    walk: Walk
    outcome_index: int
    step: int
    tag: str


def _trade(
    rng: random.Random, leader: Leader, moment: _Moment, side: str, shares: int
) -> LeaderTrade:
    market, walk = moment.market, moment.walk
    size = Decimal(shares)
    price = Decimal(walk.price(moment.step, moment.outcome_index)) / ONE
    seed = f"{leader.wallet}|{market.slug}|{moment.tag}"
    return LeaderTrade(
        wallet=leader.wallet,
        name=leader.name,
        market=market,
        outcome_index=moment.outcome_index,
        side=side,
        size=size,
        price=price,
        usdc_size=size * price,
        timestamp=walk.moment(moment.step) + rng.randint(0, walk.step_s - 1),
        transaction_hash="0x" + sha256(seed.encode()).hexdigest(),
    )
