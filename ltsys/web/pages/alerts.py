"""Alerts: what somebody has to know, until it is over or somebody has seen to it."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from ltsys.domain.account import Scope
from ltsys.ports.dashboard import DashboardReads
from ltsys.usecases.clear_alert import clear_alert
from ltsys.web.pages import tables
from ltsys.web.pages.frame import PageError, Visiting, done, page, with_query
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/alerts")
def alerts(seen: Visiting) -> Response:
    is_open = seen.request.query_params.get("show") != "cleared"

    def read(books: DashboardReads) -> dict[str, object]:
        found = books.alerts(is_open=is_open, place=tables.place(seen.request))
        return {
            "alerts": found,
            "is_open": is_open,
            "next": with_query(seen.request, after=found.after),
        }

    return page(seen, "alerts.html", read, title="Alerts", here="/alerts")


@router.post("/alerts/clear")
def clear(seen: Visiting, key: Annotated[str, Form()]) -> Response:
    """Only what the caller sees may be cleared by them (LESSONS L63)."""
    seen.must(Scope.TRADE)
    own_alerts = seen.own.queries.as_user(seen.caller.user_id).alerts()
    if not any(each.alert.key == key for each in own_alerts):
        raise PageError(404, "There is no such open alert.")
    clear_alert(key, seen.caller.user_id, store=seen.own.store)
    return done("/alerts", "cleared")
