"""`lt up`: the whole system in the foreground."""

from pathlib import Path
from typing import Annotated

import typer

from ltsys.cli.output import console
from ltsys.cli.system import Start, foreground, keep_clock, resumed, until
from ltsys.embedded import default_data_dir
from ltsys.stack import World

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
            until(stack, seconds=None, every_s=_EVERY_S, then=lambda: keep_clock(start, stack))
    except KeyboardInterrupt:
        out.print("[green]✓[/] everything is stopped")
