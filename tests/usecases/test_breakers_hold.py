"""Whatever happens in whatever order: a tripped breaker stays until its rule or a person (L34)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import booleans, integers, sampled_from
from live_made import MARKET, NO_LIMITS, STRATEGY, YES, a_book, a_rule, an_ended_market
from trading_floor import Floor, accepted

from ltsys.domain.breaker import Breaker, BreakerKind, Resume
from ltsys.domain.errors import VenueRejectedError
from ltsys.domain.money import Usd
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.trip_breakers import sweep_breakers

K = BreakerKind
RESUMES = (
    {"resume": Resume.BY_HAND},
    {"resume": Resume.AFTER_A_TIME, "resume_after_s": 300},
)
WAITS = {"resume": Resume.WHEN_CLEAR}
BOOKS = {"tight": a_book(), "wide": a_book(bid="0.20"), "thin": a_book(ask="0.60")}
MOMENT = timedelta(milliseconds=1)


class BreakersHold(RuleBasedStateMachine):
    """Signals, rejections, fills, ends of markets, books, clocks, ticks and people."""

    @initialize(scope=sampled_from([STRATEGY, None]), resume=sampled_from(RESUMES))
    def launch(self, scope, resume) -> None:
        limits = replace(NO_LIMITS, max_consecutive_losses=2, max_drawdown_ratio=Decimal("0.02"))
        self.floor, self.number = Floor(rules=limits), 0
        self.floor.watch_for(
            a_rule(window=2, strategy_id=scope, **resume),
            a_rule(K.WORST_SLIPPAGE, "0.10", strategy_id=scope, **resume),
            a_rule(K.SPREAD, "0.10", strategy_id=scope, **WAITS),
            a_rule(K.CONSECUTIVE_LOSSES, None, **resume),
        )
        self.seen: list[Breaker] = []
        self.peak = Usd.of(0)

    @rule(is_rejected=booleans(), cents=integers(30, 60), wins=booleans())
    def trade(self, is_rejected, cents, wins) -> None:
        """A signal, its fill, and the end of its market; what is stopped is not posted."""
        self.number += 1
        floor = self.floor
        floor.clock.move(MOMENT)
        stopped, posted = bool(self.open()), len(floor.venue.posted)
        is_waiting = any(each.resume is Resume.WHEN_CLEAR for each in self.open())
        answer = VenueRejectedError("REJECTED", "no") if is_rejected else accepted()
        floor.venue.answers.clear()
        order = floor.execute(self.number, answer, order_time=floor.clock.now())
        if stopped and not is_waiting:
            assert len(floor.venue.posted) == posted
        if order is None or is_rejected:
            return
        price = Decimal(cents) / 100
        shares = (10 / price).quantize(Decimal("0.0001"))
        floor.reports(
            order,
            self.number,
            price=str(price),
            shares=str(shares),
            matched_at=floor.clock.now(),
        )
        floor.track(order)
        self.end(wins=wins)

    def end(self, *, wins: bool) -> None:
        floor = self.floor
        known = floor.store.tables.markets[MARKET]
        floor.market_data.shown[MARKET] = an_ended_market(*(("1", "0") if wins else ("0", "1")))
        resolve_market(
            MARKET, store=floor.store, market_data=floor.desk.market_data, clock=floor.clock
        )
        floor.store.tables.markets[MARKET] = known

    @rule(book=sampled_from(sorted(BOOKS)))
    def change_the_book(self, book) -> None:
        self.floor.market_data.books[YES] = BOOKS[book]

    @rule(seconds=integers(1, 400))
    def wait(self, seconds) -> None:
        self.floor.clock.move(timedelta(seconds=seconds))

    @rule()
    def tick(self) -> None:
        sweep_breakers(store=self.floor.store, clock=self.floor.clock)
        now = self.floor.clock.wall()
        assert not [each for each in self.open() if each.is_due(now)]

    @rule()
    def look_into(self) -> None:
        """A person clears the oldest; the same news do not trip it again."""
        self.floor.clock.move(MOMENT)
        if self.open():
            first = self.open()[0]
            self.floor.clear(first.kind, first.strategy_id)
            self.tick()
            assert first.kind not in self.floor.tripped

    def open(self) -> list[Breaker]:
        return [each for each in self.floor.store.tables.lt_breakers if each.cleared_at is None]

    @invariant()
    def history_is_only_added_to(self) -> None:
        """A row changes once: when it ends, by its own rule at its own time or by a person."""
        if not hasattr(self, "floor"):
            return
        rows = self.floor.store.tables.lt_breakers
        for before, now in zip(self.seen, rows, strict=False):
            ended = replace(
                before,
                cleared_at=now.cleared_at,
                cleared_by=now.cleared_by,
                cleared_because=now.cleared_because,
            )
            assert now == (before if before.cleared_at else ended)
            assert now.cleared_at is None or self.may_have_ended(now)
        assert len(rows) >= len(self.seen)
        self.seen = list(rows)

    @staticmethod
    def may_have_ended(breaker: Breaker) -> bool:
        if breaker.cleared_by == "ann":
            return True
        match breaker.resume:
            case Resume.BY_HAND:
                return False
            case Resume.AFTER_A_TIME:
                return breaker.cleared_at >= breaker.resumes_at
            case Resume.WHEN_CLEAR:
                return breaker.cleared_because == "the book is better again"

    @invariant()
    def one_is_open_of_each_kind_and_scope(self) -> None:
        """And each open one has its alert."""
        if hasattr(self, "floor"):
            keys = [each.key for each in self.open()]
            assert sorted(keys) == sorted(set(keys))
            assert {*keys} == {*self.floor.store.tables.lt_alerts}

    @invariant()
    def the_peak_never_falls(self) -> None:
        if hasattr(self, "floor"):
            assert self.floor.state.peak_equity >= self.peak
            self.peak = self.floor.state.peak_equity


TestBreakersHold = BreakersHold.TestCase
TestBreakersHold.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
