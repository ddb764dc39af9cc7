"""The settings of a strategy by name: what each may be, and whether a change lets more through."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ltsys.domain.errors import SettingsError
from ltsys.domain.money import exact
from ltsys.domain.strategy import Strategy
from ltsys.domain.venue import TimeInForce

SettingValue = Decimal | int | TimeInForce
TIME_IN_FORCE: Final = "time_in_force"
_OFFERED: Final = (TimeInForce.FAK, TimeInForce.FOK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting that is a number. `least` and `most` are inside what it may be."""

    name: str
    words: str
    unit: str
    least: int
    most: Decimal
    is_floor: bool = False
    """A floor is loosened by lowering it, every other setting by raising it."""

    @property
    def is_whole(self) -> bool:
        return self.unit == "seconds"


NUMBERS: Final[Mapping[str, Setting]] = {
    each.name: each
    for each in (
        Setting(
            name="slippage_tolerance",
            words="above the FT entry price at most",
            unit="ratio",
            least=0,
            most=Decimal("0.5"),
        ),
        Setting(
            name="max_signal_age_s",
            words="oldest signal that is acted on",
            unit="seconds",
            least=1,
            most=Decimal(86_400),
        ),
        Setting(
            name="cooldown_s",
            words="payouts rest for",
            unit="seconds",
            least=0,
            most=Decimal(2_592_000),
            is_floor=True,
        ),
    )
}
NAMES: Final = (*NUMBERS, TIME_IN_FORCE)


def parsed_setting(name: str, text: str) -> SettingValue:
    """The value that a person wrote. Raises SettingsError for nonsense."""
    if name == TIME_IN_FORCE:
        return _time_in_force(text)
    setting = NUMBERS.get(name)
    if setting is None:
        raise SettingsError(f"there is no setting {name!r}; there are: {', '.join(NAMES)}")
    try:
        number = exact(text.strip())
    except ValueError:
        raise SettingsError(f"{name}: {text!r} is no number") from None
    if setting.is_whole and number != int(number):
        raise SettingsError(f"{name}: {number} is not a whole number of seconds")
    if not setting.least <= number <= setting.most:
        hint = " (a ratio: 0.03 is 3 %)" if setting.unit == "ratio" else " seconds"
        raise SettingsError(
            f"{name}: {number} is not within {setting.least} and {setting.most}{hint}"
        )
    return int(number) if setting.is_whole else number


def with_settings(strategy: Strategy, changes: Mapping[str, SettingValue]) -> Strategy:
    """The strategy with these values. Raises SettingsError for a name that is no setting."""
    for name, value in changes.items():
        parsed_setting(name, words_of_setting(value))
    return replace(strategy, **dict(changes))  # type: ignore[arg-type]  # the names were looked up


def loosened_settings(before: Strategy, after: Strategy) -> tuple[str, ...]:
    """Names of the settings that let more through than before (LESSONS L61).

    A payout that rests for less time is sooner at risk again. How long an order lives moves no
    risk: what it may cost is the same either way.
    """
    return tuple(
        setting.name
        for setting in NUMBERS.values()
        if _is_looser(setting, getattr(before, setting.name), getattr(after, setting.name))
    )


def words_of_setting(value: SettingValue) -> str:
    """As a change keeps it, in the fewest digits."""
    match value:
        case TimeInForce():
            return value.value
        case Decimal():
            return f"{value.normalize():f}"
        case int():
            return f"{value}"


def _is_looser(setting: Setting, before: Decimal | int, after: Decimal | int) -> bool:
    return after < before if setting.is_floor else after > before


def _time_in_force(text: str) -> TimeInForce:
    for each in _OFFERED:
        if text.strip().upper() == each.value:
            return each
    raise SettingsError(f"{TIME_IN_FORCE}: {text!r} is neither {' nor '.join(_OFFERED)}")
