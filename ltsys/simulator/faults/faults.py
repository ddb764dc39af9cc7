"""The faults in force: rules that come and go, and what they have done so far."""

from collections.abc import Sequence

from ltsys.simulator.faults.script import Rule
from ltsys.simulator.http import Request
from ltsys.simulator.world.world import World


class Faults:
    """Rules in order of coming, each under a number that is never used again."""

    def __init__(self, rules: Sequence[Rule] = (), *, seed: int = 1) -> None:
        """Start with these rules; the dice fall as the seed says."""
        self._seed = seed
        self._rules: dict[int, Rule] = {}
        self._next = 1
        for rule in rules:
            self.add(rule)

    @property
    def rules(self) -> dict[int, Rule]:
        """Every rule by its number, whether its time has come or not."""
        return self._rules

    def add(self, rule: Rule) -> int:
        """Put a rule in force; its number."""
        number = self._next
        self._rules[number] = rule
        self._next += 1
        return number

    def remove(self, number: int) -> bool:
        """Take a rule out of force; False if there is none."""
        return self._rules.pop(number, None) is not None

    def clear(self) -> None:
        """A calm venue from now on."""
        self._rules.clear()

    def striking(self, request: Request, at_s: float, world: World) -> list[Rule]:
        """The rules that strike this request, counted as met and struck."""
        return [
            rule
            for number, rule in self._rules.items()
            if rule.kind.of == "request"
            and rule.window.start_s <= at_s < rule.window.end_s
            and rule.scope.covers(request, _tokens(rule, world))
            and self._strikes(number, rule)
        ]

    def _strikes(self, number: int, rule: Rule) -> bool:
        rule.met_count += 1
        struck = rule.chance.strikes(rule.met_count, f"{self._seed}|{number}")
        rule.struck_count += struck
        return struck


def _tokens(rule: Rule, world: World) -> tuple[str, ...]:
    market = world.markets.get(rule.scope.market)
    return () if market is None else tuple(market.tokens)
