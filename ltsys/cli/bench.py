"""`lt bench`: how fast signals become orders, beside the bare ceiling, and how fast pages read."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ltsys.bench.pages import LIMIT_MS, PagesPlan, PagesResult, measure
from ltsys.bench.run import BenchPlan, BenchResult, run
from ltsys.processes import sigterm_as_exit


def bench(
    orders: Annotated[int, typer.Option(min=50, help="Orders a round.")] = 600,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="Rounds; the median counts.")] = 3,
    rate: Annotated[int, typer.Option(min=1, help="Orders a second for the latency.")] = 40,
    seconds: Annotated[int, typer.Option(min=1, help="How long at that rate.")] = 15,
    venue_ms: Annotated[int, typer.Option(min=0, help="The venue's delay for the latency.")] = 50,
    pages: Annotated[
        bool, typer.Option("--pages", help="Measure what pages read instead: 100,000 orders.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Measure the execution path and its ceiling in one run, then the latency at a rate.

    With --pages: how long each page's data takes with 100,000 orders of 200 strategies; fails
    where one takes 300 ms or more at the 95th percentile.
    """
    errors = Console(stderr=True)
    if pages:
        _pages(PagesPlan(), errors, as_json=as_json)
        return
    plan = BenchPlan(
        rounds=rounds, orders=orders, rate_per_s=rate, rate_s=seconds, venue_ms=venue_ms
    )
    with _folder() as folder, errors.status("starting") as status:
        result = run(folder, plan, status.update)
    if as_json:
        typer.echo(json.dumps(result.as_dict(), indent=2))
    else:
        Console().print(_table(result))


@contextmanager
def _folder() -> Iterator[Path]:
    """Empty, and gone afterwards; servers of another account can reach it."""
    with sigterm_as_exit(), ExitStack() as undo:
        folder = undo.enter_context(
            tempfile.TemporaryDirectory(prefix="ltsys-bench-", ignore_cleanup_errors=True)
        )
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


def _pages(plan: PagesPlan, errors: Console, *, as_json: bool) -> None:
    with _folder() as folder, errors.status("starting") as status:
        result = measure(folder, plan, status.update)
    if as_json:
        typer.echo(json.dumps(result.as_dict(), indent=2))
    else:
        Console().print(_read_times(result))
    if not result.is_quick:
        raise typer.Exit(1)


def _read_times(result: PagesResult) -> Table:
    title = f"{result.plan.orders:,} orders of {result.plan.strategies} strategies"
    table = Table("read", "p50", "p95", f"under {LIMIT_MS:.0f} ms", title=title)
    for read in result.reads:
        times = (f"{read.p50_ms:.0f} ms", f"{read.p95_ms:.0f} ms")
        table.add_row(read.name, *times, "yes" if read.is_quick else "no")
    return table


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
