"""What a fault does to an answer, on its way in or out (VENUE §6, §18.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

import orjson

from ltsys.simulator.box import Box
from ltsys.simulator.faults.script import Rule
from ltsys.simulator.http import HTML, Call, Request, Response, refusal
from ltsys.simulator.routes.order_views import not_posted
from ltsys.simulator.venue_error import VenueError


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A rule at work on one request; `at_s` counts simulated seconds from the clock's start."""

    box: Box
    rule: Rule
    at_s: float

    def number(self, name: str) -> float:
        """What the script says, or the default."""
        return self.rule.numbers[name]

    def text(self, name: str) -> str:
        """What the script says, or the default."""
        return self.rule.texts[name]


Effect = Callable[[Strike, Request, Call], Response]


def drop_before_accept(strike: Strike, _request: Request, _call: Call) -> Response:
    """Nothing was asked, nothing is said."""
    return Response(lost=_how(strike))


def drop_after_accept(strike: Strike, request: Request, call: Call) -> Response:
    """What was asked is done, and nothing is said."""
    call(request)
    return Response(lost=_how(strike))


def status(strike: Strike, _request: Request, _call: Call) -> Response:
    """An error in place of everything."""
    return refusal(VenueError(int(strike.number("status")), strike.text("error")))


def status_after_accept(strike: Strike, request: Request, call: Call) -> Response:
    """What was asked is done, and denied."""
    call(request)
    return status(strike, request, call)


def html(strike: Strike, _request: Request, _call: Call) -> Response:
    """The edge answers in the venue's place (VENUE §6, 403)."""
    code = int(strike.number("status"))
    title = _TITLES.get(code, "Error")
    page = _PAGE.format(code=code, title=title).encode()
    return Response(status=code, body=page, content_type=HTML)


def html_after_accept(strike: Strike, request: Request, call: Call) -> Response:
    """What was asked is done, and the edge loses the answer."""
    call(request)
    return html(strike, request, call)


def too_many_requests(strike: Strike, _request: Request, _call: Call) -> Response:
    """Not admitted (VENUE §3.5, 429)."""
    wait = str(int(strike.number("retry-after"))).encode()
    return refusal(VenueError(429, "too many requests", headers=((b"retry-after", wait),)))


def slow(strike: Strike, request: Request, call: Call) -> Response:
    """Done at once, told late."""
    response = call(request)
    response.delay_s += strike.number("for")
    return response


def success_false(strike: Strike, _request: Request, _call: Call) -> Response:
    """A refusal that calls itself 200 (VENUE §5.1)."""
    return Response(body=orjson.dumps(not_posted(strike.text("error"), "")))


def no_hashes(_strike: Strike, request: Request, call: Call) -> Response:
    """Execution is told before the chain knows of it (VENUE §5.1)."""
    response = call(request)
    answer = orjson.loads(response.body)
    for each in answer if isinstance(answer, list) else [answer]:
        if isinstance(each, dict):
            each.pop("transactionsHashes", None)
    response.body = orjson.dumps(answer)
    return response


def _how(strike: Strike) -> Literal["close", "reset"]:
    return cast("Literal['close', 'reset']", strike.text("how"))


# The edge's real pages are longer, and differ; these texts are a guess.
_TITLES = {403: "Forbidden", 502: "Bad gateway", 503: "Service Temporarily Unavailable"}
_PAGE = """<!DOCTYPE html>
<html lang="en-US"><head><title>{code}: {title}</title></head>
<body><h1>{title}</h1><p>Error code {code}</p><hr><p>cloudflare</p></body></html>
"""
