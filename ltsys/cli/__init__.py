"""`lt`: one file a noun. Every command has --help; what scripts read comes with --json."""

import sys

import typer
from rich.console import Console
from rich.markup import escape

from ltsys.cli import (
    alerts,
    bench,
    breakers,
    demo,
    doctor,
    drill,
    force_test,
    halts,
    keys,
    ledger,
    orders,
    reconcile,
    replay,
    risk,
    sim,
    status,
    strategies,
    stream,
    tokens,
    up,
    users,
    wallets,
)
from ltsys.domain.errors import LtsysError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Run forward-test wallets and mirror them as live strategies on Polymarket.",
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("halt")(halts.halt)
app.command("resume")(halts.resume)
app.command("halts")(halts.halts)
app.command("stream")(stream.stream)
app.add_typer(strategies.app, name="strategies")
app.add_typer(orders.app, name="orders")
app.add_typer(wallets.app, name="wallets")
app.add_typer(ledger.app, name="ledger")
app.add_typer(risk.app, name="risk")
app.add_typer(reconcile.app, name="reconcile")
app.add_typer(alerts.app, name="alerts")
app.add_typer(users.app, name="users")
app.add_typer(tokens.app, name="tokens")
app.add_typer(breakers.app, name="breakers")
app.add_typer(keys.app, name="keys")
app.command("force-test")(force_test.force_test)
app.command("bench")(bench.bench)
app.command("drill")(drill.drill)
app.command("replay")(replay.replay)
app.command("sim", context_settings=sim.CONTEXT)(sim.sim)


def main() -> None:
    """The command line. What is wrong is said in one sentence, without a traceback."""
    try:
        app()
    except LtsysError as error:
        Console(stderr=True).print(
            f"[red]✗[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        sys.exit(1)
