"""`lt reconcile`: compare the books with the venue now, and rule on what differs."""

from typing import Annotated

import typer
from rich.markup import escape

from ltsys.bootstrap import Services
from ltsys.cli import comparisons
from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, confirm, who
from ltsys.cli.output import AsJson, DataDir, console, print_json
from ltsys.cli.status import mode
from ltsys.domain.reconciliation import Finding, Result
from ltsys.ports.reconciliation import KeptReconciliation
from ltsys.usecases.accept_finding import accept_finding
from ltsys.usecases.reconcile import reconcile
from ltsys.usecases.resolve_order import Word

app = typer.Typer(help="Compare the books with the venue, and rule on what differs.")


@app.callback(invoke_without_command=True)
def compare(context: typer.Context, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Compare orders, fills, cash and positions with the venue; exit 1 unless they agree."""
    if context.invoked_subcommand is not None:
        return
    own = attach(data_dir)
    made = reconcile(desk=own.desk)
    kept = _kept(own)
    if as_json:
        print_json(comparisons.facts_of(kept))
    else:
        _show(kept, own)
    if made.result is not Result.CLEAN:
        raise typer.Exit(1)


@app.command()
def accept(
    finding: Annotated[int, typer.Argument(help="Its number, as `lt reconcile` shows it.")],
    reason: Annotated[str, typer.Option(help="Why; written beside what was accepted.")],
    operator: Operator = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Say that a difference is right, such as a deposit of yours; no money is booked by it."""
    own = attach(data_dir)
    confirm(f"{mode(own)}: {_named(finding, own)}.", "accept", is_sure=yes)
    accepted = accept_finding(finding, Word(operator=who(operator), reason=reason), desk=own.desk)
    console().print(f"[green]✓[/] {mode(own)}: accepted: {escape(str(accepted))}")


def _kept(own: Services) -> KeptReconciliation:
    """The newest of our wallet, which may be a tick's that came after ours."""
    wallet = own.desk.account
    return next(
        each for each in own.queries.reconciled().last if each.reconciliation.wallet == wallet
    )


def _named(finding_id: int, own: Services) -> str:
    """What is to be accepted, in words; whether it can be is decided later."""
    known: dict[int, Finding] = {
        each.finding_id: each.finding
        for kept in own.queries.reconciled().last
        for each in kept.findings
    }
    return str(known.get(finding_id, f"finding {finding_id}"))


def _show(kept: KeptReconciliation, own: Services) -> None:
    out, made = console(), kept.reconciliation
    mark = "[green]✓[/]" if made.result is Result.CLEAN else "[red]✗[/]"
    counts = made.counts
    out.print(
        f"{mark} {mode(own)}: {made.wallet} is {made.result}: {counts.orders} open orders, "
        f"{counts.trades} trades, {counts.tokens} tokens, cash {made.cash or 'unknown'}, "
        f"{counts.corrections} corrected"
    )
    if made.why:
        out.print(f"  {escape(made.why)}")
    if kept.findings:
        out.print(comparisons.findings(kept))
