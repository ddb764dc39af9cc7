"""How the system runs: logs, alerts, signs of life, the streams and the comparisons."""

from dataclasses import dataclass
from datetime import datetime

from ltsys.domain.alert import Alert
from ltsys.domain.gate import GateState
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One condition that people were told of; `cleared_at` is None while it lasts."""

    alert: Alert
    first_at: datetime
    last_at: datetime
    count: int
    cleared_at: datetime | None


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
