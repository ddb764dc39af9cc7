"""Refusals as application/problem+json: a code for programs, a sentence for people (RFC 9457)."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ltsys.domain.errors import (
    AlreadyRecordedError,
    HaltedError,
    LtsysError,
    MalformedAnswerError,
    RefusedError,
    SettingsError,
    StaleWriteError,
    VenueUnavailableError,
)
from ltsys.ports.queries import StoreUnavailableError
from ltsys.ports.tasks import BrokerUnavailableError
from ltsys.usecases.answer_once import KeyReusedError, StillRunningError

_log = structlog.get_logger("ltsys.api")
MEDIA_TYPE = "application/problem+json"


class Code(StrEnum):
    """Why a request was not done. The list is closed."""

    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    NOT_SIGNED_IN = "NOT_SIGNED_IN"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    REFUSED = "REFUSED"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    STILL_RUNNING = "STILL_RUNNING"
    MOVED_MEANWHILE = "MOVED_MEANWHILE"
    HALTED = "HALTED"
    MAKES_NO_SENSE = "MAKES_NO_SENSE"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
    INTERNAL = "INTERNAL"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    BROKER_UNAVAILABLE = "BROKER_UNAVAILABLE"
    VENUE_UNAVAILABLE = "VENUE_UNAVAILABLE"
    OTHER = "OTHER"


class Problem(BaseModel):
    """Why a request was not done."""

    type: str = Field(description="Always about:blank: the code says which problem it is.")
    title: str = Field(description="The name of the HTTP status.", examples=["Not Found"])
    status: Annotated[int, Field(ge=400, le=599)]
    code: Code = Field(description="For programs; the list is closed.")
    detail: str = Field(
        description="One sentence with the fact, the value and the limit.",
        examples=["there is no strategy LT_NOBODY"],
    )


class NoSuchThingError(LtsysError):
    """There is none, or it is not the caller's: who asks cannot tell the two apart (L63)."""


_STATUSES: Mapping[type[LtsysError], tuple[int, Code]] = {
    NoSuchThingError: (404, Code.NOT_FOUND),
    KeyReusedError: (422, Code.IDEMPOTENCY_KEY_REUSED),
    StillRunningError: (409, Code.STILL_RUNNING),
    RefusedError: (409, Code.REFUSED),
    StaleWriteError: (409, Code.MOVED_MEANWHILE),
    AlreadyRecordedError: (409, Code.MOVED_MEANWHILE),
    HaltedError: (409, Code.HALTED),
    SettingsError: (422, Code.MAKES_NO_SENSE),
    StoreUnavailableError: (503, Code.DATABASE_UNAVAILABLE),
    BrokerUnavailableError: (503, Code.BROKER_UNAVAILABLE),
    VenueUnavailableError: (503, Code.VENUE_UNAVAILABLE),
    MalformedAnswerError: (503, Code.VENUE_UNAVAILABLE),
}
_CODES: Mapping[int, Code] = {
    400: Code.MALFORMED_REQUEST,
    401: Code.NOT_SIGNED_IN,
    403: Code.NOT_ALLOWED,
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    429: Code.TOO_MANY_REQUESTS,
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for its description; those of every route are among them."""
    return {
        status: {
            "model": Problem,
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({401, 403, 422, 503, *statuses})
    }


def add_problem_handlers(app: FastAPI) -> None:
    """Whatever goes wrong is answered as a problem; what nobody foresaw says nothing of itself."""
    app.add_exception_handler(LtsysError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_the_request)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(psycopg.OperationalError, _of_the_database)
    app.add_exception_handler(Exception, _unforeseen)


def problem(
    status: int, code: Code, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer that says so."""
    said = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
    )
    return JSONResponse(said.model_dump(mode="json"), status, headers, MEDIA_TYPE)


def _of_ours(_: Request, error: Exception) -> JSONResponse:
    for kind in type(error).__mro__:
        if kind in _STATUSES:
            status, code = _STATUSES[kind]
            return problem(status, code, str(error))
    _log.error("api.unforeseen", kind=type(error).__name__)
    return problem(500, Code.INTERNAL, "something went wrong that nobody foresaw")


def _of_the_request(_: Request, error: Exception) -> JSONResponse:
    """Names the field and the rule; a value that may be secret is not said back (L62)."""
    wrong = error.errors() if isinstance(error, RequestValidationError) else []
    sentences = [
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in wrong[:5]
    ]
    is_unreadable = any(each["type"] == "json_invalid" for each in wrong)
    status, code = (400, Code.MALFORMED_REQUEST) if is_unreadable else (422, Code.MAKES_NO_SENSE)
    return problem(status, code, "; ".join(sentences) or "the request cannot be read")


def _of_http(_: Request, error: Exception) -> Response:
    """What leads elsewhere, as a page does that wants a sign-in first, is no problem."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    code = _CODES.get(error.status_code, Code.OTHER)
    return problem(error.status_code, code, str(error.detail), error.headers)


def _of_the_database(_: Request, __: Exception) -> JSONResponse:
    """Its own text may quote the address with the password (LESSONS L62)."""
    return problem(503, Code.DATABASE_UNAVAILABLE, "the database does not answer")


def _unforeseen(_: Request, error: Exception) -> JSONResponse:
    _log.error("api.unforeseen", kind=type(error).__name__)
    return problem(500, Code.INTERNAL, "something went wrong that nobody foresaw")
