"""The operator's hand on the faults: list, add, remove, and count."""

from math import inf

from ltsys.simulator.box import Box
from ltsys.simulator.faults.kinds import KINDS
from ltsys.simulator.faults.script import Rule, ScriptError, parse_script
from ltsys.simulator.faults.trigger import Window
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.operator import json_object, operator_only
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError


class FaultAdminRoutes:
    """Rules are known by their numbers, which are never used twice."""

    def __init__(self, box: Box) -> None:
        """Change this box's script."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        token = self._box.admin_token
        router.add("GET", "/sim/faults", operator_only(token, self.listing))
        router.add("POST", "/sim/faults", operator_only(token, self.add))
        router.add("DELETE", "/sim/faults", operator_only(token, self.clear))
        router.add("DELETE", "/sim/faults/*", operator_only(token, self.remove))

    def listing(self, request: Request) -> object:  # noqa: ARG002 - a handler's signature
        """Every rule with its counts, and every fault that a rule may name."""
        rules = self._box.faults.rules
        return {
            "rules": [_rule_row(number, rule) for number, rule in rules.items()],
            "kinds": [
                {"name": kind.name, "meaning": kind.meaning, "example": kind.example}
                for kind in KINDS
            ],
        }

    def add(self, request: Request) -> object:
        """Put the rules of a script in force; `from` says where its times begin to count."""
        payload = json_object(request)
        script, begin = payload.get("script"), payload.get("from", "start")
        if not isinstance(script, str) or begin not in {"start", "now"}:
            raise VenueError(400, "a script is wanted, and `from` is start or now")
        try:
            rules = parse_script(script)
        except ScriptError as error:
            raise VenueError(400, str(error)) from error
        clock = self._box.clock
        shift_s = clock.now() - clock.start if begin == "now" else 0
        for rule in rules:
            window = rule.window
            rule.window = Window(start_s=window.start_s + shift_s, length_s=window.length_s)
        return {"added": [self._box.faults.add(rule) for rule in rules]}

    def remove(self, request: Request) -> object:
        """Take one rule out of force."""
        number = parse_uint(request.tail, digits=9)
        if number is None or not self._box.faults.remove(number):
            raise VenueError(404, "no such fault")
        return {"removed": number}

    def clear(self, request: Request) -> object:  # noqa: ARG002 - a handler's signature
        """Take every rule out of force."""
        self._box.faults.clear()
        return {"rules": []}


def _rule_row(number: int, rule: Rule) -> dict[str, object]:
    window = rule.window
    return {
        "id": number,
        "line": rule.line,
        "fault": rule.kind.name,
        "starts_s": window.start_s,
        "ends_s": None if window.end_s == inf else window.end_s,
        "met": rule.met_count,
        "struck": rule.struck_count,
    }
