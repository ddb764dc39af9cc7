"""A floor that is checked when its test is over."""

from collections.abc import Callable, Iterator

import pytest
from trading_floor import Floor


@pytest.fixture
def new_floor() -> Iterator[Callable[..., Floor]]:
    """Makes floors; whatever happened on them, their books balance (L29)."""
    made: list[Floor] = []

    def make(**options) -> Floor:
        made.append(Floor(**options))
        return made[-1]

    yield make
    for each in made:
        each.check_books()


@pytest.fixture
def floor(new_floor: Callable[..., Floor]) -> Floor:
    """One strategy without limits and $1,000."""
    return new_floor()
