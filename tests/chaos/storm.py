"""A system in full swing: orders rest at the venue, and hundreds of signals wait for workers."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
from celery import Celery
from live_made import NO_LIMITS, OPEN_GUARD, a_strategy
from psycopg.rows import dict_row

from ltsys.adapters.halt_file import LocalHaltFile
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.halt import Lifting
from ltsys.domain.ids import Address
from ltsys.domain.money import Usd
from ltsys.domain.venue import TimeInForce
from ltsys.stack import Stack, World, running
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.launch_strategy import launch_strategy
from ltsys.usecases.resume import resume
from ltsys.workload import Catalogue, Target, write_ft_order

BROKER = 4
WORKERS = frozenset({"signals", "execution", "fills", "beat"})
STOPPING = {"postgres": signal.SIGQUIT, "valkey": signal.SIGKILL}
FAST, RESTING = "FT_FAST", "FT_RESTING"
LOW = Decimal("0.05")
"""A price that nobody sells at: an order at it rests."""
_LT = (sys.executable, "-c", "from ltsys.cli import main; main()")


class Storm:
    """One running system, what it is fed with, and what the venue saw of it."""

    def __init__(self, stack: Stack, data_dir: Path, http: Http) -> None:
        self.stack, self.account = stack, stack.account
        self.simulator = stack.simulator
        self._data_dir = data_dir
        self._url = stack.environment["LTSYS_DATABASE_URL"]
        self._celery = Celery("ltsys", broker=stack.environment["LTSYS_REDIS_URL"])
        self._celery.config_from_object("celeryconfig")
        self._celery.conf.broker_url = stack.environment["LTSYS_REDIS_URL"]
        self._targets = Catalogue(self.simulator, http).targets(
            most_markets=20, at_least=timedelta(minutes=20)
        )
        self._launch()

    def _launch(self) -> None:
        now = datetime.now(UTC)
        with PostgresStore(self._url, pool_size=1) as store:
            account = Address(self.account)
            add_account("owner", account, signature_type=0, key_reference="file", store=store)
            for name in (FAST, RESTING):
                wallet = FtWallet(wallet_id=name, started_at=now, dead_market_guard=OPEN_GUARD)
                add_ft_wallet(wallet, leader_pool=None, store=store)
                strategy = a_strategy(
                    strategy_id=f"LT_{name}",
                    user_id="owner",
                    ft_wallet_id=name,
                    wallet_address=account,
                    launched_at=now - timedelta(minutes=1),
                    initial_capital=Usd.of(1_000_000),
                    slippage_tolerance=Decimal("0.05"),
                    max_signal_age_s=86_400,
                    time_in_force=TimeInForce.FAK,
                )
                assert launch_strategy(strategy, NO_LIMITS, store=store)
            with store.transaction() as tx:
                tx.save_markets([target.market for target in self._targets], checked_at=now)
        with self.books() as books:
            # the product lets no strategy rest orders; only so is there something to cancel
            books.execute(
                "ALTER TABLE lt_strategies DROP CONSTRAINT lt_strategies_time_in_force_check"
            )
            books.execute(
                "UPDATE lt_strategies SET time_in_force = 'GTC' WHERE ft_wallet_id = %s", (RESTING,)
            )

    @contextmanager
    def books(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self._url, autocommit=True, row_factory=dict_row) as connection:
            yield connection

    def ask(self, statement: str, *parameters) -> list[dict]:
        with self.books() as books:
            return books.execute(statement, parameters).fetchall()

    def count(self, statement: str, *parameters) -> int:
        """Of a statement that counts; -1 while the database is away."""
        with suppress(psycopg.OperationalError):
            return self.ask(statement, *parameters)[0]["count"]
        return -1

    def signals(self, wallet: str, name: str, number: int) -> list[tuple[str, str]]:
        """So many signals wait in the outbox, and a message of each in the broker."""
        with self.books() as books, books.transaction(), books.pipeline():
            keys = [self._signal(books, wallet, f"{name}:{place:04d}") for place in range(number)]
        with self._celery.producer_pool.acquire(block=True) as producer:
            for key in keys:
                self._celery.send_task("execution.execute_order", args=key, producer=producer)
        return keys

    def _signal(self, books, wallet: str, trade_id: str) -> tuple[str, str]:
        target = self._target(wallet, int(trade_id[-4:]))
        ft_order_id = write_ft_order(
            books,
            target,
            wallet_id=wallet,
            trade_id=trade_id,
            size_usd=2,
            at=datetime.now(UTC),
        )
        books.execute(
            """
            INSERT INTO lt_seen_trades
                (strategy_id, source_trade_id, ft_order_id, outcome, kicked_at)
            VALUES (%s, %s, %s, 'queued', clock_timestamp())
            """,
            (f"LT_{wallet}", trade_id, ft_order_id),
        )
        return f"LT_{wallet}", trade_id

    def _target(self, wallet: str, number: int) -> Target:
        dear = [target for target in self._targets if target.price > 4 * LOW]
        if wallet == RESTING:
            return replace(dear[number % len(dear)], price=LOW)
        return dear[number % len(dear)]

    def stop(self, server: str) -> None:
        """The server is gone, and nobody starts it again."""
        os.kill(self.stack.servers.pids[server], STOPPING[server])

    def start(self, server: str) -> None:
        self.stack.servers.crash(server)

    def resume(self) -> None:
        """Nothing is halted any more."""
        file = LocalHaltFile(Path(self.stack.environment["LTSYS_HALT_FILE"]))
        lifting = Lifting(by="the test", reason="over", at=datetime.now(UTC))
        with PostgresStore(self._url, pool_size=1) as store:
            for halt in file.standing():
                resume(halt.halt_id, lifting, even_if_working=True, store=store, halt_file=file)

    def lt(self, *arguments: str) -> dict:
        """A command in a process of its own, with nothing of ours in its environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LTSYS_")}
        done = subprocess.run(
            [*_LT, *arguments, "--json", "--data-dir", str(self._data_dir)],
            env=kept,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        return json.loads(done.stdout)

    def venue_orders(self) -> list[dict]:
        """Every order that the venue ever took from us, as its own ledger has them."""
        return self.simulator.ask("GET", f"/sim/truth?maker={self.account}")["orders"]

    def venue_time(self, wall: datetime) -> float:
        """What the venue's clock, which runs as fast as ours, showed at that moment."""
        asked_at = time.time()
        now = self.simulator.ask("GET", "/sim/clock")["now"]
        return now - (asked_at - wall.timestamp())


@contextmanager
def storming(folder: Path) -> Iterator[Storm]:
    """Leaves no process behind."""
    folder.chmod(0o711)
    alike = ("--market-minutes", "60", "--category", "crypto", "--refill-s", "0", "--settle-s", "2")
    with (
        running(
            folder / "data",
            World(seed=7, extra=alike, latency_ms=20),
            only=WORKERS,
            broker=BROKER,
            deposit_usd="1000000",
            extra_environment={
                "LTSYS_CLOCK": "machine",
                "LTSYS_FT_SOURCE": "external",
                "LTSYS_SYNC_S": "1",
                "LTSYS_FIRST_CHECK_S": "0.2",
            },
        ) as stack,
        closing(Http()) as http,
    ):
        yield Storm(stack, folder / "data", http)


def pause_until(condition, *, limit_s: float) -> bool:
    """Whether it became true in time."""
    pause, deadline = threading.Event(), time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.05)
    return True
