"""Faults that happen at a moment, whoever asks (VENUE §18.6)."""

from collections.abc import Callable
from functools import partial
from math import inf

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.events import BookChanged
from ltsys.simulator.faults.script import Rule
from ltsys.simulator.units import ONE


class Moments:
    """Puts rules on the exchange's agenda, and carries them out unless they were removed."""

    def __init__(self, box: Box) -> None:
        """Follow this box's script."""
        self._box = box

    def schedule(self, number: int, rule: Rule) -> None:
        """Have the rule happen when its window begins; one of a window also ends with it."""
        exchange, start = self._box.exchange, self._box.clock.start
        begin, end = ACTIONS[rule.kind.name]
        exchange.schedule(start + rule.window.start_s, partial(self._act, number, rule, begin))
        if end is not None and rule.window.end_s < inf:
            exchange.schedule(start + rule.window.end_s, partial(self._act, number, rule, end))

    def _act(self, number: int, rule: Rule, action: "Action", at: float) -> None:
        if number in self._box.faults.rules:
            self._box.faults.count(rule)
            action(self._box, rule, at)


Action = Callable[[Box, Rule, float], None]


def change_tick(box: Box, rule: Rule, at: float) -> None:
    """The market's grid changes; orders that rest off it stay (VENUE §5.2)."""
    wanted = rule.scope.market
    for market in box.world.markets.values():
        if wanted in {"", market.condition_id, *market.tokens} and market.is_open(at):
            market.tick = round(rule.numbers["size"] * ONE)
            box.exchange.events.tell(BookChanged(market=market, at=at))


def redeem_for_all(box: Box, rule: Rule, at: float) -> None:  # noqa: ARG001 - an action's signature
    """The AutoRedeemer pays for what has resolved, and goes on doing so (VENUE §16.3)."""
    redeemer = box.exchange.redeemer
    redeemer.is_automatic = True
    for market in box.world.markets.values():
        if market.is_resolved(at):
            redeemer.resolved(market, at)


def stop_redeeming(box: Box, rule: Rule, at: float) -> None:  # noqa: ARG001 - an action's signature
    """From now on everybody has to ask."""
    box.exchange.redeemer.is_automatic = False


def disconnect(box: Box, rule: Rule, at: float) -> None:  # noqa: ARG001 - an action's signature
    """Every stream ends without a word."""
    box.faults.hang_up()


ACTIONS: dict[str, tuple[Action, Action | None]] = {
    "tick": (change_tick, None),
    "auto-redeem": (redeem_for_all, stop_redeeming),
    "no-redeem": (stop_redeeming, redeem_for_all),
    "ws-disconnect": (disconnect, None),
}
