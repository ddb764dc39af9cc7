"""`lt halt`, `lt resume`, `lt halts`: stop trading at once, and let it go on with a reason."""

from dataclasses import replace
from typing import Annotated

import psycopg
import typer
from rich.markup import escape

from ltsys.bootstrap import Services, services
from ltsys.checkup.ages import NOTHING, age
from ltsys.checkup.standing_halts import MOST, file_halts, standing
from ltsys.cli.canceling import Canceling, cancel_everything, cancel_row_by_row
from ltsys.cli.environment import attach, settle_environment
from ltsys.cli.operator_word import Operator, confirm, who
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.cli.status import mode
from ltsys.domain.errors import SettingsError
from ltsys.domain.halt import Halt, HaltKind, HaltScope, KeptHalt, Lifting, new_halt
from ltsys.domain.ids import HaltId
from ltsys.ports.queries import StoreUnavailableError
from ltsys.usecases.halt import aimed, halt_everybody, record_halt
from ltsys.usecases.resume import resume as lift

_ONLY_GLOBAL = "only --global works without the database"

Everybody = Annotated[bool, typer.Option("--global", help="Everybody, by a file of this machine.")]
User = Annotated[str | None, typer.Option(help="Every strategy of a user.")]
Strategy = Annotated[str | None, typer.Option(help="One strategy.")]
Leader = Annotated[str | None, typer.Option(help="Signals of one leader, by the whole address.")]
Why = Annotated[str, typer.Option(help="Kept for ever, and shown beside every refusal.")]


