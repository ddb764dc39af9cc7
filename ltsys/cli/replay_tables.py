"""The report of a replay as tables."""

from collections.abc import Mapping
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from ltsys.replay.report import ReplayReport


def show_report(report: ReplayReport, console: Console) -> None:
    """Counts first, then money, then what must be zero."""
    console.print(_summary(report))
    console.print(_strategies(report))
    console.print(_counts("Trades decided about, by reason", report.evaluated))
    console.print(_counts("Live orders by status", report.lt_orders_by_status))
    if report.denials:
        console.print(_counts("Denied, by code", report.denials))
    if report.bad_rows:
        console.print(_counts("Rows of the recording not believed", report.bad_rows))
    console.print(_memory(report))
    console.print(_zeros(report))


def _summary(report: ReplayReport) -> Table:
    table = Table(title="Replay", show_header=False)
    latency = report.latency_ms
    rows = {
        "trades read": f"{report.source_trades:,}",
        "trades ingested": f"{report.ingested:,}",
        "FT orders": f"{report.ft_orders:,}",
        "live orders": f"{report.lt_orders:,}",
        "fills": f"{report.fills:,}",
        "mean slippage": _percent(report.slippage_ratio),
        "mean fill rate": _percent(report.fill_rate),
        "signal to venue's answer p50 / p95 / p99": " / ".join(
            "–" if latency[p] is None else f"{latency[p]:.0f} ms" for p in ("p50", "p95", "p99")
        ),
        "FT P&L": _dollars(report.ft_pnl_usd),
        "live P&L, fees apart": _dollars(report.lt_pnl_usd),
        "steps": f"{report.steps:,}",
        "took": f"{report.elapsed_s:.0f} s",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _strategies(report: ReplayReport) -> Table:
    table = Table(title="Live strategies beside their forward tests")
    table.add_column("strategy")
    for name in ("FT orders", "live", "denied", "filled", "FT P&L", "live P&L", "fees"):
        table.add_column(name, justify="right")
    table.add_column("slippage", justify="right")
    table.add_column("fill rate", justify="right")
    for s in report.strategies:
        counts = (s.ft_orders, s.lt_orders, s.denied, s.filled)
        money = (s.ft_pnl_usd, s.lt_pnl_usd, s.fees_usd)
        table.add_row(
            s.strategy_id,
            *(f"{n:,}" for n in counts),
            *map(_dollars, money),
            _percent(s.slippage_ratio),
            _percent(s.fill_rate),
        )
    return table


def _counts(title: str, numbers: Mapping[str, int]) -> Table:
    table = Table(title=title, show_header=False)
    for name, number in numbers.items():
        table.add_row(name, f"{number:,}")
    return table


def _memory(report: ReplayReport) -> Table:
    table = Table(title="Peak memory and restarts")
    for name in ("process", "peak", "restarts"):
        table.add_column(name, justify="left" if name == "process" else "right")
    for name, megabytes in sorted(report.peak_memory_mb.items()):
        table.add_row(name, f"{megabytes:.0f} MB", str(report.restarts.get(name, "–")))
    return table


def _zeros(report: ReplayReport) -> Table:
    table = Table(title="Must be zero", show_header=False)
    drift = f"{Decimal(report.ledger_drift_usd):.2f}"
    rows = {
        "duplicate orders": str(report.duplicates),
        "lost signals": str(report.lost_signals),
        "missed fills": str(report.missed_fills),
        "ledger drift": f"${drift}",
    }
    for name, value in rows.items():
        mark = "[green]✓[/]" if value in {"0", "$0.00"} else "[red]✗[/]"
        table.add_row(mark, name, value)
    return table


def _dollars(amount: str) -> str:
    number = Decimal(amount)
    return f"{'-' if number < 0 else ''}${abs(number):,.2f}"


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2%}"
