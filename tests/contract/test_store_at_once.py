"""What many workers at once may do to one strategy, which only a real database can show."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from live_made import (
    ACCOUNT,
    LEADER,
    NO_LIMITS,
    NOON,
    STRATEGY,
    WALLET,
    YES,
    a_book,
    a_rule,
    a_state,
    a_strategy,
    a_trade,
    a_wallet,
    an_ft_order,
)
from stocked import taken, with_signal, with_strategy, with_wallet

from ltsys.adapters.memory import (
    DigestSigner,
    HandClock,
    KeptHaltFile,
    ScriptedMarketData,
    ScriptedModelScores,
    ScriptedTradeFeed,
    ScriptedVenue,
)
from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.denial import DenialCode
from ltsys.domain.errors import VenueRejectedError, VenueUnavailableError
from ltsys.domain.ids import FtOrderId, FtWalletId, StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.trader import TraderStatistics
from ltsys.domain.venue import Accepted, AcceptedStatus
from ltsys.usecases.desk import Desk, Watch
from ltsys.usecases.evaluate_wallet import evaluate_wallet
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.trip_breakers import sweep_breakers, trip_by_result

WORKERS = 8


def live(signed) -> Accepted:
    return Accepted(
        order_id=signed.order_id,
        status=AcceptedStatus.LIVE,
        matched_usd=None,
        matched_shares=None,
    )


def a_desk(store) -> Desk:
    market_data = ScriptedMarketData()
    market_data.books[YES] = a_book()
    venue = ScriptedVenue()
    venue.answers.extend([live] * 100)
    return Desk(
        store=store,
        market_data=market_data,
        signer=DigestSigner(),
        venue=venue,
        shadow=ScriptedVenue(),
        clock=HandClock(NOON, wall=datetime.now(UTC)),
        halt_file=KeptHaltFile(),
        account=ACCOUNT,
    )


def at_once(jobs):
    """The results of all jobs, started together."""
    gate = threading.Barrier(len(jobs))

    def run(job):
        gate.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_a_second_transaction_on_a_strategy_waits_for_the_first(
    postgres: PostgresStore, eventually
):
    """Limits are checked under one lock a strategy (L30)."""
    with_strategy(postgres)
    order: list[str] = []

    def second() -> None:
        with postgres.transaction() as tx:
            state = tx.lock_state(STRATEGY)
            order.append(f"second sees {state.consecutive_losses}")

    with postgres.transaction() as tx:
        state = tx.lock_state(STRATEGY)
        waiting = threading.Thread(target=second)
        waiting.start()
        eventually(lambda: is_blocked(postgres))
        tx.save_state(STRATEGY, replace(state, consecutive_losses=3))
        order.append("first done")
    waiting.join(10)

    assert order == ["first done", "second sees 3"]


def is_blocked(postgres: PostgresStore) -> bool:
    with postgres._pool.connection() as connection:
        row = connection.execute("SELECT count(*) AS n FROM pg_locks WHERE NOT granted").fetchone()
    return bool(row and row["n"])


def test_no_limit_is_passed_by_eight_workers_at_once(postgres: PostgresStore):
    """Sixteen signals of $10 under $55 of exposure: five orders, eleven denials (L30)."""
    limits = replace(NO_LIMITS, max_total_exposure=Usd.of(55))
    with_strategy(postgres, rules=limits)
    taken(postgres, [an_ft_order(number) for number in range(2 * WORKERS)])
    with postgres.transaction() as tx:
        keys = tx.queue_signals(NOON, None)
    desk = a_desk(postgres)

    for half in (keys[:WORKERS], keys[WORKERS:]):
        at_once([lambda key=key: execute_order(key, desk=desk) for key in half])

    with postgres.transaction() as tx:
        state = tx.lock_state(STRATEGY)
    assert len(desk.venue.posted) == 5
    assert state.balances.reserved == Usd.of(50)
    assert state.balances.exposure <= Usd.of(55)
    assert state.balances.available == Usd.of(950)


def test_eight_workers_with_one_signal_post_one_order_once(postgres: PostgresStore):
    """A message that arrives eight times at once (L01, L56)."""
    key = with_signal(postgres)
    desk = a_desk(postgres)

    results = at_once([lambda: execute_order(key, desk=desk) for _ in range(WORKERS)])

    assert len(desk.venue.posted) == 1
    assert sum(result is not None for result in results) == 1


def test_a_venue_that_is_down_gets_the_same_bytes_from_every_worker(postgres: PostgresStore):
    """Never two signatures for one signal (L02, L03)."""
    key = with_signal(postgres)
    desk = a_desk(postgres)
    desk.venue.answers.clear()
    desk.venue.answers.extend([VenueUnavailableError("425")] * 3 + [live] * 100)

    for _ in range(6):
        at_once([lambda: execute_order(key, desk=desk) for _ in range(WORKERS)])

    assert len({signed.order_id for signed in desk.venue.posted}) == 1
    assert len(desk.venue.posted) == 4


def test_a_wallet_that_is_busy_elsewhere_is_left_alone(postgres: PostgresStore):
    """A slow wallet does not hold up a worker (L49)."""
    with_wallet(postgres)

    with postgres.transaction() as first, postgres.transaction() as second:
        held = first.wallet_work(WALLET, 10, lock=True)
        busy = second.wallet_work(WALLET, 10, lock=True)
        looked = second.wallet_work(WALLET, 10, lock=False)

    assert held is not None
    assert busy is None
    assert looked is not None


def test_eight_evaluations_of_one_wallet_at_once_decide_once(postgres: PostgresStore):
    """The lock and the cursor let one through (L01, L49)."""
    with_strategy(postgres)
    with postgres.transaction() as tx:
        tx.add_source_trades(LEADER, [a_trade(n) for n in range(20)], cursor_at=NOON)
        tx.save_statistics(statistics(), at=NOON)
    watch = Watch(
        store=postgres,
        feed=ScriptedTradeFeed(),
        market_data=ScriptedMarketData(),
        scores=ScriptedModelScores(),
        clock=HandClock(NOON + timedelta(seconds=1)),
    )

    signals = at_once([lambda: evaluate_wallet(WALLET, watch=watch) for _ in range(WORKERS)])

    queued = [key for batch in signals for key in batch]
    with postgres.transaction() as tx:
        orders = tx.open_ft_orders(WALLET)
    assert len(queued) == len(set(queued)) == len(orders) == 20


def statistics() -> TraderStatistics:
    return TraderStatistics(
        trader=LEADER,
        win_rate_30d=Decimal("0.7"),
        win_rate=Decimal("0.7"),
        resolved_count_30d=50,
        resolved_count=50,
        average_trade_30d=Usd.of(100),
        average_trade=Usd.of(100),
    )


@pytest.mark.parametrize("leaders", [2, 8])
def test_the_sequence_grows_in_the_order_of_commits(postgres: PostgresStore, leaders):
    """Whoever sees one trade sees all before it: no evaluation overtakes a slow commit (L50)."""
    with_wallet(postgres)

    def ingest(number: int) -> None:
        trades = [a_trade(number * 100 + n) for n in range(50)]
        with postgres.transaction() as tx:
            tx.add_source_trades(LEADER, trades, cursor_at=NOON)

    at_once([lambda n=n: ingest(n) for n in range(leaders)])

    with postgres.transaction() as tx:
        work = tx.wallet_work(WALLET, 5_000, lock=False)
    blocks = [each.trade.source_trade_id.rsplit("-")[1] for each in work.trades]
    owners = [int(number) // 100 for number in blocks]
    changes = sum(a != b for a, b in pairwise(owners))
    assert len(work.trades) == leaders * 50
    assert changes == leaders - 1


def test_eight_tasks_with_the_same_news_trip_a_breaker_once(postgres: PostgresStore):
    """One row and one alert, for the strategy and for all (L34, L64)."""
    key = with_signal(postgres)
    desk = a_desk(postgres)
    desk.venue.answers.clear()
    desk.venue.answers.append(VenueRejectedError("REJECTED", "no"))
    execute_order(key, desk=desk)
    with postgres.transaction() as tx:
        for strategy_id in (None, STRATEGY):
            tx.save_breaker_rule(a_rule(strategy_id=strategy_id, window=1), by="ann")

    at_once([lambda: sweep_breakers(store=postgres, clock=desk.clock) for _ in range(WORKERS)])

    with postgres.transaction() as tx:
        breakers, alerts = tx.open_breakers(), tx.open_alerts()
    assert [each.strategy_id for each in breakers] == [None, STRATEGY]
    assert [each.count for each in alerts] == [1, 1]


def test_a_plan_that_waited_for_the_lock_sees_the_breaker_that_its_holder_tripped(
    postgres: PostgresStore, eventually
):
    """Nothing is planned after a breaker that was committed before (L34)."""
    key = with_signal(postgres)
    desk = a_desk(postgres)
    rules = replace(NO_LIMITS, max_consecutive_losses=1)

    with postgres.transaction() as tx:
        state = replace(tx.lock_state(STRATEGY), consecutive_losses=1)
        waiting = threading.Thread(target=lambda: execute_order(key, desk=desk))
        waiting.start()
        eventually(lambda: is_blocked(postgres))
        trip_by_result(STRATEGY, rules, state, tx)
    waiting.join(10)

    with postgres.transaction() as tx:
        execution = tx.lock_execution(*key)
    assert desk.venue.posted == []
    assert not execution.is_queued
    assert execution.state.balances.reserved == Usd.of(0)


@pytest.mark.parametrize(
    ("rule", "limit", "count", "code"),
    [
        ("weekly_budget", Usd.of("49.99"), 4, DenialCode.WEEKLY_BUDGET_EXCEEDED),
        ("max_market_exposure", Usd.of(50), 5, DenialCode.MAX_MARKET_EXPOSURE_EXCEEDED),
        ("max_event_positions", 3, 3, DenialCode.MAX_EVENT_POSITIONS_REACHED),
        ("max_positions", 4, 4, DenialCode.MAX_POSITIONS_REACHED),
    ],
)
def test_sixteen_workers_on_one_strategy_pass_no_limit_by_a_cent(
    postgres: PostgresStore, rule, limit, count, code
):
    """The check and the reservation are one, for every limit (L30)."""
    with_strategy(postgres, rules=replace(NO_LIMITS, **{rule: limit}))
    taken(postgres, [an_ft_order(number) for number in range(16)])
    with postgres.transaction() as tx:
        keys = tx.queue_signals(NOON, None)
    desk = a_desk(postgres)

    at_once([lambda key=key: execute_order(key, desk=desk) for key in keys])

    assert len(desk.venue.posted) == count
    assert denials(postgres) == {code.value: 16 - count}


@pytest.mark.parametrize("cash", ["55", "60"])
def test_two_strategies_never_spend_more_than_their_wallet_has(postgres: PostgresStore, cash):
    """The venue's gate: cash ≥ working + unsettled + this order, over both (L30)."""
    with_strategy(postgres)
    other = FtWalletId("FT_OTHER")
    with postgres.transaction() as tx:
        tx.add_ft_wallet(a_wallet(wallet_id=other), leader_pool=None, problem=None)
        second = a_strategy(strategy_id=StrategyId("LT_FT_OTHER"), ft_wallet_id=other)
        tx.add_strategy(second, NO_LIMITS, a_state())
    signals = [an_ft_order(number, wallet_id=WALLET) for number in range(8)]
    signals += [
        an_ft_order(number, wallet_id=other, ft_order_id=FtOrderId(f"other-{number}"))
        for number in range(8)
    ]
    for wallet_id in (WALLET, other):
        taken(postgres, [s for s in signals if s.wallet_id == wallet_id], wallet_id=wallet_id)
    with postgres.transaction() as tx:
        keys = tx.queue_signals(NOON, None)
    desk = a_desk(postgres)
    desk.venue.cash = Usd.of(cash)
    with postgres.transaction() as tx:
        tx.note_collateral(ACCOUNT, Usd.of(cash), read_at=datetime.now(UTC))

    at_once([lambda key=key: execute_order(key, desk=desk) for key in keys])

    posted = len(desk.venue.posted)
    assert len(keys) == 16
    assert posted == int(cash) // 10
    assert denials(postgres) == {"WALLET_BALANCE_EXCEEDED": 16 - posted}


def denials(postgres: PostgresStore) -> dict[str, int]:
    with postgres._pool.connection() as connection:
        rows = connection.execute(
            "SELECT denial_code, count(*) AS n FROM lt_orders"
            " WHERE status = 'denied' GROUP BY denial_code"
        ).fetchall()
    return {row["denial_code"]: row["n"] for row in rows}
