"""Logs: every decision, as it was written down."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from ltsys.ports.dashboard import DashboardReads, LogFilter, Place
from ltsys.web.pages import tables
from ltsys.web.pages.fills import strategy_of
from ltsys.web.pages.frame import Visit, Visiting, page, with_query
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)
LEVELS = ("ERROR", "WARNING", "INFO", "DEBUG")
SPANS = {
    "5 minutes": timedelta(minutes=5),
    "1 hour": timedelta(hours=1),
    "24 hours": timedelta(hours=24),
    "7 days": timedelta(days=7),
}


@router.get("/logs")
def logs(seen: Visiting) -> Response:
    def read(books: DashboardReads) -> dict[str, object]:
        found = books.logs(_wanted(seen), tables.place(seen.request))
        return {
            "logs": found,
            "stages": sorted({row.stage for row in found.rows}),
            "levels": LEVELS,
            "spans": tuple(SPANS),
            "next": with_query(seen.request, after=found.after),
            "csv": with_query(seen.request, after=None).replace("/logs", "/logs.csv", 1),
        }

    return page(seen, "logs.html", read, title="Logs", here="/logs")


@router.get("/logs.csv")
def logs_csv(seen: Visiting) -> Response:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        found = books.logs(_wanted(seen), Place(limit=tables.CSV_LIMIT))
    head = ("time", "level", "stage", "strategy_id", "message")
    rows = ((r.at.isoformat(), r.level, r.stage, r.strategy_id, r.message) for r in found.rows)
    return tables.as_csv("logs", head, rows)


def _wanted(seen: Visit) -> LogFilter:
    asked = seen.request.query_params
    return LogFilter(
        strategy_id=strategy_of(seen),
        level=asked.get("level") or None,
        stage=asked.get("stage") or None,
        since=_since(asked.get("within"), seen.own.clock.wall()),
    )


def _since(within: str | None, now: datetime) -> datetime | None:
    span = SPANS.get(within or "")
    return None if span is None else now - span
