"""Starts everything a running system needs, in order, and takes it down again.

Servers, schema, the venue's simulator, the trading account, and the processes of the Procfile:
used by `lt up`, `lt demo`, `lt replay`, `lt bench` and the stories of the tests.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast

import httpx
from alembic import command
from alembic.config import Config

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.polymarket.auth import create_or_derive_credentials
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.signing import PolymarketSigner
from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.errors import SettingsError
from ltsys.domain.gate import Gate
from ltsys.embedded import Servers, servers_from_environment
from ltsys.processes import Exit, Processes

REPOSITORY = Path(__file__).resolve().parent.parent
HALT_FILE = "halt"
"""In the folder of the run; it outlives a restart, as what it says must."""
WORKERS = frozenset({"signals", "execution", "fills", "resolution"})
_CHAIN_ID = 137
_START_PATIENCE_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the simulator plays. No recording: a world invented from the seed."""

    recording: Path | None = None
    seed: int = 1
    speed: float = 1.0
    is_paused: bool = False
    latency_ms: int = 0
    extra: Sequence[str] = ()

    @property
    def arguments(self) -> list[str]:
        chosen = ["--seed", str(self.seed), "--speed", str(self.speed)]
        if self.recording is not None:
            chosen += ["--recording", str(self.recording)]
        if self.is_paused:
            chosen.append("--paused")
        if self.latency_ms:
            chosen += ["--latency-ms", str(self.latency_ms)]
        return [*chosen, *self.extra]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running system. `environment` is what its processes were started with."""

    environment: Mapping[str, str] = field(repr=False)
    processes: Processes
    simulator: "Simulator"
    account: str
    servers: Servers

    def pids(self) -> dict[str, int]:
        """Every process of the system by its name."""
        own = {**self.processes.pids(), "simulator": self.simulator.pid}
        return {**own, **self.servers.pids}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """The venue's stand-in as a process of its own."""

    url: str
    pid: int
    started_at: datetime
    """Machine time; of what was before, it knows nothing."""
    _client: httpx.Client = field(repr=False)

    def ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        """The answer of the simulator's own interface.

        Raises httpx.HTTPError, and SettingsError for what it refuses.
        """
        answer = self._client.request(method, path, json=body)
        if answer.status_code != 200:
            raise SettingsError(f"the simulator refused {method} {path}: {answer.text}")
        return cast("dict[str, object]", answer.json())

    def advance_to(self, moment_s: float) -> None:
        self.ask("POST", "/sim/clock", {"advance_to": moment_s})


@contextmanager
def running(
    data_dir: Path,
    world: World,
    *,
    only: frozenset[str],
    broker: int = 0,
    deposit_usd: str = "100000",
    extra_environment: Mapping[str, str] | None = None,
    on_step: Callable[[str], None] = lambda _: None,
    on_exit: Callable[[Exit], None] = lambda _: None,
) -> Iterator[Stack]:
    """A system that runs while the block does; nothing of it is left afterwards.

    `broker` is the number of the Redis database, so that two systems on one server do not take
    each other's messages. Raises SettingsError when something cannot be started.
    """
    with ExitStack() as undo:
        on_step("starting the database and the broker")
        servers = undo.enter_context(servers_from_environment(os.environ, data_dir))
        on_step("bringing the schema up to date")
        migrate(servers.database_url)
        _shut_until_reconciled(servers.database_url)
        on_step("starting the venue's simulator")
        run_dir = data_dir / "run"
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        simulator = undo.enter_context(played(world, run_dir))
        key_file = trading_key_file(data_dir)
        account = _open_account(simulator, key_file, deposit_usd)
        environment = {
            **os.environ,
            **_simulated_venue(simulator.url, key_file),
            **account.variables,
            "LTSYS_WALLET_ADDRESS": account.address,
            "LTSYS_DATABASE_URL": servers.database_url,
            "LTSYS_REDIS_URL": _broker_url(servers.redis_url, broker),
            "LTSYS_RUN_DIR": str(run_dir),
            "LTSYS_HALT_FILE": str(run_dir.absolute() / HALT_FILE),
            "LTSYS_FLOWER_AUTH": f"operator:{secrets.token_urlsafe(12)}",
            "LTSYS_REQUIRED_GATES": _required_gates(only),
            "LTSYS_BOOKS_SINCE": simulator.started_at.isoformat(),
            **(extra_environment or {}),
        }
        undo.callback(_remember(run_dir, environment))
        on_step("starting the workers")
        processes = Processes.from_procfile(
            REPOSITORY / "Procfile",
            environ=environment,
            log_dir=data_dir / "log",
            run_dir=run_dir,
            only=only,
            on_exit=on_exit,
        )
        undo.enter_context(processes)
        yield Stack(
            environment=environment,
            processes=processes,
            simulator=simulator,
            account=account.address,
            servers=servers,
        )


