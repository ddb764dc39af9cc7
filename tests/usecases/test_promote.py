"""Promotion by checks, typed word and a wait; demotion at once (LESSONS L61)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import ACCOUNT, MARKET, NOON, STRATEGY, a_market, an_ended_market
from trading_floor import Floor, accepted

from ltsys.domain.change import ChangeStatus
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.halt import HaltKind, HaltScope, new_halt
from ltsys.domain.ledger import Book
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.promotion import Gates
from ltsys.domain.reconciliation import Reconciliation, Result, Span
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import Mode
from ltsys.ports.stages import DrillRow
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.launch_strategy import pause_strategy
from ltsys.usecases.promote import STAGE, demote, demote_breached, request_promotion
from ltsys.usecases.request_change import withdraw_change
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.stage_view import stage_view

EASY = Gates(
    min_days=Decimal(0),
    min_orders=0,
    min_fill_rate=Decimal(0),
    max_slippage=Decimal(1),
    min_executed=Decimal(0),
    max_result_gap=Decimal(1),
    breach_fills=1,
)
TEN_MINUTES = timedelta(minutes=10)


class Ladder(Floor):
    """A strategy in shadow that has shown what it needs, with its books compared and a drill."""

    def __init__(self, *, gates: Gates = EASY, standing=None) -> None:
        super().__init__(standing=standing or Standing(stage=Stage.SHADOW))
        self.oversight = replace(self.oversight, gates=gates)
        order = self.execute(1, *([accepted("10")] if standing else []))
        if standing:
            self.reports(order)
        self.track(order)
        self.market_data.shown[MARKET] = an_ended_market("1", "0")
        resolve_market(MARKET, store=self.store, market_data=self.market_data, clock=self.clock)
        self.market_data.shown.pop(MARKET)
        with self.store.transaction() as tx:
            tx.save_drill(
                DrillRow(recorded_at=NOON, recorded_by="ann", is_clean=True, certificate={})
            )
        self.compare()

    def compare(self) -> None:
        """The books agree with the venue, as far as the rows say."""
        nothing, wall = Span(least=Decimal(0), most=Decimal(0)), self.clock.wall()
        made = Reconciliation(
            wallet=ACCOUNT,
            started_at=wall,
            ended_at=wall,
            asked_at=self.clock.now(),
            result=Result.CLEAN,
            cash=nothing,
            observed=nothing,
            unexplained=nothing,
        )
        with self.store.transaction() as tx:
            tx.save_reconciliation(made)

    def ask(self, cap: str | None = "50", typed: str = STRATEGY):
        cap_usd = None if cap is None else Usd.of(cap)
        return request_promotion(
            STRATEGY, cap=cap_usd, by="ann", typed=typed, oversight=self.oversight
        )

    def wait(self, by: timedelta = TEN_MINUTES) -> None:
        """Time passes, books are compared, the sweep runs."""
        self.clock.move(by)
        self.compare()
        apply_changes(oversight=self.oversight)

    @property
    def standing(self) -> Standing:
        return self.store.tables.lt_strategies[STRATEGY].strategy.standing

    def change(self, change_id: int):
        return self.store.tables.lt_pending_changes[change_id]


@pytest.fixture
def ladder() -> Ladder:
    return Ladder()


def test_a_promotion_takes_effect_once_its_time_is_over(ladder):
    """Typed, waited for, and written down with its numbers (L61)."""
    change = ladder.ask()

    ladder.wait(TEN_MINUTES - timedelta(seconds=1))
    early = ladder.standing
    ladder.wait(timedelta(seconds=1))

    assert early.stage is Stage.SHADOW
    assert ladder.standing == Standing(stage=Stage.CANARY, cap=Usd.of(50))
    assert ladder.change(change.change_id).status is ChangeStatus.APPLIED
    _, step = ladder.store.tables.lt_stage_log
    assert (step.before, step.after.stage, step.by) == (Stage.SHADOW, Stage.CANARY, "ann")
    assert step.numbers["fill rate"] == "100.00% (at least 0.00%)"


def test_with_real_money_begins_a_book_of_its_own(ladder):
    """Paper results are no live results (L36)."""
    paper = ladder.state
    ladder.ask()
    ladder.wait()

    states = ladder.store.tables.lt_strategies[STRATEGY].states
    assert states[Book.SHADOW] == paper
    assert states[Book.LIVE].balances.available == Usd.of(1000)
    assert ladder.sums(Book.LIVE)
    ladder.check_books()


def test_the_next_order_after_a_promotion_is_real(ladder):
    ladder.ask()
    ladder.wait()

    row = ladder.store.tables.markets[MARKET]
    ladder.store.tables.markets[MARKET] = replace(row, market=a_market())

    order = ladder.execute(2, accepted("10"), order_time=ladder.clock.now())

    assert order.mode is Mode.LIVE
    assert len(ladder.venue.posted) == 1


def test_a_promotion_needs_the_whole_name(ladder):
    """L61."""
    with pytest.raises(RefusedError, match=f"type {STRATEGY} to confirm"):
        ladder.ask(typed="yes")

    assert ladder.store.tables.lt_pending_changes == {}


def test_a_check_that_is_not_passed_refuses_with_its_numbers():
    ladder = Ladder(gates=replace(EASY, min_orders=20))

    with pytest.raises(RefusedError, match="orders that ended: 1, asked for is at least 20"):
        ladder.ask()


def test_what_changed_during_the_wait_refuses_a_promotion(ladder):
    """The checks run again when the time has come."""
    change = ladder.ask()
    pause_strategy(STRATEGY, "holiday", store=ladder.store)

    ladder.wait()

    ended = ladder.change(change.change_id)
    assert ladder.standing.stage is Stage.SHADOW
    assert ended.status is ChangeStatus.REFUSED
    assert "paused: holiday" in ended.why


def test_a_promotion_can_be_taken_back_until_it_takes_effect(ladder):
    change = ladder.ask()
    withdraw_change(change.change_id, by="ann", why="not yet", oversight=ladder.oversight)

    ladder.wait()

    assert ladder.standing.stage is Stage.SHADOW
    with pytest.raises(RefusedError, match="withdrawn already: not yet"):
        withdraw_change(change.change_id, by="ann", why="again", oversight=ladder.oversight)


def test_one_promotion_waits_at_a_time(ladder):
    ladder.ask()

    with pytest.raises(RefusedError, match="waits already"):
        ladder.ask()


def test_a_stage_is_climbed_only_one_at_a_time_and_needs_its_cap(ladder):
    with pytest.raises(RefusedError, match="canary needs a cap"):
        ladder.ask(cap=None)


def test_a_demotion_by_hand_holds_at_once():
    """Lowering risk is instant, and takes a waiting promotion with it (L61)."""
    ladder = Ladder(standing=Standing(stage=Stage.CANARY, cap=Usd.of(50)))
    change = ladder.ask(cap="100")

    demote(STRATEGY, Stage.SHADOW, by="ann", why="sleeping", oversight=ladder.oversight)

    assert ladder.standing == Standing(stage=Stage.SHADOW)
    assert ladder.change(change.change_id).status is ChangeStatus.WITHDRAWN
    assert "sleeping" in ladder.messages("stage")[-1]
    assert ladder.state.book is Book.SHADOW


def test_a_demotion_cannot_raise(ladder):
    with pytest.raises(RefusedError, match="full is not below shadow"):
        demote(STRATEGY, Stage.FULL, by="ann", why="hope", oversight=ladder.oversight)


def test_a_kill_sends_a_strategy_back_to_shadow():
    ladder = Ladder(standing=Standing(stage=Stage.FULL))
    halt = new_halt(
        HaltScope.GLOBAL, "", HaltKind.KILL, by="ann", reason="fire", since=ladder.clock.wall()
    )
    with ladder.store.transaction() as tx:
        tx.add_halt(halt)

    sent_back = demote_breached(oversight=ladder.oversight)
    again = demote_breached(oversight=ladder.oversight)

    assert (sent_back, again) == ((STRATEGY,), ())
    assert ladder.standing.stage is Stage.SHADOW
    step = ladder.store.tables.lt_stage_log[-1]
    assert "fire" in step.cause
    assert step.numbers["mean slippage"]


def test_slippage_beyond_its_gate_sends_a_strategy_back():
    ladder = Ladder(
        standing=Standing(stage=Stage.FULL), gates=replace(EASY, max_slippage=Decimal("-1"))
    )

    sent_back = demote_breached(oversight=ladder.oversight)

    assert sent_back == (STRATEGY,)
    assert "a mean slippage of -0.30% over 1 orders" in ladder.store.tables.lt_stage_log[-1].cause


def test_a_healthy_strategy_stays():
    ladder = Ladder(standing=Standing(stage=Stage.FULL))

    assert demote_breached(oversight=ladder.oversight) == ()


def test_the_stepper_shows_each_check_and_what_waits(ladder):
    change = ladder.ask()

    view = stage_view(STRATEGY, oversight=ladder.oversight)

    assert (view.standing.stage, view.next_stage) == (Stage.SHADOW, Stage.CANARY)
    assert view.may_climb
    assert view.waiting == change
    assert [step.cause for step in view.steps] == ["launched"]
    assert change.request.subject == STAGE


def test_a_strategy_that_does_not_exist_has_no_stage(ladder):
    with pytest.raises(SettingsError, match="LT_NONE"):
        stage_view("LT_NONE", oversight=ladder.oversight)


def test_paper_holds_nothing_of_the_wallet_back(ladder):
    """What a shadow run has reserved leaves the real cash free (L36)."""
    ladder.ask()
    ladder.wait()

    with ladder.store.transaction() as tx:
        key = (STRATEGY, ladder.store.tables.lt_orders.popitem()[1].key[1])
        execution = tx.lock_execution(*key)

    assert execution.cash.committed == ZERO_USD
