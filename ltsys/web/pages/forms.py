"""Fields of forms: each complaint stands beside its field, and nothing that was typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from ltsys.domain.money import Usd, exact

_Read = TypeVar("_Read")
_MOST_LENGTH = 200
_NONE = frozenset({"", "none"})


class Kind(StrEnum):
    """What a field holds, as people type it."""

    USD = "dollars"
    PERCENT = "%"
    PRICE = "dollars a share"
    COUNT = "count"
    SECONDS = "seconds"
    FLAG = "yes or no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One limit or setting. `name` is that of the domain's field; empty means none, never 0."""

    name: str
    label: str
    kind: Kind
    hint: str
    default: str = ""


@dataclass(slots=True)
class Answers:
    """What was typed, and what is wrong with it."""

    typed: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        return self.typed.get(name, default).strip()

    def limit(self, wanted: Field) -> Usd | Decimal | int | None:
        """None for an empty field; a complaint is kept for what is no such number."""
        typed = self.text(wanted.name, wanted.default)
        if typed.lower() in _NONE:
            return None
        try:
            return _read(typed, wanted.kind)
        except ValueError as error:
            self.problems[wanted.name] = f"{wanted.label}: {error}"
            return None

    def wrong(self, name: str, text: str) -> None:
        self.problems[name] = text


async def posted(request: Request) -> Answers:
    """The fields of a form that was sent; files and overlong texts are no answers."""
    form = await request.form(max_files=0, max_fields=100)
    # Postgres keeps no NUL: one that was sent is left out, as what is too long is
    kept = {n: v.replace("\0", "") for n, v in form.items() if isinstance(v, str)}
    return Answers({name: text[:_MOST_LENGTH] for name, text in kept.items()})


Posted = Annotated[Answers, Depends(posted)]


def as_typed(value: Usd | Decimal | int | None, kind: Kind) -> str:
    """A stored limit as the form shows it; the same text reads back to the same limit."""
    match value:
        case None:
            return ""
        case Usd(amount=amount):
            return f"{amount.normalize():f}"
        case Decimal() if kind is Kind.PERCENT:
            return f"{(value * 100).normalize():f}"
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return f"{value}"


def _read(typed: str, kind: Kind) -> Usd | Decimal | int:
    """Raises ValueError with a sentence."""
    plain = typed.removeprefix("$").removesuffix("%").replace(",", "").strip()
    if kind in {Kind.COUNT, Kind.SECONDS}:
        if not plain.isdecimal():
            raise ValueError(f"{typed!r} is not a whole number from 0 up")
        return int(plain)
    try:
        number = exact(plain)
    except ValueError:
        raise ValueError(f"{typed!r} is not a number") from None
    if number < 0 and kind is not Kind.PRICE:
        raise ValueError(f"{typed} is below 0")
    match kind:
        case Kind.USD:
            return Usd(number)
        case Kind.PERCENT:
            return number / 100
        case _:
            return number
