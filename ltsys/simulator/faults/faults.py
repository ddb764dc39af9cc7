"""The faults in force: rules that come and go, and what they have done so far."""

from collections.abc import Callable, Sequence

from ltsys.simulator.faults.kinds import Target
from ltsys.simulator.faults.script import Rule


class Faults:
    """Rules in order of coming, each under a number that is never used again.

    `hang_up` ends every stream; whoever serves streams says how.
    """

    def __init__(self, rules: Sequence[Rule] = (), *, seed: int = 1) -> None:
        """Start with these rules; the dice fall as the seed says."""
        self.hang_up: Callable[[], None] = lambda: None
        self._seed = seed
        self._rules: dict[int, Rule] = {}
        self._next = 1
        self._schedule: Callable[[int, Rule], None] | None = None
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
        if self._schedule is not None and rule.kind.of == "moment":
            self._schedule(number, rule)
        return number

    def remove(self, number: int) -> bool:
        """Take a rule out of force; False if there is none."""
        return self._rules.pop(number, None) is not None

    def clear(self) -> None:
        """A calm venue from now on."""
        self._rules.clear()

    def schedule_by(self, schedule: Callable[[int, Rule], None]) -> None:
        """Hand over every rule of a moment, those that are here and those that will come."""
        self._schedule = schedule
        for number, rule in self._rules.items():
            if rule.kind.of == "moment":
                schedule(number, rule)

    def striking(self, of: Target, at_s: float, covers: Callable[[Rule], bool]) -> list[Rule]:
        """The rules that strike one thing now, counted as met and struck.

        A rule is asked whether it covers the thing only if it is of that sort and in its
        window, `at_s` simulated seconds after the clock's start.
        """
        return [
            rule
            for number, rule in self._rules.items()
            if rule.kind.of == of
            and rule.window.start_s <= at_s < rule.window.end_s
            and covers(rule)
            and self._strikes(number, rule)
        ]

    def count(self, rule: Rule) -> None:
        """A rule of a moment has struck."""
        rule.met_count += 1
        rule.struck_count += 1

    def _strikes(self, number: int, rule: Rule) -> bool:
        rule.met_count += 1
        struck = rule.chance.strikes(rule.met_count, f"{self._seed}|{number}")
        rule.struck_count += struck
        return struck
