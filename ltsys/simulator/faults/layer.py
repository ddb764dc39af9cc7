"""The layer around the router in which a script's faults strike."""

from ltsys.simulator.box import Box
from ltsys.simulator.faults import http_faults, modes
from ltsys.simulator.faults.http_faults import Effect, Strike
from ltsys.simulator.http import Call, Request, Response

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
    "hide-matched": http_faults.hide_matched,
    "slow": http_faults.slow,
    "no-hashes": http_faults.no_hashes,
    "success-false": http_faults.success_false,
    "data-lag": http_faults.data_lag,
    "clock-skew": http_faults.clock_skew,
    "html": http_faults.html,
    "html-after-accept": http_faults.html_after_accept,
}


class FaultLayer:
    """Asks the box's script about each request; the operator's own are spared.

    Where several rules strike one request, the first of the script stands outermost.
    """

    def __init__(self, box: Box) -> None:
        """Follow this box's script, which may change at any time."""
        self._box = box

    def __call__(self, request: Request, call: Call) -> Response:
        """The answer, with whatever befalls it."""
        script = self._box.faults
        if not script.rules or request.path.startswith("/sim/"):
            return call(request)
        box = self._box
        at_s = box.clock.now() - box.clock.start
        for rule in reversed(script.striking(request, at_s, box.world)):
            strike = Strike(box=box, rule=rule, at_s=at_s)
            call = _struck(EFFECTS[rule.kind.name], strike, call)
        return call(request)


def _struck(effect: Effect, strike: Strike, call: Call) -> Call:
    return lambda request: effect(strike, request, call)
