"""Runs the benchmark: the execution path and its ceiling by turns, then the latency at a rate."""

import os
import random
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import psycopg
import redis
from celery import Celery

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.postgres import PostgresStore
from ltsys.bench.bare import TABLE
from ltsys.bench.signals import add_signals, set_up
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import Address
from ltsys.processes import Processes
from ltsys.stack import REPOSITORY, Stack, World, running
from ltsys.workload import Catalogue, Target

_BROKER = 2
_STRATEGIES = 4
_GIVE_UP_S = 120.0
_POLL_S = 0.01
_CLOCK = SystemClock()
_UNACKED = "unacked"
"""Where kombu keeps what a worker has taken and not finished (ENGINE §3.6)."""
_BARE_WORKER = (
    "REMAP_SIGTERM=SIGQUIT LTSYS_ROLE=bare celery --app ltsys.bench.bare worker --queues execution"
    " --pool threads --concurrency 8 --without-gossip --without-mingle --hostname bare@%h"
    " --loglevel WARNING"
)

Keys = list[tuple[str, str]]
Deliveries = Callable[[Keys], Keys]


def once(keys: Keys) -> Keys:
    """A message a signal."""
    return keys


def twice(keys: Keys) -> Keys:
    """Two messages a signal, all of them in one repeatable disorder (LESSONS L56)."""
    messages = keys * 2
    random.Random(len(keys)).shuffle(messages)  # noqa: S311  repeatable, not secret
    return messages


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlan:
    """How much is measured. `venue_ms` is the venue's delay while the latency is measured."""

    rounds: int = 3
    orders: int = 600
    rate_per_s: int = 40
    rate_s: int = 15
    venue_ms: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """Medians over the rounds; latencies from the committed FT order to the venue's answer."""

    orders_per_s: float
    ceiling_orders_per_s: float
    ratio: float
    twice_orders_per_s: float
    """With every task delivered twice, in another order; an order still counts once."""
    twice_ratio: float
    """Of the path with every task delivered once."""
    ack_p50_ms: float
    ack_p95_ms: float
    ack_p99_ms: float
    rate_per_s: int
    venue_ms: int
    rounds: int
    orders_per_round: int
    path_rounds: tuple[float, ...]
    twice_rounds: tuple[float, ...]
    ceiling_rounds: tuple[float, ...]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Rounds:
    """Orders a second, a figure a round."""

    path: list[float] = field(default_factory=list)
    twice: list[float] = field(default_factory=list)
    ceiling: list[float] = field(default_factory=list)


def run(data_dir: Path, plan: BenchPlan, on_step: Callable[[str], None]) -> BenchResult:
    """All figures come from this one run, so that the machine's noise meets each.

    Raises SettingsError when something cannot be started or an order does not come back.
    """
    with _stack(data_dir, latency_ms=0, on_step=on_step) as stack:
        rounds = _throughput(stack, plan, on_step)
    with _stack(data_dir, latency_ms=plan.venue_ms, on_step=on_step) as stack:
        on_step(f"{plan.rate_per_s} orders a second at a venue of {plan.venue_ms} ms")
        p50, p95, p99 = _latency(stack, plan)
    path, doubled, ceiling = map(statistics.median, (rounds.path, rounds.twice, rounds.ceiling))
    return BenchResult(
        orders_per_s=round(path, 1),
        ceiling_orders_per_s=round(ceiling, 1),
        ratio=round(path / ceiling, 3),
        twice_orders_per_s=round(doubled, 1),
        twice_ratio=round(doubled / path, 3),
        ack_p50_ms=p50,
        ack_p95_ms=p95,
        ack_p99_ms=p99,
        rate_per_s=plan.rate_per_s,
        venue_ms=plan.venue_ms,
        rounds=plan.rounds,
        orders_per_round=plan.orders,
        path_rounds=tuple(round(r, 1) for r in rounds.path),
        twice_rounds=tuple(round(r, 1) for r in rounds.twice),
        ceiling_rounds=tuple(round(r, 1) for r in rounds.ceiling),
    )


@contextmanager
def _stack(data_dir: Path, *, latency_ms: int, on_step: Callable[[str], None]) -> Iterator[Stack]:
    # the same deep book for every order, and no taker's delay: neither is what is measured
    alike = ("--market-minutes", "60", "--category", "crypto", "--refill-s", "0")
    world = World(seed=7, is_paused=True, latency_ms=latency_ms, extra=alike)
    with running(
        data_dir,
        world,
        only=frozenset(),
        broker=_BROKER,
        deposit_usd="100000000",
        # a live worker asks nobody for the time, and the simulated clock stands at this moment
        extra_environment={"LTSYS_CLOCK": "machine"},
        on_step=on_step,
    ) as stack:
        yield stack


