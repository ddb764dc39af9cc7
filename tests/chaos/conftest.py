"""The undisturbed replay that a disturbed one must equal; the stories' helpers serve here too."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "story"))

from recorded_hour import Hour, recorded_hour


@pytest.fixture(scope="session")
def hour(shared: Path, reachable_folder: Callable[[], Path]) -> Hour:
    return recorded_hour(shared, reachable_folder)
