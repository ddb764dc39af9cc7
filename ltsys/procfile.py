"""The grammar of a Procfile: `name: command`, one process a line."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from ltsys.domain.errors import SettingsError

_LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::([-?])([^}]*))?\})")
_ASSIGNMENT = re.compile(r"^([A-Za-z_]\w*)=(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program with its arguments, and what its line adds to the environment."""

    arguments: list[str]
    environ: dict[str, str]


def parse_procfile(text: str) -> dict[str, str]:
    """The command line of each process; `release` is not a process, comments are nothing.

    Raises: SettingsError for a line that is neither.
    """
    lines: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.match(line)
        if found is None:
            raise SettingsError(f"Procfile:{number}: {line!r} is not `name: command`")
        lines[found[1]] = found[2]
    lines.pop("release", None)
    return lines


def parse_command(line: str, environ: Mapping[str, str]) -> Command:
    """Splits a line as a shell would, but runs none: variables and leading assignments only.

    A variable's value stays one word, whatever it holds, so no value of the
    environment can add an argument.
    """
    words = shlex.split(line)
    added: dict[str, str] = {}
    while words and (assignment := _ASSIGNMENT.match(words[0])):
        added[assignment[1]] = _expanded(assignment[2], environ)
        words.pop(0)
    if words[:1] == ["exec"]:
        # What it asks of a shell is what happens here anyway.
        words.pop(0)
    if not words:
        raise SettingsError(f"the Procfile line {line!r} names no program")
    return Command(arguments=[_expanded(word, environ) for word in words], environ=added)


def _expanded(word: str, environ: Mapping[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-otherwise}` and `${NAME:?why}`, which refuses, as in a shell.

    An unknown name is otherwise empty. Raises: SettingsError.
    """
    return _VARIABLE.sub(lambda found: _value(found, environ), word)


def _value(found: re.Match[str], environ: Mapping[str, str]) -> str:
    name = found[1] or found[2]
    value = environ.get(name, "")
    if not value and found[3] == "?":
        raise SettingsError(f"{name} {found[4] or 'is not set'}")
    return value or (found[4] if found[3] == "-" else "")
