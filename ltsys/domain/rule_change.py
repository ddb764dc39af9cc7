"""The limits by name: what each takes, whether a change loosens it, and what makes no sense."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ltsys.domain.errors import SettingsError
from ltsys.domain.money import Usd, exact
from ltsys.domain.pricing import MIN_MARKETABLE_BUY
from ltsys.domain.strategy import RiskRules

Value = Usd | Decimal | int | bool | None

_NONE, _YES, _NO = "none", frozenset({"yes", "true", "on"}), frozenset({"no", "false", "off"})


class Unit(StrEnum):
    """What a limit is counted in."""

    DOLLARS = "dollars"
    RATIO = "ratio"
    DOLLARS_A_SHARE = "dollars a share"
    COUNT = "number"
    FLAG = "yes or no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit: `words` name it to people; `least` and `most` are inside what it may be."""

    name: str
    words: str
    unit: Unit = Unit.DOLLARS
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    is_floor: bool = False
    """A floor is loosened by lowering it, every other limit by raising it."""
    is_of_orders: bool = False
    """Below the smallest order nothing could ever be bought."""

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")


_ONE, _HALF = Decimal(1), Decimal("0.5")

LIMITS: Final[Mapping[str, Limit]] = {
    each.name: each
    for each in (
        Limit(name="daily_budget", words="daily budget", is_of_orders=True),
        Limit(name="weekly_budget", words="weekly budget", is_of_orders=True),
        Limit(name="monthly_budget", words="monthly budget", is_of_orders=True),
        Limit(name="max_daily_loss", words="daily loss", least=Decimal("0.01")),
        Limit(name="max_position_size", words="most for one order", is_of_orders=True),
        Limit(name="min_order_size", words="least for one order", is_floor=True),
        Limit(
            name="max_equity_ratio", words="share of equity an order", unit=Unit.RATIO, most=_ONE
        ),
        Limit(name="max_total_exposure", words="most exposure", is_of_orders=True),
        Limit(name="max_market_exposure", words="most exposure a market", is_of_orders=True),
        Limit(name="max_event_exposure", words="most exposure an event", is_of_orders=True),
        Limit(name="max_market_positions", words="positions a market", unit=Unit.COUNT, least=_ONE),
        Limit(name="max_event_positions", words="positions an event", unit=Unit.COUNT, least=_ONE),
        Limit(name="max_positions", words="positions in all", unit=Unit.COUNT, least=_ONE),
        Limit(name="max_consecutive_losses", words="losses in a row", unit=Unit.COUNT, least=_ONE),
        Limit(
            name="max_drawdown_ratio",
            words="drawdown",
            unit=Unit.RATIO,
            least=Decimal("0.0001"),
            most=_ONE,
        ),
        Limit(
            name="target_volatility",
            words="volatility that shrinks orders",
            unit=Unit.DOLLARS_A_SHARE,
            least=Decimal("0.0001"),
            most=_ONE,
        ),
        Limit(name="max_spread", words="widest spread", unit=Unit.DOLLARS_A_SHARE, most=_ONE),
        Limit(
            name="min_depth_ratio",
            words="least depth, of the order",
            unit=Unit.RATIO,
            most=Decimal(1000),
            is_floor=True,
        ),
        Limit(
            name="max_slippage_ratio", words="most estimated slippage", unit=Unit.RATIO, most=_ONE
        ),
        Limit(
            name="min_edge",
            words="least edge",
            unit=Unit.DOLLARS_A_SHARE,
            least=-_ONE,
            most=_ONE,
            is_floor=True,
        ),
        Limit(
            name="max_tolerance",
            words="slippage tolerance may grow to",
            unit=Unit.RATIO,
            most=_HALF,
        ),
        Limit(name="raises_to_minimum", words="raised to the venue's minimum", unit=Unit.FLAG),
    )
}
"""In the order in which the limits are looked at, the settings of the book behind them."""


