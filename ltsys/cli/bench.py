"""`lt bench`: how fast signals become acknowledged orders, beside the bare ceiling."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ltsys.bench.run import BenchPlan, BenchResult, run
from ltsys.processes import sigterm_as_exit


def bench(
    orders: Annotated[int, typer.Option(min=50, help="Orders a round.")] = 600,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="Rounds; the median counts.")] = 3,
    rate: Annotated[int, typer.Option(min=1, help="Orders a second for the latency.")] = 40,
    seconds: Annotated[int, typer.Option(min=1, help="How long at that rate.")] = 15,
    venue_ms: Annotated[int, typer.Option(min=0, help="The venue's delay for the latency.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Measure the execution path and its ceiling in one run, then the latency at a rate."""
    errors = Console(stderr=True)
    plan = BenchPlan(
        rounds=rounds, orders=orders, rate_per_s=rate, rate_s=seconds, venue_ms=venue_ms
    )
    with sigterm_as_exit(), ExitStack() as undo:
        folder = undo.enter_context(
            tempfile.TemporaryDirectory(prefix="ltsys-bench-", ignore_cleanup_errors=True)
        )
        Path(folder).chmod(0o711)
        with errors.status("starting") as status:
            result = run(Path(folder) / "data", plan, status.update)
    if as_json:
        typer.echo(json.dumps(result.as_dict(), indent=2))
    else:
        Console().print(_table(result))


def _table(result: BenchResult) -> Table:
    table = Table(title="Execution path", show_header=False)
    rows = {
        "orders a second, whole path": f"{result.orders_per_s:,.0f}",
        "orders a second, bare ceiling": f"{result.ceiling_orders_per_s:,.0f}",
        "ratio": f"{result.ratio:.2f}",
        "orders a second, every task delivered twice": f"{result.twice_orders_per_s:,.0f}",
        "ratio to once": f"{result.twice_ratio:.2f}",
        f"signal to answer at {result.rate_per_s}/s, venue {result.venue_ms} ms, p50": (
            f"{result.ack_p50_ms:.0f} ms"
        ),
        "p95": f"{result.ack_p95_ms:.0f} ms",
        "p99": f"{result.ack_p99_ms:.0f} ms",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
