"""The operator as oracle: settle, propose or dispute a market (VENUE §16.5)."""

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.operator import json_object, operator_only
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world import resolution
from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.resolution import Course, Payouts

_PAYOUTS: dict[object, Payouts] = {0: (ONE, 0), 1: (0, ONE), None: (ONE // 2, ONE // 2)}


class RulingRoutes:
    """A ruling holds from the next whole simulated second on."""

    def __init__(self, box: Box) -> None:
        """Rule on this box's markets."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the path."""
        router.add("POST", "/sim/markets", operator_only(self._box.admin_token, self.rule))

    def rule(self, request: Request) -> object:
        """Send a market on another course; a winner of null means half each (LESSONS L46)."""
        payload, now = json_object(request), self._box.now()
        market = self._box.world.markets.get(str(payload.get("condition_id", "")).lower())
        if market is None:
            raise VenueError(404, "no such market")
        if market.is_resolved(now):
            raise VenueError(400, "the market has resolved already")
        self._box.world.override_resolution(market, _course(payload, market, now))
        return {
            "condition_id": market.condition_id,
            "resolves_at": market.resolves_at,
            "payouts": market.payouts,
            "steps": [{"at": step.at, "status": step.status} for step in market.steps],
        }


def _course(payload: dict[str, object], market: Market, now: float) -> Course:
    ruling, winner = payload.get("ruling"), payload.get("winner", "missing")
    if ruling == "dispute":
        return resolution.disputed_from(market, now)
    if isinstance(winner, (bool, float, str, list, dict)) or winner not in _PAYOUTS:
        raise VenueError(400, "winner is none of 0, 1, null")
    if ruling == "settle":
        return resolution.settled_from(market, now, _PAYOUTS[winner])
    if ruling == "propose":
        return resolution.proposed_from(market, now, _PAYOUTS[winner])
    raise VenueError(400, "ruling is none of settle, propose, dispute")