def named(text: str) -> tuple[str, str]:
    """Both sides of `name=value`. Raises SettingsError where one is missing."""
    name, _, value = (part.strip() for part in text.partition("="))
    if not name or not value:
        raise SettingsError(f"{text!r} is not name=value")
    return name, value


def parsed(name: str, text: str) -> Value:
    """The value that a person wrote; "none" is no limit. Raises SettingsError for nonsense."""
    return read(text, _limit(name))


def read(text: str, limit: Limit) -> Value:
    """As `parsed`, of a limit in hand: every place that takes one as text comes here."""
    word = text.strip().lower()
    if limit.unit is Unit.FLAG:
        if word in _YES | _NO:
            return word in _YES
        raise SettingsError(f"{limit.name}: {text!r} is neither yes nor no")
    if word == _NONE:
        return None
    try:
        number = exact(word.removeprefix("$").replace(",", ""))
    except ValueError:
        raise SettingsError(f"{limit.name}: {text!r} is no {limit.unit}, and not `none`") from None
    _refuse_outside(limit, number)
    match limit.unit:
        case Unit.DOLLARS:
            return Usd(number)
        case Unit.COUNT:
            return int(number)
        case _:
            return number


def changed(rules: RiskRules, changes: Mapping[str, Value]) -> RiskRules:
    """The rules with these values. Raises SettingsError for a name that is no limit."""
    for name in changes:
        _limit(name)
    return replace(rules, **dict(changes))  # type: ignore[arg-type]  # the names were looked up


def loosened(before: RiskRules, after: RiskRules) -> tuple[str, ...]:
    """Names of the limits that let more through than before; tightening alone names none (L61).

    In doubt a change loosens: a tolerance that may grow is looser than one that may not.
    """
    return tuple(
        limit.name
        for limit in LIMITS.values()
        if _is_looser(limit, getattr(before, limit.name), getattr(after, limit.name))
    )


def nonsense(rules: RiskRules, *, smallest: Usd, capital: Usd) -> Iterator[str]:
    """Why a form must refuse these limits, one sentence each (LESSONS L39).

    `smallest` is the smallest order that the strategy would place.
    """
    least = max(smallest, MIN_MARKETABLE_BUY)
    for limit in LIMITS.values():
        value = getattr(rules, limit.name)
        if limit.is_of_orders and value is not None and value < least:
            yield (
                f"{limit.title}: {value} is under {least}, the smallest order that the venue "
                "takes; nothing could ever be bought"
            )
    floor, share = rules.min_order_size, rules.max_equity_ratio
    most = rules.max_position_size
    if floor is not None and most is not None and floor > most:
        yield f"min order size: {floor} is over the max position size of {most}"
    if share is not None and capital.times(share) < least:
        yield (
            f"max equity ratio: {share:.2%} of {capital} is under {least}, the smallest order; "
            "nothing could ever be bought"
        )


def _limit(name: str) -> Limit:
    if name not in LIMITS:
        raise SettingsError(f"there is no limit {name!r}; there are: {', '.join(LIMITS)}")
    return LIMITS[name]


def _refuse_outside(limit: Limit, number: Decimal) -> None:
    if limit.unit is Unit.COUNT and number != int(number):
        raise SettingsError(f"{limit.name}: {number} is not a whole number")
    if number < limit.least:
        raise SettingsError(f"{limit.name}: {number} is under {limit.least}, the least it may be")
    if limit.most is not None and number > limit.most:
        hint = " (a ratio: 0.20 is 20 %)" if limit.unit is Unit.RATIO else ""
        raise SettingsError(
            f"{limit.name}: {number} is over {limit.most}, the most it may be{hint}"
        )


def _is_looser(limit: Limit, before: Value, after: Value) -> bool:
    if before == after:
        return False
    if before is None:
        return limit.name == "max_tolerance"
    if after is None:
        return True
    is_lower = after < before  # type: ignore[operator]  # both are of the limit's unit
    return is_lower == limit.is_floor
