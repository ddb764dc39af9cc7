"""A Procfile's processes start, come back when they die, and are gone when we are."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import psutil
import pytest

from ltsys.domain.errors import SettingsError
from ltsys.processes import Exit, Processes
from ltsys.procfile import parse_command, parse_procfile
from ltsys.settings import load

PROCFILE = Path(__file__).resolve().parents[2] / "Procfile"
SLEEPER = "python -c 'import threading; threading.Event().wait()'"
STUBBORN = (
    "python -c 'import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    'print("deaf", flush=True); threading.Event().wait()\''
)
PARENT = (
    "python -c 'import subprocess, threading; "
    'print(subprocess.Popen(["sleep", "600"]).pid, flush=True); threading.Event().wait()\''
)
OWNER = """
import sys, threading
from pathlib import Path
from ltsys.processes import Processes, sigterm_as_exit
folder = Path(sys.argv[1])
procfile = folder / "Procfile"
with sigterm_as_exit(), Processes.from_procfile(
    procfile, environ={}, log_dir=folder / "logs", run_dir=folder / "run"
) as processes:
    print(*processes.pids().values(), flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def exits() -> list[Exit]:
    return []


@pytest.fixture
def run(tmp_path: Path, exits: list[Exit]) -> Iterator[Callable[..., Processes]]:
    """Starts processes from name=line pairs and stops them at the end of the test."""
    started: list[Processes] = []

    def start(environ: dict[str, str] | None = None, **lines: str) -> Processes:
        processes = Processes(
            lines,
            environ=environ or {},
            log_dir=tmp_path / "logs",
            run_dir=tmp_path / "run",
            cwd=tmp_path,
            on_exit=exits.append,
        )
        started.append(processes.start())
        return processes

    yield start
    for processes in started:
        processes.stop(patience_s=0.1)


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def written(tmp_path: Path, name: str) -> str:
    log = tmp_path / "logs" / f"{name}.log"
    return log.read_text() if log.exists() else ""


def test_release_and_comments_are_not_processes():
    text = "# how we run\nrelease: alembic upgrade head\n\nbeat: celery beat\nweb: lt serve\n"

    assert parse_procfile(text) == {"beat": "celery beat", "web": "lt serve"}


def test_a_line_that_is_no_process_is_refused_with_its_number():
    with pytest.raises(SettingsError, match="Procfile:2: 'whatever'"):
        parse_procfile("web: lt serve\nwhatever\n")


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("lt --port $PORT", ["lt", "--port", "8000"]),
        ("lt ${PORT}x '${ABSENT:-threads}'", ["lt", "8000x", "threads"]),
        ("lt ${PORT:-1} ${EMPTY:-2} $ABSENT", ["lt", "8000", "2", ""]),
        ("exec celery -n 'a b'@%h", ["celery", "-n", "a b@%h"]),
        ("lt $HOSTILE", ["lt", "a b; rm -rf $PORT"]),
    ],
)
def test_variables_are_expanded_within_their_word(line, arguments):
    environ = {"PORT": "8000", "EMPTY": "", "HOSTILE": "a b; rm -rf $PORT"}

    assert parse_command(line, environ).arguments == arguments


def test_the_web_process_is_given_no_key_and_no_way_to_one(tmp_path):
    """L62: whoever shows pages holds none. What signs has it as it was."""
    keys = {
        "LTSYS_WALLET_KEY_FILE": str(tmp_path / "wallet.key"),
        "LTSYS_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "LTSYS_MASTER_KEY": "c2VjcmV0",
        "LTSYS_TURNKEY_KEY_FILE": str(tmp_path / "turnkey.key"),
        "LTSYS_API_SECRET": "c2VjcmV0",
        "LTSYS_API_PASSPHRASE": "hush",
    }
    lines = parse_procfile(PROCFILE.read_text())

    web = parse_command(lines["web"], keys).environ
    execution = parse_command(lines["execution"], keys).environ

    assert web == dict.fromkeys(keys, "")
    assert not execution.keys() & keys.keys()
    with mock.patch.dict("os.environ", keys | web):
        settings = load()
    assert settings.wallet_key_file is settings.master_key_file is None
    assert settings.turnkey_key_file is None
    assert not settings.master_key.get_secret_value()


