"""What other rules would have decided: kept decisions once more, each in the world so far.

Two worlds run side by side. In the one as it was an order has its own fills; in the one as it
would be, an order that was not there has the fills that the kept book of its decision gives. Each
difference is carried on: what a new order spends, holds and brings changes every later decision,
and so does what an order that would not be there leaves free. docs/what-if.md has what this
leaves out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ltsys.domain.breaker import BreakerKind
from ltsys.domain.canonical import to_text
from ltsys.domain.decision import Aftermath, Case, decide
from ltsys.domain.denial import Denial
from ltsys.domain.ids import LtOrderId
from ltsys.domain.ledger import Book
from ltsys.domain.live_order import Plan
from ltsys.domain.money import ZERO_USD, Price, Usd
from ltsys.domain.other_world import OtherWorld
from ltsys.domain.placed import Placed, as_it_was, as_it_would_be
from ltsys.domain.rule_values import Changes, with_rules
from ltsys.domain.situation import Situation

_LIMITS = {
    "max_consecutive_losses": BreakerKind.CONSECUTIVE_LOSSES,
    "max_drawdown_ratio": BreakerKind.DRAWDOWN,
}


class Kind(StrEnum):
    """How a decision would come out."""

    SAME = "same"
    NEWLY_ALLOWED = "newly_allowed"
    NEWLY_DENIED = "newly_denied"
    PLANNED_OTHERWISE = "planned_otherwise"
    """Planned in both, at another price or size."""
    DENIED_OTHERWISE = "denied_otherwise"
    """Denied in both, for another reason or with other numbers."""
    BOUGHT_BEFORE = "bought_before"
    """A later attempt at what an earlier one would have bought."""
    UNTOLD = "untold"
    """Nothing that was kept tells: it would have waited on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A kept decision with what came of it."""

    lt_order_id: LtOrderId
    attempt: int
    case: Case
    verdict: Plan | Denial
    after: Aftermath
    has_fills: bool
    """Whether the fills of its order are of this attempt: no later one was planned."""

    @property
    def situation(self) -> Situation:
        return self.case.situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One decision in both worlds. Nets are payout − cost − fees; None while not resolved."""

    lt_order_id: LtOrderId
    attempt: int
    decided_at: datetime
    title: str
    token_label: str
    signal_price: Price
    signal_size: Usd
    kind: Kind
    was: Plan | Denial
    would_be: Plan | Denial | None
    was_net: Usd | None
    would_net: Usd | None
    is_by_code: bool
    """Today's code would have answered otherwise under the rules as they were, too."""

    @property
    def effect(self) -> Usd | None:
        """What the rules change; zero where nothing changes, None where it is not known yet."""
        if self.kind is Kind.SAME:
            return ZERO_USD
        if self.was_net is None or self.would_net is None:
            return None
        return self.would_net - self.was_net


def what_if(pasts: Iterable[Past], changes: Changes) -> Iterator[Compared]:
    """Each decision under the changed rules, in the order in which they were made.

    Test orders are left out: they meet no limit. Paper and real money have a world each (LESSONS
    L36). Raises ValueError for a value that a rule cannot have.
    """
    changed = frozenset(_LIMITS[name] for name in changes if name in _LIMITS)
    worlds: defaultdict[Book, OtherWorld] = defaultdict(lambda: OtherWorld(changed=changed))
    for past in pasts:
        situation = past.situation
        if not situation.signal.is_force_test:
            yield _compared(past, worlds[situation.state.book], changes)


def _compared(past: Past, world: OtherWorld, changes: Changes) -> Compared:
    was = None
    if isinstance(past.verdict, Plan):
        was = as_it_was(past.situation, past.verdict, past.after, is_last=past.has_fills)
    bought = world.placed.get(past.lt_order_id)
    if bought is not None and bought.is_filled:
        world.put(past.lt_order_id, was, bought)
        return _row(past, Kind.BOUGHT_BEFORE, None, was, None)
    situation = world.seen(with_rules(past.situation, changes))
    answer = decide(replace(past.case, situation=situation))
    would = was if answer == past.verdict else _would(answer, situation, past.after)
    world.put(past.lt_order_id, was, would)
    return _row(past, _kind(past.verdict, answer), answer, was, would)


def _would(answer: Plan | Denial | None, situation: Situation, after: Aftermath) -> Placed | None:
    return as_it_would_be(situation, answer, after) if isinstance(answer, Plan) else None


def _row(
    past: Past, kind: Kind, answer: Plan | Denial | None, was: Placed | None, would: Placed | None
) -> Compared:
    signal, market = past.situation.signal, past.situation.market
    return Compared(
        lt_order_id=past.lt_order_id,
        attempt=past.attempt,
        decided_at=past.situation.now,
        title=market.title if market else signal.condition_id,
        token_label=signal.token_label,
        signal_price=signal.price,
        signal_size=signal.size,
        kind=kind,
        was=past.verdict,
        would_be=answer,
        was_net=ZERO_USD if was is None else was.net,
        would_net=ZERO_USD if would is None else would.net,
        is_by_code=_is_by_code(past),
    )


def _is_by_code(past: Past) -> bool:
    again = decide(past.case)
    return again is None or to_text(again) != to_text(past.verdict)


def _kind(was: Plan | Denial, would: Plan | Denial | None) -> Kind:
    match was, would:
        case _, None:
            return Kind.UNTOLD
        case _ if was == would:
            return Kind.SAME
        case Denial(), Denial():
            return Kind.DENIED_OTHERWISE
        case Plan(), Plan():
            return Kind.PLANNED_OTHERWISE
        case Plan(), _:
            return Kind.NEWLY_DENIED
        case _:
            return Kind.NEWLY_ALLOWED
