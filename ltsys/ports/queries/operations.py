"""How the system runs: logs, alerts, signs of life, the streams and the comparisons."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.alert import Alert
from ltsys.domain.gate import GateState
from ltsys.domain.ids import Address
from ltsys.domain.stream import StreamState
from ltsys.ports.reconciliation import KeptReconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One decision as it was logged."""

    at: datetime
    level: str
    stage: str
    message: str
    strategy_id: str | None
    lt_order_id: str | None = None
    log_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One condition that people were told of; `cleared_at` is None while it lasts."""

    alert: Alert
    first_at: datetime
    last_at: datetime
    count: int
    cleared_at: datetime | None
    alert_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Signs of life and what waits; `_at` is machine time except for `synced_at`."""

    leader_count: int
    synced_at: datetime | None
    """Venue time of the stalest followed leader's last sync; None if one never was."""
    ticked_at: datetime | None
    queued_count: int
    oldest_queued_at: datetime | None
    working_count: int
    oldest_due_at: datetime | None
    unknown_count: int
    oldest_unknown_at: datetime | None
    oldest_unanswered_at: datetime | None
    """When the oldest order was posted whose fate is not known and that is still asked about."""
    parked_count: int
    source_trade_count: int
    ft_order_count: int
    fill_count: int
    resolved_market_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How well each channel of the venue is heard, and the gate that depends on it."""

    states: tuple[StreamState, ...]
    gate: GateState | None
    """None before it was ever renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The newest comparison of each wallet with the venue, and the gate that depends on it."""

    last: tuple[KeptReconciliation, ...]
    gate: GateState | None
    """None before it was ever renewed or shut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What was done in a span of time; test orders are left out."""

    active_strategy_count: int
    """Of those that exist now: active and not paused."""
    strategy_count: int
    execution_count: int
    """Orders that were posted, or may have been."""
    ended_count: int
    """Of the executions: those that are over at the venue."""
    success_count: int
    """Of those that are over: at least something was filled."""
    denied_count: int
    mean_latency_ms: Decimal | None
    """From the committed FT order to the venue's answer; None where none was measured."""
    latency_count: int
    queued_count: int
    """Signals that wait now."""
    unknown_count: int
    """Orders whose answer is asked for now."""
    parked_count: int
    """Orders that wait for an operator now."""

    @property
    def success_ratio(self) -> Decimal | None:
        """Of the executions that are over; None before the first (LESSONS L42)."""
        return Decimal(self.success_count) / self.ended_count if self.ended_count else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A trading account."""

    address: Address
    signature_type: int
    created_at: datetime
