"""Whatever happens in whatever order, the books balance (L22, L23, L29, L41)."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from hypothesis.strategies import decimals, integers, sampled_from
from live_made import MARKET, NO_LIMITS, a_market, an_ended_market
from trading_floor import Floor, accepted

from ltsys.domain.errors import (
    OutcomeUnknownError,
    RefusedError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.venue import AlreadySeen, FillStatus, Killed
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.launch_strategy import resume_strategy
from ltsys.usecases.resolve_market import resolve_market, settle_due
from ltsys.usecases.resolve_order import Word, declare_ended, declare_killed, look_again
from ltsys.usecases.retry_order import retry_order
from ltsys.usecases.track_order import due_orders, track_order

ANSWERS = {
    "accepted": accepted(),
    "matched": accepted("4"),
    "killed": Killed(text="no match"),
    "seen": AlreadySeen(text="duplicated"),
    "rejected": VenueRejectedError("REJECTED", "no"),
    "unavailable": VenueUnavailableError("425"),
    "lost": OutcomeUnknownError("timed out"),
}
TAKEN = ("accepted", "matched", "seen", "lost")
STATES = (FillStatus.MATCHED, FillStatus.MINED, FillStatus.CONFIRMED, FillStatus.FAILED)
LIMIT = Usd.of(60)
BOB = Word(operator="bob", reason="so it is")


class BooksBalance(RuleBasedStateMachine):
    """Orders, answers, fills, failures, ends and settlements in any order."""

    orders = Bundle("orders")
    matches = Bundle("matches")

    @initialize(cooldown_s=sampled_from([0, 600]), fee=sampled_from(["0", "0.05"]))
    def launch(self, cooldown_s, fee) -> None:
        rules = replace(NO_LIMITS, max_total_exposure=LIMIT, max_consecutive_losses=2)
        self.floor = Floor(rules=rules, cooldown_s=cooldown_s)
        self.floor.tables_market(a_market(fee_rate=Decimal(fee)))
        self.number = 0
        self.peak = ZERO_USD
        self.was_taken_back = False

    @rule(target=orders, answer=sampled_from(sorted(ANSWERS)), size=integers(1, 30))
    def execute(self, answer, size):
        self.number += 1
        now = self.floor.clock.now()
        key = self.floor.signal(self.number, size=Usd.of(size), order_time=now)
        self.floor.venue.answers.clear()
        self.floor.venue.answers.append(ANSWERS[answer])
        execute_order(key, desk=self.floor.desk)
        if answer in TAKEN:
            execute_order(key, desk=replace(self.floor.desk, venue=None))
        order = self.floor.row(key).order
        is_out = order is not None and order.order_id is not None and answer in TAKEN
        return order if is_out else multiple()

    @rule(
        target=matches,
        order=orders,
        shares=decimals("0.01", "40", places=4),
        cents=integers(1, 40),
        state=sampled_from(STATES),
    )
    def match(self, order, shares, cents, state):
        self.number += 1
        price = Decimal(cents) / 100
        now = self.floor.clock.now()
        terms = {"shares": str(shares), "price": str(price), "matched_at": now}
        self.report(order, self.number, status=state, **terms)
        return order, self.number, terms

    def report(self, order, number, **match) -> None:
        """An order with an outcome is not asked about any more, but the stream still tells."""
        self.was_taken_back |= match["status"] is FillStatus.FAILED
        fill = self.floor.reports(order, number, **match)
        if self.floor.order(order).outcome is FtOutcome.OPEN:
            self.floor.track(order)
        else:
            self.floor.stream(order, number, **match)
        assert fill.status is match["status"]

    @rule(match=matches, state=sampled_from(STATES))
    def settle_match(self, match, state) -> None:
        order, number, terms = match
        self.report(order, number, status=state, **terms)

    @rule(order=orders)
    def look(self, order) -> None:
        if self.floor.order(order).outcome is FtOutcome.OPEN:
            self.floor.track(order)

    @rule(order=orders, word=sampled_from((declare_killed, declare_ended, look_again)))
    def resolve(self, order, word) -> None:
        """An operator says what became of it, and is refused where that cannot be."""
        with suppress(RefusedError):
            word(order.lt_order_id, BOB, desk=self.floor.desk)

    @rule(order=orders, answer=sampled_from(sorted(ANSWERS)))
    def retry(self, order, answer) -> None:
        """Another attempt, where nothing is known of the last one."""
        self.floor.venue.answers.clear()
        self.floor.venue.answers.append(ANSWERS[answer])
        with suppress(RefusedError):
            retry_order(order.lt_order_id, BOB, even_if_old=True, desk=self.floor.desk)

    @rule(hours=integers(1, 3))
    def park(self, hours) -> None:
        """Looks go on for hours."""
        for _ in range(8):
            self.floor.clock.move(timedelta(hours=hours) / 8)
            for lt_order_id in due_orders(desk=self.floor.desk):
                track_order(lt_order_id, desk=self.floor.desk)

    @rule(match=consumes(matches))
    def forget(self, match) -> None:
        """The venue stops listing a match; what was counted stays."""
        _, number, _ = match
        kept = [m for m in self.floor.venue.matches if m.trade_id != f"match-{number}"]
        self.floor.venue.matches[:] = kept

    @rule(prices=sampled_from([("1", "0"), ("0", "1"), ("0.5", "0.5"), ("0.6", "0.4")]))
    def end_market(self, prices) -> None:
        """The venue says so once; our copy stays open, so that more may happen afterwards."""
        floor = self.floor
        known = floor.store.tables.markets[MARKET]
        floor.market_data.shown[MARKET] = an_ended_market(*prices)
        resolve_market(
            MARKET, store=floor.store, market_data=floor.desk.market_data, clock=floor.clock
        )
        floor.store.tables.markets[MARKET] = known

    @rule(seconds=integers(1, 700))
    def wait(self, seconds) -> None:
        self.floor.clock.move(timedelta(seconds=seconds))
        settle_due(store=self.floor.store, clock=self.floor.clock)

    @rule()
    def resume(self) -> None:
        resume_strategy("LT_FT_TEST", store=self.floor.store)
        for kind in self.floor.tripped:
            self.floor.clear(kind)

    @invariant()
    def books_balance(self) -> None:
        if hasattr(self, "floor"):
            self.floor.check_books()

    @invariant()
    def positions_are_the_open_orders(self) -> None:
        """Dollars of unresolved orders, and results of resolved ones (L20, L41)."""
        if not hasattr(self, "floor"):
            return
        rows = self.floor.store.tables.lt_orders.values()
        held = [r.order for r in rows if r.order and r.order.outcome is FtOutcome.OPEN]
        gains = [r.pnl for r in rows if r.pnl is not None]
        assert self.floor.balances.position == sum((o.executed for o in held), ZERO_USD)
        due = [r.order.payout for r in rows if r.settles_at is not None]
        assert self.floor.balances.settling == sum(due, ZERO_USD)
        assert -self.floor.balances.realized_pnl == sum(gains, ZERO_USD)

    @invariant()
    def the_peak_never_falls(self) -> None:
        """Unless a gain under it was none (L23, L34)."""
        if hasattr(self, "floor"):
            peak = self.floor.state.peak_equity
            assert self.was_taken_back or peak >= self.peak
            self.peak = peak

    @invariant()
    def spending_is_the_fills_of_the_day(self) -> None:
        """L33."""
        if not hasattr(self, "floor"):
            return
        state = self.floor.state
        since = state.daily_reset_at - timedelta(days=1)
        rows = self.floor.store.tables.lt_fills.values()
        spent = (
            row.fill.cost
            for row in rows
            if row.fill.status is not FillStatus.FAILED and row.fill.venue.matched_at >= since
        )
        assert state.daily_spent == sum(spent, ZERO_USD)


TestBooksBalance = BooksBalance.TestCase
TestBooksBalance.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
