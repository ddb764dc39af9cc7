"""What a decision weighs, by name: the limits of a strategy and some of its settings."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeVar

from ltsys.domain.canonical import codec_of
from ltsys.domain.errors import SettingsError
from ltsys.domain.money import Usd
from ltsys.domain.rule_change import LIMITS, Limit, Unit, Value, named, parsed, read
from ltsys.domain.situation import Situation
from ltsys.domain.strategy import RiskRules, Strategy
from ltsys.domain.venue import TimeInForce

RawValue = str | int | bool | None
"""As the canonical text writes it."""
Changes = Mapping[str, RawValue]

_SLIPPAGE: Final = Limit(
    name="slippage_tolerance", words="slippage tolerance", unit=Unit.RATIO, most=Decimal("0.5")
)
_AGE: Final = Limit(
    name="max_signal_age_s", words="signal age in seconds", unit=Unit.COUNT, least=Decimal(1)
)
_SETTINGS: Final = (_SLIPPAGE.name, "time_in_force", _AGE.name)
"""What of the strategy itself a decision weighs; capital is no rule."""

_Record = TypeVar("_Record", Strategy, RiskRules)


def parse_rule(text: str) -> tuple[str, RawValue]:
    """The name and the value of `name=value`; `none` is no limit, and 0 is 0 (LESSONS L14).

    Raises SettingsError with the fact, the value and what is possible.
    """
    name, value = named(text)
    if name in LIMITS:
        return name, _raw(parsed(name, value))
    match name:
        case _SLIPPAGE.name:
            return name, str(slippage_tolerance(value))
        case _AGE.name:
            return name, _raw(_required(value, _AGE))
        case "time_in_force":
            return name, time_in_force(value).value
    raise SettingsError(f"there is no rule {name!r}; there are: {', '.join(rule_names())}")


def rule_names() -> tuple[str, ...]:
    """Every rule that can be named."""
    return *_SETTINGS, *LIMITS


def slippage_tolerance(text: str) -> Decimal:
    """The ratio that a person wrote. Raises SettingsError."""
    return Decimal(str(_required(text, _SLIPPAGE)))


def time_in_force(text: str) -> TimeInForce:
    """Only those that a strategy may use: nothing rests without an owner (LESSONS L16).

    Raises SettingsError.
    """
    if text.upper() not in {"FAK", "FOK"}:
        raise SettingsError(f"time_in_force: {text!r} is neither FAK nor FOK")
    return TimeInForce(text.upper())


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


def _required(text: str, limit: Limit) -> Value:
    value = read(text, limit)
    if value is None:
        raise SettingsError(f"{limit.name} always has a value; it cannot be {text!r}")
    return value


def _raw(value: Value) -> RawValue:
    match value:
        case Usd(amount=amount):
            return str(amount)
        case Decimal():
            return str(value)
    return value
