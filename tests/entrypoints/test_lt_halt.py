"""Stopping and resuming by the command line, with a system that runs and with none."""

import getpass
from pathlib import Path

import pytest
from lt_harness import Running, lt

SAY = ("--reason", "a test", "--json")


@pytest.fixture
def nothing_runs(tmp_path: Path) -> dict[str, str]:
    """Addresses at which nobody listens."""
    return {
        "LTSYS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "LTSYS_REDIS_URL": "redis://127.0.0.1:1/0",
        "LTSYS_HALT_FILE": str(tmp_path / "halt"),
    }


def halt(system: Running, *arguments: str):
    done = system.lt("halt", *arguments, *SAY)
    assert done.code == 0, done.err
    return done.json


def resume(system: Running, *arguments: str):
    done = system.lt("resume", *arguments, "--yes", "--reason", "over", "--json")
    assert done.code == 0, done.err
    return done.json


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("halt", "--reason", "x"), "say one of --global, --user, --strategy, --leader; 0 were"),
        (("halt", "--global", "--user", "ann", "--reason", "x"), "2 were said"),
        (("halt", "--strategy", "LT_NOBODY", "--reason", "x"), "there is no strategy LT_NOBODY"),
        (("halt", "--user", "nobody", "--reason", "x"), "there is no user nobody; there are"),
        (("halt", "--leader", "0x12", "--reason", "x"), "'0x12' is not an address"),
        (("halt", "--strategy", "LT_NOBODY", "--reason", " "), "--reason: say why"),
        (("resume", "halt_of_nobody", "--reason", "x"), "no such halt stands"),
        (("resume", "--user", "nobody", "--reason", "x"), "no such halt stands"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(system: Running, arguments, sentence):
    """A halt that would stop nobody is none (L54)."""
    done = system.lt(*arguments)

    assert done.code == 1
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_one_strategy_is_stopped_and_goes_on(system: Running, quiet: str):
    """Who, when and why stand beside the refusal, and are kept (L32, L61)."""
    made = halt(system, "--strategy", quiet, "--kind", "stop-entries")
    try:
        refused = system.force_test(quiet, "--size", "2").json
        status = system.lt("status", "--json").json
        alerts = system.lt("alerts", "list", "--json").json
    finally:
        lifted = resume(system, "--strategy", quiet)
    taken = system.force_test(quiet, "--size", "2").json
    kept = system.lt("halts", "--all", "--json").json["halts"]

    halt_id = made["halt"]["halt_id"]
    assert made["is_recorded"]
    assert made["halt"]["by"] == getpass.getuser()
    assert refused["denial_code"] == "HALTED"
    assert f"stop-entries of strategy {quiet} by {getpass.getuser()}" in refused["denial_text"]
    assert halt_id in [each["halt_id"] for each in status["halts"]]
    assert f"halt:{halt_id}" in [row["alert"]["key"] for row in alerts]
    assert [each["halt_id"] for each in lifted["lifted"]] == [halt_id]
    assert taken["denial_code"] is None
    (row,) = [each for each in kept if each["halt"]["halt_id"] == halt_id]
    assert (row["lifted"]["by"], row["lifted"]["reason"]) == (getpass.getuser(), "over")


def test_under_a_global_halt_the_system_is_not_ready_and_says_why(system: Running):
    """L61."""
    made = halt(system, "--global", "--kind", "pause")
    try:
        ready = system.lt("doctor", "--json").json
        listed = system.lt("halts", "--json").json
        shown = system.lt("halts").out
        status = system.lt("status").out
    finally:
        resume(system, "--global")

    halt_id = made["halt"]["halt_id"]
    (check,) = [each for each in ready["checks"] if each["name"] == "halts"]
    assert not check["is_ok"]
    assert check["fix"].endswith("`lt resume --global`")
    assert listed["in_file"] == [halt_id]
    assert halt_id in shown
    assert "HALTED: pause of everybody" in status
    assert system.lt("halts", "--json").json["in_file"] == []


def test_nothing_goes_on_without_the_typed_word(system: Running, quiet: str):
    """Raising risk needs confirmation (L61)."""
    halt(system, "--strategy", quiet, "--kind", "pause")
    command = ["resume", "--strategy", quiet, "--reason", "over"]
    try:
        refused = system.lt(*command, typed="yes\n")
        standing = system.lt("halts", "--json").json["halts"]
    finally:
        resume(system, "--strategy", quiet)

    assert "SIMULATOR" in refused.out
    assert "Type resume to go on" in refused.out
    assert "nothing was changed" in refused.err
    assert [row["halt"]["target"] for row in standing] == [quiet]


def test_everybody_is_stopped_with_no_server_there(nothing_runs, tmp_path):
    """Kill switches work with the database and the broker down (L61)."""
    done = lt("halt", "--global", "--kind", "stop-entries", *SAY, environ=nothing_runs)
    said = lt("halt", "--global", "--kind", "pause", "--reason", "again", environ=nothing_runs)
    listed = lt("halts", "--json", environ=nothing_runs).json

    assert done.code == said.code == 0
    assert not done.json["is_recorded"]
    assert "the database at 127.0.0.1:1 does not answer" in said.out
    assert f"it stands in {tmp_path / 'halt'} alone" in said.out
    assert "does not answer" in listed["problem"]
    assert [row["halt"]["kind"] for row in listed["halts"]] == ["stop-entries", "pause"]


def test_a_kill_that_cannot_reach_the_venue_holds_and_says_so(nothing_runs):
    """The halt first; the exit code tells that it is not over (L61)."""
    done = lt("halt", "--global", *SAY, environ=nothing_runs)

    assert done.code == 1
    assert done.json["canceling"]["problem"].startswith("the venue cannot be asked from here")
    assert not done.json["is_over"]
    assert len(lt("halts", "--json", environ=nothing_runs).json["in_file"]) == 1


def test_a_kill_without_the_trading_key_still_halts_and_says_what_it_could_not_do(
    system: Running, quiet: str
):
    """A sweep of the workers, who have the key, goes on with it (L61)."""
    nowhere = {**system.environment, "LTSYS_WALLET_KEY_FILE": ""}
    done = lt("halt", "--strategy", quiet, *SAY, environ=nowhere)
    standing = system.lt("halts", "--json").json["halts"]
    resume(system, "--strategy", quiet)

    assert done.code == 1
    assert done.json["is_recorded"]
    assert done.json["canceling"]["problem"].startswith("its orders were not asked about: ")
    assert [row["halt"]["kind"] for row in standing] == ["kill"]


def test_a_narrow_halt_needs_the_database_and_says_what_does_not(nothing_runs):
    done = lt("halt", "--strategy", "LT_X", *SAY, environ=nothing_runs)

    assert done.code == 1
    assert "the database at 127.0.0.1:1 does not answer" in done.err
    assert "only --global works without the database" in done.err
    assert not Path(nothing_runs["LTSYS_HALT_FILE"]).exists()


def test_a_halt_is_not_lifted_while_nobody_can_write_it_down(nothing_runs):
    lt("halt", "--global", "--kind", "pause", *SAY, environ=nothing_runs)

    done = lt("resume", "--global", "--yes", "--reason", "x", environ=nothing_runs)

    assert done.code == 1
    assert Path(nothing_runs["LTSYS_HALT_FILE"]).exists()
