"""Frozen records as text and back: one spelling a record, and exactly the record again.

Reads the type hints of dataclasses, so that a new field comes along by itself. Keys are sorted,
decimals keep every digit they have (`0.10` is not `0.1`, for sentences show them), times are UTC
to the microsecond, sets are sorted. A field that is None by default is left out while it is None;
a field that an old text does not have takes its default.
"""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

from ltsys.domain.market import BookLevel
from ltsys.domain.money import Price, Shares, Usd

_T = TypeVar("_T")
_MICROSECOND = timedelta(microseconds=1)
_MONEY: Mapping[object, tuple[str, Callable[[Decimal], object]]] = {
    Usd: ("amount", Usd),
    Shares: ("count", Shares),
    Price: ("per_share", Price),
}
_ROWS = frozenset({BookLevel})
"""Written as a list of their values, for a book has many."""


def to_text(record: object) -> str:
    """The one text of a dataclass instance. Raises TypeError for what has no text."""
    return json.dumps(
        codec_of(type(record)).write(record),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def from_text(text: str, kind: type[_T]) -> _T:
    """The record of that text. Raises ValueError for a text that is none of its kind."""
    try:
        found = codec_of(kind).read(json.loads(text))
    except (KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise ValueError(f"not the text of a {kind.__name__}: {error!r}") from error
    if not isinstance(found, kind):
        raise ValueError(f"not the text of a {kind.__name__}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """To JSON's own types and back."""

    write: Callable[[object], object]
    read: Callable[[object], object]


def codec_of(hint: object) -> Codec:
    """How values of that type hint are written. Raises TypeError for a type that has no text."""
    return _codec_of(hint) if isinstance(hint, Hashable) else _composed(hint)


@cache
def _codec_of(hint: Hashable) -> Codec:
    hint = getattr(hint, "__supertype__", hint)
    if hint in _MONEY:
        return _money(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Codec(write=_enum_value, read=hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _row(hint) if hint in _ROWS else _record(hint)
    return _composed(hint)


def _composed(hint: object) -> Codec:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _optional(hint)
    if origin is tuple and inner[1:] == (Ellipsis,):
        return _tuple(codec_of(inner[0]))
    if origin is frozenset:
        return _set(codec_of(inner[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(codec_of(inner[0]), codec_of(inner[1]))
    raise TypeError(f"{hint} has no canonical text")


def _optional(hint: object) -> Codec:
    present = [each for each in get_args(hint) if each is not NoneType]
    if len(present) != 1:
        raise TypeError(f"{hint} has no canonical text: of what kind a value is would be a guess")
    inner = codec_of(present[0])
    write, read = inner.write, inner.read
    return Codec(
        write=lambda value: None if value is None else write(value),
        read=lambda raw: None if raw is None else read(raw),
    )


def _money(hint: object) -> Codec:
    name, make = _MONEY[hint]
    return Codec(
        write=lambda value: str(getattr(value, name)), read=lambda raw: make(_decimal(raw))
    )


def _tuple(inner: Codec) -> Codec:
    write, read = inner.write, inner.read
    return Codec(
        write=lambda value: [write(each) for each in _many(value, tuple)],
        read=lambda raw: tuple([read(each) for each in _many(raw, list)]),
    )


def _set(inner: Codec) -> Codec:
    write, read = inner.write, inner.read
    return Codec(
        write=lambda value: sorted([write(each) for each in _many(value, frozenset)], key=repr),
        read=lambda raw: frozenset([read(each) for each in _many(raw, list)]),
    )


def _mapping(key: Codec, value: Codec) -> Codec:
    return Codec(
        write=lambda each: {str(key.write(k)): value.write(v) for k, v in _pairs(each)},
        read=lambda raw: {key.read(k): value.read(v) for k, v in _pairs(raw)},
    )


def _record(kind: type) -> Codec:
    hints = get_type_hints(kind)
    parts = [(each.name, codec_of(hints[each.name]), each.default is None) for each in fields(kind)]
    codecs = {name: codec for name, codec, _ in parts}
    required = {
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    }
    make: Callable[..., object] = kind

    def write(value: object) -> object:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r} is no {kind.__name__}")
        written = {}
        for name, codec, may_be_left_out in parts:
            part = getattr(value, name)
            if part is not None or not may_be_left_out:
                written[name] = codec.write(part)
        return written

    def read(raw: object) -> object:
        named = {_many(name, str): part for name, part in _pairs(raw)}
        missing, unknown = required - named.keys(), named.keys() - codecs.keys()
        if missing or unknown:
            raise ValueError(
                f"{kind.__name__} lacks {sorted(missing)} and does not know {sorted(unknown)}"
            )
        return make(**{name: codecs[name].read(part) for name, part in named.items()})

    return Codec(write=write, read=read)


def _row(kind: type) -> Codec:
    hints, names = get_type_hints(kind), [each.name for each in fields(kind)]
    columns = [(name, codec_of(hints[name])) for name in names]
    make: Callable[..., object] = kind

    def read(raw: object) -> object:
        values = zip(columns, _many(raw, list), strict=True)
        return make(**{name: codec.read(value) for (name, codec), value in values})

    return Codec(
        write=lambda value: [codec.write(getattr(value, name)) for name, codec in columns],
        read=read,
    )


def _many(value: object, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _pairs(value: object) -> list[tuple[object, object]]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is no mapping")
    return list(value.items())


def _enum_value(value: object) -> object:
    return value.value if isinstance(value, Enum) else _refuse(value, "member of a set of words")


def _refuse(value: object, wanted: str) -> object:
    raise TypeError(f"{value!r} is no {wanted}")


def _text(value: object) -> object:
    return value if isinstance(value, str) else _refuse(value, "text")


def _flag(value: object) -> object:
    return value if isinstance(value, bool) else _refuse(value, "flag")


def _count(value: object) -> object:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count else _refuse(value, "whole number")


def _decimal(value: object) -> Decimal:
    """From text alone; a number of JSON may have lost digits. Raises ValueError."""
    number = Decimal(_many(value, str))
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


def _decimal_text(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else _refuse(value, "decimal")


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_many(value, str))
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} does not name its zone")
    return moment


def _moment_text(value: object) -> object:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return _refuse(value, "aware time")
    return value.astimezone(UTC).isoformat()


_PLAIN: Mapping[object, Codec] = {
    str: Codec(write=_text, read=_text),
    bool: Codec(write=_flag, read=_flag),
    int: Codec(write=_count, read=_count),
    Decimal: Codec(write=_decimal_text, read=_decimal),
    datetime: Codec(write=_moment_text, read=_moment),
    timedelta: Codec(
        write=lambda value: _many(value, timedelta) // _MICROSECOND,
        read=lambda raw: _MICROSECOND * _many(raw, int),
    ),
}
