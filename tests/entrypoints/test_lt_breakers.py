"""Breakers by the command line, on a system that runs."""

import getpass

import psycopg
import pytest
from lt_harness import Running

TRIP = """
    INSERT INTO lt_breakers (strategy_id, kind, cause, value, threshold, resume, resumes_at)
    VALUES (%(strategy)s, 'latency', 'a slow test, 2000 ms over 900 ms', 2000, 900, %(resume)s,
            clock_timestamp() + make_interval(secs => %(wait_s)s))
"""


def trip(system: Running, strategy: str, *, resume="by_hand", wait_s: int | None = None) -> None:
    with psycopg.connect(system.environment["LTSYS_DATABASE_URL"]) as connection:
        connection.execute(TRIP, {"strategy": strategy, "resume": resume, "wait_s": wait_s})


def breakers(system: Running, *arguments: str):
    done = system.lt("breakers", *arguments, "--json")
    assert done.code == 0, done.err
    return done.json


def rules_of(system: Running, strategy: str):
    return [each for each in breakers(system, "list")["rules"] if each["strategy_id"] == strategy]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("set", "latency", "--threshold", "9"), "say one of --strategy and --global"),
        (("set", "latency", "--global", "--strategy", "LT_X"), "say one of"),
        (("set", "latency", "--global"), "latency: a threshold is missing"),
        (("set", "latency", "--global", "--threshold", "x"), "'x' is not a number"),
        (("set", "rejections", "--global", "--threshold", "50"), "it is no percentage"),
        (("set", "drawdown", "--strategy", "LT_X", "--threshold", "0.2"), "its risk limit"),
        (
            ("set", "latency", "--global", "--threshold", "9", "--resume", "when_clear"),
            "cannot come to be clear by itself",
        ),
        (("set", "latency", "--strategy", "LT_NO", "--threshold", "9"), "no strategy LT_NO"),
        (("set", "spread", "--global", "--off"), "spread of all strategies has no rule"),
        (("clear", "spread", "--global", "--reason", " "), "--reason: say why"),
        (
            ("clear", "spread", "--global", "--reason", "x", "--yes"),
            "spread of all strategies is not tripped",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(system: Running, arguments, sentence):
    """L39."""
    done = system.lt("breakers", *arguments)

    assert done.code == 1
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_a_rule_is_set_shown_and_dropped(system: Running, quiet: str):
    """No hidden rules: what is listed is all there is (L31)."""
    where = ("--strategy", quiet)
    none = rules_of(system, quiet)
    breakers(system, "set", "latency", *where, "--threshold", "900", "--window", "20")
    breakers(system, "set", "drawdown", *where, "--after", "3600")
    shown = rules_of(system, quiet)
    table = system.lt("breakers", "list").out

    breakers(system, "set", "latency", *where, "--off", "--yes")
    breakers(system, "set", "drawdown", *where, "--off", "--yes")

    assert none == rules_of(system, quiet) == []
    assert [(each["kind"], each["threshold"]) for each in shown] == [
        ("drawdown", None),
        ("latency", "900"),
    ]
    assert (shown[0]["resume"], shown[0]["resume_after_s"]) == ("after_a_time", 3600)
    assert "its risk limit" in table
    assert "after_a_time: 3600 s" in table


def test_loosening_needs_the_typed_word(system: Running, quiet: str):
    """And tightening does not (L61)."""
    rule = ("set", "rejections", "--strategy", quiet, "--window", "10", "--threshold")
    breakers(system, *rule, "0.5")
    breakers(system, *rule, "0.4")

    refused = system.lt("breakers", *rule, "0.9", typed="yes\n")

    assert "SIMULATOR will let more through" in refused.out
    assert "nothing was changed" in refused.err
    assert [each["threshold"] for each in rules_of(system, quiet)] == ["0.4"]
    breakers(system, "set", "rejections", "--strategy", quiet, "--off", "--yes")


def test_a_tripped_breaker_is_shown_and_stops_until_it_is_cleared(system: Running, quiet: str):
    """With its cause, its numbers, what resumes, and who cleared it (L32, L34)."""
    trip(system, quiet)
    listed = system.lt("breakers", "list").out
    state = system.lt("strategies", "list").out
    stopped = system.force_test(quiet, "--size", "2")
    ended = breakers(
        system, "clear", "latency", "--strategy", quiet, "--reason", "it was a test", "--yes"
    )
    resumed = system.force_test(quiet, "--size", "2")

    assert "a slow test, 2000 ms over 900 ms" in listed
    assert "stopped until a person clears it" in listed
    assert "stopped: latency of" in state
    assert stopped.json["denial_code"] == "BREAKER_TRIPPED"
    assert (ended["cleared_by"], ended["cleared_because"]) == (getpass.getuser(), "it was a test")
    assert resumed.json["denial_code"] != "BREAKER_TRIPPED"
    history = breakers(system, "list", "--all")["breakers"]
    assert "it was a test" in {each["cleared_because"] for each in history}


def test_a_workers_tick_ends_what_had_its_time(system: Running, quiet: str, eventually):
    """L34."""
    trip(system, quiet, resume="after_a_time", wait_s=1)

    def ended() -> bool:
        shown = breakers(system, "list", "--all")["breakers"]
        return any(
            each["strategy_id"] == quiet and each["cleared_by"] == "its own rule" for each in shown
        )

    eventually(ended, limit_s=60)
