"""`lt breakers`: what stops trading by itself, when, and what lets it go on."""

from typing import Annotated

import typer
from rich.markup import escape

from ltsys.checkup.ages import NOTHING, age
from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, confirm, who
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.cli.status import mode
from ltsys.domain.breaker import (
    RESULT_KINDS,
    Breaker,
    BreakerKind,
    BreakerRule,
    Resume,
    explained,
    loosens,
)
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import exact
from ltsys.usecases.clear_breaker import clear_breaker
from ltsys.usecases.set_breaker_rule import drop_breaker_rule, kept_rule, set_breaker_rule

_MOST = 200
_ALL = "all strategies"

app = typer.Typer(
    no_args_is_help=True,
    help="See and set what stops trading by itself, and clear what has tripped.",
)

Kind = Annotated[BreakerKind, typer.Argument(help="What is measured.")]
Strategy = Annotated[str | None, typer.Option(help="Of one strategy.")]
Everybody = Annotated[bool, typer.Option("--global", help="Of all strategies together.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command("list")
def list_breakers(
    ended: Annotated[bool, typer.Option("--all", help="Those that were cleared, too.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List what is tripped, with its cause and what resumes, and every rule."""
    own = attach(data_dir)
    rules = own.queries.breaker_rules()
    shown = [each for each in own.queries.breakers(_MOST) if ended or each.cleared_at is None]
    if as_json:
        print_json({"mode": mode(own), "breakers": shown, "rules": rules})
        return
    now = own.clock.wall()
    tripped = table(f"Breakers on {mode(own)}", "kind", "of", "tripped", "why", "cleared")
    for each in shown:
        tripped.add_row(
            each.kind,
            each.strategy_id or _ALL,
            age(each.tripped_at, now),
            escape(explained(each) if each.cleared_at is None else each.cause),
            _ending(each),
        )
    console().print(tripped)
    listed = table("Rules; there are no others", "kind", "of", "threshold", "window", "resumes")
    for rule in rules:
        listed.add_row(rule.kind, rule.strategy_id or _ALL, *_words(rule))
    console().print(listed)


@app.command("set")
def set_rule(
    kind: Kind,
    strategy: Strategy = None,
    everybody: Everybody = False,
    threshold: Annotated[
        str | None,
        typer.Option(
            help="A ratio (0.02 is 2 %); spread: dollars a share; latency: milliseconds; "
            "liquidity: dollars; losses: a count. A strategy's own losses and drawdown take "
            "its risk limits."
        ),
    ] = None,
    window: Annotated[int, typer.Option(help="Newest fills or answers to look at.")] = 1,
    resume: Annotated[Resume | None, typer.Option(help="Default: by_hand.")] = None,
    after: Annotated[int | None, typer.Option(help="Seconds until it resumes.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Drop the rule.")] = False,
    is_sure: Sure = False,
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Set when a breaker trips and what resumes; what lets more through asks for a word."""
    scope = _scope(strategy, everybody)
    rule = None if off else _rule(kind, scope, threshold, window, resume, after)
    own = attach(data_dir)
    if loosens(kept_rule(kind, scope, store=own.store), rule):
        question = f"{kind} of {scope or _ALL} on {mode(own)} will let more through."
        confirm(question, "loosen", is_sure=is_sure)
    if rule is None:
        drop_breaker_rule(kind, scope, by=who(operator), store=own.store)
    else:
        set_breaker_rule(rule, by=who(operator), store=own.store)
    if as_json:
        print_json({"rule": rule})
        return
    said = "has no rule any more" if rule is None else " · ".join(_words(rule))
    console().print(f"[green]✓[/] {kind} of {scope or _ALL} on {mode(own)}: {said}")


@app.command()
def clear(
    kind: Kind,
    reason: Annotated[str, typer.Option(help="Kept with the breaker for ever.")],
    strategy: Strategy = None,
    everybody: Everybody = False,
    is_sure: Sure = False,
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """End a tripped breaker now; limits stay, and new news may trip it again."""
    scope = _scope(strategy, everybody)
    if not reason.strip():
        raise SettingsError("--reason: say why")
    own = attach(data_dir)
    question = f"Trading goes on, on {mode(own)}, as far as {kind} of {scope or _ALL} stopped it."
    confirm(question, "clear", is_sure=is_sure)
    ended = clear_breaker(kind, scope, by=who(operator), because=reason.strip(), store=own.store)
    if as_json:
        print_json(ended)
    else:
        console().print(f"[green]✓[/] {kind} of {scope or _ALL} on {mode(own)} is cleared")


def _scope(strategy: str | None, everybody: bool) -> StrategyId | None:
    if (strategy is None) is not everybody:
        raise SettingsError("say one of --strategy and --global")
    return None if strategy is None else StrategyId(strategy)


def _rule(
    kind: BreakerKind,
    scope: StrategyId | None,
    threshold: str | None,
    window: int,
    resume: Resume | None,
    after: int | None,
) -> BreakerRule:
    """Raises SettingsError with the reason for what makes no sense (LESSONS L39)."""
    try:
        limit = None if threshold is None else exact(threshold)
        is_run = kind is BreakerKind.CONSECUTIVE_LOSSES and limit is not None
        return BreakerRule(
            kind=kind,
            strategy_id=scope,
            threshold=limit,
            window=int(limit) if is_run and limit is not None else window,
            resume=resume or (Resume.BY_HAND if after is None else Resume.AFTER_A_TIME),
            resume_after_s=after,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _words(rule: BreakerRule) -> tuple[str, str, str]:
    own = "its risk limit" if rule.kind in RESULT_KINDS else NOTHING
    wait = "" if rule.resume_after_s is None else f": {rule.resume_after_s} s"
    threshold = own if rule.threshold is None else f"{rule.threshold:f}"
    return threshold, f"{rule.window}", f"{rule.resume}{wait}"


def _ending(breaker: Breaker) -> str:
    if breaker.cleared_at is None:
        return NOTHING
    return escape(f"by {breaker.cleared_by}: {breaker.cleared_because}")
