"""`lt wallets`: the forward-test wallets."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ltsys.bootstrap import Services
from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, print_json, signed, table
from ltsys.domain.errors import SettingsError
from ltsys.domain.ft_wallet import FtWallet, problems
from ltsys.domain.ft_wallet_json import wallet_from_json
from ltsys.domain.ids import UserId
from ltsys.usecases.add_wallet import add_ft_wallet
from ltsys.usecases.refresh_traders import LEADERBOARD_POOL, ROTATIONS

_POOLS = (LEADERBOARD_POOL, *ROTATIONS)
_COLUMNS = ("wallet", "name", "follows", "FT orders", "open", "P&L", "state")

app = typer.Typer(no_args_is_help=True, help="See and add forward-test wallets.")


@app.command("list")
def list_wallets(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the forward-test wallets and what they did."""
    rows = attach(data_dir).queries.wallets()
    if as_json:
        print_json(rows)
        return
    shown = table("Forward-test wallets", *_COLUMNS, right=("FT orders", "open", "P&L"))
    for row in rows:
        pool = f" ({row.leader_pool})" if row.leader_pool else ""
        shown.add_row(
            row.wallet_id,
            escape(row.display_name),
            f"{row.leader_count} leaders{pool}",
            f"{row.order_count}",
            f"{row.open_count}",
            signed(row.pnl),
            escape(row.problem) if row.problem else "active" if row.is_active else "inactive",
        )
    console().print(shown)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON: one or a list.")],
    pool: Annotated[
        str, typer.Option(help=f"Whom wallets without a target follow: {', '.join(_POOLS)}.")
    ] = LEADERBOARD_POOL,
    user: Annotated[
        str | None, typer.Option(help="Whose they are. Default: every user may mirror them.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Add FT wallets from a file; none is added when one of them makes no sense."""
    if pool not in _POOLS:
        raise SettingsError(f"--pool: {pool!r} is not one of {', '.join(_POOLS)}")
    rows = _rows(file)
    own = attach(data_dir)
    added = _add([_wallet(row, own) for row in rows], pool, user, own)
    if as_json:
        print_json(added)
        return
    for wallet_id, is_new in added.items():
        console().print(f"[green]✓[/] {wallet_id} {'added' if is_new else 'was there before'}")


def _rows(file: Path) -> list[dict[str, object]]:
    try:
        read = json.loads(file.read_text(), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} is not JSON: {error}") from error
    rows = read if isinstance(read, list) else [read]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(f"{file} holds neither an FT wallet nor a list of them")
    return rows


def _wallet(row: dict[str, object], own: Services) -> FtWallet:
    """Raises SettingsError with every reason why the rules make no sense (LESSONS L39)."""
    name = row.get("wallet_id")
    if not isinstance(name, str) or not name.strip():
        raise SettingsError("an FT wallet has no wallet_id")
    try:
        wallet = wallet_from_json(row, started_at=own.clock.now())
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error
    if wrong := problems(wallet):
        raise SettingsError(f"{name}: {' '.join(wrong)}")
    return wallet


def _add(wallets: list[FtWallet], pool: str, user: str | None, own: Services) -> dict[str, bool]:
    owner = None if user is None else UserId(user)
    return {
        str(wallet.wallet_id): add_ft_wallet(
            wallet,
            leader_pool=None if wallet.targets else pool,
            store=own.store,
            owner=owner,
        )
        for wallet in wallets
    }
