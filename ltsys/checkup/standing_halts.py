"""The halts that stand, of the file and of the database, as every view shows them."""

from ltsys.bootstrap import Services
from ltsys.domain.halt import Halt, HaltScope, united

MOST = 200
"""Halts that are listed; those that stand come first."""


def file_halts(own: Services) -> tuple[Halt, ...]:
    """Of the halt file, where this system has one."""
    return () if own.settings.halt_file is None else own.halt_file.standing()


def standing(own: Services) -> tuple[Halt, ...]:
    """Every halt that stands. Raises StoreUnavailableError."""
    rows = own.queries.halts(MOST)
    return united((row.halt for row in rows if row.lifted is None), file_halts(own))


def stopping_all(halts: tuple[Halt, ...]) -> Halt | None:
    """One under which nobody trades."""
    return next((halt for halt in halts if halt.scope is HaltScope.GLOBAL), None)
