"""/docs and /openapi.json, for signed-in callers; every byte of them comes from this machine."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from ltsys.web.api.asking import Reader
from ltsys.web.api.problems import Problem
from ltsys.web.caller import SECURE_COOKIE

router = APIRouter(include_in_schema=False)

DESCRIPTION = """\
Everything that the dashboard and `lt` show and do, for programs.

**Numbers.** Money, shares and ratios are decimal text, so that nothing is lost on the way; names
end in their unit: `_usd` dollars, `_shares` shares, `_ratio` a ratio (0.05 is 5 %), `_s` seconds,
`_ms` milliseconds, `_count` a number of things. What is not known is `null`, never 0.
**Times** are UTC, ISO 8601. **Lists** come in pages: ask again with `after` as `next_after` says.
**Errors** are `application/problem+json` with a `code` for programs and a sentence for people.
**Sending again.** Give a POST an `Idempotency-Key`: the same key and body get the same answer for
a day, and nothing is done twice.
**Who you are.** `Authorization: Bearer <token>`, or the session of a browser that is signed in. You
see your own strategies, orders and wallets; what is another's is not found. Tokens have scopes:
`read` to look, `trade` to change what is yours, `admin` for what concerns everybody.
"""
_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_START = """\
window.onload = () => SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "list",
  defaultModelsExpandDepth: 0, validatorUrl: null,
});
"""
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ltsys API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the app, with the ways to sign in and the shape of a problem."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
        )
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs", {}))
        schemas["Problem"] = problem
        made["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": SECURE_COOKIE},
        }
        made["security"] = [{"token": []}, {"session": []}]
        app.openapi_schema = made
    return app.openapi_schema


@router.get("/openapi.json")
def openapi(_: Reader, request: Request) -> Response:
    """The document that describes the API."""
    return Response(json.dumps(described(request.app)), media_type="application/json")


@router.get("/docs")
def docs(_: Reader) -> Response:
    """The API to read and to try; it asks no other machine for anything."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
def start(_: Reader) -> Response:
    """Starts the page; a file of its own, because the page allows no script within."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/swagger-ui-bundle.js")
def script(_: Reader) -> Response:
    """Swagger UI, from its pinned package."""
    return _asset("swagger-ui-bundle.js")


@router.get("/docs/swagger-ui.css")
def style(_: Reader) -> Response:
    """Swagger UI's style, from its pinned package."""
    return _asset("swagger-ui.css")


def _asset(name: str) -> Response:
    return Response(
        _read(name), media_type=_ASSETS[name], headers={"Cache-Control": "private, max-age=86400"}
    )


@cache
def _read(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()
