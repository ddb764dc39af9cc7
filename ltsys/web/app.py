"""The web process: the REST API, the pages, and a word for machines on whether all is well."""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse

from ltsys.bootstrap import services
from ltsys.domain.errors import LtsysError
from ltsys.web import sign_in
from ltsys.web.api import add_api
from ltsys.web.api.headers import SafeHeaders

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ltsys</title>
<style>body {{ font: 1rem/1.5 system-ui; max-width: 40rem; margin: 3rem auto }}</style>
<h1>ltsys <small>{mode}</small></h1>
<p>Forward-test wallets, mirrored as live strategies. There is no dashboard yet.</p>
<p>In a terminal, <code>lt status --watch</code> shows everything, <code>lt doctor</code> says
whether all is well, and <code>lt --help</code> lists the rest.</p>
<p><a href="/healthz">/healthz</a> is for machines.</p>
</html>
"""


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
    app.get("/", response_class=HTMLResponse, include_in_schema=False)(_index)
    app.get("/healthz", include_in_schema=False)(_health)
    add_api(app)
    app.include_router(sign_in.router, include_in_schema=False)
    return app


def _index() -> HTMLResponse:
    mode = services().settings.venue.upper()
    return HTMLResponse(_PAGE.format(mode=mode), headers=_HEADERS)


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
