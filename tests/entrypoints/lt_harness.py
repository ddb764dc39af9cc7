"""Runs `lt` as people do: in processes of its own, with nothing of ours in the environment."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import psutil
from fresh import fresh_services

from ltsys.cli import main

LT = Path(sys.executable).parent / "lt"
STOPS_WITHIN_S = 40
_TRIES = 30


def clean_environment() -> dict[str, str]:
    """Without settings of ours: each command finds the system by itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LTSYS_")}
    return {**kept, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def lt(*arguments: str, environ: dict[str, str] | None = None, typed: str = "") -> Done:
    """One command, from its first line to its exit; in this process, because it starts faster.

    `typed` is what a person answers to its questions.
    """
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.dict(os.environ, {**clean_environment(), **(environ or {})}, clear=True),
        mock.patch.object(sys, "argv", ["lt", *arguments]),
        mock.patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(out),
        redirect_stderr(err),
        fresh_services(),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    return Done(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Running:
    """A system in the foreground of a process of its own."""

    process: subprocess.Popen[str]
    data_dir: Path
    log: Path

    @property
    def environment(self) -> dict[str, str]:
        return json.loads((self.data_dir / "run" / "environment.json").read_text())

    @property
    def pids(self) -> dict[str, int]:
        return json.loads((self.data_dir / "run" / "processes.json").read_text())

    def wait_for(self, words: str, *, limit_s: float = 60) -> None:
        """The system has said the words; fails with all it said when it has not in time."""
        pause, deadline = threading.Event(), time.monotonic() + limit_s
        while words not in self.log.read_text():
            is_over = self.process.poll() is not None or time.monotonic() > deadline
            assert not is_over, f"{words!r} is not in: {self.log.read_text()}"
            pause.wait(0.05)

    def lt(self, *arguments: str, typed: str = "") -> Done:
        return lt(*arguments, "--data-dir", str(self.data_dir), typed=typed)

    def force_test(self, *arguments: str) -> Done:
        """Asked again while the moving world has nothing that could be bought just now."""
        for _ in range(_TRIES):
            done = self.lt("force-test", *arguments, "--json")
            if "has a two-sided book" not in done.err:
                break
        return done


@contextmanager
def started(data_dir: Path, *arguments: str) -> Iterator[Running]:
    """The command runs; it is interrupted at the end, if it has not ended by then."""
    log = data_dir / "said.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            [LT, *arguments, "--data-dir", str(data_dir / "system")],
            env=clean_environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield Running(process, data_dir / "system", log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(STOPS_WITHIN_S)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The process and all that it started, however deep."""
    leader = psutil.Process(process.pid)
    return [leader, *leader.children(recursive=True)]


def survivors(members: list[psutil.Process]) -> list[str]:
    """Those that still run, by their command line."""
    return [
        " ".join(member.cmdline())
        for member in members
        if member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    ]
