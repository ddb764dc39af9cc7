"""What wallets decide, and the outbox that their orders are put in: one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    ACCOUNT,
    LEADER,
    MARKET,
    NO_LIMITS,
    NOON,
    STRATEGY,
    WALLET,
    YES,
    a_market,
    a_signal,
    a_state,
    a_strategy,
    a_trade,
    a_wallet,
    an_ft_order,
)
from stocked import signal_key, taken, with_signal, with_strategy, with_wallet

from ltsys.domain.denial import Denial, DenialCode
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.evaluation import Reason, Rejected
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.money import Usd
from ltsys.domain.source_trade import Side
from ltsys.domain.strategy import Mode
from ltsys.ports.records import Decision, WalletDecisions

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def decisions(**changes) -> WalletDecisions:
    usual = WalletDecisions(
        wallet_id=WALLET, from_cursor_seq=0, to_cursor_seq=1, decisions=(), opened=(), closed=()
    )
    return replace(usual, **changes)


def closed(order, pnl="2.5"):
    return replace(
        order,
        outcome=FtOutcome.WON,
        exit_price=Decimal(1),
        pnl=Usd.of(pnl),
        resolved_at=NOON + HOUR,
    )


def test_a_wallet_comes_back_with_its_rules(store):
    with_wallet(store, starting_balance=Usd.of(500))

    with store.transaction() as tx:
        is_new = tx.add_ft_wallet(a_wallet(bet_size=Usd.of(99)), leader_pool=None, problem=None)
        work = tx.wallet_work(WALLET, 10, lock=False)

    assert not is_new
    assert work.wallet == a_wallet(starting_balance=Usd.of(500))
    assert (work.realized_pnl, work.open_exposure) == (Usd.of(0), Usd.of(0))


@pytest.mark.parametrize("lock", [False, True])
def test_a_wallet_with_a_problem_or_without_a_row_has_no_work(store, lock):
    """It says why it does not trade, and does not (FT_RULES D8)."""
    with store.transaction() as tx:
        tx.add_ft_wallet(a_wallet(), leader_pool=None, problem="The balance is below $0.00.")

    with store.transaction() as tx:
        assert tx.wallet_work(WALLET, 10, lock=lock) is None
        assert tx.wallet_work("FT_NONE", 10, lock=lock) is None
        assert tx.active_wallets() == ()


def test_work_is_cut_at_the_limit_and_goes_on_from_the_last_trade(store):
    """A burst larger than a batch loses nothing (L50)."""
    with_wallet(store)
    with store.transaction() as tx:
        tx.add_source_trades(LEADER, [a_trade(n) for n in range(5)], cursor_at=NOON)

    seen = []
    for _ in range(3):
        with store.transaction() as tx:
            work = tx.wallet_work(WALLET, 2, lock=True)
            seen.append([each.trade.source_trade_id for each in work.trades])
            step = {"from_cursor_seq": work.cursor_seq, "to_cursor_seq": work.next_cursor_seq}
            tx.save_decisions(decisions(**step))

    assert seen == [["trade-0", "trade-1"], ["trade-2", "trade-3"], ["trade-4"]]


def test_a_stale_cursor_refuses_the_whole_batch(store):
    """Somebody decided first; nothing is decided twice (L01)."""
    with_wallet(store)
    with store.transaction() as tx:
        tx.add_source_trades(LEADER, [a_trade()], cursor_at=NOON)
        tx.save_decisions(decisions())

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.save_decisions(decisions(opened=(an_ft_order(),)))

    with store.transaction() as tx:
        assert tx.open_ft_orders(WALLET) == ()


def test_decisions_of_more_than_a_thousand_trades_are_kept_with_their_orders(store):
    """L48."""
    with_wallet(store)
    orders = [an_ft_order(number) for number in range(1_200)]
    skipped = [
        Decision(
            source_trade_id=f"other-{number}",
            outcome="skipped",
            rejected=Rejected(Reason.LOW_WIN_RATE, Decimal("0.4"), Decimal("0.5")),
        )
        for number in range(1_200)
    ]

    with store.transaction() as tx:
        tx.save_decisions(decisions(decisions=tuple(skipped), opened=tuple(orders)))

    with store.transaction() as tx:
        kept = tx.open_ft_orders(WALLET)
        work = tx.wallet_work(WALLET, 10, lock=False)
    by_id = {order.ft_order_id: order for order in kept}
    assert by_id == {order.ft_order_id: order for order in orders}
    assert work.open_exposure == Usd.of(12_000)


def test_a_closed_order_counts_as_realized_and_is_closed_once(store):
    """L44."""
    with_wallet(store)
    order = an_ft_order()
    taken(store, [order, an_ft_order(2)])

    with store.transaction() as tx:
        tx.close_ft_orders([closed(order)])
    with store.transaction() as tx:
        tx.close_ft_orders([closed(order, pnl="99")])

    with store.transaction() as tx:
        work = tx.wallet_work(WALLET, 10, lock=False)
        assert [o.ft_order_id for o in tx.open_ft_orders_in(MARKET)] == [an_ft_order(2).ft_order_id]
    assert (work.realized_pnl, work.open_exposure) == (Usd.of("2.5"), Usd.of(10))


def test_open_orders_are_queued_once_for_each_strategy_of_the_wallet(store):
    """One signal a strategy and source trade, whoever queues first (L01)."""
    with_strategy(store)
    second = a_strategy(strategy_id="LT_SECOND", user_id="bob")
    with store.transaction() as tx:
        tx.add_account("bob", "0x" + "d" * 40, 0, "env:BOB")
        tx.add_strategy(replace(second, wallet_address="0x" + "d" * 40), NO_LIMITS, a_state())
    taken(store, [an_ft_order()])

    with store.transaction() as tx:
        other_wallet = tx.queue_signals(NOON, "FT_OTHER")
        first = tx.queue_signals(NOON, WALLET)
    with store.transaction() as tx:
        again = tx.queue_signals(NOON, None)

    assert set(first) == {(STRATEGY, "trade-1"), ("LT_SECOND", "trade-1")}
    assert (other_wallet, again) == ((), ())


def test_only_fresh_open_buys_since_the_launch_are_queued(store):
    """Older, closed and selling orders are not mirrored (DESIGN §4)."""
    with_strategy(store, launched_at=NOON - 30 * MINUTE)
    sell = an_ft_order(4, side=Side.SELL)
    taken(
        store,
        [
            an_ft_order(1, order_time=NOON - 31 * MINUTE),
            an_ft_order(2, order_time=NOON - 30 * MINUTE),
            closed(an_ft_order(3)),
            sell,
        ],
    )

    with store.transaction() as tx:
        queued = tx.queue_signals(NOON, None)

    assert queued == ((STRATEGY, "trade-2"),)


def test_the_look_back_is_an_hour(store):
    """What nobody queued within it is too old anyway (L19)."""
    with_strategy(store)
    taken(store, [an_ft_order(1), an_ft_order(2, order_time=NOON + timedelta(seconds=1))])

    with store.transaction() as tx:
        queued = tx.queue_signals(NOON + HOUR + timedelta(seconds=1), None)

    assert queued == ((STRATEGY, "trade-2"),)


def test_an_inactive_strategy_is_sent_nothing(store):
    with_strategy(store, is_active=False)
    taken(store, [an_ft_order()])

    with store.transaction() as tx:
        assert tx.queue_signals(NOON, None) == ()


def test_more_than_a_thousand_orders_are_queued_and_told_of(store, wall):
    """L48."""
    with_strategy(store)
    taken(store, [an_ft_order(number) for number in range(1_200)])

    with store.transaction() as tx:
        queued = tx.queue_signals(NOON, None)
    with store.transaction() as tx:
        due = tx.due_signals(wall + HOUR, 5_000)

    assert len(queued) == len(set(queued)) == 1_200
    assert set(due) == set(queued)


def test_a_signal_is_due_again_only_after_a_while(store, wall):
    """The broker may lose a message; the sweep sends another (L58)."""
    key = with_signal(store)

    with store.transaction() as tx:
        at_once = tx.due_signals(wall - MINUTE, 10)
        later = tx.due_signals(wall + MINUTE, 10)
        told = tx.due_signals(wall - MINUTE, 10)

    assert (at_once, later, told) == ((), (key,), ())


def test_no_more_signals_are_told_of_than_asked_for(store, wall):
    """L53."""
    with_strategy(store)
    taken(store, [an_ft_order(number) for number in range(5)])
    with store.transaction() as tx:
        tx.queue_signals(NOON, None)

    with store.transaction() as tx:
        due = tx.due_signals(wall + MINUTE, 3)

    assert len(due) == 3


def test_a_finished_signal_is_not_due_and_not_queued_again(store, wall):
    key = with_signal(store)

    with store.transaction() as tx:
        tx.finish_signal(key, outcome="failed", reason="no match")

    with store.transaction() as tx:
        assert tx.due_signals(wall + MINUTE, 10) == ()
        assert tx.queue_signals(NOON, None) == ()
        assert not tx.lock_execution(*key).is_queued


def test_a_signal_says_what_its_order_says(store, wall):
    key = with_signal(store)

    with store.transaction() as tx:
        signal = tx.signal(*key)
        queued = tx.queued_signal(*key)
        nothing = tx.signal(STRATEGY, "trade-99"), tx.queued_signal(STRATEGY, "trade-99")

    assert replace(signal, queued_at=NOON) == a_signal()
    assert abs(signal.queued_at - wall) < MINUTE
    assert queued == signal
    assert nothing == (None, None)


def test_a_signal_that_was_answered_is_queued_no_more(store):
    """A second delivery sees it at its first read (L56)."""
    key = with_signal(store)
    with store.transaction() as tx:
        tx.finish_signal(key, outcome="executed", reason=None)

    with store.transaction() as tx:
        assert tx.queued_signal(*key) is None
        assert tx.signal(*key) is not None


def test_a_signal_whose_order_names_no_token_can_be_denied(store):
    """Another system may not have stored it; the refusal must still find its row (L07, L32)."""
    with_strategy(store)
    taken(store, [an_ft_order(token_id=None, token_label="Perhaps")])
    with store.transaction() as tx:
        (key,) = tx.queue_signals(NOON, None)
        signal = tx.signal(*key)

    with store.transaction() as tx:
        denial = Denial(code=DenialCode.TOKEN_NOT_OF_MARKET, text="no such token")
        tx.add_denied(signal, denial, mode=Mode.LIVE, planned_at=NOON)

    with store.transaction() as tx:
        assert not tx.lock_execution(*key).is_queued
    assert signal.token_id == ""


def test_a_signal_that_names_no_token_finds_it_by_its_label(store):
    """Trimmed and case-insensitive, in its own market only (L07)."""
    with_strategy(store)
    taken(store, [an_ft_order(token_id=None, token_label=" YES ")])

    with store.transaction() as tx:
        (key,) = tx.queue_signals(NOON, None)
        signal = tx.signal(*key)

    assert signal.token_id == YES


def test_markets_of_waiting_signals_are_wanted_until_they_are_known(store):
    """Another system's orders may be in markets that no leader of ours trades."""
    with_strategy(store)
    elsewhere = "0x" + "7" * 64
    taken(store, [an_ft_order(condition_id=elsewhere)])

    with store.transaction() as tx:
        tx.queue_signals(NOON, None)
        wanted = tx.markets_of_queued_signals()
        tx.save_markets([a_market(condition_id=elsewhere)], checked_at=NOON)
        then = tx.markets_of_queued_signals()

    assert (wanted, then) == ((elsewhere,), ())


