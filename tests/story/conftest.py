"""The recorded hour, replayed once for all who look at it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from recorded_hour import Hour, recorded_hour


@pytest.fixture(scope="session")
def hour(shared: Path, reachable_folder: Callable[[], Path]) -> Hour:
    return recorded_hour(shared, reachable_folder)
