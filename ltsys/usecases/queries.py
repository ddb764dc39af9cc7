"""What readers ask about the books: one snapshot of the whole, and why an order is where it is."""

from dataclasses import dataclass
from datetime import datetime

from ltsys.domain.alert import OpenAlert, Severity
from ltsys.domain.order import OrderStatus, readers_word
from ltsys.ports import Clock
from ltsys.ports.queries import LogRow, OrderRow, Pulse, Queries, StrategyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything that a status view shows, read within a moment of each other."""

    venue_time: datetime
    wall_time: datetime
    strategies: tuple[StrategyRow, ...]
    orders: tuple[OrderRow, ...]
    logs: tuple[LogRow, ...]
    pulse: Pulse
    alerts: tuple[OpenAlert, ...]

    @property
    def critical_count(self) -> int:
        """Open alerts that say that money may be wrong or trading has stopped."""
        return sum(row.alert.severity is Severity.CRITICAL for row in self.alerts)

    @property
    def outbox_ages_s(self) -> dict[str, int | None]:
        """Seconds that the oldest of what waits has waited; None where nothing does (L51)."""
        waiting = {
            "oldest_queued_signal": self.pulse.oldest_queued_at,
            "oldest_unanswered_order": self.pulse.oldest_unanswered_at,
        }
        return {
            name: None if since is None else max(0, int((self.wall_time - since).total_seconds()))
            for name, since in waiting.items()
        }


def overview(
    *, queries: Queries, clock: Clock, order_limit: int = 8, log_limit: int = 5
) -> Overview:
    """Raises StoreUnavailableError, and VenueUnavailableError without a simulated clock."""
    return Overview(
        venue_time=clock.now(),
        wall_time=clock.wall(),
        strategies=queries.strategies(),
        orders=queries.orders(limit=order_limit),
        logs=queries.logs(log_limit),
        pulse=queries.pulse(),
        alerts=queries.alerts(),
    )


def statuses_of_word(word: str) -> frozenset[OrderStatus]:
    """The statuses that readers know by that word; empty for a word that is none."""
    return frozenset(status for status in OrderStatus if readers_word(status) == word.upper())


def why(order: OrderRow) -> str:  # noqa: PLR0911 - one sentence for each status
    """One sentence on how the order came to its status (LESSONS L32)."""
    if order.parked_at is not None:
        return f"waits for an operator since {order.parked_at:%Y-%m-%d %H:%M} UTC: {order.status}"
    match order.status:
        case OrderStatus.DENIED:
            return f"we refused: {order.denial_code}: {order.denial_text}"
        case OrderStatus.REJECTED:
            return f"the venue refused: {order.last_detail or 'it gave no reason'}"
        case OrderStatus.PLANNED:
            return "waits to be signed and posted"
        case OrderStatus.SUBMITTING:
            return "was posted, its answer is not recorded yet"
        case OrderStatus.UNKNOWN:
            return "its answer was lost; the venue is being asked, nothing is sent again"
        case OrderStatus.LIVE:
            return "is at the venue, nothing filled yet"
        case OrderStatus.PARTIALLY_FILLED | OrderStatus.FILLED:
            return f"{_filled(order)}{_result(order)}"
        case OrderStatus.CANCELED | OrderStatus.EXPIRED:
            return _ended(order)


def _filled(order: OrderRow) -> str:
    if order.executed_price is None:
        return "nothing stays filled"
    shares = order.executed_shares.count.normalize()
    return f"bought {shares:f} {order.token_label} at {order.executed_price:.4f}"


def _result(order: OrderRow) -> str:
    if order.pnl is None or order.outcome is None:
        return ""
    return f", {order.outcome} {order.pnl}"


def _ended(order: OrderRow) -> str:
    if order.executed:
        return f"{_filled(order)}, the rest was canceled{_result(order)}"
    if order.limit_price is None:
        return "was canceled before anything filled"
    return f"nobody sold at {order.limit_price.normalize():f} or below: nothing was filled"
