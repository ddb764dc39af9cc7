"""`lt risk`: why orders are denied, and what other limits would have done."""

from typing import Annotated

import typer
from rich.markup import escape

from ltsys.checkup.ages import NOTHING
from ltsys.cli.environment import attach
from ltsys.cli.orders import known_strategy
from ltsys.cli.output import AsJson, DataDir, console, dollars, print_json, signed, table
from ltsys.domain.denial import MEANINGS, Denial, DenialCode
from ltsys.domain.live_order import Plan
from ltsys.domain.rule_values import parse_rule, rule_names
from ltsys.domain.what_if import Compared, Kind
from ltsys.usecases.explain_decision import said
from ltsys.usecases.preview_risk import Preview, preview_risk

app = typer.Typer(
    no_args_is_help=True, help="Why orders are denied, and what other limits would have done."
)

_WORDS = {
    Kind.SAME: "same answer",
    Kind.NEWLY_ALLOWED: "denied → allowed",
    Kind.NEWLY_DENIED: "allowed → denied",
    Kind.PLANNED_OTHERWISE: "another price or size",
    Kind.DENIED_OTHERWISE: "denied for another reason",
    Kind.BOUGHT_BEFORE: "bought by an earlier attempt",
    Kind.UNTOLD: "cannot be told",
}


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


@app.command()
def preview(
    strategy: Annotated[str, typer.Argument(help="As `lt strategies list` shows it.")],
    changes: Annotated[
        list[str],
        typer.Option("--set", help=f"NAME=VALUE, or NAME=none. Names: {', '.join(rule_names())}."),
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="How far back.")] = 7,
    limit: Annotated[int, typer.Option(min=0, help="Show at most so many differences.")] = 50,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show which signals other rules would have allowed or denied, and the P&L effect.

    Re-runs the kept decisions one after another; nothing is changed. An order that would not
    have been there loses its own result and leaves its money free for later ones; a new one is
    filled from the book that its decision saw, pays the market's fee, ends as its FT order did,
    and uses up money and limits until then.

    Approximations: orders fill at once, and a new one takes nothing off the book for others. An
    FT order that its leader sold counts at that price. Halts, pauses and all breakers but losses
    and drawdown stay as they were; a breaker that only the new rules trip stays tripped. What a
    rule needs to know must have been read at the time. docs/what-if.md has the rest.
    """
    asked = dict(parse_rule(text) for text in changes)
    own = attach(data_dir)
    chosen = known_strategy(strategy, own.queries.strategies())
    found = preview_risk(chosen, asked, days=days, store=own.store, clock=own.clock)
    if as_json:
        print_json(_facts(found))
    else:
        _show(found, limit)


def _facts(found: Preview) -> dict[str, object]:
    return {
        "strategy_id": found.strategy_id,
        "since": found.since,
        "changes": found.changes,
        "decisions": len(found.rows),
        "allowed_before": found.allowed_before,
        "allowed_after": found.allowed_after,
        "counts": found.counts,
        "effect_usd": found.effect,
        "unresolved": found.unresolved_count,
        "by_code": found.by_code_count,
        "unreadable": found.unreadable_count,
        "differences": [_row_facts(row) for row in found.rows if row.kind is not Kind.SAME],
    }


def _row_facts(row: Compared) -> dict[str, object]:
    return {
        "lt_order_id": row.lt_order_id,
        "attempt": row.attempt,
        "decided_at": row.decided_at,
        "title": row.title,
        "token_label": row.token_label,
        "signal_price": row.signal_price,
        "signal_size_usd": row.signal_size,
        "kind": row.kind,
        "was": row.was,
        "would_be": row.would_be,
        "was_net_usd": row.was_net,
        "would_net_usd": row.would_net,
        "effect_usd": row.effect,
    }


def _show(found: Preview, limit: int) -> None:
    out = console()
    rules = ", ".join(f"{name}={_shown(value)}" for name, value in found.changes.items())
    out.print(f"[bold]{found.strategy_id}[/] since {found.since:%Y-%m-%d %H:%M} UTC, with {rules}")
    differing = [row for row in found.rows if row.kind is not Kind.SAME]
    shown = table("Differences", "decided", "market", "size", "was", "would be", "effect")
    for row in differing[:limit]:
        market = escape(f"{row.token_label}, {row.title}")
        was, would = escape(_short(row.was)), escape(_short(row.would_be))
        size, effect = f"{row.signal_size}", signed(row.effect)
        shown.add_row(f"{row.decided_at:%m-%d %H:%M:%S}", market, size, was, would, effect)
    if differing:
        out.print(shown)
    if len(differing) > limit:
        out.print(f"and {len(differing) - limit} more; --limit or --json shows them")
    for kind, count in found.counts.items():
        if count:
            out.print(f"{count:>7}  {_WORDS[kind]}")
    out.print(
        f"{found.allowed_after} instead of {found.allowed_before} of {len(found.rows)} allowed; "
        f"the effect on results is {signed(found.effect) or dollars(None)}, fees included"
    )
    _show_doubts(found)


def _show_doubts(found: Preview) -> None:
    """What the sum leaves out, and what is not the rules' doing."""
    out = console()
    if found.unresolved_count:
        out.print(f"{found.unresolved_count} differences are not resolved yet, and not in the sum")
    if found.by_code_count:
        out.print(
            f"[yellow]![/] {found.by_code_count} would be decided otherwise by today's code under "
            "the old rules, too: `lt orders explain` shows how"
        )
    if found.unreadable_count:
        out.print(f"[yellow]![/] {found.unreadable_count} are kept by another version; left out")


def _short(verdict: Plan | Denial | None) -> str:
    return NOTHING if verdict is None else said(verdict)


def _shown(value: object) -> str:
    return "none" if value is None else str(value)
