"""The REST API: one router a noun."""

from fastapi import APIRouter, FastAPI

from ltsys.web.api import (
    actions,
    breakers,
    changes,
    documentation,
    forward_tests,
    halts,
    operations,
    orders,
    stages,
    strategies,
)
from ltsys.web.api.problems import add_problem_handlers

_OF_LIVE = (
    strategies.router,
    changes.router,
    stages.router,
    orders.router,
    actions.router,
    halts.router,
    breakers.router,
    operations.router,
)


def add_api(app: FastAPI) -> None:
    """The app answers under /api, and describes itself to who is signed in."""
    live = APIRouter(prefix="/api/lt")
    for router in _OF_LIVE:
        live.include_router(router)
    tests = APIRouter(prefix="/api/ft")
    tests.include_router(forward_tests.router)
    for router in (live, tests, documentation.router):
        app.include_router(router)
    add_problem_handlers(app)
    app.openapi = lambda: documentation.described(app)  # type: ignore[method-assign]  # as FastAPI says
