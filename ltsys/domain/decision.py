"""A decision as it is kept: all that it looked at, and its answer (DESIGN §4, LESSONS L32).

Deciding is a function of a case, so a kept case decided again gives the answer that was given,
byte for byte, as long as the code decides the same way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ltsys.domain.canonical import from_text, to_text
from ltsys.domain.denial import Check, Denial, first_denial
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.live_order import Plan
from ltsys.domain.market import Book
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd
from ltsys.domain.old_cases import by_token, from_codec_1
from ltsys.domain.planning import plan_order, steps, strategy_checks
from ltsys.domain.situation import Situation
from ltsys.domain.stage_cap import stage_checks

_REACH = Decimal("1.5")
_ASKS = 200
_BIDS = 20

CODEC = 2
"""Version of the text. A new field with a default needs no new version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is asked of a signal: whether to plan its order, or whether it may act at all."""

    situation: Situation
    waits_for: str | None = None
    """Why no plan can be had now, as a book without an answer; then only a denial can."""
    is_planned: bool = False
    """Its order is planned already, and is to be signed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A case with its verdict. `attempt` is the envelope that a plan of it would be."""

    lt_order_id: LtOrderId
    attempt: int
    case: Case
    verdict: Plan | Denial

    @property
    def strategy_id(self) -> StrategyId:
        return self.case.situation.strategy.strategy_id

    @property
    def decided_at(self) -> datetime:
        """Venue time."""
        return self.case.situation.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What became of the signal since: of its order, and of the FT order behind it.

    Times are venue times; None is not yet, or never.
    """

    executed: Usd
    executed_shares: Shares
    fees: Usd
    result: Usd | None
    """Payout − cost, fees apart."""
    resolved_at: datetime | None
    ft_outcome: FtOutcome | None
    """None for a test, which has no FT order."""
    ft_exit_price: Decimal | None
    """Dollars a share that the outcome paid."""
    ft_resolved_at: datetime | None


def decide(case: Case) -> Plan | Denial | None:
    """The answer to a case; None where there is nothing to say yet: it waits, or goes on."""
    if case.waits_for is None and not case.is_planned:
        return plan_order(case.situation)
    denial = first_denial(_before_a_plan(case))
    if denial is None or case.waits_for is None:
        return denial
    return replace(denial, text=f"{denial.text}; it waited: {case.waits_for}")


def checks_of(case: Case) -> tuple[Check, ...]:
    """What was asked until the first denial, each with its numbers, in the order of the codes."""
    asked: list[Check] = []
    for step in _steps(case):
        if isinstance(step, Plan):
            break
        asked.append(step)
        if step.denial is not None:
            break
    return tuple(asked)


def _steps(case: Case) -> Iterator[Check | Plan]:
    if case.waits_for is None and not case.is_planned:
        return steps(case.situation)
    return _before_a_plan(case)


def _before_a_plan(case: Case) -> Iterator[Check]:
    """What the strategy itself says; of an order that is planned also what its stage says now."""
    situation = case.situation
    yield from strategy_checks(situation)
    if case.is_planned and not situation.signal.is_force_test:
        # it may have been demoted since
        yield from stage_checks(ZERO_USD, situation.strategy, situation.state)


def decision_on(case: Case, lt_order_id: LtOrderId, *, attempt: int) -> Decision | None:
    """The decision; None where there is nothing to say yet."""
    verdict = decide(case)
    if verdict is None:
        return None
    return Decision(lt_order_id=lt_order_id, attempt=attempt, case=case, verdict=verdict)


def in_sight(book: Book, price: Price) -> Book:
    """The part of a book that a decision about a BUY at about that price looks at, and keeps.

    The offers up to half above the price, which is as far as any slippage tolerance reaches, and
    the best bids; the best of each side in any case. A decision sees no more than is kept of it.
    """
    reach = price.per_share * _REACH
    bids = sorted(book.bids, key=lambda level: level.price, reverse=True)
    asks = sorted(book.asks, key=lambda level: level.price)
    offered = [level for level in asks[:_ASKS] if level.price.per_share <= reach]
    return replace(book, bids=tuple(bids[:_BIDS]), asks=tuple(offered or asks[:1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A decision as text."""

    codec: int
    case: str
    verdict: str
    is_plan: bool


def kept(decision: Decision) -> Kept:
    """The one text of a decision. Raises TypeError for what has none."""
    return Kept(
        codec=CODEC,
        case=to_text(decision.case),
        verdict=to_text(decision.verdict),
        is_plan=isinstance(decision.verdict, Plan),
    )


def case_of(text: Kept) -> Case:
    """The case that was decided. Raises ValueError for a text that this code cannot read."""
    if text.codec > CODEC:
        raise ValueError(f"codec {text.codec} is newer than this code's {CODEC}")
    if text.codec == CODEC:
        return from_text(text.case, Case)
    case = from_text(from_codec_1(text.case), Case)
    return replace(case, situation=by_token(case.situation))


def verdict_of(text: Kept) -> Plan | Denial:
    """The answer that was given. Raises ValueError for a text that this code cannot read."""
    return from_text(text.verdict, Plan) if text.is_plan else from_text(text.verdict, Denial)
