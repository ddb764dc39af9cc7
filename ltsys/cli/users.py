"""`lt users`: who may sign in. Whoever may run this on the machine is trusted with all of them."""

from typing import Annotated

import typer

from ltsys.bootstrap import Services
from ltsys.checkup.ages import NOTHING
from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, print_json, table
from ltsys.domain.account import LINK_LIFE, Role, User, user_id_of
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import UserId
from ltsys.usecases.open_account import add_user, make_link, set_disabled
from ltsys.usecases.sign_in import sign_out_everywhere

app = typer.Typer(no_args_is_help=True, help="See and change who may sign in.")

Name = Annotated[str, typer.Argument(help="As `lt users list` shows it.")]


@app.command("list")
def list_users(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List everybody, with role and sessions."""
    own = attach(data_dir)
    facts = [_facts(user, own) for user in _users(own)]
    if as_json:
        print_json(facts)
        return
    shown = table("Users", "name", "role", "state", "sessions", "tokens")
    for each in facts:
        shown.add_row(
            *(str(each[name]) for name in ("name", "role", "state", "sessions", "tokens"))
        )
    console().print(shown)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Letters, digits, dots, dashes, underscores.")],
    role: Annotated[
        Role, typer.Option(help="viewer reads; trader also acts; admin also rules everybody.")
    ] = Role.VIEWER,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Add somebody, and print the one-time code by which they set a password."""
    own, user_id = attach(data_dir), _name(name)
    add_user(user_id, role, entrance=own.entrance)
    _show_link(user_id, own, as_json=as_json)


@app.command()
def link(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Print a new one-time code for a password; the older ones end."""
    own = attach(data_dir)
    _show_link(_name(name), own, as_json=as_json)


@app.command()
def disable(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """End all their sessions and tokens at once; their strategies run on."""
    _set(name, is_disabled=True, as_json=as_json, own=attach(data_dir))


@app.command()
def enable(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Let them sign in again; tokens stay revoked."""
    _set(name, is_disabled=False, as_json=as_json, own=attach(data_dir))


@app.command("sign-out")
def sign_out(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """End every session that somebody has."""
    own, user_id = attach(data_dir), _name(name)
    count = sign_out_everywhere(user_id, entrance=own.entrance)
    if as_json:
        print_json({"name": user_id, "ended": count})
        return
    console().print(f"[green]✓[/] {user_id} is signed out of {count} sessions")


def _set(name: str, *, is_disabled: bool, as_json: bool, own: Services) -> None:
    user_id = _name(name)
    set_disabled(user_id, is_disabled=is_disabled, entrance=own.entrance)
    (user,) = (each for each in _users(own) if each.user_id == user_id)
    if as_json:
        print_json(_facts(user, own))
        return
    console().print(f"[green]✓[/] {user_id} is {_state(user)}")


def _show_link(user_id: UserId, own: Services, *, as_json: bool) -> None:
    """The only place where the code is ever shown; behind `#` it reaches no server's log (L62)."""
    code = make_link(user_id, entrance=own.entrance)
    minutes = int(LINK_LIFE.total_seconds() // 60)
    if as_json:
        print_json({"name": user_id, "code": code, "path": f"/set-up#{code}", "minutes": minutes})
        return
    out = console()
    out.print(f"[green]✓[/] {user_id} sets a password within {minutes} minutes, once, at")
    out.print(f"  /set-up#{code}", soft_wrap=True)


def _users(own: Services) -> tuple[User, ...]:
    with own.store.reading() as tx:
        return tx.users()


def _facts(user: User, own: Services) -> dict[str, object]:
    now = own.clock.wall()
    with own.store.reading() as tx:
        sessions = [each for each in tx.sessions(user.user_id) if each.is_good(now)]
        tokens = [each for each in tx.tokens(user.user_id) if each.is_good(now)]
    return {
        "name": user.user_id,
        "role": user.role,
        "state": _state(user),
        "sessions": len(sessions),
        "tokens": len(tokens),
        "created_at": user.created_at,
    }


def _state(user: User) -> str:
    if user.is_disabled:
        return "disabled"
    return "active" if user.password_hash is not None else f"{NOTHING} no password yet"


def _name(text: str) -> UserId:
    try:
        return user_id_of(text)
    except ValueError as error:
        raise SettingsError(f"{text!r}: {error}") from error
