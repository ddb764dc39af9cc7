"""Shapes of JSON that follow from the records, so that a new field is told by itself.

Names say their units: dollars end in `_usd`, shares in `_shares`. Used where a list of fields by
hand would only repeat the record.
"""

import ast
import inspect
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel, Field, create_model

from ltsys.domain.money import Price, Shares, Usd
from ltsys.web.api.numbers import Dollars, Number, PerShare, ShareCount, text

_SUFFIXES: Mapping[object, str] = {Usd: "_usd", Shares: "_shares"}
_LEAVES: Mapping[object, object] = {
    Usd: Dollars,
    Shares: ShareCount,
    Price: PerShare,
    Decimal: Number,
    datetime: AwareDatetime,
}
_UNITS: Mapping[object, str] = {
    Usd: "Dollars.",
    Shares: "Shares.",
    Price: "Dollars a share.",
    datetime: "UTC.",
}


@cache
def shape_of(record: type, name: str) -> type[BaseModel]:
    """A model with a field for each of the record's; the words beside a field describe it."""
    said = _said(record)
    members: dict[str, Any] = {}
    for field_name, hint in _hints(record):
        words = " ".join(filter(None, [_unit(hint), said.get(field_name)]))
        described = Field(description=words) if words else Field()
        members[told(field_name, hint)] = (_member(hint), described)
    return create_model(name, __doc__=record.__doc__, **members)


def facts_of(record: object) -> dict[str, object]:
    """What `shape_of` describes, of one record."""
    return {told(name, hint): _plain(getattr(record, name)) for name, hint in _hints(type(record))}


def told(name: str, hint: object) -> str:
    """The name of a field with its unit at the end."""
    suffix = next((_SUFFIXES[part] for part in parts(hint) if part in _SUFFIXES), "")
    return name if not suffix or f"_{name}".endswith(suffix) else f"{name}{suffix}"


def parts(hint: object) -> tuple[object, ...]:
    """The members of a union, or the one type."""
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def _hints(record: type) -> Iterator[tuple[str, object]]:
    hints = get_type_hints(record)
    return ((each.name, hints[each.name]) for each in fields(record))


def _said(record: type) -> dict[str, str]:
    """The string that stands below a field in its class, where there is one."""
    body = ast.parse(inspect.cleandoc(inspect.getsource(record))).body[0]
    found = {}
    for before, after in pairwise(getattr(body, "body", ())):
        match before, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                found[name] = " ".join(words.split())
    return found


def _unit(hint: object) -> str:
    return next((_UNITS[part] for part in parts(hint) if part in _UNITS), "")


def _member(hint: Any) -> Any:  # noqa: ANN401, PLR0911 - one answer for each kind of type
    if hint in _LEAVES:
        return _LEAVES[hint]
    if hasattr(hint, "__supertype__"):
        return _member(hint.__supertype__)
    if is_dataclass(hint) and isinstance(hint, type):
        return shape_of(hint, hint.__name__)
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin in {Union, types.UnionType}:
            return Union[tuple(_member(part) for part in arguments)]  # noqa: UP007 - made of a list
        case origin if origin in {tuple, frozenset}:
            return list[_member(arguments[0])]  # type: ignore[misc]  # made while running
        case origin if origin in {Mapping, dict}:
            return dict[str, _member(arguments[1])]  # type: ignore[misc]  # made while running
        case _:
            return Any if hint is object else hint


def _plain(fact: object) -> object:
    match fact:
        case Enum():
            return fact.value
        case None | bool() | int() | str() | datetime():
            return fact
        case Usd() | Shares() | Price() | Decimal():
            return text(fact)
        case Mapping():
            return {str(key): _plain(value) for key, value in fact.items()}
        case _ if is_dataclass(fact) and not isinstance(fact, type):
            return facts_of(fact)
        case Iterable():
            return [_plain(each) for each in fact]
    raise TypeError(f"{type(fact).__name__} has no place in JSON")
