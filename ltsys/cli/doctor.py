"""`lt doctor`: whether the system is ready to trade, and what to do where it is not."""

from pathlib import Path

import typer
from rich.markup import escape

from ltsys.bootstrap import services
from ltsys.checkup.checks import Check, Checkup, failed
from ltsys.cli.environment import settle_environment
from ltsys.cli.output import AsJson, DataDir, console, print_json
from ltsys.domain.errors import SettingsError


def doctor(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Say READY, or NOT READY with each reason and its fix; exit 1 when not ready."""
    checks = _examined(data_dir)
    is_ready = all(check.is_ok for check in checks)
    if as_json:
        print_json({"is_ready": is_ready, "checks": checks})
    else:
        _show(checks, is_ready=is_ready)
    if not is_ready:
        raise typer.Exit(1)


def _examined(data_dir: Path | None) -> tuple[Check, ...]:
    try:
        settle_environment(data_dir)
        own = services()
    except SettingsError as error:
        return (failed("system", str(error), fix="start it with `lt up` or `make demo`"),)
    return Checkup(own).all()


def _show(checks: tuple[Check, ...], *, is_ready: bool) -> None:
    out = console()
    for check in checks:
        mark = "[green]✓[/]" if check.is_ok else "[red]✗[/]"
        out.print(f"{mark} {check.name:<10} {escape(check.said)}")
        if not check.is_ok:
            out.print(f"  {'':<10} [dim]fix:[/] {escape(check.fix)}")
    out.print("[bold green]READY[/]" if is_ready else "[bold red]NOT READY[/]")
