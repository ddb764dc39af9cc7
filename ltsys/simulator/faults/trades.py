"""Faults of trades: they fail, are retried, or change their hash (VENUE §8.3)."""

from collections.abc import Callable

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.order import Fill
from ltsys.simulator.exchange.settlement import (
    Planner,
    SettlementPlan,
    failed,
    rehashed,
    retried,
)
from ltsys.simulator.faults.script import Rule

PLANS: dict[str, Callable[[float], SettlementPlan]] = {
    "fail-trade": failed,
    "retry-trade": retried,
    "change-hash": rehashed,
}


class TradeFaults:
    """Plans the settlement of every trade that a rule strikes; the others go on as usual."""

    def __init__(self, box: Box, usual: Planner) -> None:
        """Follow this box's script."""
        self._box = box
        self._usual = usual

    def plan(self, fill: Fill) -> SettlementPlan:
        """The plan of the first rule that strikes."""
        box = self._box
        at_s = fill.at - box.clock.start
        struck = box.faults.striking("trade", at_s, lambda rule: _covers(rule, fill))
        if not struck:
            return self._usual(fill)
        return PLANS[struck[0].kind.name](struck[0].numbers["after"])


def _covers(rule: Rule, fill: Fill) -> bool:
    """Whether wallet and market are those of the trade, on either side."""
    scope, market = rule.scope, fill.market
    if scope.market not in {"", market.condition_id, *market.tokens}:
        return False
    return not scope.wallet or any(leg.address == scope.wallet for leg in fill.legs)
