"""The simulator as a process of its own, for programs that reach it over loopback alone."""

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import httpx

START = 1_790_000_100


class RunningVenue:
    """What a ready file tells, and the operator's door."""

    def __init__(self, ready):
        self.ready = ready
        self.url = ready["url"]
        self._admin = {"Authorization": f"Bearer {ready['token']}"}

    def get(self, path):
        """The body of a successful GET, as the operator."""
        return httpx.get(self.url + path, headers=self._admin).raise_for_status().json()

    def post(self, path, payload):
        """The body of a successful POST, as the operator."""
        answer = httpx.post(self.url + path, json=payload, headers=self._admin)
        return answer.raise_for_status().json()

    def fund(self, address, cash_usd, **more):
        """Deposit dollars; `signer` and `signature_type` bind a wallet to its owner."""
        self.post("/sim/accounts", {"address": address, "cash_usd": str(cash_usd), **more})

    def truth(self, address):
        """What really happened to a wallet."""
        return self.get(f"/sim/truth?maker={address}")

    def cash_units(self, address):
        """A wallet's dollars in units of one millionth."""
        return self.truth(address)["balances"][address.lower()]["cash_units"]

    def open_market(self, *, neg_risk=False):
        """Gamma's object of a market that takes orders; a standard one is a coin's and new."""
        begins = f"{datetime.fromtimestamp(START, UTC):%Y-%m-%dT%H:%M:%SZ}"
        is_chosen = _is_neg_risk if neg_risk else partial(_is_new_coin, begins)
        listed = self.get("/markets?limit=500")
        return next(each for each in listed if each["acceptingOrders"] and is_chosen(each))


def _is_neg_risk(market):
    return market["negRisk"]


def _is_new_coin(begins, market):
    return "updown" in market["slug"] and market["eventStartTime"] >= begins


def launch(ready_file, *more):
    """A simulator process with a standing clock."""
    arguments = ["--paused", "--start", str(START), "--seed", "7", "--ready-file", str(ready_file)]
    return subprocess.Popen(
        [sys.executable, "-m", "ltsys.simulator", *arguments, *more], stderr=subprocess.PIPE
    )


def wait_for(path, process):
    """The ready file's content; fails when the process ends or a minute passes."""
    pause, deadline = threading.Event(), time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, "the simulator ended"
        assert time.monotonic() < deadline, "the simulator did not get ready"
        pause.wait(0.02)
    return json.loads(path.read_text())


@contextmanager
def running(folder, *more):
    """A running venue that leaves no process, no file and no word on its error stream."""
    ready_file = folder / "ready.json"
    process = launch(ready_file, *more)
    try:
        venue = RunningVenue(wait_for(ready_file, process))
        assert ready_file.stat().st_mode & 0o777 == 0o600
        yield venue
    finally:
        process.terminate()
        _, noise = process.communicate(timeout=10)
    assert process.returncode == 0
    assert noise == b""
