"""The web process: the REST API, the pages, and a word for machines on whether all is well."""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from ltsys.bootstrap import services
from ltsys.domain.errors import LtsysError
from ltsys.web import sign_in
from ltsys.web.api import add_api
from ltsys.web.api.headers import SafeHeaders
from ltsys.web.pages import add_pages

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def create_app() -> FastAPI:
    """Everything but /healthz asks who is there (L63)."""
    app = FastAPI(
        title="ltsys",
        version=version("ltsys"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.add_middleware(SafeHeaders)
    app.get("/healthz", include_in_schema=False)(_health)
    add_api(app)
    app.include_router(sign_in.router, include_in_schema=False)
    add_pages(app)
    return app


def _health() -> JSONResponse:
    """200 when the database answers; the reason of a 503 names no user and no password (L62)."""
    try:
        is_migrated = services().queries.schema_version() is not None
    except LtsysError as error:
        return _unwell(str(error))
    if not is_migrated:
        return _unwell("the database has no schema yet")
    return JSONResponse({"status": "ok"}, headers=_HEADERS)


def _unwell(reason: str) -> JSONResponse:
    return JSONResponse({"status": "down", "reason": reason}, 503, headers=_HEADERS)
