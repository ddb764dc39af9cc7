"""Halts: stop trading at once, and see who stopped it, when and why."""

from contextlib import suppress

from fastapi import APIRouter, Response

from ltsys.domain.account import Scope
from ltsys.domain.errors import LtsysError, RefusedError, SettingsError
from ltsys.domain.halt import Halt, HaltKind, HaltScope, Lifting, new_halt
from ltsys.domain.ids import HaltId
from ltsys.ports.dashboard import DashboardReads
from ltsys.usecases.halt import aimed, halt_everybody, record_halt
from ltsys.usecases.resume import resume
from ltsys.web.pages.forms import Answers, Posted
from ltsys.web.pages.frame import PageError, Visit, Visiting, done, page
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)
_MOST = 100
_WIDE = frozenset({HaltScope.GLOBAL, HaltScope.LEADER})
"""Scopes that concern everybody: they are for admins."""


@router.get("/halts")
def halts(seen: Visiting) -> Response:
    mine = seen.own.queries.as_user(seen.caller.user_id)

    def read(_: DashboardReads) -> dict[str, object]:
        return {
            "kept": mine.halts(_MOST),
            "strategies": [row.strategy.strategy_id for row in mine.strategies()],
            "kinds": tuple(HaltKind),
        }

    return page(seen, "halts.html", read, title="Halts", here="/halts")


@router.post("/halts")
def halt(seen: Visiting, answers: Posted) -> Response:
    """The halt holds: first in the file that every worker reads, then as a row (LESSONS L61)."""
    _halt(seen, answers)
    return done("/halts", "halted")


def _halt(seen: Visit, answers: Answers) -> Halt:
    scope, kind = _scope(answers), _kind(answers)
    seen.must(Scope.ADMIN if scope in _WIDE else Scope.TRADE)
    reason = answers.text("reason")
    if not reason:
        raise PageError(422, "A halt needs a reason: it stands beside every refusal.")
    own, by = seen.own, seen.caller.user_id
    try:
        if scope is HaltScope.GLOBAL:
            made = halt_everybody(
                kind, by=by, reason=reason, halt_file=own.halt_file, clock=own.clock
            )
        else:
            mine = own.queries.as_user(by)
            target = aimed(scope, answers.text("target"), queries=mine)
            made = new_halt(scope, target, kind, by=by, reason=reason, since=own.clock.wall())
    except SettingsError as error:
        raise PageError(422, f"{error}") from error
    # of a halt for everybody the file holds already; a sweep makes it a row
    with suppress(*((LtsysError,) if scope is HaltScope.GLOBAL else ())):
        record_halt(made, store=own.store)
    return made


@router.post("/halts/{halt_id}/lift")
def lift(halt_id: str, seen: Visiting, answers: Posted) -> Response:
    _lift(seen, HaltId(halt_id), answers)
    return done("/halts", "lifted")


def _lift(seen: Visit, halt_id: HaltId, answers: Answers) -> None:
    """Only a halt that the caller sees, and one for everybody only by an admin."""
    own = seen.own
    kept = own.queries.as_user(seen.caller.user_id).halts(_MOST)
    found = next((k.halt for k in kept if k.halt.halt_id == halt_id and not k.lifted), None)
    if found is None:
        raise PageError(404, "There is no such halt that stands.")
    seen.must(Scope.ADMIN if found.scope in _WIDE else Scope.TRADE)
    reason = answers.text("reason")
    if not reason:
        raise PageError(422, "Say why trading may go on.")
    try:
        resume(
            halt_id,
            Lifting(by=seen.caller.user_id, reason=reason, at=own.clock.wall()),
            even_if_working=False,
            store=own.store,
            halt_file=own.halt_file,
        )
    except (SettingsError, RefusedError) as error:
        raise PageError(409, f"{error}") from error


def _scope(answers: Answers) -> HaltScope:
    try:
        return HaltScope(answers.text("scope"))
    except ValueError:
        raise PageError(422, "Say whom the halt is for.") from None


def _kind(answers: Answers) -> HaltKind:
    try:
        return HaltKind(answers.text("kind"))
    except ValueError:
        raise PageError(422, "Say how far the halt goes.") from None
