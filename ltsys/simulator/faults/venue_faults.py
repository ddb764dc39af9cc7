"""Faults of the venue's own state, as it is while one request is served (VENUE §18.6)."""

import orjson

from ltsys.simulator.exchange.exchange import Parking
from ltsys.simulator.faults.http_faults import Strike
from ltsys.simulator.http import Call, Request, Response


def hide_matched(strike: Strike, request: Request, call: Call) -> Response:
    """A full match takes the order out of sight for a while (VENUE §8.1)."""
    exchange, usual = strike.box.exchange, strike.box.exchange.hide_matched_orders_s
    exchange.hide_matched_orders_s = max(usual, strike.number("for"))
    try:
        return call(request)
    finally:
        exchange.hide_matched_orders_s = usual


def delay(strike: Strike, request: Request, call: Call) -> Response:
    """A marketable order is parked, though its market has no delay (VENUE §5.3)."""
    strike.box.now()
    exchange, usual = strike.box.exchange, strike.box.exchange.parking
    exchange.parking = Parking(strike.number("for"), fails=strike.text("then") == "unmatched")
    try:
        return call(request)
    finally:
        exchange.parking = usual


def unsettled(strike: Strike, request: Request, call: Call) -> Response:
    """What this order buys cannot be sold for a while (VENUE §5.2)."""
    strike.box.now()
    settlement = strike.box.exchange.settlement
    usual = settlement.fresh_shares_s
    settlement.fresh_shares_s = strike.number("for")
    try:
        return call(request)
    finally:
        settlement.fresh_shares_s = usual


def data_lag(strike: Strike, request: Request, call: Call) -> Response:
    """The chain's index is behind by that much more than usual (VENUE §14.3)."""
    world, usual = strike.box.world, strike.box.world.data_lag_s
    world.data_lag_s = usual + strike.number("by")
    try:
        return call(request)
    finally:
        world.data_lag_s = usual


def stale_balance(strike: Strike, request: Request, call: Call) -> Response:
    """The CLOB's view of a balance stands still until it is told to look again (VENUE §10).

    That trades do not move it either makes it staler than the real one is known to be.
    """
    response = call(request)
    if response.status == 200:
        views = strike.rule.views
        view = request.header(b"poly_address").lower(), request.query_string
        if request.is_for("GET", "/balance-allowance"):
            response.body = views.setdefault(view, response.body)
        else:
            views.pop(view, None)
    return response


def clock_skew(strike: Strike, request: Request, call: Call) -> Response:
    """The venue's clock is ahead, for those whom it judges and for those who ask it."""
    keys, by = strike.box.keys, strike.number("by")
    keys.ahead_s += by
    try:
        response = call(request)
    finally:
        keys.ahead_s -= by
    if request.path == "/time" and response.status == 200:
        response.body = orjson.dumps(orjson.loads(response.body) + int(by))
    return response
