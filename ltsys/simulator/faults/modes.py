"""The venue's states in which orders are not taken as usual (VENUE §6)."""

from math import ceil, inf

import orjson

from ltsys.simulator.exchange.envelope import Envelope
from ltsys.simulator.faults.http_faults import Strike
from ltsys.simulator.http import Call, Request, Response, refusal
from ltsys.simulator.venue_error import VenueError

_POST_ONLY = "post-only mode: only post-only orders and cancels are allowed"


def restart(strike: Strike, request: Request, call: Call) -> Response:
    """425 while the engine is away; then post-only mode, in which the book comes back.

    The text of the 425 is not documented; this one is a guess.
    """
    window = strike.rule.window
    if strike.at_s < window.end_s - strike.number("post-only"):
        return refusal(VenueError(425, "the matching engine is restarting"))
    return post_only(strike, request, call)


def disabled(_strike: Strike, _request: Request, _call: Call) -> Response:
    """Nothing, cancels neither."""
    text = "Trading is currently disabled. Check polymarket.com for updates"
    return refusal(VenueError(503, text))


def cancel_only(_strike: Strike, _request: Request, _call: Call) -> Response:
    """No new orders."""
    text = "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed."
    return refusal(VenueError(503, text))


def post_only(strike: Strike, request: Request, call: Call) -> Response:
    """Cancels pass, and so do orders that are post-only.

    In a batch's answer the refused were seen to call themselves successes (VENUE §5.1).
    """
    exchange, usual = strike.box.exchange, strike.box.exchange.admit
    remaining_s = strike.rule.window.end_s - strike.at_s

    def admit(envelope: Envelope) -> None:
        if not envelope.post_only:
            raise _in_post_only_mode(remaining_s)
        usual(envelope)

    exchange.admit = admit
    try:
        response = call(request)
    finally:
        exchange.admit = usual
    if request.is_for("POST", "/orders") and response.status == 200:
        response.body = orjson.dumps([_renamed(each) for each in orjson.loads(response.body)])
    return response


def _renamed(answer: dict[str, object]) -> dict[str, object]:
    return answer | {"success": True} if answer["errorMsg"] == _POST_ONLY else answer


def _in_post_only_mode(remaining_s: float) -> VenueError:
    """The refusal, with the time left where the mode's end is known."""
    extra: dict[str, str | int] = {"code": "post_only_mode"}
    if remaining_s == inf:
        return VenueError(503, _POST_ONLY, kind="post_only_mode", extra=extra)
    wait = max(1, ceil(remaining_s))
    headers = ((b"retry-after", str(wait).encode()),)
    extra["retry_after_seconds"] = wait
    return VenueError(503, _POST_ONLY, kind="post_only_mode", extra=extra, headers=headers)
