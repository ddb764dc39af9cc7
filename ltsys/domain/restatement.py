"""What changes when a fill comes, or fails, after its order's outcome was booked (L23, L34)."""

from dataclasses import dataclass
from datetime import datetime

from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import ZERO_USD, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """How things stood when an order's outcome was booked, and what came after it."""

    is_settled: bool
    """Its payout is available already."""
    resolved_at: datetime
    losses_before: int
    peak_before: Usd
    later_count: int
    """Results of the strategy that were booked after it."""


def losses_in_a_row(losses: int, before: LiveOrder, after: LiveOrder, booked: Booked) -> int:
    """The run of losses as if the order had always had the result that it has now.

    The last `losses` results are the run; a gain, or a person who resumed the strategy, stands
    before it and cuts off whatever is older.
    """
    place = booked.later_count
    if place > losses or (place == losses and _is_loss(before)):
        return losses
    without = losses
    if _is_loss(before):
        without -= 1
    elif before.executed_shares and place == losses:
        # it was the gain that ended an earlier run
        without += booked.losses_before
    if _is_loss(after):
        return without + 1
    return place if after.executed_shares else without


def peak_equity(peak: Usd, before: LiveOrder, after: LiveOrder, booked: Booked) -> Usd:
    """The highest equity as if the order had always had the result that it has now.

    A gain that was not ours leaves the peak, as far as that rose with it.
    """
    lost = _result(before) - _result(after)
    if lost <= ZERO_USD:
        return peak
    return max(min(booked.peak_before, peak), peak - lost)


def _is_loss(order: LiveOrder) -> bool:
    return _result(order) < ZERO_USD


def _result(order: LiveOrder) -> Usd:
    return order.result or ZERO_USD
