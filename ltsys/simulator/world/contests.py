"""The longer markets of an invented world: games, elections, and questions of all categories.

Every hour has its own, made from the seed and the hour alone.
"""

import random
from dataclasses import dataclass, replace

from ltsys.simulator.units import ONE
from ltsys.simulator.world.categories import FEES
from ltsys.simulator.world.facts import (
    Market,
    derived_condition_id,
    derived_gamma_id,
    derived_token_id,
)
from ltsys.simulator.world.resolution import Course, uma_course
from ltsys.simulator.world.walks import Walk, belief_walks

HOUR_S = 3600
_STEP_S = 30

_WARM_UP_S = 1800
"""A game's market opens so long before the game."""

_GAME_S = 3 * HOUR_S
_SPORTS_DELAY_S = 3
"""What takers of a game wait (VENUE §5.3: `secondsDelay` was 3 s)."""

_ELECTION_EVERY_H = 2
_ELECTION_S = 4 * HOUR_S
_QUESTION_HOURS = (1, 2, 6, 12)
_QUESTION_TICKS = (10_000, 10_000, 5_000, 2_500, 1_000)
_VOID_RATIO = 0.1
_DISPUTED_RATIO = 0.25
_DISPUTE_AFTER_S = 1200

_TEAMS = ("Anchors", "Badgers", "Comets", "Drifters", "Embers", "Foxes", "Gales", "Herons")
_NAMES = ("Adams", "Brook", "Castle", "Dale", "Ellis", "Ford", "Grant", "Hale", "Irving")
_QUESTIONS = {
    "finance": "Will the index close higher",
    "tech": "Will the launch go ahead",
    "economics": "Will the rate be cut",
    "weather": "Will it rain in the capital",
    "culture": "Will the film lead the charts",
    "mentions": "Will the speaker say the word",
    "geopolitics": "Will the talks be held",
    "politics": "Will the bill pass",
    "other": "Will the record be broken",
}


@dataclass(frozen=True, slots=True)
class Contest:
    """A market and the way of its price."""

    market: Market
    walk: Walk


def contests_of(seed: int, hour: int, *, delay_s: int) -> list[Contest]:
    """The markets that open at the beginning of an hour, which is counted since 1970."""
    opens_at = hour * HOUR_S
    made = [*_question(_rng(seed, hour, "question"), hour, delay_s)]
    made += _game(_rng(seed, hour, "game"), opens_at, delay_s)
    if hour % _ELECTION_EVERY_H == 0:
        made += _election(_rng(seed, hour, "election"), opens_at, delay_s)
    return made


