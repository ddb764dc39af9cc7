"""`lt keys`: trading keys sealed in the database, and the master key that seals them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ltsys.adapters.keyring import MasterKeyFile, private_text
from ltsys.adapters.polymarket.signing import PolymarketSigner
from ltsys.bootstrap import Services
from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import Address
from ltsys.usecases.add_wallet import add_account
from ltsys.usecases.keep_keys import keep_key, rotate
from ltsys.usecases.open_account import OWNER

app = typer.Typer(no_args_is_help=True, help="Keep trading keys sealed; none is ever shown.")


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="To be made, with mode 600.")],
    as_json: AsJson = False,
) -> None:
    """Make a master key in a new file. Back it up: without it no sealed key can be opened."""
    if file.exists():
        raise SettingsError(f"{file} exists; a new master key would lose the keys under the old")
    masters = MasterKeyFile(file.expanduser().absolute())
    with masters.alone():
        made = masters.add()
    if as_json:
        print_json({"file": str(file), "master_id": made.primary_id})
        return
    console().print(f"[green]✓[/] set LTSYS_MASTER_KEY_FILE={file} (master key {made.primary_id})")


@app.command()
def add(
    file: Annotated[
        Path | None, typer.Option(help="Of mode 600. Default: asked for, or standard input.")
    ] = None,
    user: Annotated[str, typer.Option(help="Whose wallet it is.")] = OWNER,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Seal a trading key; it is never an argument, where everybody on the machine could read it."""
    own = attach(data_dir)
    key = private_text(file) if file is not None else _asked()
    wallet = _wallet_of(key, own)
    kind = own.settings.signature_type
    add_account(user, wallet, signature_type=kind, key_reference="sealed", store=own.store)
    keep_key(wallet, key, masters=own.masters, store=own.store, clock=own.clock)
    if as_json:
        print_json({"wallet": wallet, "user": user})
        return
    console().print(f"[green]✓[/] the key of {wallet} is sealed")
    console().print(f"  use it with LTSYS_SIGNER=sealed LTSYS_WALLET_ADDRESS={wallet}")


@app.command("list")
def list_keys(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List whose keys are sealed, since when, and by which master key."""
    own = attach(data_dir)
    with own.store.transaction() as tx:
        kept = tx.lock_keys()
    facts = [
        {"wallet": each.wallet, "master_id": each.master_id, "sealed_at": each.sealed_at}
        for each in kept
    ]
    if as_json:
        print_json(facts)
        return
    shown = table("Sealed keys", "wallet", "master key", "sealed at")
    for each in kept:
        shown.add_row(each.wallet, each.master_id, f"{each.sealed_at:%Y-%m-%d %H:%M} UTC")
    console().print(shown)


@app.command("rotate")
def rotate_keys(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Seal every key by a new master key, and forget the old one; processes need no restart."""
    own = attach(data_dir)
    count = rotate(own.masters, store=own.store, clock=own.clock)
    now_by = own.masters.ring().primary_id
    if as_json:
        print_json({"keys": count, "master_id": now_by})
        return
    console().print(f"[green]✓[/] {count} keys are sealed by master key {now_by}")


def _asked() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Private key", hide_input=True)).strip()
    return sys.stdin.readline().strip()


def _wallet_of(key: str, own: Services) -> Address:
    """Raises SettingsError, whose text quotes no key, for what is none (LESSONS L62)."""
    signer = PolymarketSigner(key, own.settings.chain_id, 0, owner="")
    return Address(signer.address.lower())
