"""The rules of a strategy by their names, with values from text."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Final, TypeVar, get_args, get_type_hints

from ltsys.domain.canonical import codec_of
from ltsys.domain.money import Usd, exact
from ltsys.domain.situation import Situation
from ltsys.domain.strategy import RiskRules, Strategy
from ltsys.domain.venue import TimeInForce

RawValue = str | int | bool | None
"""As the canonical text writes it."""
Changes = Mapping[str, RawValue]

_SETTINGS: Final = ("slippage_tolerance", "time_in_force", "max_signal_age_s")
"""What of the strategy itself a decision weighs; capital is no rule."""
_NO_LIMIT: Final = "none"
_FLAGS: Final = {"true": True, "false": False}
_MAY_PASS_ONE: Final = frozenset({"min_depth_ratio"})

_Record = TypeVar("_Record", Strategy, RiskRules)


def parse_rule(text: str) -> tuple[str, RawValue]:
    """The name and the value of `name=value`; `none` is no limit, and 0 is 0 (LESSONS L14).

    Raises ValueError with the fact, the value and what is possible.
    """
    name, _, value = (part.strip() for part in text.partition("="))
    if not value:
        raise ValueError(f"{text!r} is not NAME=VALUE")
    kinds = _kinds().get(name)
    if kinds is None:
        raise ValueError(f"there is no rule {name!r}; there are: {', '.join(rule_names())}")
    if value.lower() != _NO_LIMIT:
        return name, _value(name, value, kinds)
    if NoneType not in kinds:
        raise ValueError(f"{name} always has a value; it cannot be {value!r}")
    return name, None


def rule_names() -> tuple[str, ...]:
    """Every rule that can be named."""
    return tuple(_kinds())


def with_rules(situation: Situation, changes: Changes) -> Situation:
    """The situation under other rules; all else is as it was. Raises ValueError for bad values."""
    own = {name: value for name, value in changes.items() if name in _SETTINGS}
    limits = {name: value for name, value in changes.items() if name not in _SETTINGS}
    return replace(
        situation,
        strategy=_changed(situation.strategy, own),
        rules=_changed(situation.rules, limits),
    )


def _changed(record: _Record, changes: Changes) -> _Record:
    if not changes:
        return record
    codec = codec_of(type(record))
    written = codec.write(record)
    if not isinstance(written, Mapping):
        raise TypeError(f"{record!r} is written without names")
    found = codec.read({**written, **changes})
    if not isinstance(found, type(record)):
        raise TypeError(f"{found!r} is another kind of record")
    return found


def _value(name: str, text: str, kinds: tuple[object, ...]) -> RawValue:
    try:
        return _raw(name, text, kinds)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _raw(name: str, text: str, kinds: tuple[object, ...]) -> RawValue:
    if TimeInForce in kinds:
        return _time_in_force(text)
    if bool in kinds:
        return _flag(text)
    if Usd in kinds:
        text = text.removeprefix("$").replace(",", "")
    number = exact(text)
    if number < 0:
        raise ValueError(f"{text} is below 0")
    if int in kinds:
        return _whole(number)
    if Decimal in kinds and number > 1 and name not in _MAY_PASS_ONE:
        raise ValueError(f"{text} is over 1: it is a ratio, or dollars a share")
    return str(number)


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise ValueError(f"{number} is not a whole number")
    return int(number)


def _flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError(f"{text!r} is neither true nor false")
    return _FLAGS[text.lower()]


def _time_in_force(text: str) -> str:
    """Only those that a strategy may use: nothing rests without an owner (LESSONS L16)."""
    if text.upper() not in {"FAK", "FOK"}:
        raise ValueError(f"{text!r} is neither FAK nor FOK")
    return TimeInForce(text.upper()).value


@cache
def _kinds() -> Mapping[str, tuple[object, ...]]:
    settings = get_type_hints(Strategy)
    hints = {name: settings[name] for name in _SETTINGS} | get_type_hints(RiskRules)
    return {name: get_args(hint) or (hint,) for name, hint in hints.items()}
