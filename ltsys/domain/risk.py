"""The limits of a strategy, in one fixed order, and when their counters start anew (L30–L33)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.denial import Check, Denial, DenialCode, first_denial
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.strategy import RiskRules, RiskState


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


def check_cash(needed: Usd, state: RiskState) -> Denial | None:
    """None when what is set aside for the order is there."""
    return first_denial(cash_checks(needed, state))


def rolled_over(state: RiskState, now: datetime) -> RiskState:
    """The state with what a new UTC day, ISO week or month starts at zero, each once (L33).

    A row that was never reset (None) rolls over too, and so does a paused strategy.
    """
    if _is_over(state.daily_reset_at, now):
        state = replace(
            state, daily_spent=ZERO_USD, daily_result=ZERO_USD, daily_reset_at=next_midnight(now)
        )
    if _is_over(state.weekly_reset_at, now):
        state = replace(state, weekly_spent=ZERO_USD, weekly_reset_at=next_monday(now))
    if _is_over(state.monthly_reset_at, now):
        state = replace(state, monthly_spent=ZERO_USD, monthly_reset_at=next_month(now))
    return state


def spent(state: RiskState, cost: Usd, *, matched_at: datetime) -> RiskState:
    """Every counter whose period holds the match has the cost in it; below zero takes it back.

    A counter never falls below zero: what was spent before its reset cannot be earned back.
    """
    day, week, month = state.daily_reset_at, state.weekly_reset_at, state.monthly_reset_at
    if day is None or matched_at >= day - timedelta(days=1):
        state = replace(state, daily_spent=_counted(state.daily_spent, cost))
    if week is None or matched_at >= week - timedelta(days=7):
        state = replace(state, weekly_spent=_counted(state.weekly_spent, cost))
    if month is None or matched_at >= _month_before(month):
        state = replace(state, monthly_spent=_counted(state.monthly_spent, cost))
    return state


def _counted(counter: Usd, cost: Usd) -> Usd:
    return max(ZERO_USD, counter + cost)


def _month_before(month: datetime) -> datetime:
    return (month - timedelta(days=1)).replace(day=1)


def _is_over(resets_at: datetime | None, now: datetime) -> bool:
    return resets_at is None or now >= resets_at


def next_midnight(now: datetime) -> datetime:
    """The first UTC midnight after `now`."""
    return _today(now) + timedelta(days=1)


def next_monday(now: datetime) -> datetime:
    """The UTC midnight at which the next ISO week begins."""
    return _today(now) + timedelta(days=7 - now.weekday())


def next_month(now: datetime) -> datetime:
    """The UTC midnight at which the next calendar month begins."""
    return (_today(now).replace(day=1) + timedelta(days=32)).replace(day=1)


def _today(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


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
