"""How things would stand: the recorded situations, with what would have gone otherwise."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ltsys.domain.breaker import RESULT_KINDS, Breaker, BreakerKind, Resume, Trip
from ltsys.domain.ids import LtOrderId
from ltsys.domain.ledger import Balances
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.placed import Placed
from ltsys.domain.shift import Change, Shift
from ltsys.domain.situation import Situation
from ltsys.domain.strategy import RiskState
from ltsys.domain.tripping import of_results


@dataclass(slots=True)
class OtherWorld:
    """Until an order is placed or missing, it is as it was; from then on it has its own course.

    Sums change by the orders that differ. The run of losses, the peak and the breakers of
    results depend on the course, so that is followed from result to result.
    """

    changed: frozenset[BreakerKind]
    """Kinds of result whose limit is another one than it was."""
    shift: Shift = field(default_factory=Shift)
    placed: dict[LtOrderId, Placed] = field(default_factory=dict)
    """The newest attempt at each signal."""
    running: list[Placed] = field(default_factory=list)
    """Those with fills that have not ended."""
    tripped: dict[BreakerKind, Breaker] = field(default_factory=dict)
    """Breakers of results that would be open."""
    were_tripped: frozenset[BreakerKind] = frozenset()
    """Those that were open at the last decision."""
    losses: int = 0
    equity: Usd = ZERO_USD
    peak: Usd = ZERO_USD

    @property
    def differs(self) -> bool:
        """Whether it has a course of its own."""
        return not self.shift.is_empty

    def seen(self, situation: Situation) -> Situation:
        """The situation as its decision would have found it."""
        situation = self.shift.seen(situation)
        self._end(situation)
        if self.differs:
            situation = replace(situation, state=self._of_this_course(situation.state))
        situation = replace(situation, breakers=self._breakers(situation))
        state = situation.state
        self.losses = state.consecutive_losses
        self.equity, self.peak = state.balances.equity, state.peak_equity
        return situation

    def put(self, lt_order_id: LtOrderId, was: Placed | None, would: Placed | None) -> None:
        """What a decision placed, and how that differs from what was."""
        if would is not None and would is not self.placed.get(lt_order_id):
            self._place(lt_order_id, would, is_added=would is not was)
        if was is not None and was is not would and was.is_filled:
            self.shift.add(Change(placed=was, is_added=False))

    def _place(self, lt_order_id: LtOrderId, placed: Placed, *, is_added: bool) -> None:
        self.placed[lt_order_id] = placed
        if not placed.is_filled:
            return
        self.equity -= placed.order.fees
        self.running.append(placed)
        if is_added:
            self.shift.add(Change(placed=placed, is_added=True))

    def _of_this_course(self, state: RiskState) -> RiskState:
        peak = max(self.peak, state.balances.equity)
        return replace(state, consecutive_losses=self.losses, peak_equity=peak)

    def _end(self, situation: Situation) -> None:
        """Each result since the last decision, in the order in which they are booked."""
        now = situation.now
        over = [each for each in self.running if each.has_ended(now)]
        self.running = [each for each in self.running if not each.has_ended(now)]
        for placed in sorted(over, key=_turn):
            self._book(placed, situation)

    def _book(self, placed: Placed, situation: Situation) -> None:
        result = (placed.payout or ZERO_USD) - placed.order.executed
        self.losses = self.losses + 1 if result < ZERO_USD else 0
        self.equity += result
        self.peak = max(self.peak, self.equity)
        for trip in self._trips(situation):
            if self.differs or trip.rule.kind in self.changed:
                self.tripped.setdefault(trip.rule.kind, _breaker(trip, placed.ends_at))

    def _trips(self, situation: Situation) -> tuple[Trip, ...]:
        state = replace(
            situation.state,
            balances=Balances(available=self.equity),
            peak_equity=self.peak,
            consecutive_losses=self.losses,
        )
        return of_results(situation.strategy.strategy_id, situation.rules, state, ())

    def _breakers(self, situation: Situation) -> tuple[Breaker, ...]:
        """Those of results as they would be, the others as they were.

        What a person cleared is cleared here, too: its run of losses starts to count anew.
        """
        own = situation.strategy.strategy_id
        recorded = {
            each.kind: each
            for each in situation.breakers
            if each.kind in RESULT_KINDS and each.strategy_id == own
        }
        for kind in self.were_tripped - recorded.keys():
            self.tripped.pop(kind, None)
        self.were_tripped = frozenset(recorded)
        if not self.differs:
            self.tripped |= {
                kind: each
                for kind, each in recorded.items()
                if kind not in self.changed or _holds(each, situation)
            }
        would_be = {*self.tripped.values()}
        kept = [b for b in situation.breakers if b in would_be or b not in recorded.values()]
        return (*kept, *(b for b in self.tripped.values() if b not in kept))


def _holds(breaker: Breaker, situation: Situation) -> bool:
    """Whether what tripped it reaches the limit that the rules have now."""
    losses, drawdown = situation.rules.max_consecutive_losses, situation.rules.max_drawdown_ratio
    limit = losses if breaker.kind is BreakerKind.CONSECUTIVE_LOSSES else drawdown
    return limit is not None and breaker.value >= limit


def _breaker(trip: Trip, at: datetime | None) -> Breaker:
    if at is None:
        raise ValueError("a result that trips a breaker has a time")
    return Breaker(
        kind=trip.rule.kind,
        strategy_id=trip.rule.strategy_id,
        cause=trip.cause,
        value=trip.value,
        threshold=trip.threshold,
        resume=Resume.BY_HAND,
        tripped_at=at,
    )


def _turn(placed: Placed) -> tuple[datetime, datetime, str]:
    """Results of one moment are booked in the order of their signals."""
    return placed.ends_at or placed.at, placed.order.signal_at, placed.order.lt_order_id
