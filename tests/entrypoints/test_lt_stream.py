"""`lt stream` says when it hears, ends when it is told to, and is seen by the other commands."""

import signal
import subprocess

import pytest
from lt_harness import LT, Running, clean_environment, lt

HEARD = "the venue is heard and nothing is missing"


def stream(system: Running, *arguments: str) -> "subprocess.Popen[str]":
    """One more beside the one that runs already, which is harmless: facts count once."""
    return subprocess.Popen(
        [LT, "stream", "--data-dir", str(system.data_dir), *arguments],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_ends_by_itself_once_nothing_is_missing(system: Running):
    with stream(system, "--once-synced") as process:
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert HEARD in out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(system: Running, number: signal.Signals):
    with stream(system) as process:
        assert HEARD in process.stdout.readline()

        process.send_signal(number)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 0
    assert err == ""


def test_status_shows_how_well_each_channel_is_heard(system: Running, eventually):
    eventually(lambda: system.lt("status", "--json").json["stream_gate"] is not None)

    told = system.lt("status", "--json").json
    shown = system.lt("status").out

    assert [state["channel"] for state in told["streams"]] == ["market", "user"]
    assert {"connected_at", "last_frame_at", "blind_seconds_total", "reconnects"} <= set(
        told["streams"][1]
    )
    assert told["stream_gate"]["gate"] == "stream"
    assert "blind in all" in shown


def test_without_a_running_system_it_says_so(tmp_path):
    refused = lt("stream", "--data-dir", str(tmp_path))

    assert refused.code == 1
    assert "no running system was found" in refused.err


def test_its_help_says_what_depends_on_it():
    shown = lt("stream", "--help").out

    assert "--once-synced" in shown
    assert "15 s after the last word" in shown
