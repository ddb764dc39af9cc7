"""What the venue's answers say about an order that we are waiting for (VENUE §3.5, §8)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Shares, Usd
from ltsys.domain.order import ENDED, WORKING, OrderEvent, OrderStatus
from ltsys.domain.venue import TimeInForce, VenueOrder, VenueOrderStatus

_ROUNDING = Usd(Decimal("0.0001"))
"""Each fill's cost is cut to the millionth, the answer's sum only once."""

AT_ONCE = frozenset({TimeInForce.FAK, TimeInForce.FOK})
"""What never rests at the venue (VENUE §5.2)."""


class NextStep(StrEnum):
    """What to do where the answers do not settle the matter."""

    WAIT = "wait"
    REPOST = "repost"
    PARK = "park"
    """Stop asking: only news that comes by itself, or an operator, can settle it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known once the reported fills have been counted.

    `held_here` and `held_there` are shares of the token in our books and at the venue; None
    where they were not compared.
    """

    shown: VenueOrder | None
    was_seen: bool
    """The venue called the envelope a duplicate: it has had it."""
    check_count: int
    held_here: Shares | None
    held_there: Shares | None
    repost_identical: bool
    repost_after_checks: int
    conclude_after_checks: int
    failed: Usd = ZERO_USD
    """Dollars of reported fills that failed to settle: matched once, and never ours."""
    failed_shares: Shares = ZERO_SHARES
    is_overdue: bool = False
    """It was posted longer ago than we have patience for."""


def conclude(order: LiveOrder, evidence: Evidence) -> OrderEvent | NextStep:
    """The event that follows for a working order, or what to do next.

    Not found is never proof of absence (LESSONS L05). An immediate order that has fills has
    nothing more to come once its amounts are known to be complete. One that nothing settled in
    time is parked, its money still set aside (LESSONS L27).
    """
    step = _step(order, evidence)
    says_nothing_new = step is NextStep.WAIT or (step, order.status) == _STILL_LIVE
    return NextStep.PARK if says_nothing_new and _is_hopeless(order, evidence) else step


_STILL_LIVE = (OrderEvent.ACCEPT, OrderStatus.LIVE)


def _is_hopeless(order: LiveOrder, evidence: Evidence) -> bool:
    """Time is over and enough looks were had; an order that may rest is only lost if unknown."""
    can_rest = order.plan.time_in_force not in AT_ONCE
    return (
        evidence.is_overdue
        and evidence.check_count >= evidence.conclude_after_checks
        and order.status in WORKING
        and (order.status is OrderStatus.UNKNOWN or not can_rest)
    )


def _step(order: LiveOrder, evidence: Evidence) -> OrderEvent | NextStep:
    if order.status in ENDED:
        return NextStep.WAIT
    if order.executed or evidence.failed or order.status is OrderStatus.PARTIALLY_FILLED:
        return _with_fills(order, evidence)
    if evidence.shown is not None:
        return _without_fills(evidence.shown)
    if needs_balance(order, evidence) and _is_absent_from_balance(evidence):
        # after spaced looks it is not shown, never traded, and its shares are not there
        return OrderEvent.KILL
    can_repost = order.status is OrderStatus.UNKNOWN and evidence.repost_identical
    is_its_turn = evidence.check_count == evidence.repost_after_checks
    if can_repost and is_its_turn and not evidence.was_seen:
        return NextStep.REPOST
    return NextStep.WAIT


def needs_balance(order: LiveOrder, evidence: Evidence) -> bool:
    """Only the balance can still tell an order that found nothing from one not shown yet.

    That is so for immediate orders alone: one that rests may be matched at any time.
    """
    return (
        order.plan.time_in_force in AT_ONCE
        and not order.executed
        and not evidence.failed
        and not order.matched_at_once
        and evidence.shown is None
        and evidence.check_count >= evidence.conclude_after_checks
    )


def _with_fills(order: LiveOrder, evidence: Evidence) -> OrderEvent | NextStep:
    if order.plan.time_in_force not in AT_ONCE:
        return _ended_at_venue(evidence.shown)
    if order.matched_at_once is not None:
        missing = order.matched_at_once - (order.executed + evidence.failed)
        is_complete = missing < _ROUNDING
    elif evidence.shown is not None:
        is_complete = order.executed_shares + evidence.failed_shares >= evidence.shown.matched
    else:
        is_complete = evidence.check_count >= evidence.conclude_after_checks
    return OrderEvent.CANCEL if is_complete else NextStep.WAIT


def _without_fills(shown: VenueOrder) -> OrderEvent | NextStep:
    match shown.status:
        case VenueOrderStatus.INVALID:
            return OrderEvent.REJECT
        case VenueOrderStatus.CANCELED if not shown.matched:
            return OrderEvent.KILL
        case _:
            return OrderEvent.ACCEPT


def _ended_at_venue(shown: VenueOrder | None) -> OrderEvent | NextStep:
    if shown is not None and shown.status is VenueOrderStatus.CANCELED:
        return OrderEvent.CANCEL
    return NextStep.WAIT


def _is_absent_from_balance(evidence: Evidence) -> bool:
    if evidence.held_here is None or evidence.held_there is None:
        return False
    return evidence.held_there == evidence.held_here
