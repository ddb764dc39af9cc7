"""`lt alerts`: what a person has to know, and that somebody has seen it."""

from typing import Annotated

import typer
from rich.markup import escape

from ltsys.checkup.ages import age
from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, who
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.cli.status import mode
from ltsys.domain.errors import SettingsError
from ltsys.usecases.clear_alert import clear_alert

_COLORS = {"critical": "bold red", "warning": "yellow", "info": "dim"}

app = typer.Typer(no_args_is_help=True, help="See what a person has to know.")


@app.command("list")
def list_alerts(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List open alerts, the most severe first."""
    own = attach(data_dir)
    rows = own.queries.alerts()
    if as_json:
        print_json(rows)
        return
    wall = own.clock.wall()
    shown = table(
        f"Open alerts on {mode(own)}", "severity", "key", "since", "last", "times", "what"
    )
    for row in rows:
        severity = row.alert.severity.value
        shown.add_row(
            f"[{_COLORS[severity]}]{severity}[/]",
            row.alert.key,
            age(row.first_at, wall),
            age(row.last_at, wall),
            f"{row.count}",
            escape(row.alert.text),
        )
    console().print(shown)


@app.command()
def clear(
    key: Annotated[str, typer.Argument(help="As `lt alerts list` shows it.")],
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Say that an alert was seen to; a condition that lasts raises it again."""
    own = attach(data_dir)
    if not clear_alert(key, who(operator), store=own.store):
        raise SettingsError(f"there is no open alert {key}")
    if as_json:
        print_json({"cleared": key})
    else:
        console().print(f"[green]✓[/] {key} on {mode(own)} is cleared")
