"""The venue's TypeScript client, unmodified, places, reads and cancels an order (VENUE §4).

It comes from the npm registry into a cache folder of the user's, once for each pinned version.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from eth_account import Account

SOURCE = Path(__file__).parent / "typescript"
ONE = 1_000_000
INSTALL = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]


@pytest.fixture
def script():
    """The script beside an installed client; skips where that cannot be had."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    package = SOURCE / "package.json"
    pinned = hashlib.sha256(package.read_bytes()).hexdigest()[:16]
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "ltsys-tests" / f"typescript-{pinned}"
    if not folder.exists():
        install(package, folder)
    return shutil.copy(SOURCE / "trade.mjs", folder)


def install(package, folder):
    """Install what a package file pins; the folder appears whole or not at all."""
    draft = folder.with_name(f"{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    try:
        shutil.copy(package, draft)
        done = subprocess.run(
            INSTALL, cwd=draft, capture_output=True, text=True, timeout=240, check=False
        )
        if done.returncode:
            pytest.skip(f"npm could not install the client: {done.stderr[-300:]}")
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def test_the_typescript_client_trades_unmodified(script, running_venue):
    """What it prints and what the venue knows are the same."""
    account = Account.create()
    running_venue.fund(account.address, 100)
    token = json.loads(running_venue.open_market()["clobTokenIds"])[0]

    run = subprocess.run(
        ["node", script, running_venue.url, "0x" + account.key.hex().removeprefix("0x"), token],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout.splitlines()[-1])
    orders = {each["order_id"]: each for each in running_venue.truth(account.address)["orders"]}
    resting, matched = said["resting"]["orderID"], said["matched"]["orderID"]
    assert said["sameKey"]
    assert said["bookHash"][0] == said["bookHash"][1]
    assert [said["resting"]["status"], said["matched"]["status"]] == ["live", "matched"]
    assert (said["order"]["id"], said["order"]["original_size"]) == (resting, "10")
    assert said["open"] == [resting]
    assert set(said["trades"]) == {matched}
    assert said["canceled"]["canceled"] == [resting]
    assert said["left"] == []
    assert "lower than the minimum: 5" in said["refusal"]["message"]
    assert set(orders) == {resting, matched}
    assert orders[resting]["fills"] == []
    assert orders[resting]["status"] == "CANCELED"
    assert sum(each["usd_units"] for each in orders[matched]["fills"]) <= 10 * ONE
    assert int(said["balance"]) == running_venue.cash_units(account.address)