def _game(rng: random.Random, opens_at: int, delay_s: int) -> list[Contest]:
    """Takers are delayed, and the book is cleared when the game starts (VENUE §5.3)."""
    home, away = rng.sample(_TEAMS, 2)
    chance = rng.uniform(0.3, 0.7)
    begins_at = opens_at + _WARM_UP_S
    ends_at = begins_at + _GAME_S
    played, _ = belief_walks(
        rng,
        (chance, 1 - chance),
        begins_at=begins_at,
        step_s=_STEP_S,
        steps=_GAME_S // _STEP_S,
        tick=10_000,
    )
    before = [played.prices[0]] * (_WARM_UP_S // _STEP_S)
    walk = replace(played, begins_at=opens_at, prices=[*before, *played.prices])
    market = _market(
        slug=f"game-{home.lower()}-{away.lower()}-{opens_at}",
        title=f"{home} vs. {away}",
        category="sports",
        outcomes=(home, away),
        opens_at=opens_at,
        ends_at=ends_at,
        course=Course(steps=(), resolves_at=ends_at + delay_s, payouts=_payouts(walk)),
    )
    market = replace(market, seconds_delay=_SPORTS_DELAY_S, game_starts_at=begins_at)
    return [Contest(market, walk)]


def _election(rng: random.Random, opens_at: int, delay_s: int) -> list[Contest]:
    """An event of three markets of which one says yes; its shares are of the neg-risk kind."""
    names = rng.sample(_NAMES, 3)
    weights = [rng.uniform(0.5, 1.5) for _ in names]
    tick = rng.choice((10_000, 1_000))
    ends_at = opens_at + _ELECTION_S
    walks = belief_walks(
        rng,
        [weight / sum(weights) for weight in weights],
        begins_at=opens_at,
        step_s=_STEP_S,
        steps=_ELECTION_S // _STEP_S,
        tick=tick,
    )
    disputes = _disputes(rng)
    made = []
    for name, walk in zip(names, walks, strict=True):
        market = _market(
            slug=f"will-{name.lower()}-win-the-election-{opens_at}",
            title=f"Will {name} win the election?",
            category="politics",
            outcomes=("Yes", "No"),
            opens_at=opens_at,
            ends_at=ends_at,
            course=uma_course(ends_at + delay_s, _payouts(walk), disputes=disputes),
        )
        member = replace(
            market,
            event_slug=f"election-{opens_at}",
            event_title="Who wins the election?",
            neg_risk=True,
            tick=tick,
        )
        made.append(Contest(member, walk))
    return made


def _question(rng: random.Random, hour: int, delay_s: int) -> list[Contest]:
    """A yes or no of some category, some length and some tick; now and then it is void."""
    category = list(_QUESTIONS)[hour % len(_QUESTIONS)]
    opens_at = hour * HOUR_S
    length_s = rng.choice(_QUESTION_HOURS) * HOUR_S
    tick = rng.choice(_QUESTION_TICKS)
    chance = rng.uniform(0.15, 0.85)
    walk, _ = belief_walks(
        rng,
        (chance, 1 - chance),
        begins_at=opens_at,
        step_s=_STEP_S,
        steps=length_s // _STEP_S,
        tick=tick,
    )
    ends_at = opens_at + length_s
    payouts = (ONE // 2, ONE // 2) if rng.random() < _VOID_RATIO else _payouts(walk)
    market = _market(
        slug=f"{category}-question-{opens_at}",
        title=f"{_QUESTIONS[category]} within {length_s // HOUR_S} h?",
        category=category,
        outcomes=("Yes", "No"),
        opens_at=opens_at,
        ends_at=ends_at,
        course=uma_course(ends_at + delay_s, payouts, disputes=_disputes(rng)),
    )
    return [Contest(replace(market, tick=tick), walk)]


def _market(
    *,
    slug: str,
    title: str,
    category: str,
    outcomes: tuple[str, str],
    opens_at: int,
    ends_at: int,
    course: Course,
) -> Market:
    fees = FEES[category]
    return Market(
        condition_id=derived_condition_id(slug),
        gamma_id=derived_gamma_id(slug),
        slug=slug,
        title=title,
        category=category,
        outcomes=outcomes,
        tokens=(derived_token_id(slug, outcomes[0]), derived_token_id(slug, outcomes[1])),
        opens_at=opens_at,
        starts_at=opens_at,
        ends_at=ends_at,
        resolves_at=course.resolves_at,
        payouts=course.payouts,
        steps=course.steps,
        fee_rate=fees.rate,
        rebate_ratio=fees.rebate_ratio,
    )


def _payouts(walk: Walk) -> tuple[int, int]:
    return (ONE, 0) if walk.winner == 0 else (0, ONE)


def _disputes(rng: random.Random) -> tuple[int, ...]:
    """How long after its proposal each dispute comes; mostly there is none, seldom two."""
    count = sum(rng.random() < _DISPUTED_RATIO for _ in range(2))
    return (_DISPUTE_AFTER_S,) * count


def _rng(seed: int, hour: int, kind: str) -> random.Random:
    return random.Random(f"{seed}|{hour}|{kind}")  # noqa: S311 - not a secret
