"""Where a script's faults strike: around the router, at trades, and on the agenda."""

from ltsys.simulator.box import Box
from ltsys.simulator.faults import http_faults, modes, venue_faults
from ltsys.simulator.faults.http_faults import Effect, Strike
from ltsys.simulator.faults.moments import Moments
from ltsys.simulator.faults.script import Rule
from ltsys.simulator.faults.trades import TradeFaults
from ltsys.simulator.http import Call, Request, Response
from ltsys.simulator.world.world import World

EFFECTS: dict[str, Effect] = {
    "drop-after-accept": http_faults.drop_after_accept,
    "drop-before-accept": http_faults.drop_before_accept,
    "status-after-accept": http_faults.status_after_accept,
    "status": http_faults.status,
    "restart": modes.restart,
    "disabled": modes.disabled,
    "cancel-only": modes.cancel_only,
    "post-only": modes.post_only,
    "too-many-requests": http_faults.too_many_requests,
    "delay": venue_faults.delay,
    "unsettled": venue_faults.unsettled,
    "hide-matched": venue_faults.hide_matched,
    "slow": http_faults.slow,
    "no-hashes": http_faults.no_hashes,
    "success-false": http_faults.success_false,
    "data-lag": venue_faults.data_lag,
    "clock-skew": venue_faults.clock_skew,
    "stale-balance": venue_faults.stale_balance,
    "html": http_faults.html,
    "html-after-accept": http_faults.html_after_accept,
}


def connect_faults(box: Box) -> "FaultLayer":
    """Let the box's script strike its trades and its clockwork, and the answers by a layer."""
    settlement = box.exchange.settlement
    settlement.plan = TradeFaults(box, settlement.plan).plan
    box.faults.schedule_by(Moments(box).schedule)
    return FaultLayer(box)


class FaultLayer:
    """Asks the box's script about each request; the operator's own are spared.

    Where several rules strike one request, the first of the script stands outermost.
    """

    def __init__(self, box: Box) -> None:
        """Follow this box's script, which may change at any time."""
        self._box = box

    def __call__(self, request: Request, call: Call) -> Response:
        """The answer, with whatever befalls it."""
        box = self._box
        if not box.faults.rules or request.path.startswith("/sim/"):
            return call(request)
        at_s = box.clock.now() - box.clock.start
        struck = box.faults.striking(
            "request", at_s, lambda rule: rule.scope.covers(request, _tokens(rule, box.world))
        )
        for rule in reversed(struck):
            strike = Strike(box=box, rule=rule, at_s=at_s)
            call = _struck(EFFECTS[rule.kind.name], strike, call)
        return call(request)


def _struck(effect: Effect, strike: Strike, call: Call) -> Call:
    return lambda request: effect(strike, request, call)


def _tokens(rule: Rule, world: World) -> tuple[str, ...]:
    market = world.markets.get(rule.scope.market)
    return () if market is None else tuple(market.tokens)
