"""What becomes of a trade after its match: mined and confirmed, retried, or failed (VENUE §8.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from ltsys.simulator.exchange.agenda import Agenda
from ltsys.simulator.exchange.events import Events, TradeChanged
from ltsys.simulator.exchange.ledger import COLLATERAL, Ledger
from ltsys.simulator.exchange.order import HOUSE, Fill, Leg
from ltsys.simulator.world.facts import Market


@dataclass(frozen=True, slots=True)
class Step:
    """A status, `after_s` simulated seconds after the match.

    `attempt` numbers the transaction that carries the trade then; none is known at 0.
    """

    after_s: float
    status: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class SettlementPlan:
    """A trade's steps in order of time; the last one is CONFIRMED or FAILED.

    With `hides_hash` the answer to POST /order leaves the trade's transaction out.
    """

    steps: tuple[Step, ...]
    hides_hash: bool = False

    @property
    def fails(self) -> bool:
        """Whether the trade will be undone."""
        return self.steps[-1].status == "FAILED"


Planner = Callable[[Fill], SettlementPlan]
Hold = tuple[str, str, int]


def confirmed(settle_s: float, *, hides_hash: bool = False) -> SettlementPlan:
    """Mined half way, confirmed at the end."""
    return SettlementPlan((Step(settle_s / 2, "MINED"), Step(settle_s, "CONFIRMED")), hides_hash)


def retried(settle_s: float) -> SettlementPlan:
    """A first transaction is lost; a second one is confirmed, later by half."""
    return SettlementPlan(
        (
            Step(settle_s / 2, "RETRYING", attempt=0),
            Step(settle_s, "MINED", attempt=2),
            Step(settle_s * 1.5, "CONFIRMED", attempt=2),
        )
    )


def failed(settle_s: float) -> SettlementPlan:
    """Retried once, then given up: a ghost fill."""
    return SettlementPlan((Step(settle_s / 2, "RETRYING"), Step(settle_s, "FAILED")))


def rehashed(settle_s: float) -> SettlementPlan:
    """Confirmed under another hash than it was mined under."""
    return SettlementPlan((Step(settle_s / 2, "MINED"), Step(settle_s, "CONFIRMED", attempt=2)))


@dataclass(slots=True, eq=False)
class _Course:
    """A trade on its way: its plan, the number of the next step, what it holds back."""

    fill: Fill
    plan: SettlementPlan
    next_step: int = 0
    holds: list[Hold] = field(default_factory=list)


class Settlement:
    """Carries every trade through its plan, at simulated times.

    Dollars and shares move at the match already; a FAILED trade moves them back on both
    sides, while the orders keep their matched sizes, since nothing is known of the venue
    correcting those. So that they can move back, what a trade that is going to fail brought
    in cannot be spent before. `plan` decides about each trade and may be replaced.
    """

    def __init__(
        self, ledger: Ledger, agenda: Agenda, events: Events, *, settle_s: float = 0
    ) -> None:
        """Confirm trades `settle_s` simulated seconds after their match."""
        self.settle_s = settle_s
        self.fresh_shares_s = 0.0
        self.plan: Planner = lambda _: confirmed(self.settle_s)
        self._ledger = ledger
        self._agenda = agenda
        self._events = events
        self._pending: dict[str, dict[str, _Course]] = {}

    def begin(self, fill: Fill) -> None:
        """Tell of the match and take the steps that need no time.

        Freshly bought shares stay unsellable for `fresh_shares_s` (VENUE §5.2).
        """
        course = _Course(fill, self.plan(fill))
        fill.hides_hash = course.plan.hides_hash
        self._events.tell(TradeChanged(fill=fill, status=fill.status, at=fill.at))
        if course.plan.fails:
            course.holds = [_receipt(fill, leg) for leg in fill.legs if leg.address != HOUSE]
            self._hold(course.holds)
        elif self.fresh_shares_s:
            fresh = [_receipt(fill, leg) for leg in fill.legs if leg.is_buy]
            self._hold(fresh)
            self._agenda.add(fill.at + self.fresh_shares_s, lambda _: self._release(fresh))
        self._pending.setdefault(fill.market.condition_id, {})[fill.trade_id] = course
        self._proceed(course, fill.at)

    def finish(self, market: Market, at: float) -> None:
        """Let every trade of a market take the rest of its steps at once."""
        for course in list(self._pending.get(market.condition_id, {}).values()):
            for step in course.plan.steps[course.next_step :]:
                self._take(course, step, at)

    def _proceed(self, course: _Course, now: float) -> None:
        """Take the steps that are due, and put the next one on the agenda."""
        for step in course.plan.steps[course.next_step :]:
            at = course.fill.at + step.after_s
            if at > now:
                self._agenda.add(at, partial(self._resume, course, course.next_step))
                return
            self._take(course, step, at)

    def _resume(self, course: _Course, step_number: int, at: float) -> None:
        """Go on, unless the step was taken ahead of its time."""
        if course.next_step == step_number:
            self._proceed(course, at)

    def _take(self, course: _Course, step: Step, at: float) -> None:
        course.next_step += 1
        fill = course.fill
        fill.status, fill.updated_at = step.status, at
        fill.transaction_hash = _transaction_hash(fill, step.attempt)
        if course.next_step == len(course.plan.steps):
            del self._pending[fill.market.condition_id][fill.trade_id]
            self._release(course.holds)
            if step.status == "FAILED":
                self._ledger.book(fill, sign=-1)
        self._events.tell(TradeChanged(fill=fill, status=step.status, at=at))

    def _hold(self, holds: Iterable[Hold]) -> None:
        for address, asset, units in holds:
            self._ledger.hold(address, asset, units)

    def _release(self, holds: Iterable[Hold]) -> None:
        for address, asset, units in holds:
            self._ledger.hold(address, asset, -units)


def _receipt(fill: Fill, leg: Leg) -> Hold:
    """What a trade brought in: shares for a buyer, dollars less the fee for a seller."""
    if leg.is_buy:
        return leg.address, fill.market.tokens[leg.outcome_index], leg.shares
    return leg.address, COLLATERAL, leg.usd - leg.fee


def _transaction_hash(fill: Fill, attempt: int) -> str:
    if not attempt:
        return ""
    return "0x" + sha256(f"transaction|{fill.trade_id}|{attempt}".encode()).hexdigest()
