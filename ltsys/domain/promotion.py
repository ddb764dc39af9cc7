"""What a strategy must have shown before it may go on to the next stage, and what sends it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.money import ZERO_USD, Usd

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """The bars that a stage must clear; each is a setting and each is shown (LESSONS L31)."""

    min_days: Decimal = Decimal(7)
    """In the stage."""
    min_orders: int = 20
    """That had come to their end."""
    min_fill_rate: Decimal = Decimal("0.90")
    """Dollars filled ÷ dollars asked for."""
    max_slippage: Decimal = Decimal("0.005")
    """Mean, as a ratio of the signal price."""
    min_executed: Decimal = Decimal("0.95")
    """Of the FT orders of the stage that no limit denied, the ratio that we hold shares of."""
    max_result_gap: Decimal = Decimal("0.05")
    """Between the results of FT and LT for one dollar, over orders that both have resolved."""
    max_drill_days: int = 30
    """Age of the last drill, which must have passed."""
    max_compared_s: int = 300
    """Machine seconds since the last clean comparison with the venue."""
    breach_fills: int = 10
    """A mean slippage over fewer fills than these sends nobody back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a strategy did since its stage began, in the book of that stage."""

    since: datetime
    """Venue time."""
    ended_count: int = 0
    filled_count: int = 0
    ft_count: int = 0
    """FT orders that asked for an order, without those that a limit denied."""
    asked: Usd = ZERO_USD
    filled: Usd = ZERO_USD
    slippage: Decimal | None = None
    """Mean over the orders with fills; None without one."""
    resolved_count: int = 0
    """Orders that FT and LT have both resolved; what follows is theirs."""
    lt_staked: Usd = ZERO_USD
    lt_result: Usd = ZERO_USD
    ft_staked: Usd = ZERO_USD
    ft_result: Usd = ZERO_USD

    @property
    def fill_rate(self) -> Decimal | None:
        """None while nothing was asked for."""
        return min(Decimal(1), self.filled.over(self.asked)) if self.asked else None

    @property
    def executed_ratio(self) -> Decimal | None:
        """None while FT asked for nothing."""
        return Decimal(self.filled_count) / self.ft_count if self.ft_count else None

    @property
    def result_gap(self) -> Decimal | None:
        """None until something was resolved on both sides."""
        if not self.lt_staked or not self.ft_staked:
            return None
        ours, theirs = self.lt_result.over(self.lt_staked), self.ft_result.over(self.ft_staked)
        return abs(ours - theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What else is known of a strategy and of the system around it."""

    obstacles: tuple[str, ...] = ()
    """Why it may not trade now: a pause, a halt, a tripped breaker; one sentence each."""
    breaches: tuple[str, ...] = ()
    """Those of them that send it back: a kill, a breaker that does not end by itself."""
    compared_at: datetime | None = None
    """Machine time at which the last comparison that was clean began; None if there is none."""
    drift: str | None = None
    """What stands between our books and the venue's; None while they agree."""
    drill_at: datetime | None = None
    """Machine time of the last drill."""
    drill_passed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """One bar: what was found beside what is asked for, both in words with their units."""

    name: str
    value: str
    limit: str
    is_passed: bool


def gate_checks(
    record: Record, health: Health, gates: Gates, *, now: datetime, wall: datetime
) -> tuple[GateCheck, ...]:
    """Every bar of a promotion in its order; what is not known does not pass (LESSONS L18)."""
    return (
        _least("days in the stage", _days(now - record.since), gates.min_days),
        _least("orders that ended", Decimal(record.ended_count), gates.min_orders),
        _ratio("fill rate", record.fill_rate, at_least=gates.min_fill_rate),
        _ratio("mean slippage", record.slippage, at_most=gates.max_slippage),
        _ratio("FT orders executed", record.executed_ratio, at_least=gates.min_executed),
        _ratio("result gap of FT and LT", record.result_gap, at_most=gates.max_result_gap),
        _compared(health, gates, wall),
        _drilled(health, gates, wall),
        GateCheck(
            name="free to trade",
            value="; ".join(health.obstacles) or "yes",
            limit="no halt, pause or tripped breaker",
            is_passed=not health.obstacles,
        ),
    )


def breach(record: Record, health: Health, gates: Gates) -> str | None:
    """Why a strategy with real money goes back to shadow at once; None while it may stay."""
    if health.breaches:
        return health.breaches[0]
    if health.drift is not None:
        return f"the books differ from the venue's: {health.drift}"
    slippage = record.slippage
    is_known = slippage is not None and record.filled_count >= gates.breach_fills
    if slippage is not None and is_known and slippage > gates.max_slippage:
        return (
            f"a mean slippage of {slippage:.2%} over {record.filled_count} orders "
            f"is over the limit of {gates.max_slippage:.2%}"
        )
    return None


_UNKNOWN = "not known"


def _least(name: str, value: Decimal, limit: Decimal | int) -> GateCheck:
    return GateCheck(
        name=name, value=f"{value}", limit=f"at least {limit}", is_passed=value >= limit
    )


def _ratio(
    name: str,
    value: Decimal | None,
    *,
    at_least: Decimal | None = None,
    at_most: Decimal | None = None,
) -> GateCheck:
    words = [f"at least {at_least:.2%}"] if at_least is not None else []
    words += [f"at most {at_most:.2%}"] if at_most is not None else []
    is_passed = value is not None and not (
        (at_least is not None and value < at_least) or (at_most is not None and value > at_most)
    )
    shown = _UNKNOWN if value is None else f"{value:.2%}"
    return GateCheck(name=name, value=shown, limit=" and ".join(words), is_passed=is_passed)


def _compared(health: Health, gates: Gates, wall: datetime) -> GateCheck:
    age_s = None if health.compared_at is None else (wall - health.compared_at).total_seconds()
    value = "never clean" if age_s is None else f"clean {age_s:.0f} s ago"
    return GateCheck(
        name="books agree with the venue",
        value=value if health.drift is None else health.drift,
        limit=f"clean at most {gates.max_compared_s} s ago",
        is_passed=health.drift is None and age_s is not None and age_s <= gates.max_compared_s,
    )


def _drilled(health: Health, gates: Gates, wall: datetime) -> GateCheck:
    if health.drill_at is None:
        value, is_passed = "none is recorded", False
    else:
        age = wall - health.drill_at
        verdict = "passed" if health.drill_passed else "failed"
        value = f"{verdict} {age // _DAY} days ago"
        is_passed = health.drill_passed and age <= gates.max_drill_days * _DAY
    limit = f"passed at most {gates.max_drill_days} days ago"
    return GateCheck(name="drill", value=value, limit=limit, is_passed=is_passed)


def _days(span: timedelta) -> Decimal:
    """Rounded down to hundredths, so that a wait is never over early."""
    return Decimal(span // (_DAY / 100)) / 100
