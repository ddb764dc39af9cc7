"""How a market comes to its result: proposed, perhaps disputed, resolved (VENUE §15, §16.5).

Pure functions of a market and a time. A course is what a world plans for a market; the
functions that take `now` make the course that follows from an operator's intervention.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import Market, ResolutionStep

PROPOSED = "proposed"
DISPUTED = "disputed"
RESOLVED = "resolved"

LIVENESS_S = 2 * 3600
"""A proposal that nobody disputes for so long is final (VENUE §16.5)."""

REPROPOSAL_S = 30 * 60
"""From a first dispute to the next proposal; a guess."""

VOTE_S = 4 * 86_400
"""From a second dispute to the vote's end: four to six days overall (VENUE §16.5)."""

_ALMOST = 500

Payouts = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The way to a result: the oracle's steps, and when it pays what."""

    steps: tuple[ResolutionStep, ...]
    resolves_at: int | None
    payouts: Payouts | None


def uma_course(proposed_at: int, payouts: Payouts, *, disputes: Sequence[int] = ()) -> Course:
    """An optimistic oracle's course: each dispute comes so many seconds after its proposal.

    The first dispute leads to a new proposal, the second to a vote. Who was disputed had
    proposed the opposite.
    """
    steps, at = [], proposed_at
    for number, after in enumerate(disputes[:2]):
        steps.append(ResolutionStep(at, PROPOSED, (payouts[1], payouts[0])))
        steps.append(ResolutionStep(at + after, DISPUTED))
        at += after + (VOTE_S if number else REPROPOSAL_S)
    if len(disputes) < 2:
        steps.append(ResolutionStep(at, PROPOSED, payouts))
        at += LIVENESS_S
    return Course(steps=tuple(steps), resolves_at=at, payouts=payouts)


def settled_from(market: Market, now: float, payouts: Payouts) -> Course:
    """Resolved from the next whole second on, whatever was said before."""
    return Course(steps=_history(market, now), resolves_at=ceil(now), payouts=payouts)


def proposed_from(market: Market, now: float, payouts: Payouts) -> Course:
    """Proposed from the next whole second on, and final after the liveness."""
    at = ceil(now)
    steps = (*_history(market, now), ResolutionStep(at, PROPOSED, payouts))
    return Course(steps=steps, resolves_at=at + LIVENESS_S, payouts=payouts)


def disputed_from(market: Market, now: float) -> Course:
    """Disputed from the next whole second on; what is paid in the end stays as planned.

    A market without a proposal gets one in the same second, for a dispute needs it.
    """
    at, steps = ceil(now), _history(market, now)
    if not steps or steps[-1].status != PROPOSED:
        steps = (*steps, ResolutionStep(at, PROPOSED, market.payouts))
    steps = (*steps, ResolutionStep(at, DISPUTED))
    if sum(step.status == DISPUTED for step in steps) > 1:
        return Course(steps=steps, resolves_at=at + VOTE_S, payouts=market.payouts)
    again = at + REPROPOSAL_S
    steps = (*steps, ResolutionStep(again, PROPOSED, market.payouts))
    return Course(steps=steps, resolves_at=again + LIVENESS_S, payouts=market.payouts)


def status(market: Market, now: float) -> str:
    """Gamma's umaResolutionStatus; empty before anything was proposed.

    A closed market whose winner nobody knows stays proposed for ever (LESSONS L44).
    """
    if market.is_resolved(now):
        return RESOLVED
    if market.is_closed(now):
        return PROPOSED
    past = _history(market, now)
    return past[-1].status if past else ""


def statuses(market: Market, now: float) -> list[str]:
    """Gamma's umaResolutionStatuses: every proposal and dispute so far."""
    return [step.status for step in _history(market, now)]


def proposals(market: Market, now: float) -> list[Payouts]:
    """What has been proposed so far, in order."""
    past = _history(market, now)
    return [step.payouts for step in past if step.status == PROPOSED and step.payouts]


def lifecycle(market: Market, now: float) -> str:
    """The status by the finer words of the Data API's v2 (VENUE §14.2)."""
    known = status(market, now)
    if known == RESOLVED:
        return RESOLVED
    rounds = statuses(market, now).count(known)
    match known, rounds > 1:
        case "proposed", False:
            return PROPOSED
        case "proposed", True:
            return "reproposed"
        case "disputed", False:
            return "challenged"
        case "disputed", True:
            return DISPUTED
        case _:
            return "posed"


def prices(market: Market, now: float) -> Payouts | None:
    """The outcome prices that the oracle dictates: payouts, or nearly so while proposed.

    None where the last trade says more (VENUE §15: 0.9995 is not final).
    """
    if market.is_resolved(now):
        return market.payouts
    proposed = proposals(market, now)
    if status(market, now) != PROPOSED or not proposed:
        return None
    first = min(ONE - _ALMOST, max(_ALMOST, proposed[-1][0]))
    return first, ONE - first


def changed_at(market: Market, now: float) -> int:
    """The last second at which something about the market changed, trades apart."""
    moments = [market.opens_at, market.ends_at, market.resolves_at]
    moments += [step.at for step in market.steps]
    return max((at for at in moments if at is not None and at <= now), default=market.opens_at)


def _history(market: Market, now: float) -> tuple[ResolutionStep, ...]:
    return tuple(step for step in market.steps if step.at <= now)
