"""Who gives an order to the system, and whether it is meant."""

import getpass
from typing import Annotated

import typer

from ltsys.domain.errors import SettingsError

Operator = Annotated[
    str | None, typer.Option("--by", help="Who says so. Default: the account that runs this.")
]


def who(operator: str | None) -> str:
    """The name that is written beside what was done."""
    return operator or getpass.getuser()


def confirm(question: str, word: str, *, is_sure: bool) -> None:
    """Returns once the word was typed. Raises SettingsError for anything else."""
    if is_sure:
        return
    said = typer.prompt(f"{question} Type {word} to go on", default="", show_default=False)
    if said.strip() != word:
        raise SettingsError("nothing was changed")
