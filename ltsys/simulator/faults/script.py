"""Fault scripts: small text files, one rule a line.

    at 120s for 90s: restart
    rate 0.02 POST /order: drop-after-accept
    nth 5,7 POST /order wallet 0xabc…: status-after-accept 502   # a comment

Before the colon stands when and whom, after it what. Times are simulated, counted from
the clock's start: `90`, `90s`, `5m`, `2h`, `1d`.
"""

import re
import shlex
from dataclasses import dataclass, field
from fractions import Fraction

from ltsys.simulator.faults.kinds import BY_NAME, FaultKind, Parameter, Target
from ltsys.simulator.faults.trigger import Chance, Scope, Window

METHODS = frozenset({"GET", "POST", "DELETE"})
_SECONDS_IN = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 366 * 86400
RESTART_S = 90.0


class ScriptError(ValueError):
    """A line that cannot be read; the message says why, and where."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """One line: a fault, its values, its trigger, and how often it has met and struck.

    `views` are answers that a fault keeps, by who asked and for what.
    """

    line: str
    kind: FaultKind
    window: Window
    chance: Chance
    scope: Scope
    numbers: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    met_count: int = 0
    struck_count: int = 0
    views: dict[tuple[str, bytes], bytes] = field(default_factory=dict)


def parse_script(text: str) -> list[Rule]:
    """The rules of a whole file.

    Raises:
        ScriptError: with the number of the first line that cannot be read.
    """
    rules = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            rule = parse_line(line)
        except ScriptError as error:
            raise ScriptError(f"line {number}: {error}") from error
        if rule is not None:
            rules.append(rule)
    return rules


def parse_line(line: str) -> Rule | None:
    """One rule; None for an empty line or a comment.

    Raises:
        ScriptError: if it cannot be read.
    """
    words = _words(line)
    if not words:
        return None
    colon = next((i for i, word in enumerate(words) if word.endswith(":")), None)
    if colon is None:
        raise ScriptError(f"no colon between when and what: {line.strip()!r}")
    before = [word for word in (*words[:colon], words[colon][:-1]) if word]
    when = _when(before)
    name, *given = words[colon + 1 :] or [""]
    kind = BY_NAME.get(name)
    if kind is None:
        raise ScriptError(f"no such fault: {name!r}; there are {', '.join(BY_NAME)}")
    unfit = when.keys() - _FITTING[kind.of]
    if unfit:
        raise ScriptError(f"`{kind.name}` knows no {', '.join(sorted(unfit))}")
    rule = Rule(
        line=line.strip(),
        kind=kind,
        window=_window(when, kind),
        chance=Chance(rate=_rate(when), numbers=_numbers(when)),
        scope=_scope(when, kind),
    )
    _take_values(rule, given)
    if kind.name == "restart":
        lengthened = rule.window.length_s + rule.numbers["post-only"]
        rule.window = Window(start_s=rule.window.start_s, length_s=lengthened)
    return rule


def duration(text: str) -> float:
    """Seconds of `90`, `1.5s`, `5m`, `2h` or `1d`.

    Raises:
        ScriptError: if it is none of them, or over a year.
    """
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)([smhd]?)", text)
    if found is None:
        raise ScriptError(f"not a time such as 90s, 5m, 2h: {text!r}")
    seconds = float(Fraction(found[1]) * _SECONDS_IN[found[2]])
    if seconds > _LONGEST_S:
        raise ScriptError(f"longer than a year: {text!r}")
    return seconds


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError as error:
        raise ScriptError(f"a quotation is not closed: {line.strip()!r}") from error


def _when(words: list[str]) -> dict[str, str]:
    """The clauses before the colon, each by its first word; a method and a path by their kind."""
    clauses: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in METHODS:
            name, value = "method", word
        elif word.startswith("/"):
            name, value = "path", word
        elif word == "always":
            name, value = "always", ""
        elif word in _CLAUSES:
            name, value = word, next(rest, "")
        else:
            raise ScriptError(f"not known before the colon: {word!r}")
        if name in clauses:
            raise ScriptError(f"said twice: {name}")
        clauses[name] = value
    if not clauses:
        raise ScriptError("nothing before the colon; `always` is a trigger too")
    return clauses


_CLAUSES = frozenset({"at", "for", "rate", "nth", "wallet", "market"})
_TIMES = frozenset({"always", "at", "for"})
_FITTING: dict[Target, frozenset[str]] = {
    "request": _CLAUSES | _TIMES | {"method", "path"},
    "trade": _CLAUSES | _TIMES,
    "frame": _TIMES | {"rate", "nth", "path"},
    "connection": _TIMES | {"rate", "nth", "path"},
    "moment": _TIMES | {"market"},
}
"""Which clauses may stand before the colon, by what a fault happens to."""


def _window(when: dict[str, str], kind: FaultKind) -> Window:
    if "at" not in when:
        if "for" in when or kind.needs_window:
            raise ScriptError(f"`{kind.name if kind.needs_window else 'for'}` wants an `at`")
        return Window()
    start_s = duration(when["at"])
    if "for" in when:
        return Window(start_s=start_s, length_s=duration(when["for"]))
    if kind.name == "restart":
        return Window(start_s=start_s, length_s=RESTART_S)
    return Window(start_s=start_s)


def _rate(when: dict[str, str]) -> float:
    text = when.get("rate", "1")
    if re.fullmatch(r"[01](\.\d{1,9})?", text) is None or float(text) > 1:
        raise ScriptError(f"rate is not from 0 to 1: {text!r}")
    return float(text)


def _numbers(when: dict[str, str]) -> frozenset[int]:
    if "nth" not in when:
        return frozenset()
    if re.fullmatch(r"[1-9]\d{0,8}(,[1-9]\d{0,8})*", when["nth"]) is None:
        raise ScriptError(f"nth is not a number from 1 up, or several: {when['nth']!r}")
    return frozenset(int(number) for number in when["nth"].split(","))


def _scope(when: dict[str, str], kind: FaultKind) -> Scope:
    for name, pattern in (("wallet", r"0x[0-9a-f]{40}"), ("market", r"0x[0-9a-f]{64}|\d{1,78}")):
        if name in when and re.fullmatch(pattern, when[name].lower()) is None:
            raise ScriptError(f"not a {name}: {when[name]!r}")
    narrowed = "method" in when or "path" in when
    route = (when.get("method", ""), when.get("path", ""))
    return Scope(
        routes=(route,) if narrowed else kind.routes,
        wallet=when.get("wallet", "").lower(),
        market=when.get("market", "").lower(),
    )


def _take_values(rule: Rule, words: list[str]) -> None:
    """Fill in what was given by place or by name, and the defaults of the rest."""
    free = list(rule.kind.parameters)
    given: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        parameter = next((each for each in free if sign and each.name == name), None)
        if parameter is None:
            if not free:
                raise ScriptError(f"{rule.kind.name} takes no more: {word!r}")
            parameter, value = free[0], word
        free.remove(parameter)
        given[parameter.name] = value
    for parameter in rule.kind.parameters:
        _take(rule, parameter, given.get(parameter.name, parameter.default))


def _take(rule: Rule, parameter: Parameter, text: str) -> None:
    match parameter.kind:
        case "seconds":
            rule.numbers[parameter.name] = duration(text)
        case "count" | "status" | "price":
            rule.numbers[parameter.name] = _number(parameter, text)
        case "text":
            rule.texts[parameter.name] = text
        case "word":
            if text not in parameter.choices:
                wanted = ", ".join(parameter.choices)
                raise ScriptError(f"{parameter.name} is none of {wanted}: {text!r}")
            rule.texts[parameter.name] = text


def _number(parameter: Parameter, text: str) -> float:
    """Statuses are those of errors; a price lies between 0 and 1."""
    least, most = {"count": (0, 86400), "status": (400, 599), "price": (0, 1)}[parameter.kind]
    pattern = r"0?\.\d{1,4}" if parameter.kind == "price" else r"\d{1,5}"
    if re.fullmatch(pattern, text) is None or not least <= float(text) <= most:
        raise ScriptError(f"{parameter.name} is not a number from {least} to {most}: {text!r}")
    return float(text)
