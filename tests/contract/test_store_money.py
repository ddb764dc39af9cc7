"""Strategies, their state and their ledger: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import ACCOUNT, MIDNIGHT, NO_LIMITS, NOON, STRATEGY, a_state, a_strategy
from stocked import with_planned, with_strategy, with_wallet

from ltsys.domain import ledger
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.ledger import Book
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.strategy import RiskRules
from ltsys.ports.records import LogEntry

LIMITS = RiskRules(
    daily_budget=ZERO_USD,
    max_position_size=Usd.of(50),
    max_total_exposure=None,
    max_consecutive_losses=3,
    max_drawdown_ratio=Decimal("0.25"),
)


def state_of(store):
    with store.transaction() as tx:
        return tx.lock_state(STRATEGY)


def test_a_strategy_comes_back_with_its_limits_zero_and_none_apart(store):
    """0 is 0, NULL is no limit (L14, L31)."""
    with_strategy(store, rules=LIMITS, slippage_tolerance=Decimal(0))

    with store.transaction() as tx:
        strategy, rules = tx.rules(STRATEGY)

    assert strategy == a_strategy(slippage_tolerance=Decimal(0))
    assert rules == LIMITS


def test_a_strategy_that_exists_is_left_alone(store):
    """Neither its limits nor its money change by a second launch (L38)."""
    with_strategy(store, rules=LIMITS)
    spent = a_state(daily_spent=Usd.of(5))

    with store.transaction() as tx:
        same = tx.add_strategy(a_strategy(), NO_LIMITS, spent)
        twin = tx.add_strategy(a_strategy(strategy_id="LT_TWIN"), NO_LIMITS, spent)

    with store.transaction() as tx:
        assert tx.rules(STRATEGY)[1] == LIMITS
        assert tx.lock_state("LT_TWIN") is None
    assert (same, twin) == (False, False)
    assert state_of(store) == a_state()


def test_a_strategy_without_a_row_has_no_state_and_no_limits(store):
    with store.transaction() as tx:
        assert tx.lock_state(STRATEGY) is None
        with pytest.raises(LookupError):
            tx.rules(STRATEGY)


def test_the_state_comes_back_as_it_was_saved(store):
    """To the sixth decimal, and None stays None (L33, L37)."""
    with_strategy(store)
    balances = ledger.Balances(
        capital=Usd.of(-1000),
        available=Usd.of("900.123456"),
        reserved=Usd.of("50.000001"),
        position=Usd.of("30.5"),
        settling=Usd.of("12.25"),
        fees=Usd.of("0.75"),
        realized_pnl=Usd.of("6.376543"),
    )
    state = a_state(
        balances=balances,
        peak_equity=Usd.of("1010.5"),
        consecutive_losses=4,
        daily_spent=Usd.of("80.5"),
        daily_reset_at=None,
        is_paused=True,
        pause_reason="five losses",
    )

    with store.transaction() as tx:
        tx.save_state(STRATEGY, state)

    assert state_of(store) == state
    with store.transaction() as tx:
        tx.save_state(STRATEGY, a_state(daily_reset_at=MIDNIGHT + timedelta(days=1)))
    assert state_of(store).daily_reset_at == MIDNIGHT + timedelta(days=1)


def test_the_state_of_an_unknown_strategy_cannot_be_saved(store):
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.save_state("LT_NONE", a_state())


@pytest.mark.parametrize("amount", ["10", "11"])
def test_a_posting_is_made_once(store, amount):
    """The cause and the kind are the key, not the amount (L29)."""
    with_strategy(store)
    with store.transaction() as tx:
        tx.post(STRATEGY, Book.LIVE, ledger.reserve("order-1", Usd.of(10)))
        tx.post(STRATEGY, Book.LIVE, ledger.release("order-1", Usd.of(4)))

    def repeat() -> None:
        with store.transaction() as tx:
            tx.save_state(STRATEGY, a_state(daily_spent=Usd.of(99)))
            tx.post(STRATEGY, Book.LIVE, ledger.reserve("order-1", Usd.of(amount)))

    with pytest.raises(AlreadyRecordedError):
        repeat()

    assert state_of(store) == a_state()


def test_one_transaction_may_repeat_no_posting_either(store):
    """L29."""
    with_strategy(store)

    def post_twice() -> None:
        with store.transaction() as tx:
            tx.post(STRATEGY, Book.LIVE, ledger.reserve("order-1", Usd.of(10)))
            tx.post(STRATEGY, Book.LIVE, ledger.reserve("order-1", Usd.of(10)))

    with pytest.raises(AlreadyRecordedError):
        post_twice()


def test_a_failing_block_leaves_money_and_orders_as_they_were(store):
    """All or nothing (L29, L56)."""
    order = with_planned(store)

    def fail() -> None:
        with store.transaction() as tx:
            tx.save_state(STRATEGY, a_state(daily_spent=Usd.of(5)))
            tx.post(STRATEGY, Book.LIVE, ledger.reserve(order.lt_order_id, Usd.of(10)))
            tx.log(LogEntry(stage="plan", message="never seen"))
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()

    assert state_of(store) == a_state()
    with store.transaction() as tx:
        tx.post(STRATEGY, Book.LIVE, ledger.reserve(order.lt_order_id, Usd.of(10)))


def test_a_log_entry_holds_what_json_can_hold_and_nothing_else(store):
    """Decisions are written down with their numbers (L32)."""
    with_strategy(store)
    numbers = {"code": "NO_BOOK", "would_be": Decimal("1.5"), "limit": None}

    with store.transaction() as tx:
        tx.log(LogEntry(stage="plan", message="denied", strategy_id=STRATEGY, extra=numbers))

    with pytest.raises(TypeError), store.transaction() as tx:
        tx.log(LogEntry(stage="plan", message="denied", extra={"at": NOON}))


def test_a_strategy_needs_an_account_that_is_known(store):
    """Neither store lets it through; which error is its own."""
    with_wallet(store)

    with pytest.raises(Exception, match=r"(?i)account|foreign key"), store.transaction() as tx:
        tx.add_strategy(replace(a_strategy(), wallet_address=ACCOUNT), NO_LIMITS, a_state())

    assert state_of(store) is None
