"""Runs `lt replay` as a person would, and reads afterwards what it left in the database."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import httpx
import psycopg
from independent import Answer, Pace, forward_test
from independent_facts import Recording, plain, read, read_rules, token_id

from ltsys.embedded import servers_from_environment

TICK_S = 10
_LOOK_EVERY_S = 0.1
_LIMIT_S = 1_500.0
_QUIET_S = 2 * TICK_S

Row = tuple[object, ...]
Watcher = Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the database holds; money as exact decimals."""

    followed: dict[str, list[str]]
    orders: dict[str, list[Row]]
    """By FT wallet, in the form of the independent check's `Order.key`, sorted."""
    reasons: dict[str, dict[str, int]]
    ft_pnl: dict[str, Decimal]
    live_orders: list[Row]
    """Strategy, trade, status, denial, shares, dollars, fees, outcome, result; sorted."""
    live_pnl: dict[str, Decimal]
    fills: dict[Row, Row]
    """Shares and dollars by the venue's trade and order."""
    strategy_of: dict[str, str]
    """By the venue's order id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    code: int
    report: dict[str, object]
    books: Books
    truth: dict[str, object]
    """The simulator's own account, asked when the last order had been placed."""
    elapsed_s: float


def replay(
    recording: Path,
    *,
    wallets: Path,
    data_dir: Path,
    watcher: Watcher | None = None,
    tick_s: int = TICK_S,
) -> Replayed:
    """The recording went through real servers, four worker processes and the simulator.

    `watcher` is called ten times a second with the data folder.
    """
    began = time.monotonic()
    truth = _Truth(data_dir)
    arguments = ["--wallets", wallets, "--data-dir", data_dir, "--tick", tick_s, "--json"]
    program = Path(sys.executable).with_name("lt")
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [str(each) for each in (program, "replay", recording, *arguments)],
            stdout=out,
            stderr=err,
            env=_own_environment(),
        )
        try:
            _attend(process, [truth.look, *([watcher] if watcher else [])], data_dir)
        finally:
            process.terminate()
            process.wait(timeout=60)
        said, complaint = _text(out), _text(err)
    assert said, f"lt replay ended with {process.returncode}: {complaint}"
    return Replayed(
        code=process.returncode,
        report=json.loads(said, parse_float=Decimal),
        books=read_books(data_dir),
        truth=truth.said,
        elapsed_s=time.monotonic() - began,
    )


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _own_environment() -> dict[str, str]:
    """Without the settings of whoever runs the tests: a replay has servers of its own."""
    return {k: v for k, v in os.environ.items() if not k.startswith("LTSYS_")}


def _attend(process: subprocess.Popen[bytes], watchers: Iterable[Watcher], data_dir: Path) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while process.poll() is None:
        assert time.monotonic() < deadline, f"the replay took longer than {_LIMIT_S:.0f} s"
        for watcher in watchers:
            watcher(data_dir)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_LOOK_EVERY_S)


class _Truth:
    """Asks the simulator for its ledger once nothing is traded any more, before it goes away."""

    def __init__(self, data_dir: Path) -> None:
        self.said: dict[str, object] = {"orders": []}
        self._ready = data_dir / "run" / "simulator.json"
        self._ready.unlink(missing_ok=True)
        self._is_done = False

    def look(self, _data_dir: Path) -> None:
        """A replay goes on for seven minutes after the last market has closed."""
        if self._is_done or not self._ready.exists():
            return
        with suppress(httpx.TransportError, ValueError):
            door = json.loads(self._ready.read_text())
            headers = {"Authorization": f"Bearer {door['token']}"}
            with httpx.Client(base_url=door["url"], headers=headers, trust_env=False) as client:
                clock = client.get("/sim/clock").json()
                if clock["now"] >= clock["end"] + _QUIET_S:
                    self.said = client.get("/sim/truth").json()
                    self._is_done = True


def environment_of(data_dir: Path) -> dict[str, str]:
    """The addresses of a running replay; nothing while it starts or ends."""
    with suppress(OSError, ValueError):
        return dict(json.loads((data_dir / "run" / "environment.json").read_text()))
    return {}


def read_books(data_dir: Path) -> Books:
    """The data outlive the replay; the servers are started once more to read them."""
    with (
        servers_from_environment({}, data_dir) as servers,
        psycopg.connect(servers.database_url, autocommit=True) as connection,
    ):
        return _books(connection)


