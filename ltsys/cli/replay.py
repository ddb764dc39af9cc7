"""`lt replay`: a recording through the whole running system."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ltsys.cli.replay_tables import show_report
from ltsys.embedded import default_data_dir
from ltsys.processes import sigterm_as_exit
from ltsys.replay.conductor import Pace
from ltsys.replay.play import Replay, play
from ltsys.replay.report import ReplayReport
from ltsys.replay.wallets import find_file


def replay(
    path: Annotated[
        Path,
        typer.Argument(exists=True, file_okay=False, help="A folder with trades and markets."),
    ],
    speed: Annotated[
        float | None,
        typer.Option(
            min=0.001, help="Recorded seconds a real second. Default: as fast as it goes."
        ),
    ] = None,
    tick: Annotated[int, typer.Option(min=1, max=3600, help="Recorded seconds a step.")] = 10,
    wallets: Annotated[
        Path | None, typer.Option(help="The file of FT wallets. Default: the nearest one above.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where servers keep their data. The same folder goes on where it was."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """Play a recording through real servers, workers and the venue's simulator.

    Ends with a report. Duplicates, lost signals or ledger drift other than zero make it fail.
    """
    errors = Console(stderr=True)
    chosen = Replay(
        recording=path,
        wallets=wallets or find_file(path),
        data_dir=data_dir or default_data_dir() / "replay",
        pace=Pace(tick_s=tick, speed=speed),
    )
    with sigterm_as_exit(), _bar(errors) as bar:
        report = play(_with_progress(chosen, bar))
    if as_json:
        typer.echo(json.dumps(report.as_dict(), indent=2))
    else:
        show_report(report, Console())
    if not is_clean(report):
        raise typer.Exit(1)


def is_clean(report: ReplayReport) -> bool:
    """Nothing twice, nothing lost, every cent accounted for."""
    drift = Decimal(report.ledger_drift_usd)
    return not (report.duplicates or report.lost_signals or report.missed_fills or drift)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[moment]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _with_progress(chosen: Replay, bar: Progress) -> Replay:
    task = bar.add_task("starting", total=None, moment="")

    def on_start(step: str) -> None:
        bar.update(task, description=step)

    def on_step(start: datetime, end: datetime, now: datetime) -> None:
        total = (end - start).total_seconds()
        done = (now - start).total_seconds()
        moment = f"{now:%Y-%m-%d %H:%M:%S} UTC"
        bar.update(task, description="replaying", total=total, completed=done, moment=moment)

    return Replay(
        recording=chosen.recording,
        wallets=chosen.wallets,
        data_dir=chosen.data_dir,
        pace=chosen.pace,
        on_start=on_start,
        on_step=on_step,
    )
