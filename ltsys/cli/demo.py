"""`lt demo`: a small invented world, wallets that follow it, and a view of what happens."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from ltsys.adapters.clock import SystemClock
from ltsys.bootstrap import Services
from ltsys.cli import demo_wallets
from ltsys.cli.output import console
from ltsys.cli.status import picture
from ltsys.cli.strategies import launch
from ltsys.cli.system import Start, foreground, until
from ltsys.domain.errors import LtsysError, SettingsError
from ltsys.domain.ids import Address
from ltsys.domain.money import ZERO_USD
from ltsys.embedded import default_data_dir
from ltsys.ports.queries import Pulse, StrategyRow
from ltsys.settings import load
from ltsys.stack import Stack, World
from ltsys.usecases.add_wallet import add_ft_wallet
from ltsys.usecases.open_account import open_demo_account
from ltsys.usecases.refresh_traders import refresh_trader

_MARKET_S = 300
_LEAD_S = 100
"""Venue seconds between a market's start and ours: the first ones are under way at once."""
_OURS = ("postgres", "valkey", "run", "log", "servers.json", "simulated-wallet.key")
_LINE_EVERY_S = 5.0
_PICTURE_EVERY_S = 1.0


def demo(
    data_dir: Annotated[
        Path | None, typer.Option(help="Where it is kept. Default: LTSYS_DATA_DIR/demo.")
    ] = None,
    speed: Annotated[
        float, typer.Option(min=1, max=60, help="Simulated seconds a real second.")
    ] = 5.0,
    seed: Annotated[int, typer.Option(help="Of the invented world.")] = 1,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Of the web page. Default: a free one.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="End by itself after so many seconds.")
    ] = None,
) -> None:
    """Show everything at work on this machine: leaders trade, strategies follow, markets resolve.

    Every start begins anew, with simulated money only.
    """
    if os.environ.get("LTSYS_DATABASE_URL") or os.environ.get("LTSYS_REDIS_URL"):
        raise SettingsError(
            "the demo brings its own servers and stays away from yours; unset LTSYS_DATABASE_URL "
            "and LTSYS_REDIS_URL, or use `lt up`"
        )
    folder = (data_dir or default_data_dir() / "demo").expanduser().absolute()
    begin_anew(folder)
    out = console()
    try:
        with foreground(_start(folder, speed=speed, seed=seed, port=port), out) as stack:
            _run(stack, out, seconds=seconds)
    except KeyboardInterrupt:
        pass
    out.print("[green]✓[/] everything is stopped")


def begin_anew(folder: Path) -> None:
    """What an earlier demo left there is gone, unless it still runs or is not a demo's."""
    if not (folder / "servers.json").exists():
        return
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # the start that follows says who holds it
        for name in _OURS:
            left = folder / name
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)


