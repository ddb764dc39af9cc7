"""The page about the simulator and its help say what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ltsys.simulator.faults.kinds import KINDS
from ltsys.simulator.faults.script import parse_script
from ltsys.simulator.faults.worlds import WORLDS
from ltsys.simulator.options import SimulatorOptions, parse

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulator.md"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_fault_stands_in_the_table(kind):
    """With its letter, its example and its meaning."""
    assert f"| {kind.letter} | `{kind.example}` | {kind.meaning} |" in PAGE.read_text()


@pytest.mark.parametrize("option", fields(SimulatorOptions), ids=lambda option: option.name)
def test_every_option_stands_in_the_page(option):
    """The page is the reference; `--help` is its short form."""
    assert "--" + option.name.replace("_", "-") in PAGE.read_text()


def test_every_world_is_named_in_the_page():
    """In one list, without a word too many."""
    (named,) = re.findall(r"--world ([a-z|-]+)`", PAGE.read_text())

    assert set(named.split("|")) == set(WORLDS)


def test_the_script_of_the_page_can_be_read():
    """What is shown works, once the dots are filled in."""
    script = PAGE.read_text().split("```\nat 120s")[1].split("```")[0]
    script = script.replace("wallet 0x…", "wallet 0x" + "a" * 40)
    script = script.replace("market 0x…", "market 0x" + "b" * 64)

    assert len(parse_script("at 120s" + script)) == 4


def test_the_help_names_every_fault_and_world(capsys):
    """`lt sim --help` is enough to write a script."""
    with pytest.raises(SystemExit, match="0"):
        parse(["--help"])

    told = capsys.readouterr().out
    assert all(kind.example in told for kind in KINDS)
    assert all(name in told for name in WORLDS)
