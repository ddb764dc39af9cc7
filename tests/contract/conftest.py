"""The stores that keep one contract."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ltsys.adapters.memory import HandClock, MemoryStore
from ltsys.adapters.postgres import PostgresStore
from ltsys.ports.store import Store


@pytest.fixture
def wall() -> datetime:
    """Machine time, which Postgres takes from its own machine."""
    return datetime.now(UTC)


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest, wall: datetime) -> Iterator[Store]:
    """An empty store of either kind."""
    if request.param == "memory":
        yield MemoryStore(HandClock(wall))
        return
    with PostgresStore(request.getfixturevalue("database_url"), pool_size=2) as postgres:
        yield postgres


@pytest.fixture
def postgres(database_url: str) -> Iterator[PostgresStore]:
    """For what only threads can show."""
    with PostgresStore(database_url, pool_size=10) as opened:
        yield opened
