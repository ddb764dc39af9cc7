"""Risk: how near every limit is, which breakers tripped and why, and how to change either."""

from fastapi import APIRouter, Response

from ltsys.domain.account import Scope
from ltsys.domain.breaker import BreakerKind, explained
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.rule_change import loosened
from ltsys.ports.dashboard import DashboardReads
from ltsys.usecases.clear_breaker import clear_breaker
from ltsys.usecases.request_change import change_limits
from ltsys.web.pages.forms import Answers, Posted
from ltsys.web.pages.frame import PageError, Visit, Visiting, done, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.rule_fields import RULES, rules_of, typed_of
from ltsys.web.pages.strategies import today
from ltsys.web.pages.strategy import bars, found, owned
from ltsys.web.pages.strategy_form import strategy_form, unconfirmed

router = APIRouter(route_class=PageRoute)
_MOST = 100


@router.get("/risk")
def risk(seen: Visiting) -> Response:
    mine = seen.own.queries.as_user(seen.caller.user_id)

    def read(books: DashboardReads) -> dict[str, object]:
        return {
            "rows": [(row, bars(row)) for row in books.board(today(seen)).live],
            "breakers": [(each, explained(each)) for each in mine.breakers(_MOST)],
            "breaker_rules": mine.breaker_rules(),
        }

    return page(seen, "risk.html", read, title="Risk", here="/risk")


@router.post("/risk/breakers/clear")
def clear(seen: Visiting, answers: Posted) -> Response:
    """A person's word ends it; one of all strategies only an admin's."""
    kind, strategy = _kind(answers), answers.text("strategy")
    reason = answers.text("reason")
    if not reason:
        raise PageError(422, "Say why the breaker may be cleared.")
    if strategy:
        name: StrategyId | None = owned(seen, strategy)
    else:
        seen.must(Scope.ADMIN)
        name = None
    clear_breaker(kind, name, by=seen.caller.user_id, because=reason, store=seen.own.store)
    return done("/risk", "breaker")


@router.get("/strategies/{strategy_id}/limits")
def limits(strategy_id: str, seen: Visiting) -> Response:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        row = found(books, seen, StrategyId(strategy_id))
    return _form(seen, row.strategy.strategy_id, Answers(typed_of(row.rules)))


@router.post("/strategies/{strategy_id}/limits")
def change(strategy_id: str, seen: Visiting, answers: Posted) -> Response:
    """Lowered limits hold at once; looser ones, with the strategy's name typed, wait (L61)."""
    name = owned(seen, strategy_id)
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        before = found(books, seen, name).rules
    # a field that was not sent is one that was not changed
    answers = Answers({**typed_of(before), **answers.typed})
    wanted = rules_of(answers)
    if answers.problems:
        return _form(seen, name, answers)
    changes = {
        each.name: getattr(wanted, each.name)
        for each in RULES
        if getattr(wanted, each.name) != getattr(before, each.name)
    }
    if wrong := unconfirmed(name, loosened(before, wanted), answers):
        return _form(seen, name, answers, wrong=wrong)
    try:
        change_limits(
            name,
            changes,
            by=seen.caller.user_id,
            typed=answers.text("typed"),
            oversight=seen.own.oversight,
        )
    except (SettingsError, RefusedError) as error:
        return _form(seen, name, answers, wrong=f"{error}")
    return done(f"/strategies/{name}", "limits")


def _form(seen: Visit, name: StrategyId, answers: Answers, *, wrong: str | None = None) -> Response:
    return strategy_form(seen, "limits", name, RULES, answers, here="/risk", wrong=wrong)


def _kind(answers: Answers) -> BreakerKind:
    try:
        return BreakerKind(answers.text("kind"))
    except ValueError:
        raise PageError(422, "There is no such kind of breaker.") from None
