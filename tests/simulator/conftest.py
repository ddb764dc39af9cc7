"""What the simulator's tests may ask for."""

import gc

import pytest
from sim_harness import Trader, Venue
from sim_process import running


@pytest.fixture(scope="session", autouse=True)
def rare_collections():
    """Each world is some ten thousand small objects; to look for garbage among them took a third
    of the time that it takes to make one.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    yield
    gc.set_threshold(*usual)


@pytest.fixture
def running_venue(tmp_path):
    """A simulator process with a standing clock, a new one for each test."""
    with running(tmp_path) as venue:
        yield venue


@pytest.fixture
def venue():
    """A standing clock in an invented world, in process."""
    return Venue()


@pytest.fixture
def ann(venue):
    """A trader with a thousand dollars."""
    return Trader(venue, "ann")


@pytest.fixture
def token(venue):
    """The first outcome of an open market, whose price is near a half."""
    return venue.market().tokens[0]
