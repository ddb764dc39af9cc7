"""What trips a breaker: its readings, the number that they make, and the sentence (DESIGN §7)."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ltsys.domain.breaker import (
    BOOK_KINDS,
    RESULT_KINDS,
    Breaker,
    BreakerKind,
    BreakerRule,
    Resume,
    Trip,
)
from ltsys.domain.ids import StrategyId
from ltsys.domain.market import Book
from ltsys.domain.money import ZERO_USD, Price, Usd
from ltsys.domain.strategy import RiskRules, RiskState

_K = BreakerKind
_NEED_ALL = frozenset({_K.MEAN_SLIPPAGE, _K.REJECTIONS, _K.LATENCY})


def measured(rule: BreakerRule, readings: Sequence[Decimal]) -> Decimal | None:
    """The rule's number over readings, the newest first; None while they are too few.

    A mean, a percentile and a share need their whole window: one rejection is no rate.
    """
    if rule.kind is _K.CONSECUTIVE_LOSSES:
        return Decimal(_run_of_losses(readings))
    if not readings or (rule.kind in _NEED_ALL and len(readings) < rule.window):
        return None
    last = readings[: rule.window]
    match rule.kind:
        case _K.MEAN_SLIPPAGE | _K.REJECTIONS:
            return sum(last, Decimal(0)) / len(last)
        case _K.LATENCY:
            return _p95(last)
        case _:
            return max(last)


def tripped(rule: BreakerRule, value: Decimal | None) -> Trip | None:
    """The trip that a measured number is; None where it lies within the threshold."""
    limit = rule.threshold
    if value is None or limit is None or not _is_beyond(rule.kind, value, limit):
        return None
    return Trip(rule=rule, value=value, threshold=limit, cause=_cause(rule, value, limit))


def of_results(
    strategy_id: StrategyId, rules: RiskRules, state: RiskState, kept: Iterable[BreakerRule]
) -> tuple[Trip, ...]:
    """What a strategy's result tripped: a run of losses, a drawdown, or both.

    The thresholds are its limits; a kept rule of the same kind says only what resumes.
    """
    losses, drawdown = rules.max_consecutive_losses, rules.max_drawdown_ratio
    found = {
        _K.CONSECUTIVE_LOSSES: (None if losses is None else Decimal(losses)),
        _K.DRAWDOWN: drawdown,
    }
    values = {
        _K.CONSECUTIVE_LOSSES: Decimal(state.consecutive_losses),
        _K.DRAWDOWN: state.drawdown_ratio,
    }
    own = {each.kind: each for each in kept if each.strategy_id == strategy_id}
    trips = []
    for kind, limit in found.items():
        rule = own.get(kind) or BreakerRule(kind=kind, strategy_id=strategy_id, threshold=None)
        if limit is not None and _is_beyond(kind, values[kind], limit):
            cause = _cause(rule, values[kind], limit)
            trips.append(Trip(rule=rule, value=values[kind], threshold=limit, cause=cause))
    return tuple(trips)


def book_readings(book: Book | None, limit: Price | None) -> Mapping[BreakerKind, Decimal]:
    """What a plan's book says; a number that it cannot give is missing (LESSONS L42).

    `limit` is the highest price that the order may pay.
    """
    found: dict[BreakerKind, Decimal] = {}
    if book is None:
        return found
    bid, ask = book.best_bid, book.best_ask
    if bid is not None and ask is not None:
        found[_K.SPREAD] = ask.per_share - bid.per_share
    if limit is not None:
        within = (level for level in book.asks if level.price <= limit)
        offered: Usd = sum((level.price * level.shares for level in within), ZERO_USD)
        found[_K.LIQUIDITY] = offered.amount
    return found


def of_book(
    rules: Iterable[BreakerRule], readings: Mapping[BreakerKind, Decimal]
) -> tuple[Trip, ...]:
    """What a plan's book trips."""
    judged = (tripped(rule, readings.get(rule.kind)) for rule in rules if rule.kind in BOOK_KINDS)
    return tuple(trip for trip in judged if trip)


def cleared_by_book(
    breakers: Iterable[Breaker], readings: Mapping[BreakerKind, Decimal]
) -> tuple[Breaker, ...]:
    """Those that wait for a better book, and for which this one is good enough."""
    return tuple(
        each
        for each in breakers
        if each.resume is Resume.WHEN_CLEAR
        and each.kind in readings
        and not _is_beyond(each.kind, readings[each.kind], each.threshold)
    )


def _is_beyond(kind: BreakerKind, value: Decimal, limit: Decimal) -> bool:
    """A count of losses and a drawdown trip at their threshold, the others beyond it."""
    if kind is _K.LIQUIDITY:
        return value < limit
    return value >= limit if kind in RESULT_KINDS else value > limit


def _run_of_losses(readings: Sequence[Decimal]) -> int:
    """Losses (1) before the first result that was none (0), counted from the newest."""
    for count, reading in enumerate(readings):
        if not reading:
            return count
    return len(readings)


def _p95(readings: Sequence[Decimal]) -> Decimal:
    """The smallest reading that at least 95 % of them do not exceed."""
    place = -(-95 * len(readings) // 100)
    return sorted(readings)[place - 1]


def _cause(rule: BreakerRule, value: Decimal, limit: Decimal) -> str:
    return _CAUSES[rule.kind].format(last=rule.window, value=value, limit=limit)


_CAUSES = {
    _K.MEAN_SLIPPAGE: "the last {last} fills slipped {value:.2%} on average, over {limit:.2%}",
    _K.WORST_SLIPPAGE: "one of the last {last} fills slipped {value:.2%}, over {limit:.2%}",
    _K.SPREAD: "the spread is {value} dollars a share, over {limit}",
    _K.LATENCY: "95 % of the last {last} answers took up to {value:.0f} ms, over {limit:.0f} ms",
    _K.LIQUIDITY: "${value:.2f} is on offer within the limit price, under ${limit:.2f}",
    _K.REJECTIONS: "{value:.2%} of the last {last} answers were rejections, over {limit:.2%}",
    _K.CONSECUTIVE_LOSSES: "{value} losses in a row reach the limit of {limit}",
    _K.DRAWDOWN: "equity is {value:.2%} below its peak, which reaches the limit of {limit:.2%}",
}
