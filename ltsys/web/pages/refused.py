"""Skipped and rejected: what did not become a position, by code, with both numbers."""

from fastapi import APIRouter, Response

from ltsys.domain.ids import StrategyId
from ltsys.domain.order import OrderStatus
from ltsys.ports.dashboard import DashboardReads, OrderFilter
from ltsys.usecases.queries import why
from ltsys.web.pages import tables
from ltsys.web.pages.fills import strategy_of
from ltsys.web.pages.frame import Visit, Visiting, page, with_query
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)
_REFUSED = frozenset({OrderStatus.DENIED, OrderStatus.REJECTED})


@router.get("/refused")
def refused(seen: Visiting) -> Response:
    def read(books: DashboardReads) -> dict[str, object]:
        found = books.orders(_wanted(seen, strategy_of(seen)), tables.place(seen.request))
        return {
            "orders": found,
            "codes": books.refusals(strategy_of(seen)),
            "skips": books.skips(),
            "next": with_query(seen.request, after=found.after),
            "why": why,
        }

    return page(seen, "refused.html", read, title="Skipped and rejected", here="/refused")


def _wanted(seen: Visit, strategy_id: StrategyId | None) -> OrderFilter:
    code = seen.request.query_params.get("code")
    statuses = frozenset({OrderStatus.REJECTED}) if code == "VENUE" else _REFUSED
    named = None if code in {None, "", "VENUE"} else code
    return OrderFilter(strategy_id=strategy_id, statuses=statuses, code=named)
