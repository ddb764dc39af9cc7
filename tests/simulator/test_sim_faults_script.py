"""Fault scripts as text: what can be said, and what is said of mistakes."""

from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltsys.simulator.faults.kinds import KINDS, Target
from ltsys.simulator.faults.layer import EFFECTS
from ltsys.simulator.faults.moments import ACTIONS
from ltsys.simulator.faults.script import ScriptError, duration, parse_line, parse_script
from ltsys.simulator.faults.trades import PLANS
from ltsys.simulator.faults.worlds import WORLDS
from ltsys.simulator.options import SimulatorOptions, parse

WALLET = "0x" + "ab" * 20


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_fault_has_an_example_that_can_be_read(kind):
    """The table of the documentation is made of these."""
    rule = parse_line(kind.example)

    assert rule is not None
    assert rule.kind is kind


def test_every_fault_has_an_effect():
    """A name without one would be a fault that never strikes."""
    named = {of: {kind.name for kind in KINDS if kind.of == of} for of in get_args(Target)}

    assert named["request"] == set(EFFECTS)
    assert named["trade"] == set(PLANS)
    assert named["moment"] == set(ACTIONS)
    assert all(name.startswith("ws-") for name in named["frame"] | named["connection"])


def test_every_fault_of_the_checklist_is_there():
    """VENUE §18.6, (a) to (s)."""
    assert {kind.letter for kind in KINDS} >= set("abcdefghijklmnopqrs")


@pytest.mark.parametrize("name", WORLDS)
def test_every_named_world_can_be_read(name):
    """Calm is the only one without a rule."""
    assert bool(parse_script(WORLDS[name])) == (name != "calm")


def test_a_line_says_when_whom_and_what():
    """All clauses at once, in any order."""
    line = f"rate 0.5 at 2m for 90s nth 5,7 POST /order wallet {WALLET}: slow 7s  # late"

    rule = parse_line(line)

    assert (rule.window.start_s, rule.window.end_s) == (120, 210)
    assert (rule.chance.rate, rule.chance.numbers) == (0.5, {5, 7})
    assert (rule.scope.routes, rule.scope.wallet) == ((("POST", "/order"),), WALLET)
    assert rule.numbers == {"for": 7}


@pytest.mark.parametrize("line", ["", "   ", "# only a comment", "  # rate 1: slow"])
def test_empty_lines_and_comments_are_nothing(line):
    """A script may be spaced and explained."""
    assert parse_line(line) is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("slow 7s", "no colon"),
        (": slow", "nothing before the colon"),
        ("always:", "no such fault: ''"),
        ("always: slwo", "no such fault: 'slwo'; there are drop-after-accept"),
        ("sometimes: slow", "not known before the colon: 'sometimes'"),
        ("at 5 at 6: slow", "said twice: at"),
        ("at soon: slow", "not a time such as 90s"),
        ("at 400d: slow", "longer than a year"),
        ("for 5s: slow", "wants an `at`"),
        ("always: restart", "wants an `at`"),
        ("rate 1.5: slow", "rate is not from 0 to 1: '1.5'"),
        ("nth 0: slow", "nth is not a number"),
        ("nth 2,: slow", "nth is not a number"),
        ("wallet bob: slow", "not a wallet: 'bob'"),
        ("market 0x12: slow", "not a market: '0x12'"),
        ("POST /order: fail-trade", "`fail-trade` knows no method, path"),
        ("at 5s rate 0.5: auto-redeem", "`auto-redeem` knows no rate"),
        ("GET /ws/user: ws-lose", "`ws-lose` knows no method"),
        ("always: slow 3s 4s", "slow takes no more: '4s'"),
        ("always: slow for=4", None),
        ("always: slow quickly", "not a time"),
        ("always: html 200", "status is not a number from 400 to 599: '200'"),
        ("always: drop-after-accept softly", "how is none of close, reset: 'softly'"),
        ("always: success-false 'open", "quotation"),
    ],
)
def test_mistakes_are_explained(line, complaint):
    """The message names the fact and what is possible."""
    if complaint is None:
        assert parse_line(line) is not None
        return
    with pytest.raises(ScriptError, match=complaint.replace("?", r"\?")):
        parse_line(line)


WORDS = ["at", "for", "rate", "nth", "always", "market", "wallet", "POST", "/order", "5s", "0.5"]


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from([*WORDS, ":", "x:", "slow", "restart", "for=", "'"])).map(" ".join)
)
def test_no_text_breaks_the_reader(line):
    """It is a rule, nothing, or a mistake that is explained."""
    with suppress(ScriptError):
        rule = parse_line(line)
        assert rule is None or rule.kind in KINDS


def test_a_mistake_in_a_file_is_told_with_its_line():
    """Empty lines and comments count."""
    with pytest.raises(ScriptError, match="line 3: no such fault: 'slwo'"):
        parse_script("always: slow\n\nalways: slwo\n")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5s", 1.5), ("5m", 300), ("2h", 7200)]
)
def test_durations_are_seconds(text, seconds):
    """Minutes, hours and days too."""
    assert duration(text) == seconds


def test_rules_come_from_the_world_the_file_and_the_command_line(tmp_path):
    """In that order; and the command line can be told again."""
    file = tmp_path / "script"
    file.write_text("always: slow 2s\n")
    arguments = ["--world", "restart-day", "--fault-file", str(file), "--fault", "nth 1: slow 3s"]

    options = parse([*arguments, "--fault", "nth 2: slow 4s"])

    lines = [rule.line for rule in options.rules()]
    assert lines[-3:] == ["always: slow 2s", "nth 1: slow 3s", "nth 2: slow 4s"]
    assert lines[0] == "at 2m for 90s: restart post-only=2m"
    assert parse(options.arguments()) == options


@pytest.mark.parametrize(
    ("flag", "value", "complaint"),
    [
        ("--fault", "always: slwo", "no such fault: 'slwo'"),
        ("--fault-file", "absent", "cannot read absent: No such file"),
        ("--world", "sunny", "invalid choice: 'sunny'"),
    ],
)
def test_a_bad_command_line_ends_before_it_starts(flag, value, complaint, capsys):
    """Status 2 and the reason."""
    with pytest.raises(SystemExit, match="2"):
        parse([flag, value])

    assert complaint in capsys.readouterr().err


def test_a_fault_file_is_refused_with_its_line(tmp_path, capsys):
    """The file's name and the line's number."""
    file = tmp_path / "script"
    file.write_text("\nrate 2: slow\n")

    with pytest.raises(SystemExit, match="2"):
        parse(["--fault-file", str(file)])

    assert f"{file}: line 2: rate is not from 0 to 1: '2'" in capsys.readouterr().err


def test_the_default_is_a_calm_world():
    """Nothing goes wrong unless it is asked for."""
    assert SimulatorOptions().rules() == []
