"""Prices that wander to their markets' results, as martingales made from a seed.

Chances are floats; they become prices on the market's grid before anybody sees them.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from ltsys.simulator.units import ONE
from ltsys.simulator.world.quotes import grid_at

_INFORMATION = 5.0
"""How much a market learns of its result while it is open: at the end the winner of two even
sides costs 99 cents in the median case, and one in twenty is still behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The first outcome's price from `begins_at` on, a new one every `step_s`; `winner` wins."""

    begins_at: int
    step_s: int
    prices: Sequence[int]
    winner: int

    @property
    def last_step(self) -> int:
        """The number of the last price."""
        return len(self.prices) - 1

    def price(self, step: int, outcome_index: int) -> int:
        """An outcome's price from a step on."""
        first = self.prices[step]
        return first if outcome_index == 0 else ONE - first

    def moment(self, step: int) -> int:
        """When a step begins."""
        return self.begins_at + step * self.step_s


def coin_walk(rng: random.Random, *, begins_at: int, step_s: int, steps: int, tick: int) -> Walk:
    """The chance that a random walk ends above nought, given where it is.

    It moves most near its end, as the price of a coin's direction in the next minutes does.
    """
    level, prices = 0.0, [ONE // 2]
    for left in range(steps - 1, 0, -1):
        level += rng.gauss(0, 1)
        chance = 0.5 * (1 + math.erf(level / math.sqrt(2 * left)))
        prices.append(on_grid(chance, tick))
    level += rng.gauss(0, 1)
    winner = 0 if level >= 0 else 1
    return Walk(begins_at=begins_at, step_s=step_s, prices=prices, winner=winner)


def belief_walks(
    rng: random.Random,
    chances: Sequence[float],
    *,
    begins_at: int,
    step_s: int,
    steps: int,
    tick: int,
) -> list[Walk]:
    """For each side of a contest, the belief that it wins: one does, and noisy news favour it.

    Beliefs follow Bayes' rule, so each is a martingale and all of a time sum to one. What
    is left of the doubt when the market ends, the result takes away.
    """
    sides = range(len(chances))
    winner = rng.choices(sides, chances)[0]
    news = [0.0] * len(chances)
    clarity = math.sqrt(_INFORMATION)
    beliefs: list[list[int]] = [[on_grid(chance, tick)] for chance in chances]
    for _ in range(1, steps):
        for side in sides:
            drift = clarity / steps if side == winner else 0.0
            news[side] += drift + rng.gauss(0, math.sqrt(1 / steps))
        weights = [chances[side] * math.exp(clarity * news[side]) for side in sides]
        total = sum(weights)
        for side in sides:
            beliefs[side].append(on_grid(weights[side] / total, tick))
    return [
        Walk(begins_at=begins_at, step_s=step_s, prices=prices, winner=0 if side == winner else 1)
        for side, prices in enumerate(beliefs)
    ]


def on_grid(chance: float, tick: int) -> int:
    """The nearest price that the grid has there; never nought or one."""
    grid = grid_at(tick, round(chance * ONE))
    return min(ONE - grid, max(grid, round(chance * ONE / grid) * grid))