def test_leading_assignments_join_the_environment():
    command = parse_command("REMAP_SIGTERM=SIGQUIT A=$PORT celery B=2", {"PORT": "1"})

    assert command.environ == {"REMAP_SIGTERM": "SIGQUIT", "A": "1"}
    assert command.arguments == ["celery", "B=2"]


def test_a_line_of_assignments_alone_is_refused():
    with pytest.raises(SettingsError, match="names no program"):
        parse_command("A=1", {})


def test_output_goes_to_a_log_and_the_interpreter_beside_us_is_found(run, tmp_path, eventually):
    run({"WORD": "hello"}, say="python -c 'import sys; print(sys.prefix, \"$WORD\")'")

    eventually(lambda: f"{sys.prefix} hello" in written(tmp_path, "say"))


def test_those_that_listen_get_different_ports_and_the_web_one_may_be_chosen(run):
    line = f"{SLEEPER} $PORT"

    free = run(web=line, flower=line, beat=SLEEPER).ports
    chosen = run({"PORT": "8123"}, web=line, flower=line).ports

    assert set(free) == {"web", "flower"}
    assert len(set(free.values())) == 2
    assert chosen["web"] == 8123
    assert chosen["flower"] != 8123


def test_a_killed_process_comes_back_and_is_reported(run, tmp_path, exits, eventually):
    processes = run(beat=SLEEPER, stream=SLEEPER)
    before = processes.pids()

    os.kill(before["beat"], signal.SIGKILL)

    eventually(lambda: processes.pids().get("beat", before["beat"]) != before["beat"])
    after = processes.pids()
    assert after["stream"] == before["stream"]
    assert [(e.name, e.pid, e.code) for e in exits] == [("beat", before["beat"], -9)]
    assert processes.restart_counts() == {"beat": 1, "stream": 0}
    eventually(lambda: json.loads((tmp_path / "run" / "processes.json").read_text()) == after)


def test_a_process_that_keeps_dying_is_restarted_ever_more_slowly(run, exits, eventually):
    run(broken="python -c 'raise SystemExit(3)'")

    eventually(lambda: len(exits) >= 3)

    assert [e.restart_in_s for e in exits[:3]] == [0.5, 1.0, 2.0]
    assert {e.code for e in exits} == {3}


def test_children_of_a_dead_process_go_with_it(run, tmp_path, eventually):
    processes = run(signals=PARENT)
    eventually(lambda: written(tmp_path, "signals").strip())
    child = int(written(tmp_path, "signals").split()[0])

    os.kill(processes.pids()["signals"], signal.SIGKILL)

    eventually(lambda: not runs(child))


def test_stop_leaves_nothing_not_even_the_deaf_or_their_children(run, tmp_path, eventually):
    processes = run(deaf=STUBBORN, signals=PARENT, beat=SLEEPER)
    eventually(lambda: written(tmp_path, "deaf") and written(tmp_path, "signals").strip())
    pids = [*processes.pids().values(), int(written(tmp_path, "signals").split()[0])]

    processes.stop(patience_s=0.5)

    eventually(lambda: not any(runs(pid) for pid in pids))
    assert processes.pids() == {}
    assert json.loads((tmp_path / "run" / "processes.json").read_text()) == {}


def test_a_program_that_does_not_exist_is_named_and_the_others_are_stopped(run, tmp_path):
    with pytest.raises(SettingsError, match="no-such-program"):
        run(beat=SLEEPER, web="no-such-program")

    assert json.loads((tmp_path / "run" / "processes.json").read_text()) == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_owner(tmp_path, eventually, number):
    (tmp_path / "Procfile").write_text(f"beat: {SLEEPER}\nstream: {SLEEPER}\n")
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as owner:
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(pids) == 2

        owner.send_signal(number)

        owner.wait(20)
        eventually(lambda: not any(runs(pid) for pid in pids))


def test_memory_is_counted_with_children_and_peaks_are_kept(run, tmp_path, eventually):
    processes = run(signals=PARENT)
    eventually(lambda: written(tmp_path, "signals").strip())

    seen = processes.sample()["signals"]
    alone = psutil.Process(processes.pids()["signals"]).memory_info().rss

    assert seen > alone
    assert processes.peak_rss_bytes()["signals"] >= seen
