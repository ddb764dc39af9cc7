"""/api/lt/health, /logs and /alerts: how the system does, and what it decided and told."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from ltsys.bootstrap import Services
from ltsys.domain.alert import Severity
from ltsys.domain.gate import GateState
from ltsys.domain.ids import StrategyId
from ltsys.ports.queries import AlertRow, LogRow, Queries, WantedLogs
from ltsys.web.api.asking import Own, Reader, System, own_strategy
from ltsys.web.api.lists import After, Limit, Listed, listed, numbered_place
from ltsys.web.api.numbers import Count, Milliseconds, Moment, Name, Ratio, text
from ltsys.web.api.problems import documented

router = APIRouter(tags=["operations"])
_SPAN = timedelta(hours=24)


class Level(StrEnum):
    """How much a row of the log matters."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Health(BaseModel):
    """How the system does, and what it did with your strategies in the last 24 hours."""

    status: Literal["ok", "degraded"] = Field(description="ok where `reasons` is empty.")
    reasons: list[str] = Field(description="What is not well, a sentence each.")
    venue: Literal["simulator", "polymarket"] = Field(description="Whose money it is.")
    strategy_count: Count
    active_strategy_count: Count = Field(description="Of your strategies: active, not paused.")
    span_hours: int = Field(description="Hours that the numbers below are about.")
    execution_count: Count = Field(description="Orders that were posted; tests are left out.")
    ended_count: Count = Field(description="Of the executions: over at the venue.")
    success_count: Count = Field(description="Of those that are over: at least a part was filled.")
    success_ratio: Ratio | None = Field(
        description="success_count of ended_count; null before the first."
    )
    denied_count: Count = Field(description="Signals that we refused.")
    mean_latency_ms: Milliseconds | None = Field(
        description="Milliseconds from the committed FT order to the venue's answer, "
        "over latency_count orders; null where none was measured."
    )
    latency_count: Count
    queued_count: Count = Field(description="Signals that wait to be decided about.")
    unknown_count: Count = Field(description="Orders whose answer was lost and is asked for.")
    parked_count: Count = Field(description="Orders that wait for an operator.")


class LogShape(BaseModel):
    """One decision as it was logged."""

    log_id: int
    at: Moment
    level: Level
    stage: str = Field(examples=["plan"])
    message: str
    strategy_id: str | None
    order_id: str | None


class AlertShape(BaseModel):
    """A condition that people were told of."""

    alert_id: int
    key: str = Field(description="The same condition has the same key.")
    severity: Severity
    text: str
    strategy_id: str | None
    order_id: str | None
    count: int = Field(ge=1, description="How often it was raised.")
    first_at: Moment
    last_at: Moment
    cleared_at: Moment | None = Field(description="UTC; null while it lasts.")


@router.get("/health", responses=documented())
def health(_: Reader, queries: Own, own: System) -> Health:
    """Whether all is well, and the numbers of the last 24 hours."""
    activity = queries.activity(own.clock.wall() - _SPAN)
    reasons = _reasons(queries, own)
    return Health(
        status="degraded" if reasons else "ok",
        reasons=reasons,
        venue=own.settings.venue,
        strategy_count=activity.strategy_count,
        active_strategy_count=activity.active_strategy_count,
        span_hours=int(_SPAN.total_seconds() // 3600),
        execution_count=activity.execution_count,
        ended_count=activity.ended_count,
        success_count=activity.success_count,
        success_ratio=text(activity.success_ratio),
        denied_count=activity.denied_count,
        mean_latency_ms=text(activity.mean_latency_ms),
        latency_count=activity.latency_count,
        queued_count=activity.queued_count,
        unknown_count=activity.unknown_count,
        parked_count=activity.parked_count,
    )


@router.get("/logs", responses=documented(404))
def list_logs(
    _: Reader,
    queries: Own,
    request: Request,
    strategy_id: Annotated[Name | None, Query(description="Only of this strategy.")] = None,
    level: Annotated[list[Level] | None, Query(description="Only of these levels.")] = None,
    stage: Annotated[Name | None, Query(description="Only of this stage.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Not before this moment.")] = None,
    after: After = None,
    limit: Limit = 100,
) -> Listed[LogShape]:
    """Every decision as it was logged, newest first."""
    if strategy_id is not None:
        own_strategy(strategy_id, queries)
    wanted = WantedLogs(
        strategy_id=None if strategy_id is None else StrategyId(strategy_id),
        levels=None if level is None else frozenset(level),
        stage=stage,
        since=since,
    )
    page = queries.log_page(wanted, after=numbered_place(after), limit=limit)
    return listed(page, _log, request)


@router.get("/alerts", responses=documented())
def list_alerts(
    _: Reader,
    queries: Own,
    request: Request,
    is_open: Annotated[bool | None, Query(description="Only open, or only cleared ones.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Listed[AlertShape]:
    """What people were told of, newest first."""
    page = queries.alert_page(is_open=is_open, after=numbered_place(after), limit=limit)
    return listed(page, _alert, request)


def _reasons(queries: Queries, own: Services) -> list[str]:
    alerts = queries.alerts()
    critical = [each.alert.text for each in alerts if each.alert.severity is Severity.CRITICAL]
    now, required = own.clock.wall(), own.settings.required_gates
    gates = (queries.hearing().gate, queries.reconciled().gate)
    shut = [
        f"nothing new is planned while the gate {gate.gate} is shut: {gate.reason}"
        for gate in gates
        if isinstance(gate, GateState) and gate.gate in required and not gate.is_open(now)
    ]
    return [*shut, *critical]


def _log(row: LogRow) -> LogShape:
    return LogShape(
        log_id=row.log_id or 0,
        at=row.at,
        level=Level(row.level),
        stage=row.stage,
        message=row.message,
        strategy_id=row.strategy_id,
        order_id=row.lt_order_id,
    )


def _alert(row: AlertRow) -> AlertShape:
    return AlertShape(
        alert_id=row.alert_id or 0,
        key=row.alert.key,
        severity=row.alert.severity,
        text=row.alert.text,
        strategy_id=row.alert.strategy_id,
        order_id=row.alert.lt_order_id,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        cleared_at=row.cleared_at,
    )