def _start(folder: Path, *, speed: float, seed: int, port: int | None) -> Start:
    now_s = int(SystemClock().wall().timestamp())
    begin = now_s - now_s % _MARKET_S + _LEAD_S
    extra = ("--market-minutes", str(_MARKET_S // 60), "--start", str(begin))
    return Start(
        data_dir=folder,
        world=World(seed=seed, speed=speed, extra=extra),
        port=port,
        # at this speed books move while an order is on its way: that is no breach here
        extra={"LTSYS_SYNC_S": "1", "LTSYS_GATE_SLIPPAGE": "0.25"},
    )


def _run(stack: Stack, out: Console, *, seconds: float | None) -> None:
    os.environ.update(
        {name: value for name, value in stack.environment.items() if name.startswith("LTSYS_")}
    )
    own = Services(load())
    with own.database, ExitStack() as undo:
        _set_up(stack, own)
        sign_in = _sign_in(own)
        out.print(f"  {sign_in}")
        firsts = Firsts(own, out)
        if sys.stdout.isatty():
            live = undo.enter_context(Live(console=out, auto_refresh=False, screen=True))
            rhythm, show = _PICTURE_EVERY_S, _picture(own, live, _footer(stack, sign_in))
        else:
            rhythm, show = _LINE_EVERY_S, lambda: out.print(line(own, firsts.age_s))
        last = time.monotonic() - rhythm

        def each() -> None:
            nonlocal last
            _forgiving(firsts.look, out)
            if time.monotonic() - last >= rhythm:
                last = time.monotonic()
                _forgiving(show, out)

        until(stack, seconds=seconds, every_s=_PICTURE_EVERY_S, then=each)


def _set_up(stack: Stack, own: Services) -> None:
    """The wallets watch, the strategies mirror, and the leaders' records are known."""
    leaders = cast("list[str]", stack.simulator.ask("GET", "/sim/recording")["leaders"])
    for leader in leaders:
        refresh_trader(Address(leader), watch=own.watch)
    for wallet in demo_wallets.wallets(sorted_by_skill(leaders, own), own.clock.now()):
        add_ft_wallet(wallet, leader_pool=None, store=own.store)
    for asked in demo_wallets.strategies():
        launch(asked, own)


def sorted_by_skill(leaders: list[str], own: Services) -> list[str]:
    """The best win rate first; who has none comes last."""
    with own.store.transaction() as tx:
        known = tx.statistics([Address(leader) for leader in leaders])
    rates = {leader: known[leader].win_rate or 0 for leader in known}
    return sorted(leaders, key=lambda leader: (-rates.get(Address(leader), 0), leader))


@dataclass(slots=True)
class Firsts:
    """Says once when the first order was filled and the first market resolved."""

    own: Services
    out: Console
    began: float = field(default_factory=time.monotonic)
    seen: set[str] = field(default_factory=set)

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.began

    def look(self) -> None:
        pulse = self.own.queries.pulse()
        self._say("the first order was filled", is_so=pulse.fill_count > 0)
        self._say("the first market was resolved", is_so=pulse.resolved_market_count > 0)

    def _say(self, what: str, *, is_so: bool) -> None:
        if is_so and what not in self.seen:
            self.seen.add(what)
            self.out.print(f"[green]✓[/] {what} {self.age_s:.1f} s after the start")


def line(own: Services, age_s: float) -> str:
    """The state in one line, for logs and pipes."""
    return _line(own.queries.strategies(), own.queries.pulse(), age_s)


def _line(rows: tuple[StrategyRow, ...], pulse: Pulse, age_s: float) -> str:
    ft_pnl = sum((row.ft_pnl for row in rows), ZERO_USD)
    lt_pnl = sum((row.lt_pnl for row in rows), ZERO_USD)
    return (
        f"SIMULATOR {age_s:4.0f} s  trades={pulse.source_trade_count}"
        f" ft_orders={pulse.ft_order_count}"
        f" orders={sum(row.order_count for row in rows)}"
        f" filled={sum(row.filled_count for row in rows)}"
        f" denied={sum(row.denied_count for row in rows)}"
        f" resolved={pulse.resolved_market_count}"
        f" unknown={pulse.unknown_count}"
        f" ft_pnl={ft_pnl} lt_pnl={lt_pnl}"
    )


def _sign_in(own: Services) -> str:
    """A fresh password for the owner, in words: there is no real money behind it."""
    name, password = open_demo_account(entrance=own.entrance)
    return f"sign in to web as {name}, password {password}"


def _footer(stack: Stack, sign_in: str) -> Text:
    ports = stack.processes.ports
    return Text(
        f" web http://127.0.0.1:{ports['web']}/ ({sign_in})  "
        f"flower http://127.0.0.1:{ports['flower']}/  Ctrl-C stops everything",
        style="dim",
    )


def _picture(own: Services, live: Live, footer: Text) -> Callable[[], None]:
    return lambda: live.update(Group(picture(own), footer), refresh=True)


def _forgiving(act: Callable[[], None], out: Console) -> None:
    """A view that fails for a moment is no reason to stop what it shows."""
    try:
        act()
    except LtsysError as error:
        out.print(f"[yellow]![/] {error}")
