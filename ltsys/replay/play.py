"""One replay from an empty or a used database to its report."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from celery import Celery

from ltsys.adapters.postgres import PostgresStore
from ltsys.audit import duplicates, lost_signals, missed_fills, money_drift, venue_truth
from ltsys.domain.ids import Address
from ltsys.replay import report as figures
from ltsys.replay.conductor import Conductor, Pace
from ltsys.replay.progress import Progress
from ltsys.replay.report import ReplayReport
from ltsys.replay.wallets import chosen_wallets, mirrored_strategies
from ltsys.stack import WORKERS, Stack, World, running
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.launch_strategy import launch_strategy

_BROKER = 1
_AFTER_THE_END = timedelta(minutes=7)
_SAMPLE_EVERY_STEPS = 20
_MEGABYTE = 1_000_000
_BEFORE_THE_START = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What to play, with which wallets, where to keep it."""

    recording: Path
    wallets: Path
    data_dir: Path
    pace: Pace
    on_start: Callable[[str], None] = lambda _: None
    on_step: Callable[[datetime, datetime, datetime], None] = lambda *_: None
    """Called after each step with the start, the end and the moment reached."""


def play(replay: Replay) -> ReplayReport:
    """The recording has gone through real servers, workers and the simulator.

    Raises SettingsError when something cannot be started or a step does not come to its end.
    """
    began = time.monotonic()
    world = World(recording=replay.recording, is_paused=True)
    with running(
        replay.data_dir, world, only=WORKERS, broker=_BROKER, on_step=replay.on_start
    ) as stack:
        recorded = stack.simulator.ask("GET", "/sim/recording")
        _set_up(replay, stack, recorded)
        memory, steps = _conduct(replay, stack, recorded)
        with closing(figures.connect(stack.environment["LTSYS_DATABASE_URL"])) as connection:
            return _report(
                connection,
                stack,
                recorded,
                memory=memory,
                steps=steps,
                elapsed_s=time.monotonic() - began,
            )


def _set_up(replay: Replay, stack: Stack, recorded: dict[str, Any]) -> None:
    started_at = _moment(recorded["start"]) - _BEFORE_THE_START
    wallets = chosen_wallets(replay.wallets, recorded["leaders"], started_at)
    account = Address(stack.account)
    with PostgresStore(stack.environment["LTSYS_DATABASE_URL"], pool_size=1) as store:
        for wallet in wallets:
            add_ft_wallet(wallet, leader_pool=None, store=store)
        add_account("owner", account, signature_type=0, key_reference="file", store=store)
        for strategy, rules in mirrored_strategies(wallets, account, started_at):
            launch_strategy(strategy, rules, store=store)


def _conduct(
    replay: Replay, stack: Stack, recorded: dict[str, Any]
) -> tuple[dict[str, float], int]:
    start, end = _moment(recorded["start"]), _moment(recorded["end"]) + _AFTER_THE_END
    memory: dict[str, float] = {}
    count = 0

    def on_step(now: datetime) -> None:
        nonlocal count
        count += 1
        replay.on_step(start, end, now)
        if count % _SAMPLE_EVERY_STEPS == 1:
            _sample(stack, memory)

    with psycopg.connect(stack.environment["LTSYS_DATABASE_URL"], autocommit=True) as connection:
        progress = Progress(connection, recorded["leaders"])
        with Celery("ltsys", broker=stack.environment["LTSYS_REDIS_URL"]) as app:
            app.config_from_object("celeryconfig")
            app.conf.broker_url = stack.environment["LTSYS_REDIS_URL"]
            conductor = Conductor(
                stack, app, progress, pace=replay.pace, leaders=recorded["leaders"]
            )
            steps = conductor.play(start, end, on_step)
    _sample(stack, memory)
    return memory, steps


def _sample(stack: Stack, memory: dict[str, float]) -> None:
    """The most memory that each process was seen to hold, in megabytes."""
    for name, pid in stack.pids().items():
        try:
            held = psutil.Process(pid).memory_info().rss / _MEGABYTE
        except psutil.NoSuchProcess:
            continue
        memory[name] = max(memory.get(name, 0.0), round(held, 1))


def _report(
    connection: figures.Connection,
    stack: Stack,
    recorded: dict[str, Any],
    *,
    memory: dict[str, float],
    steps: int,
    elapsed_s: float,
) -> ReplayReport:
    truth = venue_truth(stack.simulator, stack.account)
    single = figures.figures(connection)
    p50, p95, p99 = single["latency_ms"] or (None, None, None)
    return ReplayReport(
        source_trades=recorded["rows_read"],
        ingested=single["ingested"],
        bad_rows=recorded["bad_rows"],
        evaluated=figures.counts(connection, figures.EVALUATED),
        wallets=figures.counts(connection, figures.WALLETS),
        ft_orders=single["ft_orders"],
        ft_pnl_usd=str(single["ft_pnl_usd"]),
        lt_orders=single["lt_orders"],
        lt_orders_by_status=figures.counts(connection, figures.STATUSES),
        denials=figures.counts(connection, figures.DENIALS),
        fills=single["fills"],
        lt_pnl_usd=str(single["lt_pnl_usd"]),
        slippage_ratio=single["slippage_ratio"],
        fill_rate=single["fill_rate"],
        latency_ms={"p50": p50, "p95": p95, "p99": p99},
        duplicates=duplicates(connection, truth),
        lost_signals=lost_signals(connection),
        missed_fills=missed_fills(connection, truth),
        ledger_drift_usd=str(money_drift(connection, truth)),
        strategies=figures.strategy_results(connection),
        peak_memory_mb=memory,
        steps=steps,
        elapsed_s=round(elapsed_s, 1),
        restarts=stack.processes.restart_counts(),
    )


def _moment(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
