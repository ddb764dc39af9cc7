"""`lt drill`: break the running system on purpose, and read the certificate."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, who
from ltsys.cli.output import DataDir, plain
from ltsys.drill.certificate import Certificate
from ltsys.drill.plan import STANDARD_FAULTS, STANDARD_STORMS, DrillPlan
from ltsys.drill.run import Drill, run
from ltsys.ports.stages import DrillRow
from ltsys.processes import sigterm_as_exit


def drill(
    signals: Annotated[int, typer.Option(min=20, help="Signals in all.")] = 600,
    rate: Annotated[int, typer.Option(min=1, max=200, help="Signals a second.")] = 20,
    kills: Annotated[
        int | None, typer.Option(min=0, help="Workers to kill; one for each 40 signals.")
    ] = None,
    broker_losses: Annotated[int, typer.Option(min=0, help="Crashes of the broker.")] = 3,
    database_crashes: Annotated[int, typer.Option(min=0, help="Crashes of the database.")] = 1,
    first_check: Annotated[
        float, typer.Option(min=0.05, help="Seconds until an unanswered order is looked at.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same blows.")] = 1,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="A line of a fault script, in place of the usual ones; repeatable."),
    ] = None,
    record: Annotated[
        bool, typer.Option(help="Keep the verdict in the running system, for its promotions.")
    ] = False,
    operator: Operator = None,
    as_json: Annotated[bool, typer.Option("--json", help="The certificate as JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Kill workers, servers and answers while signals come in; then compare with the venue.

    Everything runs on this machine against the simulator. Exits with 1 if anything was lost,
    doubled or is adrift.
    """
    errors = Console(stderr=True)
    plan = DrillPlan(
        signals=signals,
        rate_per_s=rate,
        seed=seed,
        kills=max(4, signals // 40) if kills is None else kills,
        broker_losses=broker_losses,
        database_crashes=database_crashes,
        first_check_s=first_check,
        faults=STANDARD_FAULTS if fault is None else tuple(fault),
        storms=STANDARD_STORMS * max(1, signals // 2500) if fault is None else (),
    )
    with sigterm_as_exit(), ExitStack() as undo:
        folder = undo.enter_context(
            tempfile.TemporaryDirectory(prefix="ltsys-drill-", ignore_cleanup_errors=True)
        )
        with errors.status("starting") as status:
            result = run(Path(folder), Drill(plan=plan, on_step=status.update))
    if as_json:
        typer.echo(json.dumps(result.as_dict(), indent=2))
    else:
        Console().print(_certificate(result))
    if record:
        _record(result, who(operator), data_dir)
    raise typer.Exit(0 if result.is_clean else 1)


def _record(result: Certificate, by: str, data_dir: Path | None) -> None:
    """The drill ran in a world of its own; what it proved is a row of the system that runs."""
    own = attach(data_dir)
    certificate = {name: plain(value) for name, value in result.as_dict().items()}
    kept = DrillRow(
        recorded_at=own.clock.wall(),
        recorded_by=by,
        is_clean=result.is_clean,
        certificate=certificate,
    )
    with own.store.transaction() as tx:
        tx.save_drill(kept)


def _certificate(result: Certificate) -> Table:
    verdict = "[green]CLEAN[/]" if result.is_clean else "[red]NOT CLEAN[/]"
    table = Table(title=f"Drill of {result.signals:,} signals: {verdict}", show_header=False)
    rows = {
        "orders at the venue": f"{result.orders:,}, {result.filled:,} of them filled",
        "denied": _counts(result.denied),
        "processes killed": _counts(result.kills),
        "servers crashed": _counts(result.server_crashes),
        "faults of the venue": f"{sum(result.venue_faults.values()):,}",
        "duplicate orders": f"{result.duplicates}",
        "lost signals": f"{result.lost_signals}",
        "missed fills": f"{result.missed_fills}",
        "phantom fills": f"{result.phantom_fills}",
        "limit breaches": _counts(result.breaches),
        "orders left open": f"{result.unsettled_orders}, {result.parked_orders} parked",
        "ledger drift": f"${result.ledger_drift_usd}",
        "unknown orders settled after": _seconds(result.unknown_orders, result.unknown_resolve_s),
        "workers back after": _seconds(sum(result.kills.values()), result.recovery_s),
        "took": f"{result.elapsed_s:,.0f} s",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _counts(named: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in named.items()) or "none"


def _seconds(count: int, found: Mapping[str, float | None]) -> str:
    if found["p50"] is None:
        return "none"
    return f"p50 {found['p50']} s, p95 {found['p95']} s, longest {found['max']} s ({count})"
