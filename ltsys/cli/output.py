"""How facts are shown: as JSON for scripts, as words and tables for people."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ltsys.checkup.ages import NOTHING
from ltsys.domain.money import Price, Shares, Usd

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the running system. Default: the one that runs."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


def console() -> Console:
    """Standard output, as wide as needed where it is no terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=200)


def print_json(fact: object) -> None:
    """One JSON document; money, shares and ratios are text in decimals, times ISO 8601 in UTC."""
    typer.echo(json.dumps(plain(fact), indent=2, ensure_ascii=False))


def plain(fact: object) -> object:  # noqa: PLR0911 - one answer for each kind of fact
    """The fact made of JSON's own types. Raises TypeError for what has no place there."""
    match fact:
        case None | bool() | int() | str():
            return fact
        case Usd(amount=number) | Shares(count=number) | Price(per_share=number):
            return f"{number:f}"
        case Decimal():
            return f"{fact:f}"
        case datetime():
            return fact.isoformat()
        case Mapping():
            return {str(key): plain(value) for key, value in fact.items()}
        case _ if is_dataclass(fact) and not isinstance(fact, type):
            return {each.name: plain(getattr(fact, each.name)) for each in fields(fact)}
        case Iterable():
            return [plain(each) for each in fact]
    raise TypeError(f"{type(fact).__name__} has no place in JSON")


def table(title: str, *columns: str, right: Iterable[str] = ()) -> Table:
    """An empty table; the columns in `right` hold numbers."""
    made = Table(title=title, title_justify="left", title_style="bold", expand=False)
    numbers = frozenset(right)
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left")
    return made


def dollars(money: Usd | None) -> str:
    return NOTHING if money is None else f"{money}"


def signed(money: Usd | None) -> str:
    """Dollars in green or red."""
    if money is None or not money:
        return dollars(money)
    color = "green" if money.amount > 0 else "red"
    return f"[{color}]{money}[/]"


def percent(ratio: Decimal | None) -> str:
    return NOTHING if ratio is None else f"{ratio:.2%}"
