"""What the simulator's tests may ask for."""

import pytest
from sim_process import running


@pytest.fixture
def running_venue(tmp_path):
    """A simulator process with a standing clock, a new one for each test."""
    with running(tmp_path) as venue:
        yield venue
