"""The dashboard: pages that people read and act by (DESIGN §9). All is drawn on the server."""

from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from ltsys.web.pages import (
    account,
    alerts,
    fills,
    force_test,
    halts,
    logs,
    order,
    orders,
    positions,
    redemptions,
    refused,
    risk,
    settings,
    stage,
    strategies,
    strategy,
    system,
    wallet,
)
from ltsys.web.pages.frame import FOLDER

NOUNS = (
    account,
    strategies,
    strategy,
    orders,
    order,
    fills,
    force_test,
    halts,
    refused,
    risk,
    settings,
    stage,
    positions,
    redemptions,
    alerts,
    logs,
    system,
    wallet,
)


def add_pages(app: FastAPI) -> None:
    """Every page is reachable, for those who are signed in; files of ours are for everybody."""
    app.mount("/static", _Files(directory=FOLDER / "static"), name="static")
    for noun in NOUNS:
        app.include_router(noun.router, include_in_schema=False)


class _Files(StaticFiles):
    """Browsers may keep them: the address of a file changes with it."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:  # noqa: ANN401 - starlette's own
        answer = super().file_response(*arguments, **named)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer
