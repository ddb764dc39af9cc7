"""The real SDK, unmodified, against the real process over loopback."""

import json
import os
import subprocess
import sys
import time

import httpx
import pytest
from eth_account import Account
from py_clob_client_v2 import (
    ApiCreds,
    AssetType,
    BalanceAllowanceParams,
    ClobClient,
    MarketOrderArgs,
    OrderArgs,
    OrderType,
)
from py_clob_client_v2.clob_types import OrderPayload
from py_clob_client_v2.exceptions import PolyApiException

START = "1790000100"


def wait_for(path, process):
    """The ready file's content; fails when the process ends or ten seconds pass."""
    deadline = time.monotonic() + 10
    while not path.exists():
        assert process.poll() is None, "the simulator ended"
        assert time.monotonic() < deadline, "the simulator did not get ready"
        os.sched_yield()
    return json.loads(path.read_text())


def launch(ready_file, *more):
    """A simulator process with a standing clock."""
    arguments = ["--paused", "--start", START, "--seed", "7", "--ready-file", str(ready_file)]
    return subprocess.Popen(
        [sys.executable, "-m", "ltsys.simulator", *arguments, *more], stderr=subprocess.PIPE
    )


@pytest.fixture
def server(tmp_path):
    """A running simulator's ready file, and no process left behind."""
    ready_file = tmp_path / "ready.json"
    process = launch(ready_file)
    try:
        yield wait_for(ready_file, process)
        assert ready_file.stat().st_mode & 0o777 == 0o600
    finally:
        process.terminate()
        _, noise = process.communicate(timeout=10)
    assert process.returncode == 0
    assert noise == b""


def test_the_real_sdk_trades_unmodified(server):
    """Keys, a limit order, a market order, cancel, orders, trades and balance (VENUE §4)."""
    account = Account.create()
    admin = {"Authorization": f"Bearer {server['token']}"}
    deposit = {"address": account.address, "cash_usd": "100"}
    httpx.post(f"{server['url']}/sim/accounts", json=deposit, headers=admin).raise_for_status()
    client = ClobClient(server["url"], 137, account.key.hex())
    creds = client.create_or_derive_api_key()
    assert isinstance(creds, ApiCreds)
    client.set_api_creds(creds)
    assert client.create_or_derive_api_key().api_key == creds.api_key
    markets = httpx.get(f"{server['url']}/markets").json()
    market = next(each for each in markets if each["acceptingOrders"])
    token = json.loads(market["clobTokenIds"])[0]

    resting = client.create_and_post_order(OrderArgs(token, 0.1, 10, "BUY"))
    matched = client.create_and_post_market_order(
        MarketOrderArgs(token_id=token, amount=10, side="BUY", order_type=OrderType.FAK),
        order_type=OrderType.FAK,
    )

    assert resting["status"] == "live"
    assert matched["status"] == "matched"
    assert matched["transactionsHashes"]
    assert [each["id"] for each in client.get_open_orders()] == [resting["orderID"]]
    assert client.get_order(resting["orderID"])["original_size"] == "10"
    canceled = client.cancel_order(OrderPayload(orderID=resting["orderID"]))
    assert canceled["canceled"] == [resting["orderID"]]
    trades = client.get_trades()
    assert [each["taker_order_id"] for each in trades] == [matched["orderID"]]
    collateral = BalanceAllowanceParams(asset_type=AssetType.COLLATERAL)
    assert int(client.get_balance_allowance(collateral)["balance"]) < 90_000_000
    shares = BalanceAllowanceParams(asset_type=AssetType.CONDITIONAL, token_id=token)
    held = int(client.get_balance_allowance(shares)["balance"])
    assert held == int(float(matched["takingAmount"]) * 1_000_000)
    sale = client.create_and_post_market_order(
        MarketOrderArgs(token_id=token, amount=5, side="SELL", order_type=OrderType.FOK)
    )
    assert sale["status"] == "matched"
    with pytest.raises(PolyApiException):
        client.create_and_post_order(OrderArgs(token, 0.1, 10_000, "BUY"))


def test_the_simulator_leaves_when_its_parent_is_gone(tmp_path):
    """No orphan keeps a port."""
    parent = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    ready_file = tmp_path / "ready.json"
    process = launch(ready_file, "--parent-pid", str(parent.pid))
    wait_for(ready_file, process)

    parent.communicate()

    _, noise = process.communicate(timeout=10)
    assert (process.returncode, noise) == (0, b"")
    assert not ready_file.exists()
