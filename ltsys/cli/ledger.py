"""`lt ledger`: whether the books are right."""

import typer

from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.ports.queries import LedgerReport

app = typer.Typer(no_args_is_help=True, help="Check the books.")


@app.callback()
def ledger() -> None:
    """Check the books."""


@app.command()
def verify(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Compare kept balances with the sums of their entries; exit 1 when any cent differs."""
    report = attach(data_dir).queries.ledger()
    is_right = not (report.drifts or report.unbalanced)
    if as_json:
        print_json({"is_right": is_right, "report": report})
    else:
        _show(report)
    if not is_right:
        raise typer.Exit(1)


def _show(report: LedgerReport) -> None:
    out = console()
    mark = "[red]✗[/]" if report.drifts or report.unbalanced else "[green]✓[/]"
    out.print(
        f"{mark} {report.entry_count:,} entries of {report.strategy_count:,} strategies: "
        f"{len(report.drifts)} balances drifted, {len(report.unbalanced)} postings unbalanced"
    )
    if report.drifts:
        shown = table("Kept balances that differ", "strategy", "account", "kept", "booked")
        for drift in report.drifts:
            numbers = (f"{drift.kept.amount:f}", f"{drift.booked.amount:f}")
            shown.add_row(drift.strategy_id, drift.account.value, *numbers)
        out.print(shown)
    if report.unbalanced:
        shown = table("Postings that do not sum to zero", "strategy", "cause", "kind", "sum")
        for posting in report.unbalanced:
            total = f"{posting.total.amount:f}"
            shown.add_row(posting.strategy_id, posting.cause, posting.kind.value, total)
        out.print(shown)
