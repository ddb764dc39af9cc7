"""The venue's states in which orders are not taken as usual (VENUE §6)."""

from math import ceil, inf

import orjson

from ltsys.simulator.faults.http_faults import Strike, unplaced
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
    """Cancels pass, and so do orders that are post-only."""
    remaining_s = strike.rule.window.end_s - strike.at_s
    if request.method != "POST":
        return call(request)
    try:
        payload = request.json()
    except VenueError:
        return call(request)
    orders = payload if isinstance(payload, list) else [payload]
    if all(isinstance(order, dict) and order.get("postOnly") is True for order in orders):
        return call(request)
    error = in_post_only_mode(remaining_s)
    if isinstance(payload, list):
        return Response(body=orjson.dumps([unplaced(error.text, success=True) for _ in orders]))
    return refusal(error)


def in_post_only_mode(remaining_s: float) -> VenueError:
    """The refusal, with the time left where the mode's end is known."""
    extra: dict[str, str | int] = {"code": "post_only_mode"}
    if remaining_s == inf:
        return VenueError(503, _POST_ONLY, extra=extra)
    wait = max(1, ceil(remaining_s))
    headers = ((b"retry-after", str(wait).encode()),)
    return VenueError(503, _POST_ONLY, extra=extra | {"retry_after_seconds": wait}, headers=headers)
