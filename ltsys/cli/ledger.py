"""`lt ledger`: whether the books are right, and how they came to be what they are."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from ltsys.bootstrap import Services
from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, print_json, signed, table
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.ledger import Account
from ltsys.ports.queries import LedgerReport, PostingRow
from ltsys.usecases.explain_ledger import Step, explain

_BUCKETS = (Account.AVAILABLE, Account.RESERVED, Account.POSITION, Account.SETTLING)
_OTHERS = (Account.REALIZED_PNL, Account.FEES)

app = typer.Typer(no_args_is_help=True, help="Check the books, and read them.")


@app.command()
def verify(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Compare every kept amount with the rows it follows from; exit 1 when any cent differs."""
    report = attach(data_dir).queries.ledger()
    if as_json:
        print_json({"is_right": report.is_right, "report": report})
    else:
        _show(report)
    if not report.is_right:
        raise typer.Exit(1)


@app.command()
def board(
    write: Annotated[
        bool, typer.Option("--write", help="Compute what differs anew, after showing it.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Compare what the dashboard's table keeps with the orders; exit 1 when a number differs."""
    keeping = attach(data_dir).board_keeping
    drifts = keeping.drifts()
    if as_json:
        print_json({"is_right": not drifts, "drifts": drifts})
    elif drifts:
        shown = table("Kept numbers that differ", "name", "number", "kept", "computed")
        for each in drifts:
            shown.add_row(each.name, each.what, each.kept or "–", each.computed or "–")
        console().print(shown)
    else:
        console().print("Every kept number of the board follows from its orders.")
    if drifts and write:
        keeping.forget(frozenset(each.name for each in drifts))
        while keeping.keep():
            pass
    elif drifts:
        raise typer.Exit(1)


@app.command("explain")
def explain_books(
    whose: Annotated[str, typer.Argument(metavar="STRATEGY|ORDER", help="LT_… or lto_…")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Print each posting in order, with its cause in words and the balances after it."""
    steps = explain(_postings(whose, attach(data_dir)))
    if as_json:
        print_json([_facts(step) for step in steps])
    else:
        print_steps(whose, steps)


def print_steps(whose: str, steps: Sequence[Step]) -> None:
    """The postings as a table; the balances are those of what is shown, from the first on."""
    names = tuple(account.value for account in (*_BUCKETS, *_OTHERS))
    shown = table(f"Ledger of {whose}", "time", "kind", "why", *names, right=names)
    for step in steps:
        cells = [signed(getattr(step.balances, name)) for name in names]
        book = "" if step.row.book.value == "live" else f" [{step.row.book}]"
        moment = f"{step.row.at:%m-%d %H:%M:%S}"
        shown.add_row(moment, step.row.kind + escape(book), escape(step.words), *cells)
    console().print(shown)


def _facts(step: Step) -> dict[str, object]:
    row = step.row
    return {
        "at": row.at,
        "book": row.book.value,
        "cause": row.cause,
        "kind": row.kind.value,
        "lt_order_id": row.lt_order_id,
        "why": step.words,
        "amounts": row.amounts,
        "balances": step.balances,
    }


def _postings(whose: str, own: Services) -> tuple[PostingRow, ...]:
    """Raises SettingsError for a name that nobody knows (LESSONS L54)."""
    found = own.queries.order(LtOrderId(whose))
    if found is not None:
        return found.postings
    if whose in {row.strategy.strategy_id for row in own.queries.strategies()}:
        return own.queries.postings(StrategyId(whose))
    raise SettingsError(f"there is neither a strategy nor an order {whose}")


def _show(report: LedgerReport) -> None:
    out = console()
    mark = "[green]✓[/]" if report.is_right else "[red]✗[/]"
    out.print(
        f"{mark} {report.entry_count:,} entries of {report.strategy_count:,} strategies: "
        f"{len(report.drifts)} balances drifted, {len(report.unbalanced)} postings unbalanced, "
        f"{len(report.mismatches)} amounts do not follow from their rows"
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
    if report.mismatches:
        shown = table("Kept amounts that differ", "strategy", "what", "kept", "computed")
        for each in report.mismatches:
            numbers = (f"{each.kept.amount:f}", f"{each.computed.amount:f}")
            shown.add_row(each.strategy_id, each.what, *numbers)
        out.print(shown)