def _simulated_venue(url: str, key_file: Path) -> dict[str, str]:
    return {
        "LTSYS_VENUE": "simulator",
        "LTSYS_SIMULATOR_URL": url,
        "LTSYS_MODEL_URL": f"{url}/model/score",
        "LTSYS_MODEL_KEY": "the-simulator-takes-any",
        "LTSYS_WALLET_KEY_FILE": str(key_file),
        # the simulator calls a repeated envelope a duplicate, as VENUE §3.3 says
        "LTSYS_REPOST_IDENTICAL": "true",
        "PYTHONUNBUFFERED": "1",
    }


def _required_gates(only: frozenset[str]) -> str:
    """Those that some process of this system opens: without it nothing would ever be planned."""
    gates = {
        Gate.STREAM: "stream" in only,
        Gate.RECONCILIATION: {"beat", "resolution"} <= only,
    }
    return ",".join(gate for gate, has_opener in gates.items() if has_opener)


def _shut_until_reconciled(database_url: str) -> None:
    """A lease of the last run says nothing of what happened since."""
    with PostgresStore(database_url, pool_size=1) as store, store.transaction() as tx:
        tx.shut_gate(Gate.RECONCILIATION, reason="the system has started")


def migrate(database_url: str) -> None:
    """The database has the newest schema."""
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "migrations"))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    command.upgrade(config, "head")


def trading_key_file(data_dir: Path) -> Path:
    """A key of the simulator's account, made once, in a file that is ours alone."""
    path = data_dir / "simulated-wallet.key"
    if not path.exists():
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w") as file:
            file.write("0x" + secrets.token_hex(32))
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    address: str
    variables: Mapping[str, str] = field(repr=False)


def _open_account(simulator: Simulator, key_file: Path, deposit_usd: str) -> _Account:
    key = key_file.read_text().strip()
    now_s = int(SystemClock().wall().timestamp())
    with closing(Http()) as http:
        credentials = create_or_derive_credentials(
            http, simulator.url, key, _CHAIN_ID, timestamp_s=now_s
        )
    address = str(PolymarketSigner(key, _CHAIN_ID, 0, owner=credentials.api_key).address)
    simulator.ask("POST", "/sim/accounts", {"address": address, "cash_usd": deposit_usd})
    return _Account(
        address=address.lower(),
        variables={
            "LTSYS_API_KEY": credentials.api_key,
            "LTSYS_API_SECRET": credentials.secret,
            "LTSYS_API_PASSPHRASE": credentials.passphrase,
        },
    )


@contextmanager
def played(world: World, run_dir: Path) -> Iterator[Simulator]:
    """The simulator alone, until the block ends; its files are in the folder."""
    ready, started_at = run_dir / "simulator.json", SystemClock().wall()
    ready.unlink(missing_ok=True)
    own = ["--port", "0", "--ready-file", str(ready), "--parent-pid", str(os.getpid())]
    with (run_dir / "simulator.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ltsys.simulator", *own, *world.arguments],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        url, token, pid = _wait_ready(process, ready)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
            yield Simulator(url=url, pid=pid, started_at=started_at, _client=client)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_ready(process: "subprocess.Popen[bytes]", ready: Path) -> tuple[str, str, int]:
    """The address, the operator's token and the pid, once it listens."""
    for _ in range(_START_PATIENCE_S * 50):
        if ready.exists():
            said = json.loads(ready.read_text())
            return said["url"], said["token"], said["pid"]
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        break
    log = ready.with_name("simulator.log").read_text().strip().splitlines()
    raise SettingsError(f"the simulator did not start: {log[-1] if log else 'no word from it'}")


def _broker_url(redis_url: str, number: int) -> str:
    base, _, path = redis_url.rpartition("/")
    return f"{base}/{number}" if path.isdigit() else redis_url


def _remember(run_dir: Path, environment: Mapping[str, str]) -> Callable[[], None]:
    """Other commands find the running system by this file, which is ours alone."""
    path = run_dir / "environment.json"
    kept = {name: value for name, value in environment.items() if name.startswith("LTSYS_")}
    path.unlink(missing_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w") as file:
        json.dump(kept, file)
    return lambda: path.unlink(missing_ok=True)