def halt(
    reason: Why,
    everybody: Everybody = False,
    user: User = None,
    strategy: Strategy = None,
    leader: Leader = None,
    kind: Annotated[
        HaltKind,
        typer.Option(
            help="pause: signals wait. stop-entries: they are denied. kill: as stop-entries, and "
            "every working order is canceled; with --global that is all of the account's."
        ),
    ] = HaltKind.KILL,
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Stop trading. --global needs neither the database nor the broker."""
    scope, target = _whom(everybody, user, strategy, leader)
    by, why = who(operator), _reason(reason)
    own = _services(scope, data_dir)
    if scope is HaltScope.GLOBAL:
        made = halt_everybody(kind, by=by, reason=why, halt_file=own.halt_file, clock=own.clock)
    else:
        target = aimed(scope, target, queries=own.queries)
        made = new_halt(scope, target, kind, by=by, reason=why, since=own.clock.wall())
    problem = _recorded(made, own)
    if problem and scope is not HaltScope.GLOBAL:
        raise SettingsError(f"nothing was halted: {problem}; {_ONLY_GLOBAL}")
    _told(made, _canceled(made, own, is_recorded=problem is None), problem, own, as_json=as_json)


def _services(scope: HaltScope, data_dir: DataDir) -> Services:
    if scope is HaltScope.GLOBAL:
        _settle(data_dir)
        return services()
    try:
        return attach(data_dir)
    except StoreUnavailableError as error:
        raise SettingsError(f"nothing was halted: {error}; {_ONLY_GLOBAL}") from error


def _settle(data_dir: DataDir) -> None:
    """A halt file that is named is enough: whatever else runs, or not."""
    try:
        settle_environment(data_dir)
    except SettingsError:
        if services().settings.halt_file is None:
            services.cache_clear()
            raise


def _recorded(made: Halt, own: Services) -> str | None:
    """None once the row is there, else what prevented it; asked first, for that fails fast."""
    try:
        own.queries.schema_version()
        record_halt(made, store=own.store)
    except (StoreUnavailableError, SettingsError) as error:
        return str(error)
    except psycopg.OperationalError:
        return "the database was lost while the halt was written down"
    return None


def _canceled(made: Halt, own: Services, *, is_recorded: bool) -> Canceling:
    done = Canceling()
    if made.kind is not HaltKind.KILL:
        return done
    if made.scope is HaltScope.GLOBAL:
        done = cancel_everything(own, is_recorded=is_recorded)
    if not is_recorded:
        return done
    try:
        return replace(done, working=cancel_row_by_row(made.halt_id, own))
    except (SettingsError, psycopg.OperationalError) as error:
        # the halt stands; a worker's sweep goes on with it
        why = str(error) if isinstance(error, SettingsError) else "the database was lost"
        return replace(done, problem=done.problem or f"its orders were not asked about: {why}")


def _told(
    made: Halt, done: Canceling, problem: str | None, own: Services, *, as_json: bool
) -> None:
    is_over = not (done.left or done.working or done.problem)
    if as_json:
        facts = {"halt": made, "mode": mode(own), "is_recorded": problem is None}
        print_json({**facts, "canceling": done, "is_over": is_over})
    else:
        _show(made, done, problem, own)
    if not is_over:
        raise typer.Exit(1)


def _show(made: Halt, done: Canceling, problem: str | None, own: Services) -> None:
    out = console()
    out.print(f"[green]✓[/] halted on {mode(own)}: {escape(str(made))}")
    if problem is not None:
        out.print(
            f"[yellow]![/] it stands in {own.settings.halt_file} alone: {escape(problem)}; a "
            "worker writes it down once the database is back"
        )
    if made.kind is not HaltKind.KILL:
        return
    if made.scope is HaltScope.GLOBAL:
        out.print(f"[green]✓[/] the venue canceled {len(done.canceled)} orders")
    for order_id in done.left:
        out.print(f"[red]✗[/] the venue still works {order_id}")
    if done.problem:
        out.print(f"[red]✗[/] {escape(done.problem)}; run `lt halt` again")
    for order in done.working:
        out.print(f"[yellow]![/] {order} has not ended yet; it is asked about until it has")


def resume(
    reason: Why,
    halt_id: Annotated[str | None, typer.Argument(help="As `lt halts` shows it.")] = None,
    everybody: Everybody = False,
    user: User = None,
    strategy: Strategy = None,
    leader: Leader = None,
    even_if_working: Annotated[
        bool, typer.Option(help="Also while an order works that a kill was to cancel.")
    ] = False,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Lift a halt, or every halt over the same; its row stays, with who lifted it and why."""
    own = attach(data_dir)
    if halt_id is None:
        scope, target = _whom(everybody, user, strategy, leader)
        chosen = [h for h in standing(own) if (h.scope, h.target) == (scope, target)]
    else:
        chosen = [h for h in standing(own) if h.halt_id == halt_id]
    if not chosen:
        raise SettingsError("no such halt stands; see `lt halts`")
    said = "; ".join(map(str, chosen))
    confirm(f"Trading goes on, on {mode(own)}, without the {said}.", "resume", is_sure=is_sure)
    lifting = Lifting(by=who(operator), reason=_reason(reason), at=own.clock.wall())
    for each in chosen:
        lift(
            each.halt_id,
            lifting,
            even_if_working=even_if_working,
            store=own.store,
            halt_file=own.halt_file,
        )
    if as_json:
        print_json({"lifted": chosen, "lifting": lifting, "standing": standing(own)})
        return
    for each in chosen:
        console().print(f"[green]✓[/] lifted on {mode(own)}: {escape(str(each))}")


def halts(
    everything: Annotated[bool, typer.Option("--all", help="Lifted ones too.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List halts: those that stand, of the halt file too while the database is down."""
    _settle(data_dir)
    own = services()
    rows, problem = _kept(own)
    shown = [row for row in rows if everything or row.lifted is None]
    in_file = {each.halt_id for each in file_halts(own)}
    if as_json:
        print_json({"problem": problem, "in_file": sorted(in_file), "halts": shown})
        return
    listed = table(f"Halts on {mode(own)}", "halt", "kind", "whom", "by", "since", "in", "lifted")
    for row in shown:
        listed.add_row(*_cells(row, in_file, own), end_section=False)
        listed.add_row("", f"[dim]{escape(row.halt.reason)}[/]")
    console().print(listed)
    if problem:
        console().print(f"[yellow]![/] {escape(problem)}: only the halt file could be read")


def _cells(row: KeptHalt, in_file: set[HaltId], own: Services) -> tuple[str, ...]:
    each, lifted = row.halt, NOTHING
    if row.lifted is not None:
        lifted = f"{row.lifted.by}, {row.lifted.at:%Y-%m-%d %H:%M}: {row.lifted.reason}"
    return (
        each.halt_id,
        each.kind.value,
        escape(each.whom),
        escape(each.by),
        age(each.since, own.clock.wall()),
        "file" if each.halt_id in in_file else "database",
        escape(lifted),
    )


def _kept(own: Services) -> tuple[tuple[KeptHalt, ...], str | None]:
    """Those of the database and of the file, and why the database could not be asked."""
    try:
        rows, problem = own.queries.halts(MOST), None
    except (StoreUnavailableError, SettingsError) as error:
        rows, problem = (), str(error)
    standing_ids = {row.halt.halt_id for row in rows if row.lifted is None}
    alone = [each for each in file_halts(own) if each.halt_id not in standing_ids]
    return (*(KeptHalt(halt=each, lifted=None) for each in alone), *rows), problem


def _whom(
    everybody: bool,
    user: str | None,
    strategy: str | None,
    leader: str | None,
) -> tuple[HaltScope, str]:
    """Raises SettingsError unless exactly one was named."""
    named = {
        HaltScope.GLOBAL: "" if everybody else None,
        HaltScope.USER: user,
        HaltScope.STRATEGY: strategy,
        HaltScope.LEADER: leader and leader.strip().lower(),
    }
    given = [(scope, target) for scope, target in named.items() if target is not None]
    if len(given) != 1:
        raise SettingsError(
            f"say one of --global, --user, --strategy, --leader; {len(given)} were said"
        )
    return given[0]


def _reason(text: str) -> str:
    if not text.strip():
        raise SettingsError("--reason: say why; it is kept for ever")
    return text.strip()