class _Bench:
    """One stack with its database, its broker and something to buy."""

    def __init__(self, stack: Stack, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self.stack = stack
        self.connection = connection
        self.app = Celery("ltsys", broker=stack.environment["LTSYS_REDIS_URL"])
        self.app.config_from_object("celeryconfig")
        self.app.conf.broker_url = stack.environment["LTSYS_REDIS_URL"]
        self.targets = self._targets()
        self.run_id = uuid.uuid4().hex
        self._numbers = count()

    def _targets(self) -> tuple[Target, ...]:
        with closing(Http()) as http:
            catalogue = Catalogue(self.stack.simulator, http)
            targets = catalogue.targets(most_markets=40, at_least=timedelta(minutes=10))
        now = _CLOCK.now()
        with PostgresStore(self.stack.environment["LTSYS_DATABASE_URL"], pool_size=1) as store:
            set_up(store, Address(self.stack.account), now, _STRATEGIES)
            with store.transaction() as tx:
                tx.save_markets([target.market for target in targets], checked_at=now)
        return targets

    def signals(self, number: int) -> Keys:
        names = [f"bench:{self.run_id}:{next(self._numbers)}" for _ in range(number)]
        return add_signals(
            self.connection, self.targets, names, strategy_count=_STRATEGIES, now=_CLOCK.now()
        )

    def send(self, keys: Keys) -> None:
        with self.app.producer_pool.acquire(block=True) as producer:
            for key in keys:
                self.app.send_task("execution.execute_order", args=key, producer=producer)

    def wait_answered(self) -> None:
        self.wait_empty("SELECT count(*) FROM lt_seen_trades WHERE outcome = 'queued'")

    def wait_taken(self) -> None:
        """No message waits for a worker, and none that a worker has taken is unfinished."""
        url = self.stack.environment["LTSYS_REDIS_URL"]
        with redis.Redis.from_url(url) as broker:
            _await(
                lambda: not broker.llen("execution") and not broker.hlen(_UNACKED),
                "messages were left",
            )

    def wait_empty(self, statement: str) -> None:
        _await(
            lambda: self.connection.execute(cast("Any", statement)).fetchone() == (0,),
            f"orders were left: {statement}",
        )


def _await(is_over: Callable[[], bool], complaint: str) -> None:
    began, pause = time.monotonic(), threading.Event()
    while not is_over():
        if time.monotonic() - began > _GIVE_UP_S:
            raise SettingsError(f"after {_GIVE_UP_S:.0f} s {complaint}")
        pause.wait(_POLL_S)


def _throughput(stack: Stack, plan: BenchPlan, on_step: Callable[[str], None]) -> _Rounds:
    rounds = _Rounds()
    with _connected(stack) as connection, _stub() as stub_url:
        connection.execute(TABLE)
        bench = _Bench(stack, connection)
        for number in range(plan.rounds):
            which = f"round {number + 1} of {plan.rounds}"
            on_step(f"{which}: the execution path")
            rounds.path.append(_path_round(bench, plan.orders, once))
            on_step(f"{which}: every task delivered twice")
            rounds.twice.append(_path_round(bench, plan.orders, twice))
            on_step(f"{which}: the bare ceiling")
            rounds.ceiling.append(_ceiling_round(bench, plan.orders, stub_url))
    return rounds


def _path_round(bench: _Bench, orders: int, deliveries: Deliveries) -> float:
    """Until every order is answered and no message is left, a second one neither."""
    with _workers(bench.stack, {"execution"}):
        bench.send(bench.signals(50))
        bench.wait_answered()
        messages = deliveries(bench.signals(orders))
        began = time.perf_counter()
        bench.send(messages)
        bench.wait_answered()
        bench.wait_taken()
        return orders / (time.perf_counter() - began)


def _ceiling_round(bench: _Bench, orders: int, stub_url: str) -> float:
    left = "SELECT {} - count(*) FROM bench_bare WHERE state = 'accepted'"
    bench.connection.execute("TRUNCATE bench_bare")
    token = bench.targets[0].token_id
    with _bare_worker(bench.stack), bench.app.producer_pool.acquire(block=True) as producer:
        for number in range(50):
            bench.app.send_task(
                "execution.bare_order", args=(number, token, stub_url), producer=producer
            )
        bench.wait_empty(left.format(50))
        began = time.perf_counter()
        for number in range(50, 50 + orders):
            bench.app.send_task(
                "execution.bare_order", args=(number, token, stub_url), producer=producer
            )
        bench.wait_empty(left.format(50 + orders))
        return orders / (time.perf_counter() - began)


def _latency(stack: Stack, plan: BenchPlan) -> tuple[float, float, float]:
    with _connected(stack) as connection, _workers(stack, {"execution"}):
        bench = _Bench(stack, connection)
        bench.send(bench.signals(50))
        bench.wait_answered()
        pause, began = threading.Event(), time.monotonic()
        for number in range(plan.rate_per_s * plan.rate_s):
            ahead_s = number / plan.rate_per_s - (time.monotonic() - began)
            if ahead_s > 0:
                pause.wait(ahead_s)
            bench.send(bench.signals(1))
        bench.wait_answered()
        row = connection.execute(
            """
            SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms)
              FROM (SELECT latency_ms FROM lt_orders WHERE source_trade_id LIKE %s
                     ORDER BY created_at OFFSET 50) AS measured
            """,
            (f"bench:{bench.run_id}:%",),
        ).fetchone()
    p50, p95, p99 = cast("list[float]", row[0]) if row else [0.0, 0.0, 0.0]
    return round(p50, 1), round(p95, 1), round(p99, 1)


@contextmanager
def _connected(stack: Stack) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    url = stack.environment["LTSYS_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@contextmanager
def _workers(stack: Stack, only: set[str]) -> Iterator[None]:
    run_dir = Path(stack.environment["LTSYS_RUN_DIR"])
    with Processes.from_procfile(
        REPOSITORY / "Procfile",
        environ=stack.environment,
        log_dir=run_dir,
        run_dir=run_dir / "bench",
        only=only,
    ):
        yield


@contextmanager
def _bare_worker(stack: Stack) -> Iterator[None]:
    run_dir = Path(stack.environment["LTSYS_RUN_DIR"])
    with Processes(
        {"bare": _BARE_WORKER},
        environ=stack.environment,
        log_dir=run_dir,
        run_dir=run_dir / "bench",
        cwd=REPOSITORY,
    ):
        yield


@contextmanager
def _stub() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ltsys.bench.stub"],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        start_new_session=True,
    )
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        yield f"http://127.0.0.1:{port}/order"
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()
