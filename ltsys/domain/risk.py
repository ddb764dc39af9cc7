"""Why an order may not be placed: a closed list of codes, checked in a fixed order (L30–L32)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.strategy import RiskRules, RiskState


class DenialCode(StrEnum):
    """In the order in which they are looked at."""

    STRATEGY_INACTIVE = "STRATEGY_INACTIVE"
    STRATEGY_PAUSED = "STRATEGY_PAUSED"
    SIGNAL_TOO_OLD = "SIGNAL_TOO_OLD"
    MARKET_UNKNOWN = "MARKET_UNKNOWN"
    MARKET_UNSUPPORTED = "MARKET_UNSUPPORTED"
    MARKET_NOT_OPEN = "MARKET_NOT_OPEN"
    TOKEN_NOT_OF_MARKET = "TOKEN_NOT_OF_MARKET"  # noqa: S105  an outcome token, not a secret
    NO_BOOK = "NO_BOOK"
    NO_MIDPOINT = "NO_MIDPOINT"
    DEAD_MARKET = "DEAD_MARKET"
    NO_VALID_PRICE = "NO_VALID_PRICE"
    BELOW_VENUE_MINIMUM = "BELOW_VENUE_MINIMUM"
    DAILY_BUDGET_EXCEEDED = "DAILY_BUDGET_EXCEEDED"
    MAX_POSITION_SIZE_EXCEEDED = "MAX_POSITION_SIZE_EXCEEDED"
    MAX_TOTAL_EXPOSURE_EXCEEDED = "MAX_TOTAL_EXPOSURE_EXCEEDED"
    MAX_CONSECUTIVE_LOSSES_REACHED = "MAX_CONSECUTIVE_LOSSES_REACHED"
    MAX_DRAWDOWN_REACHED = "MAX_DRAWDOWN_REACHED"
    INSUFFICIENT_CASH = "INSUFFICIENT_CASH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """We refused. The numbers that decided stand beside each other (LESSONS L32)."""

    code: DenialCode
    text: str
    would_be: Decimal | None = None
    limit: Decimal | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question of a decision with the numbers it looked at; met, or the denial it gives.

    Checks are yielded one by one, so that a decision stops at the first denial, and an
    explanation lists what was looked at until then. The words are made when somebody reads them.
    """

    code: DenialCode
    saw: str
    """How it reads when it is met, a `{}` for each of `numbers`."""
    numbers: tuple[object, ...] = ()
    denial: Denial | None = None

    @property
    def text(self) -> str:
        """One sentence with the numbers, met or not."""
        return self.denial.text if self.denial else self.saw.format(*self.numbers)


def first_denial(checks: Iterable[Check]) -> Denial | None:
    """What denies the order; None when every check is met."""
    return next((check.denial for check in checks if check.denial is not None), None)


def limit_checks(spend: Usd, *, rules: RiskRules, state: RiskState) -> Iterator[Check]:
    """The limits that are set, in their order; one that is not set is not asked (DESIGN §7).

    The order is counted once, on top of what is spent and what working orders hold aside, so
    that no sequence of fills can pass a limit (LESSONS L30).
    """
    reserved, exposure = state.balances.reserved, state.balances.exposure
    yield from _within(
        DenialCode.DAILY_BUDGET_EXCEEDED,
        "today's spending with this order",
        {"spent": state.daily_spent, "held aside": reserved, "this order": spend},
        rules.daily_budget,
    )
    yield from _within(
        DenialCode.MAX_POSITION_SIZE_EXCEEDED,
        "this order",
        {"this order": spend},
        rules.max_position_size,
    )
    yield from _within(
        DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED,
        "exposure with this order",
        {"at risk": exposure, "this order": spend},
        rules.max_total_exposure,
    )
    yield from breaker_checks(rules, state)


def breaker_checks(rules: RiskRules, state: RiskState) -> Iterator[Check]:
    """The run of losses and the drawdown, where they have a limit."""
    yield from _losses(rules, state)
    yield from _drawdown(rules, state)


def cash_checks(needed: Usd, state: RiskState) -> Iterator[Check]:
    """What is set aside for the order must be there."""
    available, denial = state.balances.available, None
    if needed > available:
        denial = Denial(
            code=DenialCode.INSUFFICIENT_CASH,
            text=f"the order needs {needed} with its fee, {available} is available",
            would_be=needed.amount,
            limit=available.amount,
        )
    yield Check(
        code=DenialCode.INSUFFICIENT_CASH,
        saw="{} with the fee ≤ {} available",
        numbers=(needed, available),
        denial=denial,
    )


def check_limits(spend: Usd, *, rules: RiskRules, state: RiskState) -> Denial | None:
    """The first limit that the order would pass; None when it may be placed."""
    return first_denial(limit_checks(spend, rules=rules, state=state))


def tripped_breaker(rules: RiskRules, state: RiskState) -> Denial | None:
    """The breaker that a run of losses or a drawdown trips; None while there is none."""
    return first_denial(breaker_checks(rules, state))


def check_cash(needed: Usd, state: RiskState) -> Denial | None:
    """None when what is set aside for the order is there."""
    return first_denial(cash_checks(needed, state))


def rolled_over(state: RiskState, now: datetime) -> RiskState:
    """The state with a new UTC day's spending at zero, exactly once a day (LESSONS L33)."""
    if state.daily_reset_at is not None and now < state.daily_reset_at:
        return state
    return replace(state, daily_spent=ZERO_USD, daily_reset_at=next_midnight(now))


def next_midnight(now: datetime) -> datetime:
    """The first UTC midnight after `now`."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _within(
    code: DenialCode, what: str, parts: Mapping[str, Usd], limit: Usd | None
) -> Iterator[Check]:
    """The sum of the parts against the limit; nothing where there is no limit (LESSONS L31)."""
    if limit is None:
        return
    would_be, denial = sum(parts.values(), ZERO_USD), None
    if would_be > limit:
        text = f"{what} would be {would_be}, over the limit of {limit}"
        denial = Denial(code=code, text=text, would_be=would_be.amount, limit=limit.amount)
    saw = " + ".join(f"{{}} {name}" for name in parts) + " ≤ {}"
    yield Check(code=code, saw=saw, numbers=(*parts.values(), limit), denial=denial)


def _losses(rules: RiskRules, state: RiskState) -> Iterator[Check]:
    code, limit = DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED, rules.max_consecutive_losses
    if limit is None:
        return
    losses, denial = state.consecutive_losses, None
    if losses >= limit:
        text = f"{losses} losses in a row reach the limit of {limit}"
        denial = Denial(code=code, text=text, would_be=Decimal(losses), limit=Decimal(limit))
    yield Check(code=code, saw="{} losses in a row < {}", numbers=(losses, limit), denial=denial)


def _drawdown(rules: RiskRules, state: RiskState) -> Iterator[Check]:
    code, limit = DenialCode.MAX_DRAWDOWN_REACHED, rules.max_drawdown_ratio
    if limit is None:
        return
    drawdown, denial = state.drawdown_ratio, None
    if drawdown >= limit:
        text = f"equity is {drawdown:.2%} below its peak, which reaches the limit of {limit:.2%}"
        denial = Denial(code=code, text=text, would_be=drawdown, limit=limit)
    saw = "equity {:.2%} below its peak < {:.2%}"
    yield Check(code=code, saw=saw, numbers=(drawdown, limit), denial=denial)
