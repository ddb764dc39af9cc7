"""A decision for people: its checks in order, its answer, and whether it is still the answer."""

from rich.markup import escape

from ltsys.cli.output import console, table
from ltsys.usecases.explain_decision import Explanation


def show_decision(made: Explanation) -> None:
    """One decision; what differs from it today stands in red."""
    out = console()
    when = f"{made.decided_at:%Y-%m-%d %H:%M:%S} UTC"
    out.print(f"[bold]Attempt {made.attempt}[/], decided at {when}, venue time")
    shown = table("Checks", "", "code", "what it saw")
    for check in made.checks:
        mark = "[green]✓[/]" if check.is_met else "[red]✗[/]"
        shown.add_row(mark, check.code, escape(check.text))
    out.print(shown)
    out.print(escape(made.answer[:1].upper() + made.answer[1:]))
    if made.difference is None:
        out.print("[green]✓[/] decided again by this code: the same answer, byte for byte")
    else:
        out.print(f"[bold red]✗ DECIDED AGAIN, IT DIFFERS:[/] {escape(made.difference)}")


def decision_facts(made: Explanation) -> dict[str, object]:
    """One decision as JSON; `kept` has the two texts as they are stored."""
    return {
        "attempt": made.attempt,
        "decided_at": made.decided_at,
        "answer": made.answer,
        "is_same": made.is_same,
        "difference": made.difference,
        "checks": made.checks,
        "kept": made.kept,
    }
