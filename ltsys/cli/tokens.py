"""`lt tokens`: secrets by which scripts use the REST API."""

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from ltsys.checkup.ages import NOTHING, age
from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.domain.account import TOKEN_DAYS, ApiToken, Scope
from ltsys.domain.ids import UserId
from ltsys.usecases.issue_token import issue_token, revoke_token
from ltsys.usecases.open_account import OWNER

app = typer.Typer(no_args_is_help=True, help="Give scripts access, and take it back.")

User = Annotated[str, typer.Option(help="Whose rows the script sees.")]


@app.command("list")
def list_tokens(user: User = OWNER, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List a user's tokens: what they may do, and when they were last used."""
    own = attach(data_dir)
    now = own.clock.wall()
    with own.store.reading() as tx:
        tokens = tx.tokens(UserId(user))
    if as_json:
        print_json([_facts(token, now) for token in tokens])
        return
    shown = table(f"Tokens of {user}", "begins with", "for", "may", "state", "last used")
    for token in tokens:
        used = age(token.last_used_at, now)
        may = ", ".join(sorted(token.scopes))
        shown.add_row(f"{token.prefix}…", escape(token.name), may, _state(token, now), used)
    console().print(shown)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[Scope], typer.Option(help="Once for each.")],
    days: Annotated[
        int, typer.Option(min=TOKEN_DAYS[0], max=TOKEN_DAYS[-1], help="Until it ends.")
    ] = 90,
    user: User = OWNER,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Print a new token, this once: `Authorization: Bearer lt_…`."""
    own = attach(data_dir)
    issued = issue_token(UserId(user), name, frozenset(scope), days=days, entrance=own.entrance)
    if as_json:
        print_json({**_facts(issued.token, own.clock.wall()), "token": issued.secret})
        return
    out = console()
    out.print("[green]✓[/] keep it now, it is not shown again:")
    out.print(f"  {issued.secret}", soft_wrap=True)


@app.command()
def revoke(
    prefix: Annotated[str, typer.Argument(help="Its first letters, as the list shows them.")],
    user: User = OWNER,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """The token opens nothing any more, from now on."""
    own, begin = attach(data_dir), prefix.rstrip("…")
    revoke_token(UserId(user), begin, entrance=own.entrance)
    if as_json:
        print_json({"prefix": begin, "state": "revoked"})
        return
    console().print(f"[green]✓[/] {begin}… is revoked")


def _facts(token: ApiToken, now: datetime) -> dict[str, object]:
    return {
        "prefix": token.prefix,
        "user": token.user_id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "state": _state(token, now),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "good" if token.is_good(now) else f"{NOTHING} expired"
