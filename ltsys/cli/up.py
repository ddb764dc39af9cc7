"""`lt up`: the whole system in the foreground."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ltsys.bootstrap import Services
from ltsys.cli.output import console
from ltsys.cli.system import Start, foreground, keep_clock, resumed, until
from ltsys.embedded import default_data_dir
from ltsys.settings import load
from ltsys.stack import Stack, World
from ltsys.usecases.open_account import OWNER, first_link

_EVERY_S = 2.0


def up(
    data_dir: Annotated[
        Path | None, typer.Option(help="Where everything is kept. Default: LTSYS_DATA_DIR/up.")
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.001, max=1000, help="Simulated seconds a real second.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the invented world.")] = 1,
    recording: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Play this folder instead."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Of the web page. Default: a free one.")
    ] = None,
) -> None:
    """Run servers, simulator and all processes until Ctrl-C; the same folder goes on as it was."""
    start = Start(
        data_dir=(data_dir or default_data_dir() / "up").expanduser().absolute(),
        world=World(recording=recording, seed=seed, speed=speed),
        port=port,
    )
    out = console()
    try:
        with foreground(resumed(start), out) as stack:
            _offer_account(stack, out)
            until(stack, seconds=None, every_s=_EVERY_S, then=lambda: keep_clock(start, stack))
    except KeyboardInterrupt:
        out.print("[green]✓[/] everything is stopped")


def _offer_account(stack: Stack, out: Console) -> None:
    """While nobody can sign in: where the first of them sets a password, once, within an hour."""
    os.environ.update({k: v for k, v in stack.environment.items() if k.startswith("LTSYS_")})
    own = Services(load())
    with own.database:
        code = first_link(entrance=own.entrance)
    if code is not None:
        url = f"http://127.0.0.1:{stack.processes.ports['web']}/set-up#{code}"
        out.print(f"  set the password of {OWNER}, once, at {url}", soft_wrap=True)
