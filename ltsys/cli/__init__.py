"""`lt`: one file a noun. Every command has --help; what scripts read comes with --json."""

import sys

import typer
from rich.console import Console

from ltsys.cli import bench, replay, sim
from ltsys.domain.errors import LtsysError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Run forward-test wallets and mirror them as live strategies on Polymarket.",
    pretty_exceptions_enable=False,
)
app.command("replay")(replay.replay)
app.command("bench")(bench.bench)
app.command("sim", context_settings=sim.CONTEXT)(sim.sim)


def main() -> None:
    """The command line. What is wrong is said in one sentence, without a traceback."""
    try:
        app()
    except LtsysError as error:
        Console(stderr=True).print(f"[red]✗[/] {error}", highlight=False)
        sys.exit(1)
