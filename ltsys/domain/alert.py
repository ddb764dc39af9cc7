"""What a person has to know, named by a key so that it is told once (LESSONS L64)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ltsys.domain.ids import LtOrderId, StrategyId


class Severity(StrEnum):
    """How soon somebody should look. Critical: money may be wrong or trading has stopped."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One condition. The same key raised again while it is open only counts up."""

    key: str
    severity: Severity
    text: str
    strategy_id: StrategyId | None = None
    lt_order_id: LtOrderId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlert:
    """An alert that nobody and nothing has cleared yet."""

    alert: Alert
    first_at: datetime
    last_at: datetime
    count: int


def parked_key(lt_order_id: LtOrderId) -> str:
    """The alert of an order that waits for an operator."""
    return f"parked:{lt_order_id}"
