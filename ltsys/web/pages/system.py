"""System: whether all that must run runs, and what waits for whom."""

from fastapi import APIRouter, Response

from ltsys.bootstrap import Services
from ltsys.checkup.rounds import PATIENCE
from ltsys.checkup.standing_halts import file_halts
from ltsys.domain.account import Scope
from ltsys.domain.errors import SettingsError
from ltsys.domain.halt import Halt
from ltsys.domain.reconciliation import Result
from ltsys.ports.dashboard import DashboardReads
from ltsys.web.pages.frame import Visiting, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.system_looks import latest
from ltsys.web.pages.terms import TERMS

router = APIRouter(route_class=PageRoute)
_MOST_HALTS = 100


@router.get("/system")
def system(seen: Visiting) -> Response:
    mine, now = seen.own.queries.as_user(seen.caller.user_id), seen.own.clock.wall()

    def read(books: DashboardReads) -> dict[str, object]:
        del books
        heard, pulse = mine.hearing(), mine.pulse()
        halted, unreadable = _file(seen.own)
        return {
            "pulse": pulse,
            "looks": latest(seen.own, is_for_admin=seen.caller.may(Scope.ADMIN)),
            "patience_s": int(PATIENCE.total_seconds()),
            "oldest": {"execution": pulse.oldest_queued_at, "fills": pulse.oldest_due_at},
            "in_file": halted,
            "file_problem": unreadable,
            "halted": [k.halt for k in mine.halts(_MOST_HALTS) if k.lifted is None],
            "heard": [(state, state.blind_in_all(now)) for state in heard.states],
            "compared": mine.reconciled().last,
            "clean": Result.CLEAN,
            "gates": [each for each in (heard.gate, mine.reconciled().gate) if each],
            "now": now,
            "venue_now": seen.own.clock.now(),
            "schema": mine.schema_version(),
        }

    return page(seen, "system.html", read, title="System", here="/system")


def _file(own: Services) -> tuple[tuple[Halt, ...], str]:
    """What the halt file says, or why nobody could be stopped by it. It is for everybody."""
    try:
        return (file_halts(own), "") if own.settings.halt_file else ((), "no halt file is set up")
    except SettingsError as error:
        return (), str(error)


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
