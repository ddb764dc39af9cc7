"""The form by which limits or settings of one strategy change."""

from collections.abc import Collection, Sequence

from fastapi import Response

from ltsys.domain.ids import StrategyId
from ltsys.ports.dashboard import DashboardReads
from ltsys.web.pages.forms import Answers, Field
from ltsys.web.pages.frame import Visit, page


def strategy_form(
    seen: Visit,
    what: str,
    name: StrategyId,
    wanted: Sequence[Field],
    answers: Answers,
    *,
    here: str,
    wrong: str | None = None,
) -> Response:
    """The form with what was typed; with status 422 where something of it is wrong.

    `what` names template and title: "limits" or "settings".
    """

    def read(_: DashboardReads) -> dict[str, object]:
        return {"name": name, "wanted": wanted, "answers": answers}

    has_failed = bool(answers.problems) or wrong is not None
    return page(
        seen,
        f"{what}.html",
        read,
        title=f"{what.capitalize()} of {name}",
        here=here,
        status=422 if has_failed else 200,
        wrong=wrong,
        is_live=False,
    )


def unconfirmed(name: StrategyId, loose: Collection[str], answers: Answers) -> str | None:
    """What to type so that these loosen; None where nothing does, or it was typed (L61)."""
    if not loose or answers.text("typed") == name:
        return None
    return f"This loosens {', '.join(loose)}: type {name} below to confirm it."
