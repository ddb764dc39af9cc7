"""Why an order may not be placed: a closed list of codes, checked in a fixed order (L30–L32)."""

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


def check_limits(spend: Usd, *, rules: RiskRules, state: RiskState) -> Denial | None:
    """The five limits in their order; None when the order may be placed (DESIGN §7).

    The order is counted once, on top of what is spent and what working orders hold aside, so
    that no sequence of fills can pass a limit (LESSONS L30).
    """
    balances = state.balances
    return (
        _over(
            DenialCode.DAILY_BUDGET_EXCEEDED,
            "today's spending with this order",
            state.daily_spent + balances.reserved + spend,
            rules.daily_budget,
        )
        or _over(
            DenialCode.MAX_POSITION_SIZE_EXCEEDED, "this order", spend, rules.max_position_size
        )
        or _over(
            DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED,
            "exposure with this order",
            balances.exposure + spend,
            rules.max_total_exposure,
        )
        or tripped_breaker(rules, state)
    )


def tripped_breaker(rules: RiskRules, state: RiskState) -> Denial | None:
    """The breaker that a run of losses or a drawdown trips; None while there is none."""
    return _losses(rules, state) or _drawdown(rules, state)


def check_cash(needed: Usd, state: RiskState) -> Denial | None:
    """What is set aside for the order must be there."""
    available = state.balances.available
    if needed <= available:
        return None
    return Denial(
        code=DenialCode.INSUFFICIENT_CASH,
        text=f"the order needs {needed} with its fee, {available} is available",
        would_be=needed.amount,
        limit=available.amount,
    )


def rolled_over(state: RiskState, now: datetime) -> RiskState:
    """The state with a new UTC day's spending at zero, exactly once a day (LESSONS L33)."""
    if state.daily_reset_at is not None and now < state.daily_reset_at:
        return state
    return replace(state, daily_spent=ZERO_USD, daily_reset_at=next_midnight(now))


def next_midnight(now: datetime) -> datetime:
    """The first UTC midnight after `now`."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _over(code: DenialCode, what: str, would_be: Usd, limit: Usd | None) -> Denial | None:
    if limit is None or would_be <= limit:
        return None
    text = f"{what} would be {would_be}, over the limit of {limit}"
    return Denial(code=code, text=text, would_be=would_be.amount, limit=limit.amount)


def _losses(rules: RiskRules, state: RiskState) -> Denial | None:
    limit = rules.max_consecutive_losses
    if limit is None or state.consecutive_losses < limit:
        return None
    return Denial(
        code=DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED,
        text=f"{state.consecutive_losses} losses in a row reach the limit of {limit}",
        would_be=Decimal(state.consecutive_losses),
        limit=Decimal(limit),
    )


def _drawdown(rules: RiskRules, state: RiskState) -> Denial | None:
    limit, drawdown = rules.max_drawdown_ratio, state.drawdown_ratio
    if limit is None or drawdown < limit:
        return None
    text = f"equity is {drawdown:.2%} below its peak, which reaches the limit of {limit:.2%}"
    return Denial(code=DenialCode.MAX_DRAWDOWN_REACHED, text=text, would_be=drawdown, limit=limit)
