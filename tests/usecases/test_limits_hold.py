"""Whatever happens in whatever order, no limit is passed and every counter starts anew once."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis.stateful import initialize, invariant, rule
from hypothesis.strategies import booleans, integers, lists, sampled_from
from live_made import a_market
from test_books_balance import ANSWERS, BooksBalance
from trading_floor import Floor

from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.strategy import RiskRules
from ltsys.domain.venue import FillStatus
from ltsys.usecases.start_periods import start_periods

DAY = timedelta(days=1)


CHOICES = [
    *(
        (name, Usd.of(most))
        for name in (
            "daily_budget",
            "weekly_budget",
            "monthly_budget",
            "max_total_exposure",
            "max_market_exposure",
            "max_event_exposure",
        )
        for most in (25, 60)
    ),
    *(
        (name, most)
        for name in ("max_positions", "max_market_positions", "max_event_positions")
        for most in (1, 3)
    ),
    ("max_position_size", Usd.of(12)),
    ("max_equity_ratio", Decimal("0.015")),
    ("max_daily_loss", Usd.of(9)),
    ("max_consecutive_losses", 2),
]


class LimitsHold(BooksBalance):
    """As the books, under some limits, over days, weeks and months."""

    @initialize(
        limits=lists(sampled_from(CHOICES), max_size=3),
        cash=sampled_from([25, 10**6]),
        fee=sampled_from(["0", "0.05"]),
        cooldown_s=sampled_from([0, 600]),
    )
    def launch(self, limits, cash, fee, cooldown_s) -> None:
        self.rules_set = RiskRules(**dict(limits))
        self.floor = Floor(rules=self.rules_set, cooldown_s=cooldown_s)
        self.floor.tables_market(a_market(fee_rate=Decimal(fee)))
        self.floor.venue.cash = Usd.of(cash)
        with self.floor.store.transaction() as tx:
            tx.note_collateral(
                self.floor.desk.account, Usd.of(cash), read_at=self.floor.clock.wall()
            )
        self.number = 0
        self.peak = ZERO_USD
        self.was_taken_back = False

    @rule(target=BooksBalance.orders, answer=sampled_from(sorted(ANSWERS)), size=integers(1, 30))
    def execute(self, answer, size):
        before = Held(self.floor)
        made = super().execute(answer, size)
        row = self.floor.store.tables.lt_orders
        newest = next(r for r in row.values() if r.key[1] == f"trade-{self.number}")
        if newest.denial is None and newest.order is not None:
            before.refuses_none(self.rules_set, newest.order.plan, self.floor.venue.cash)
        return made

    @rule(hours=integers(1, 40 * 24), sweeps=booleans())
    def let_time_pass(self, hours, sweeps) -> None:
        self.floor.clock.move(timedelta(hours=hours))
        if sweeps:
            start_periods(store=self.floor.store, clock=self.floor.clock)

    @invariant()
    def counters_are_the_fills_of_their_period(self) -> None:
        """Each starts anew once, whoever comes first (L33)."""
        if not hasattr(self, "floor"):
            return
        held, state = Held(self.floor), self.floor.state
        assert state.weekly_spent == held.spent_since(state.weekly_reset_at - 7 * DAY)
        first = (state.monthly_reset_at - DAY).replace(day=1)
        assert state.monthly_spent == held.spent_since(first)
        assert state.weekly_reset_at.weekday() == 0
        assert state.monthly_reset_at.day == 1
        for resets_at in (state.daily_reset_at, state.weekly_reset_at, state.monthly_reset_at):
            assert resets_at.time() == datetime.min.time()

    @invariant()
    def the_days_loss_is_no_less_than_what_was_booked_on_it(self) -> None:
        """L32, L33."""
        if hasattr(self, "floor"):
            day = self.floor.state.daily_reset_at - DAY
            assert self.floor.state.daily_result <= Held(self.floor).brought_since(day)


class Held:
    """What the rows say by themselves, without any counter."""

    def __init__(self, floor: Floor) -> None:
        self.now = floor.clock.now()
        self.rows = list(floor.store.tables.lt_orders.values())
        self.fills = [
            row.fill
            for row in floor.store.tables.lt_fills.values()
            if row.fill.status is not FillStatus.FAILED
        ]
        orders = [row.order for row in self.rows if row.order is not None]
        self.reserved = sum((order.reserved for order in orders), ZERO_USD)
        open_ones = [order for order in orders if order.outcome is FtOutcome.OPEN]
        self.held = sum((order.executed for order in open_ones), ZERO_USD)
        self.count = sum(bool(order.executed_shares or order.reserved) for order in open_ones)
        self.equity = floor.balances.equity

    def spent_since(self, moment: datetime) -> Usd:
        fills = (fill.cost for fill in self.fills if fill.venue.matched_at >= moment)
        return sum(fills, ZERO_USD)

    def brought_since(self, moment: datetime) -> Usd:
        booked = (r for r in self.rows if r.resolved_at is not None and r.resolved_at >= moment)
        return sum((r.order.net_result for r in booked), ZERO_USD)

    def refuses_none(self, rules: RiskRules, plan, cash: Usd) -> None:
        """The plan, on top of it, passes no limit by a cent (L30)."""
        day = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        unsettled = sum(
            (f.cost + f.fee for f in self.fills if f.status is not FillStatus.CONFIRMED), ZERO_USD
        )
        at_risk = self.reserved + self.held + plan.reserve
        numbers = [
            (self.spent_since(day) + self.reserved + plan.reserve, rules.daily_budget),
            (
                self.spent_since(day - day.weekday() * DAY) + self.reserved + plan.reserve,
                rules.weekly_budget,
            ),
            (
                self.spent_since(day.replace(day=1)) + self.reserved + plan.reserve,
                rules.monthly_budget,
            ),
            (at_risk, rules.max_total_exposure),
            (at_risk, rules.max_market_exposure),
            (at_risk, rules.max_event_exposure),
            (plan.spend, rules.max_position_size),
            (plan.spend, self.equity.times(rules.max_equity_ratio or Decimal(1))),
            (self.reserved + unsettled + plan.reserve, cash),
            (self.count + 1, rules.max_positions),
            (self.count + 1, rules.max_market_positions),
            (self.count + 1, rules.max_event_positions),
        ]
        for number, limit in numbers:
            assert limit is None or number <= limit
        loss = -self.brought_since(day)
        assert rules.max_daily_loss is None or loss < rules.max_daily_loss


TestLimitsHold = LimitsHold.TestCase
TestLimitsHold.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
