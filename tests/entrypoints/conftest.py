"""A whole system for all tests of this folder, started and stopped by the command itself."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from api_made import OTHER, OWNER, Client
from lt_harness import Running, started
from shares import share_of

from ltsys.embedded import Servers, create_database, drop_database

NOBODY = "0x" + "0" * 38 + "42"
QUIET = "FT_QUIET"


_DEMO = pytest.StashKey[ExitStack]()


@pytest.fixture(scope="session")
def system(
    reachable_folder: Callable[[], Path], request: pytest.FixtureRequest
) -> Iterator[Running]:
    """The demo at twenty times the speed of time, once its strategies are launched."""
    folder = reachable_folder()
    folder.chmod(0o755)
    with ExitStack() as until_it_is_over:
        running = until_it_is_over.enter_context(started(folder, "demo", "--speed", "20"))
        request.config.stash[_DEMO] = until_it_is_over
        running.wait_for("SIMULATOR    0 s")
        yield running


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """A demo that nobody looks at any more takes no time from the tests that follow.

    Only where each process runs its share of the tests in one go: nobody asks for it again.
    """
    is_shared_out = hasattr(item.config, "workerinput")
    goes_on = nextitem is not None and share_of(nextitem.nodeid) == share_of(item.nodeid)
    if is_shared_out and not goes_on and _DEMO in item.config.stash:
        item.config.stash[_DEMO].close()


@pytest.fixture(scope="session")
def quiet(system: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A strategy whose wallet follows somebody who never trades: nothing moves by itself."""
    return _mirrored(system, QUIET, tmp_path_factory)


@pytest.fixture(scope="session")
def limited(system: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Another one, whose limits may be changed: raising them again takes its time."""
    return _mirrored(system, "FT_LIMITED", tmp_path_factory)


@pytest.fixture
def mine(clients: dict[str, Client]) -> Client:
    """Of the owner, among the clients that a module makes."""
    return clients[OWNER]


@pytest.fixture
def theirs(clients: dict[str, Client]) -> Client:
    """Of somebody else, who may see nothing of it."""
    return clients[OTHER]


def _mirrored(system: Running, wallet: str, folders: pytest.TempPathFactory) -> str:
    file = folders.mktemp("wallets") / "wallet.json"
    file.write_text(
        json.dumps({"wallet_id": wallet, "bet_size": 2, "extra": {"target_traders": [NOBODY]}})
    )
    added = system.lt("wallets", "add", str(file))
    assert added.code == 0, added.err
    made = system.lt("strategies", "create", "--ft-wallet", wallet, "--capital", "250")
    assert made.code == 0, made.err
    return f"LT_{wallet}"


@pytest.fixture(scope="module")
def module_database_url(servers: Servers, template_database: str) -> Iterator[str]:
    """As `database_url`, for all the tests of a module that only read."""
    name = f"ltsys_m{os.getpid()}_{secrets.token_hex(4)}"
    yield create_database(servers.database_url, name, template=template_database)
    drop_database(servers.database_url, name)