def test_an_execution_holds_all_that_a_plan_looks_at(store):
    key = with_signal(store)

    with store.transaction() as tx:
        execution = tx.lock_execution(*key)
        nothing = tx.lock_execution(STRATEGY, "trade-99")

    assert execution.is_queued
    assert execution.strategy == a_strategy()
    assert execution.rules == NO_LIMITS
    assert execution.state == a_state()
    assert execution.market == a_market()
    assert execution.guard == a_wallet().dead_market_guard
    assert execution.order is None
    assert nothing is None


def test_a_force_test_is_a_signal_of_its_own_and_queued_once(store):
    """It carries itself and needs no FT order (L36)."""
    with_strategy(store)
    asked = a_signal(source_trade_id="force:1", ft_order_id=None, is_force_test=True)
    with store.transaction() as tx:
        tx.add_force_test(asked)

    with pytest.raises(AlreadyRecordedError), store.transaction() as tx:
        tx.add_force_test(asked)

    with store.transaction() as tx:
        signal = tx.signal(STRATEGY, "force:1")
        execution = tx.lock_execution(STRATEGY, "force:1")
    assert replace(signal, queued_at=NOON) == asked
    assert execution.signal.is_force_test
    assert execution.market == a_market()


def test_the_moment_of_an_evaluation_never_moves_back(store):
    """L51: the freshness of each wallet can be told."""
    with_wallet(store)

    with store.transaction() as tx:
        tx.note_evaluated(WALLET, at=NOON)
        tx.note_evaluated(WALLET, at=NOON - HOUR)

    with store.transaction() as tx:
        assert tx.wallet_work(WALLET, 10, lock=False).cursor_seq == 0


def test_an_account_may_be_named_twice(store):
    with store.transaction() as tx:
        tx.add_account("ann", ACCOUNT, 2, "env:KEY")
        tx.add_account("ann", ACCOUNT, 2, "env:KEY")

    with_wallet(store)
    with store.transaction() as tx:
        assert tx.add_strategy(a_strategy(), NO_LIMITS, a_state())
    assert signal_key() == (STRATEGY, "trade-1")
