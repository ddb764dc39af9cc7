"""`lt risk`: why orders are denied."""

import typer

from ltsys.cli.output import AsJson, console, print_json, table
from ltsys.domain.denial import MEANINGS, DenialCode

app = typer.Typer(no_args_is_help=True, help="Why orders are denied.")


@app.callback()
def risk() -> None:
    """Why orders are denied."""


@app.command()
def codes(as_json: AsJson = False) -> None:
    """List every code of a denial, in the order in which the checks are made."""
    if as_json:
        print_json([{"code": code.value, "meaning": MEANINGS[code]} for code in DenialCode])
        return
    made = table("Denials, in the order of the checks", "", "code", "meaning", right=("",))
    for number, code in enumerate(DenialCode, start=1):
        made.add_row(str(number), code.value, MEANINGS[code])
    console().print(made)
