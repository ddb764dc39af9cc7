"""`lt strategies stage`, `promote`, `demote`, and the changes that wait: towards real money."""

from decimal import Decimal
from typing import Annotated

import typer
from rich.markup import escape

from ltsys.bootstrap import Services
from ltsys.checkup.ages import NOTHING
from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, who
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.cli.status import mode
from ltsys.domain.change import PendingChange
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd, exact
from ltsys.domain.stage import Stage
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.promote import demote as demote_strategy
from ltsys.usecases.promote import request_promotion
from ltsys.usecases.request_change import confirm_change, withdraw_change
from ltsys.usecases.stage_view import StageView, stage_view

StrategyArgument = Annotated[str, typer.Argument(help="As `lt strategies list` shows it.")]
Typed = Annotated[
    str,
    typer.Option("--confirm", help="The strategy's whole id, typed: it is meant to raise risk."),
]
Cap = Annotated[
    str | None,
    typer.Option(help="Dollars in positions and working orders; canary and ramp need it."),
]
ChangeArgument = Annotated[int, typer.Argument(help="As `lt strategies changes` shows it.")]
Reason = Annotated[str, typer.Option(help="Stands beside what was done.")]


def add_commands(app: typer.Typer) -> None:
    """The commands of this file, among those of strategies."""
    app.command("stage")(stage)
    app.command("promote")(promote)
    app.command("demote")(demote)
    app.command("changes")(changes)
    app.command("confirm")(confirm)
    app.command("withdraw")(withdraw)


def stage(strategy: StrategyArgument, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show where a strategy stands, and each check of its next step with value and limit."""
    own = attach(data_dir)
    view = stage_view(StrategyId(strategy), oversight=own.oversight)
    if as_json:
        print_json({"mode": mode(own), "may_climb": view.may_climb, **_facts(view)})
        return
    _show(view, own)


def promote(
    strategy: StrategyArgument,
    typed: Typed = "",
    cap: Cap = None,
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Let a strategy go on to the next stage, once the cooling-off time is over.

    Every check of `lt strategies stage` must be passed, now and again when the time has come.
    """
    own = attach(data_dir)
    change = request_promotion(
        StrategyId(strategy),
        cap=_dollars(cap),
        by=who(operator),
        typed=typed,
        oversight=own.oversight,
    )
    apply_changes(oversight=own.oversight)
    _say(change, own, as_json=as_json)


def demote(
    strategy: StrategyArgument,
    to: Annotated[Stage, typer.Option(help="A lower stage.")] = Stage.SHADOW,
    cap: Cap = None,
    reason: Reason = "by the operator",
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Send a strategy back at once; real orders that work go on to their end."""
    own, name = attach(data_dir), StrategyId(strategy)
    demote_strategy(
        name, to, by=who(operator), why=reason, oversight=own.oversight, cap=_dollars(cap)
    )
    view = stage_view(name, oversight=own.oversight)
    if as_json:
        print_json({"mode": mode(own), "may_climb": view.may_climb, **_facts(view)})
        return
    console().print(f"[green]✓[/] {strategy} on {mode(own)} stands at {view.standing}")


def changes(
    strategy: Annotated[str | None, typer.Argument(help="Of one strategy; else of all.")] = None,
    ended: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List changes that wait for their time, or for their owner's word."""
    own = attach(data_dir)
    name = None if strategy is None else StrategyId(strategy)
    with own.store.reading() as tx:
        rows = tx.changes(name, only_open=not ended)
    if as_json:
        print_json(rows)
        return
    made = table(
        f"Changes on {mode(own)}", "change", "strategy", "what", "by", "takes effect", "status"
    )
    for row in rows:
        at = row.request.effective_at
        made.add_row(
            f"{row.change_id}",
            row.request.strategy_id,
            escape(str(row.request)),
            escape(row.request.requested_by),
            f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else NOTHING,
            escape(row.status if row.why is None else f"{row.status}: {row.why}"),
        )
    console().print(made)


def confirm(
    change: ChangeArgument,
    typed: Typed = "",
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Take a proposed change over; it takes effect after its cooling-off time."""
    own = attach(data_dir)
    confirmed = confirm_change(change, by=who(operator), typed=typed, oversight=own.oversight)
    apply_changes(oversight=own.oversight)
    _say(confirmed, own, as_json=as_json)


def withdraw(
    change: ChangeArgument,
    reason: Reason = "by the operator",
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Take a change back before it takes effect."""
    own = attach(data_dir)
    ended = withdraw_change(change, by=who(operator), why=reason, oversight=own.oversight)
    _say(ended, own, as_json=as_json)


def sentence(change: PendingChange) -> str:
    """What became of a change, or when it will take effect."""
    request = change.request
    name = f"change {change.change_id}, {request.strategy_id}: {request}"
    if not change.is_open:
        return f"{name}, is {change.status}: {change.why}"
    if request.effective_at is None:
        return f"{name}, waits for `lt strategies confirm {change.change_id}`"
    at = f"{request.effective_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{name}, takes effect at {at}; `lt strategies withdraw {change.change_id}` stops it"


def _say(change: PendingChange, own: Services, *, as_json: bool) -> None:
    with own.store.reading() as tx:
        now = tx.change(change.change_id) or change
    if as_json:
        print_json({"mode": mode(own), "change": now})
    else:
        console().print(f"[green]✓[/] on {mode(own)}: {escape(sentence(now))}")


def _facts(view: StageView) -> dict[str, object]:
    return {
        "strategy_id": view.strategy_id,
        "standing": view.standing,
        "since": view.since,
        "next_stage": view.next_stage,
        "checks": view.checks,
        "waiting": view.waiting,
        "steps": view.steps,
    }


def _show(view: StageView, own: Services) -> None:
    out = console()
    climb = " → ".join(f"[{each}]" if each is view.standing.stage else each for each in Stage)
    since = f"{view.since:%Y-%m-%d %H:%M} UTC"
    out.print(escape(f"{view.strategy_id} on {mode(own)}: {climb}, {view.standing} since {since}"))
    if view.next_stage is not None:
        made = table(f"To {view.next_stage}", "", "check", "found", "asked for")
        for check in view.checks:
            mark = "[green]✓[/]" if check.is_passed else "[red]✗[/]"
            made.add_row(mark, check.name, escape(check.value), check.limit)
        out.print(made)
    if view.waiting is not None:
        out.print(escape(sentence(view.waiting)))
    history = table("Steps", "at", "from", "to", "by", "cause")
    for step in view.steps:
        at, before = f"{step.at:%Y-%m-%d %H:%M:%S}", step.before or NOTHING
        history.add_row(at, before, str(step.after), escape(step.by), escape(step.cause))
    out.print(history)


def _dollars(text: str | None) -> Usd | None:
    if text is None:
        return None
    try:
        amount = exact(text.removeprefix("$").replace(",", ""))
    except ValueError:
        raise SettingsError(f"--cap: {text!r} is not an amount of dollars") from None
    if amount <= Decimal(0):
        raise SettingsError(f"--cap: {amount} is not above $0.00")
    return Usd(amount)
