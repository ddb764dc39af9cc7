"""How orders of a strategy are sent: changed from its page, and loosened only after a wait."""

from typing import Final

from fastapi import APIRouter, Response

from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.setting_change import (
    TIME_IN_FORCE,
    SettingValue,
    loosened_settings,
    parsed_setting,
    with_settings,
)
from ltsys.domain.strategy import Strategy
from ltsys.usecases.change_settings import change_settings
from ltsys.web.pages.forms import Answers, Posted, as_typed
from ltsys.web.pages.frame import Visit, Visiting, done
from ltsys.web.pages.launch_form import COOLDOWN, SIGNAL_AGE, TOLERANCE
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.strategy import found, owned
from ltsys.web.pages.strategy_form import strategy_form, unconfirmed

router = APIRouter(route_class=PageRoute)
FIELDS: Final = (TOLERANCE, SIGNAL_AGE, COOLDOWN)


@router.get("/strategies/{strategy_id}/settings")
def settings(strategy_id: str, seen: Visiting) -> Response:
    strategy = _strategy(seen, StrategyId(strategy_id))
    return _form(seen, strategy.strategy_id, Answers(_typed(strategy)))


@router.post("/strategies/{strategy_id}/settings")
def change(strategy_id: str, seen: Visiting, answers: Posted) -> Response:
    """What tightens holds at once; what loosens, with the strategy's name typed, waits (L61)."""
    name = owned(seen, strategy_id)
    before = _strategy(seen, name)
    # a field that was not sent is one that was not changed
    answers = Answers({**_typed(before), **answers.typed})
    wanted = _wanted(answers)
    if answers.problems:
        return _form(seen, name, answers)
    changes = {each: value for each, value in wanted.items() if value != getattr(before, each)}
    loose = loosened_settings(before, with_settings(before, changes))
    if wrong := unconfirmed(name, loose, answers):
        return _form(seen, name, answers, wrong=wrong)
    try:
        change_settings(
            name,
            changes,
            by=seen.caller.user_id,
            typed=answers.text("typed"),
            oversight=seen.own.oversight,
        )
    except (SettingsError, RefusedError) as error:
        return _form(seen, name, answers, wrong=f"{error}")
    return done(f"/strategies/{name}", "settings")


def _strategy(seen: Visit, name: StrategyId) -> Strategy:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        return found(books, seen, name).strategy


def _typed(strategy: Strategy) -> dict[str, str]:
    """The form as it stands for these settings."""
    numbers = {each.name: as_typed(getattr(strategy, each.name), each.kind) for each in FIELDS}
    return {**numbers, TIME_IN_FORCE: strategy.time_in_force.value}


def _wanted(answers: Answers) -> dict[str, SettingValue]:
    """The settings as typed; complaints are kept in the answers."""
    wanted: dict[str, SettingValue] = {}
    for each in FIELDS:
        value = answers.limit(each)
        if value is None:
            answers.problems.setdefault(each.name, f"{each.label}: it always has a value")
        else:
            _keep(wanted, answers, each.name, f"{value}")
    _keep(wanted, answers, TIME_IN_FORCE, answers.text(TIME_IN_FORCE))
    return wanted


def _keep(wanted: dict[str, SettingValue], answers: Answers, name: str, text: str) -> None:
    try:
        wanted[name] = parsed_setting(name, text)
    except SettingsError as error:
        answers.wrong(name, f"{error}")


def _form(seen: Visit, name: StrategyId, answers: Answers, *, wrong: str | None = None) -> Response:
    return strategy_form(seen, "settings", name, FIELDS, answers, here="/strategies", wrong=wrong)