def _books(connection: psycopg.Connection[Row]) -> Books:
    def ask(statement: str) -> list[Row]:
        return connection.execute(statement).fetchall()

    followed = dict(ask("SELECT wallet_id, target_traders FROM ft_wallets"))
    reasons: dict[str, dict[str, int]] = {wallet: {} for wallet in followed}
    for wallet, reason, count in ask(_REASONS):
        reasons[wallet][reason] = count
    orders: dict[str, list[Row]] = {wallet: [] for wallet in followed}
    for wallet, name, token, shares, price, size, outcome, pnl in ask(_FT_ORDERS):
        result = "" if pnl is None else str(pnl)
        key = (name.split(":")[0], token, plain(shares), plain(price), plain(size), outcome, result)
        orders[wallet].append(key)
    return Books(
        followed=followed,
        orders={wallet: sorted(keys) for wallet, keys in orders.items()},
        reasons=reasons,
        ft_pnl=dict(ask(_FT_PNL)),
        live_orders=sorted(ask(_LIVE_ORDERS)),
        live_pnl=dict(ask(_LIVE_PNL)),
        fills={(trade, order): (shares, usd) for trade, order, shares, usd in ask(_FILLS)},
        strategy_of=dict(ask("SELECT order_id, lt_strategy_id FROM orders")),
    )


_REASONS = """
    SELECT wallet_id, coalesce(reason, outcome), count(*) FROM ft_seen_trades GROUP BY 1, 2
"""
_FT_ORDERS = """
    SELECT f.wallet_id, f.source_trade_id, f.token_id, s.shares, s.price, f.size, f.outcome, f.pnl
      FROM ft_orders f JOIN source_trades s USING (source_trade_id)
"""
_FT_PNL = """
    SELECT wallet_id, coalesce(sum(pnl), 0) FROM ft_wallets LEFT JOIN ft_orders USING (wallet_id)
     GROUP BY 1
"""
_LIVE_ORDERS = """
    SELECT strategy_id, source_trade_id, status, coalesce(denial_code, ''), executed_shares,
           executed_usd, fees_usd, outcome, coalesce(pnl::text, '')
      FROM lt_orders
"""
_LIVE_PNL = """
    SELECT strategy_id, coalesce(sum(pnl), 0) FROM lt_strategies LEFT JOIN lt_orders
     USING (strategy_id) GROUP BY 1
"""
_FILLS = "SELECT trade_id, order_id, shares, cost_usd FROM lt_fills"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The same recording by the independent reckoning."""

    recording: Recording
    answer: Answer

    @property
    def orders(self) -> dict[str, list[Row]]:
        """In the form of `Books.orders`."""
        return {
            wallet: sorted(
                (key[0], token_id(str(key[1]), str(key[2])), *key[3:])
                for key in (order.key for order in orders)
            )
            for wallet, orders in self.answer.orders.items()
        }


def check(
    folder: Path, *, wallets: Path, followed: dict[str, list[str]], tick_s: int = TICK_S
) -> Check:
    recording = read(folder)
    answer = forward_test(recording, read_rules(wallets), followed, Pace(tick_s=tick_s))
    return Check(recording=recording, answer=answer)


def cut(source: Path, target: Path, *, seconds: int) -> Path:
    """The first so many seconds of a recording, with the markets that were traded in them."""
    lines = {name: _lines(source, name) for name in ("trades", "markets")}
    until = json.loads(lines["trades"][0])["timestamp"] + seconds
    trades = [line for line in lines["trades"] if json.loads(line)["timestamp"] < until]
    slugs = {json.loads(line)["slug"] for line in trades}
    markets = [line for line in lines["markets"] if json.loads(line)["slug"] in slugs]
    write_recording(target, trades=trades, markets=markets)
    return target


def write_recording(folder: Path, *, trades: Iterable[bytes], markets: Iterable[bytes]) -> None:
    for name, lines in (("trades", trades), ("markets", markets)):
        (folder / f"{name}.jsonl").write_bytes(b"".join(line.rstrip() + b"\n" for line in lines))


def _lines(folder: Path, name: str) -> list[bytes]:
    return gzip.decompress((folder / f"{name}.jsonl.gz").read_bytes()).splitlines()
