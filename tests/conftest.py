"""What every test may ask for: servers, a migrated database of its own, the shared material."""

import itertools
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from alembic import command
from alembic.config import Config
from shares import share_of
from xdist.scheduler import LoadFileScheduling

from ltsys.embedded import Servers, create_database, drop_database, servers_from_environment

REPOSITORY = Path(__file__).resolve().parent.parent
_NUMBERS = itertools.count(1)
# Kept away from index 0, where a developer's own broker would live.
_REDIS_INDEX = 15


class _Shares(LoadFileScheduling):
    """Where several processes share the work."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Shares:
    return _Shares(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first, each in its random place, so that no process is left with one alone."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Returns once the condition holds; fails when it does not within the limit."""

    def wait(condition: Callable[[], object], *, limit_s: float = 30.0) -> None:
        pause = threading.Event()
        deadline = time.monotonic() + limit_s
        while not condition():
            assert time.monotonic() < deadline, f"not true within {limit_s} s"
            pause.wait(0.02)

    return wait


@pytest.fixture(autouse=True)
def _settings_stay_as_they_were() -> Iterator[None]:
    """Whoever leaves one behind sends the tests after it into another system's books."""
    before = _our_settings()
    yield
    assert _our_settings() == before


def _our_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("LTSYS_")}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded material that lies beside the repository."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"the shared material is not at {folder}")
    return folder


@pytest.fixture(scope="session")
def reachable_folder() -> Iterator[Callable[[], Path]]:
    """Makes empty folders that any server account can reach; pytest's own are closed."""
    made: list[Path] = []

    def make() -> Path:
        parent = "/tmp" if os.geteuid() == 0 else None  # noqa: S108 - open to every account, 0700 inside
        made.append(Path(tempfile.mkdtemp(prefix="ltsys-test-", dir=parent)))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(reachable_folder: Callable[[], Path]) -> Iterator[Servers]:
    """One Postgres and one Redis for the whole run: the environment's, or our own."""
    with servers_from_environment(os.environ, reachable_folder(), for_tests=True) as running:
        yield running


@pytest.fixture(scope="session")
def template_database(servers: Servers) -> Iterator[str]:
    """The name of a database with every migration applied, for others to be copied from."""
    if not (REPOSITORY / "migrations" / "env.py").exists():
        pytest.skip("there are no migrations")
    name = f"ltsys_template_{os.getpid()}"
    command.upgrade(migration_config(create_database(servers.database_url, name)), "head")
    yield name
    drop_database(servers.database_url, name)


@pytest.fixture
def database_url(servers: Servers, template_database: str) -> Iterator[str]:
    """An address of a fresh, migrated database that only this test uses."""
    name = f"ltsys_t{os.getpid()}_{next(_NUMBERS)}"
    yield create_database(servers.database_url, name, template=template_database)
    drop_database(servers.database_url, name)


@pytest.fixture
def empty_database_url(servers: Servers) -> Iterator[str]:
    """An address of a fresh database without any table, for the tests of the migrations."""
    name = f"ltsys_e{os.getpid()}_{next(_NUMBERS)}"
    yield create_database(servers.database_url, name)
    drop_database(servers.database_url, name)


@pytest.fixture
def redis_url(servers: Servers) -> Iterator[str]:
    """An address of an empty Redis database."""
    index = _REDIS_INDEX - int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = urlunsplit(urlsplit(servers.redis_url)._replace(path=f"/{index}"))
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


def migration_config(url: str) -> Config:
    """Alembic's configuration for that database; a `%` would otherwise be interpolated."""
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


@pytest.fixture
def alembic_config(empty_database_url: str) -> Config:
    """Alembic pointed at an empty database."""
    return migration_config(empty_database_url)
