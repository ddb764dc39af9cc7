"""The stage of a strategy: what it must still show, on to the next, back, and changes that wait."""

from fastapi import APIRouter, Response

from ltsys.domain.change import PendingChange
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd, exact
from ltsys.domain.stage import Stage, is_lower, next_stage
from ltsys.ports.dashboard import DashboardReads
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.promote import demote, request_promotion
from ltsys.usecases.request_change import confirm_change, withdraw_change
from ltsys.usecases.stage_view import stage_view
from ltsys.web.pages.forms import Answers, Posted
from ltsys.web.pages.frame import PageError, Visit, Visiting, done, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.strategy import MOST_CHANGES, found, owned

router = APIRouter(route_class=PageRoute)


@router.get("/strategies/{strategy_id}/stage")
def stage(strategy_id: str, seen: Visiting) -> Response:
    return _page(seen, StrategyId(strategy_id))


@router.post("/strategies/{strategy_id}/promote")
def promote(strategy_id: str, seen: Visiting, answers: Posted) -> Response:
    """With the name typed and every check passed it waits; they are asked again then (L61)."""
    name = owned(seen, strategy_id)
    try:
        request_promotion(
            name,
            cap=_cap(answers),
            by=seen.caller.user_id,
            typed=answers.text("typed"),
            oversight=seen.own.oversight,
        )
    except (RefusedError, SettingsError) as error:
        return _page(seen, name, wrong=f"{error}")
    apply_changes(oversight=seen.own.oversight)
    return done(f"/strategies/{name}/stage", "promotion")


@router.post("/strategies/{strategy_id}/demote")
def send_back(strategy_id: str, seen: Visiting, answers: Posted) -> Response:
    """At once: what lowers risk asks for a reason, and for nothing to be typed."""
    name = owned(seen, strategy_id)
    why = answers.text("reason")
    if not why:
        return _page(seen, name, wrong="Say why: it stands in the history of its stages.")
    try:
        to = _stage(answers)
        cap = _cap(answers) if to.is_capped else None
        by = seen.caller.user_id
        demote(name, to, by=by, why=why, oversight=seen.own.oversight, cap=cap)
    except (RefusedError, SettingsError) as error:
        return _page(seen, name, wrong=f"{error}")
    return done(f"/strategies/{name}/stage", "demoted")


@router.post("/changes/{change_id}/confirm")
def confirm(change_id: int, seen: Visiting, answers: Posted) -> Response:
    """A proposed change is taken over: its wait begins (L61)."""
    name = _of(seen, change_id).request.strategy_id
    by, typed = seen.caller.user_id, answers.text("typed")
    confirm_change(change_id, by=by, typed=typed, oversight=seen.own.oversight)
    apply_changes(oversight=seen.own.oversight)
    return done(f"/strategies/{name}", "confirmed")


@router.post("/changes/{change_id}/withdraw")
def withdraw(change_id: int, seen: Visiting, answers: Posted) -> Response:
    """It never takes effect."""
    name = _of(seen, change_id).request.strategy_id
    why = answers.text("reason") or "from the dashboard"
    withdraw_change(change_id, by=seen.caller.user_id, why=why, oversight=seen.own.oversight)
    return done(f"/strategies/{name}", "withdrawn")


def _of(seen: Visit, change_id: int) -> PendingChange:
    """A change of a strategy of the caller. Raises PageError (LESSONS L63)."""
    with seen.own.store.reading() as tx:
        change = tx.change(change_id)
    if change is None:
        raise PageError(404, f"There is no change {change_id}.")
    owned(seen, change.request.strategy_id)
    return change


def _page(seen: Visit, name: StrategyId, *, wrong: str | None = None) -> Response:
    """Looks at the books under the strategy's lock, so it does not look again by itself."""
    mine = seen.own.queries.as_user(seen.caller.user_id)

    def read(books: DashboardReads) -> dict[str, object]:
        row = found(books, seen, name)
        standing = row.strategy.standing.stage
        return {
            "row": row,
            "view": stage_view(name, oversight=seen.own.oversight),
            "stages": tuple(Stage),
            "place": tuple(Stage).index(standing),
            "following": next_stage(standing),
            "lower": [each for each in Stage if is_lower(each, standing)],
            "changes": mine.changes(name, is_open=None, limit=MOST_CHANGES),
        }

    return page(
        seen,
        "stage.html",
        read,
        title=f"Stage of {name}",
        here="/strategies",
        status=200 if wrong is None else 422,
        wrong=wrong,
        is_live=False,
    )


def _cap(answers: Answers) -> Usd | None:
    """Raises SettingsError for what is no amount."""
    text = answers.text("cap").removeprefix("$").replace(",", "")
    if not text:
        return None
    try:
        return Usd(exact(text))
    except ValueError:
        raise SettingsError(f"the cap {text!r} is not an amount of dollars") from None


def _stage(answers: Answers) -> Stage:
    try:
        return Stage(answers.text("to"))
    except ValueError:
        raise SettingsError("pick the stage to go back to") from None
