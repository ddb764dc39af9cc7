"""Runs a drill: work comes in, things break, everything comes to rest, and both books are read."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
import redis
from celery import Celery
from kombu.exceptions import OperationalError
from psycopg.rows import dict_row

from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.postgres import PostgresStore
from ltsys.audit import Connection as AuditConnection
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import Address
from ltsys.drill.certificate import UNSETTLED, Certificate, certify
from ltsys.drill.orders import launch_all, write_orders
from ltsys.drill.plan import Blow, DrillPlan, Kind
from ltsys.drill.trouble import Trouble
from ltsys.stack import WORKERS, Stack, World, running
from ltsys.workload import Catalogue, Target

_BROKER = 3
_SPEED = 5
_MARKET_MINUTES = 10
_AT_ONCE = ("--category", "crypto")
"""Games park every order for seconds; the drill wants answers."""
_MARKETS = 10
_LIFE_LEFT = timedelta(seconds=240)
"""Signals that wait for a killed worker should still find their market open."""
_LIFE_AT_MOST = timedelta(minutes=10)
_ALL_ENDED_S = 700
"""Longer than any market of the drill lives, shorter than ended ones are looked at often."""
_TARGETS_FOR_S = 1.5
_BEAT_S = 0.05
_LAST_CHANCE_S = 20.0
_MOST_OVERDUE = 6
_TRICKLE = 0.1
"""Share of the signals' rate that goes on while more blows than that are overdue."""
_LOST = (psycopg.OperationalError, psycopg.InterfaceError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One drill; `mutation` is a folder put before the workers' path, for tests that plant bugs."""

    plan: DrillPlan
    on_step: Callable[[str], None] = lambda _: None
    mutation: Path | None = None


def run(folder: Path, drill: Drill) -> Certificate:
    """The certificate of one drill in an empty folder.

    Raises SettingsError when something cannot be started, and when things do not come to rest.
    """
    # the servers, which may run as somebody else, have to pass through it
    folder.chmod(0o711)
    sabotage = folder / "sabotage"
    trouble = Trouble(sabotage)
    environment = {
        "LTSYS_SABOTAGE_DIR": str(sabotage),
        "LTSYS_FT_SOURCE": "external",
        "LTSYS_SYNC_S": "1",
        "LTSYS_FIRST_CHECK_S": str(drill.plan.first_check_s),
        # at this speed books move while an order is on its way; nobody is to be sent to paper
        "LTSYS_GATE_SLIPPAGE": "1",
    }
    if drill.mutation is not None:
        environment["PYTHONPATH"] = str(drill.mutation)
    world = World(
        seed=drill.plan.seed,
        speed=_SPEED,
        extra=("--market-minutes", str(_MARKET_MINUTES), "--settle-s", "10", *_AT_ONCE),
    )
    with (
        running(
            folder / "data",
            world,
            only=WORKERS | {"beat", "stream"},
            broker=_BROKER,
            deposit_usd="10000000",
            extra_environment=environment,
            on_step=drill.on_step,
            on_exit=trouble.heard,
        ) as stack,
        closing(Http()) as http,
    ):
        return _Run(stack, drill, trouble, http).to_its_end()


class _Run:
    """The stage hand of one drill."""

    def __init__(self, stack: Stack, drill: Drill, trouble: Trouble, http: Http) -> None:
        self._stack = stack
        self._drill = drill
        self._trouble = trouble
        self._catalogue = Catalogue(stack.simulator, http)
        self._database_url = stack.environment["LTSYS_DATABASE_URL"]
        self._dice = random.Random(drill.plan.seed)  # noqa: S311  repeatable, not secret
        self._pause = threading.Event()
        self._app = Celery("ltsys", broker=stack.environment["LTSYS_REDIS_URL"])
        self._app.config_from_object("celeryconfig")
        self._app.conf.broker_url = stack.environment["LTSYS_REDIS_URL"]
        self._repeats: list[tuple[float, tuple[str, str]]] = []
        self._targets: tuple[Target, ...] = ()
        self._targets_at = float("-inf")

    def to_its_end(self) -> Certificate:
        """Work and blows, then calm, then the comparison."""
        began = time.monotonic()
        with PostgresStore(self._database_url, pool_size=1) as store:
            launch_all(store, Address(self._stack.account), self._catalogue.now())
        for line in self._drill.plan.faults:
            self._stack.simulator.ask("POST", "/sim/faults", {"script": line})
        self._feed()
        self._await("signals", _QUEUED)
        self._trouble.relent()
        struck = self._calm_the_venue()
        self._rest()
        with _reading(self._database_url) as connection:
            return certify(
                connection,
                self._stack.simulator,
                self._stack.account,
                self._trouble.casualties,
                struck,
                seed=self._drill.plan.seed,
                elapsed_s=time.monotonic() - began,
            )

    def _calm_the_venue(self) -> dict[str, int]:
        """No fault strikes any more; returns how often each did."""
        rules = cast(
            "list[dict[str, Any]]", self._stack.simulator.ask("GET", "/sim/faults")["rules"]
        )
        self._stack.simulator.ask("DELETE", "/sim/faults")
        return {rule["line"]: rule["struck"] for rule in rules}

    def _feed(self) -> None:
        """Signals at their rate, each blow when its time has come.

        While too many blows wait because their victims are still down, signals only trickle: enough
        for a worker to reach the step at which it is to die. The last blows have a last chance.
        """
        plan = self._drill.plan
        blows, sent, credit = deque(plan.blows()), 0, 0.0
        looked_at = written_at = time.monotonic()
        while sent < plan.signals or (blows and time.monotonic() - written_at < _LAST_CHANCE_S):
            now = time.monotonic()
            is_late = self._strike_due(blows, sent / plan.signals) > _MOST_OVERDUE
            credit += (now - looked_at) * plan.rate_per_s * (_TRICKLE if is_late else 1)
            looked_at = now
            before, sent = sent, self._write(sent, min(plan.signals, int(credit)))
            if sent > before:
                written_at = now
            self._repeat_due()
            self._trouble.look(self._stack)
            self._drill.on_step(f"{sent:,} of {plan.signals:,} signals, {self._losses()}")
            self._pause.wait(_BEAT_S)

    def _losses(self) -> str:
        hurt = self._trouble.casualties
        return f"{hurt.kills.total()} processes killed, {hurt.servers.total()} servers crashed"

    def _write(self, sent: int, due: int) -> int:
        """FT orders up to number `due`; none while the database is away or nothing is offered."""
        targets = self._fresh_targets()
        if due <= sent or not targets:
            return sent
        try:
            with psycopg.connect(self._database_url, autocommit=True) as connection:
                keys = write_orders(connection, range(sent, due), targets, self._catalogue.now())
        except _LOST:
            return sent
        if self._drill.plan.is_delivered_twice:
            now = time.monotonic()
            self._repeats += [(now + 4 * self._dice.random(), key) for key in keys]
        return due

    def _fresh_targets(self) -> tuple[Target, ...]:
        if time.monotonic() - self._targets_at > _TARGETS_FOR_S:
            self._targets = self._catalogue.targets(
                most_markets=_MARKETS, at_least=_LIFE_LEFT, at_most=_LIFE_AT_MOST
            )
            self._targets_at = time.monotonic()
        return self._targets

    def _strike_due(self, blows: deque[Blow], progress: float) -> int:
        """Returns how many are overdue.

        A worker that is still down, or still has its order to die, is not asked again.
        """
        due = [blow for blow in blows if blow.at <= progress]
        struck = 0
        for blow in due:
            if blow.kind is not Kind.KILL or self._trouble.is_free(blow.role):
                blows.remove(blow)
                self._strike(blow)
                struck += 1
        return len(due) - struck

    def _strike(self, blow: Blow) -> None:
        if blow.kind is not Kind.STORM:
            self._trouble.strike(blow, self._stack)
            return
        token = self._dice.choice(self._targets).token_id if self._targets else "0"
        line = blow.storm.format(token=token)
        self._stack.simulator.ask("POST", "/sim/faults", {"script": line, "from": "now"})

    def _repeat_due(self) -> None:
        """Every task comes a second time, in another order than the first (LESSONS L56)."""
        now = time.monotonic()
        due = [key for at, key in self._repeats if at <= now]
        if not due:
            return
        self._repeats = [(at, key) for at, key in self._repeats if at > now]
        self._dice.shuffle(due)
        try:
            for key in due:
                self._app.send_task("execution.execute_order", args=key)
            for lt_order_id in self._some_orders(len(due)):
                self._app.send_task("fills.track_order", args=(lt_order_id,))
        except (OperationalError, redis.ConnectionError, *_LOST):
            return

    def _some_orders(self, number: int) -> tuple[str, ...]:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT lt_order_id FROM lt_orders WHERE status NOT IN ('denied', 'planned')"
                " ORDER BY updated_at DESC LIMIT %s",
                (number,),
            ).fetchall()
        return tuple(cast("str", row[0]) for row in rows)

    def _rest(self) -> None:
        """No order is open, every market is over and every payout settled."""
        self._await("orders", _UNDONE)
        self._drill.on_step("letting the markets end")
        self._stack.simulator.ask(
            "POST", "/sim/clock", {"advance_to": self._catalogue.now().timestamp() + _ALL_ENDED_S}
        )
        self._await("outcomes", _UNRESOLVED)

    def _await(self, what: str, undone: LiteralString) -> None:
        began = time.monotonic()
        while left := self._count(undone):
            self._trouble.look(self._stack)
            self._drill.on_step(f"coming to rest: {left} {what} left")
            if time.monotonic() - began > self._drill.plan.rest_limit_s:
                # the certificate tells what is unsettled; a drill that fails must say how
                return
            self._pause.wait(_BEAT_S * 4)

    def _count(self, statement: LiteralString) -> int:
        try:
            with _reading(self._database_url) as connection:
                row = connection.execute(statement).fetchone()
        except _LOST as error:
            raise SettingsError(f"the database is gone: {error}") from error
        return int(row["n"]) if row else 0


_QUEUED: LiteralString = """
    SELECT (SELECT count(*) FROM lt_seen_trades WHERE outcome = 'queued')
         + (SELECT count(*) FROM lt_strategies s JOIN ft_orders f ON f.wallet_id = s.ft_wallet_id
             WHERE f.outcome = 'OPEN' AND NOT EXISTS (
                   SELECT 1 FROM lt_seen_trades seen WHERE seen.strategy_id = s.strategy_id
                      AND seen.source_trade_id = f.source_trade_id)) AS n
"""
_UNDONE: LiteralString = f"""
    SELECT (SELECT count(*) FROM lt_fills WHERE status NOT IN ('confirmed', 'failed'))
         + ({UNSETTLED}) AS n
"""  # noqa: S608  constants
_UNRESOLVED: LiteralString = """
    SELECT (SELECT count(*) FROM lt_orders WHERE outcome = 'OPEN' AND executed_shares > 0)
         + (SELECT count(*) FROM lt_orders WHERE settles_at IS NOT NULL) AS n
"""


@contextmanager
def _reading(url: str) -> Iterator[AuditConnection]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        yield connection
