"""`lt sim`: Polymarket in a box, as a server of its own."""

import typer

from ltsys.simulator import main as simulate

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def sim(context: typer.Context) -> None:
    """Run the venue's simulator; `lt sim --help` lists its options."""
    raise typer.Exit(simulate(context.args))
