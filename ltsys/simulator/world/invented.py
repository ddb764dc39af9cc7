"""An invented world: short Up/Down markets without end and six leaders, all from one seed."""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import (
    LeaderTrade,
    Market,
    PricePoint,
    derived_condition_id,
    derived_token_id,
)
from ltsys.simulator.world.world import World

HISTORY_S = 6 * 3600
_STEP_S = 5
_ASSETS = (("btc", "Bitcoin"), ("eth", "Ethereum"), ("sol", "Solana"), ("xrp", "XRP"))
_EASTERN = timedelta(hours=-5)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a leader trades: how often, how well, how big (in dollars)."""

    wallet: str
    name: str
    activity: float
    skill: float
    stake_usd: int


class Invented:
    """Facts that depend on the seed and the slot alone, whoever asks and at whatever speed."""

    def __init__(
        self, seed: int, *, start: int, market_minutes: int = 5, resolve_delay_s: int = 30
    ) -> None:
        """Begin some hours before `start`, so that leaders have a past."""
        self._seed = seed
        self._slot_s = market_minutes * 60
        self._delay_s = resolve_delay_s
        self._start = start
        self._next_slot = (start - HISTORY_S) // self._slot_s
        self._styles = [self._style(index) for index in range(6)]

    @property
    def start(self) -> int:
        """The simulated time at which the clock begins."""
        return self._start

    @property
    def end(self) -> int | None:
        """None: there is always another slot."""
        return None

    def report(self) -> dict[str, object]:
        """Nothing was read."""
        return {"rows_read": 0, "rows_good": 0, "bad_rows": {}}

    def extend(self, world: World, until: float) -> None:
        """Invent slots up to the one after `until`, whose markets are open by then."""
        while self._next_slot <= until // self._slot_s + 1:
            self._invent(world, self._next_slot * self._slot_s)
            self._next_slot += 1

    def _invent(self, world: World, starts_at: int) -> None:
        trades: list[LeaderTrade] = []
        for asset, name in _ASSETS:
            rng = random.Random(f"{self._seed}|{starts_at}|{asset}")  # noqa: S311 - not a secret
            walk = _walk(rng, self._slot_s // _STEP_S)
            market = self._market(asset, name, starts_at, up=walk[-1] >= ONE // 2)
            world.add_market(market)
            for step, price in enumerate(walk[:-1]):
                world.add_price(market, PricePoint(starts_at + step * _STEP_S, 0, price))
            for style in self._styles:
                trades += _trades(rng, style, market, walk)
        for trade in sorted(trades, key=lambda trade: trade.timestamp):
            world.add_trade(trade)

    def _market(self, asset: str, name: str, starts_at: int, *, up: bool) -> Market:
        slug = f"{asset}-updown-{self._slot_s // 60}m-{starts_at}"
        begin = datetime.fromtimestamp(starts_at, UTC) + _EASTERN
        finish = begin + timedelta(seconds=self._slot_s)
        window = f"{_hour(begin)}-{_hour(finish)}"
        return Market(
            condition_id=derived_condition_id(slug),
            gamma_id=str(int(sha256(slug.encode()).hexdigest()[:8], 16)),
            slug=slug,
            title=f"{name} Up or Down - {begin:%B} {begin.day}, {window} ET",
            category="crypto",
            outcomes=("Up", "Down"),
            tokens=(derived_token_id(slug, "Up"), derived_token_id(slug, "Down")),
            opens_at=starts_at - self._slot_s,
            starts_at=starts_at,
            ends_at=starts_at + self._slot_s,
            resolves_at=starts_at + self._slot_s + self._delay_s,
            payouts=(ONE, 0) if up else (0, ONE),
        )

    def _style(self, index: int) -> _Style:
        digest = sha256(f"leader|{self._seed}|{index}".encode()).hexdigest()
        activity = (0.9, 0.7, 0.6, 0.5, 0.4, 0.3)[index]
        skill = (0.62, 0.58, 0.55, 0.52, 0.48, 0.42)[index]
        stake = (20, 40, 15, 80, 30, 10)[index]
        return _Style("0x" + digest[:40], f"leader_{index + 1}", activity, skill, stake)


def _walk(rng: random.Random, steps: int) -> list[int]:
    """The first outcome's price at each step, a martingale that ends at nought or one.

    It is the chance that a random walk ends above zero, given where it is. Chances
    are floats; they become prices on the cent before anybody sees them.
    """
    level, walk = 0.0, [ONE // 2]
    for step in range(1, steps + 1):
        level += rng.gauss(0, 1)
        left = steps - step
        if not left:
            return [*walk, ONE if level >= 0 else 0]
        chance = 0.5 * (1 + math.erf(level / math.sqrt(2 * left)))
        walk.append(min(99, max(1, round(chance * 100))) * 10_000)
    return walk


def _trades(
    rng: random.Random, style: _Style, market: Market, walk: list[int]
) -> list[LeaderTrade]:
    """What a leader does in one market: nothing, or some buys and now and then a sale."""
    if rng.random() > style.activity:
        return []
    winner = 0 if walk[-1] else 1
    outcome = winner if rng.random() < style.skill else 1 - winner
    done: list[LeaderTrade] = []
    last = len(walk) - 2
    for count in range(rng.randint(1, 3)):
        step = rng.randint(1, last - 1)
        cents = _cents(walk[step], outcome)
        shares = max(5, style.stake_usd * rng.randint(50, 150) // cents)
        tag = f"buy{count}"
        done.append(_trade(rng, style, market, outcome, "BUY", shares, cents, step, tag))
        if rng.random() < 0.15:
            later = rng.randint(step + 1, last)
            sale_cents = _cents(walk[later], outcome)
            tag = f"sell{count}"
            done.append(_trade(rng, style, market, outcome, "SELL", shares, sale_cents, later, tag))
    return done


def _trade(
    rng: random.Random,
    style: _Style,
    market: Market,
    outcome: int,
    side: str,
    shares: int,
    cents: int,
    step: int,
    tag: str,
) -> LeaderTrade:
    size, price = Decimal(shares), Decimal(cents).scaleb(-2)
    seed = f"{style.wallet}|{market.slug}|{tag}"
    return LeaderTrade(
        wallet=style.wallet,
        name=style.name,
        market=market,
        outcome_index=outcome,
        side=side,
        size=size,
        price=price,
        usdc_size=size * price,
        timestamp=market.starts_at + step * _STEP_S + rng.randint(0, _STEP_S - 1),
        transaction_hash="0x" + sha256(seed.encode()).hexdigest(),
    )


def _cents(walk_price: int, outcome: int) -> int:
    return (walk_price if outcome == 0 else ONE - walk_price) // 10_000


def _hour(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M}{'AM' if at.hour < 12 else 'PM'}"
