"""System: whether all that must run runs, and what waits for whom."""

from fastapi import APIRouter, Response

from ltsys.domain.reconciliation import Result
from ltsys.ports.dashboard import DashboardReads
from ltsys.web.pages.frame import Visiting, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.terms import TERMS

router = APIRouter(route_class=PageRoute)


@router.get("/system")
def system(seen: Visiting) -> Response:
    mine, now = seen.own.queries.as_user(seen.caller.user_id), seen.own.clock.wall()

    def read(books: DashboardReads) -> dict[str, object]:
        del books
        heard = mine.hearing()
        return {
            "pulse": mine.pulse(),
            "heard": [(state, state.blind_in_all(now)) for state in heard.states],
            "compared": mine.reconciled().last,
            "clean": Result.CLEAN,
            "gates": [each for each in (heard.gate, mine.reconciled().gate) if each],
            "now": now,
            "venue_now": seen.own.clock.now(),
            "schema": mine.schema_version(),
        }

    return page(seen, "system.html", read, title="System", here="/system")


@router.get("/definitions")
def definitions(seen: Visiting) -> Response:
    return page(
        seen,
        "definitions.html",
        lambda _: {"all_terms": TERMS},
        title="Definitions",
        here="/definitions",
        is_live=False,
    )
