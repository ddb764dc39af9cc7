"""One page of a long list: rows that come or go between two pages shift nothing (LESSONS L48)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last row of a page, by what its list is ordered by; the next page begins after it."""

    key: str
    at: datetime | None = None
    """None in lists that are not ordered by a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a list; `next` is None where nothing comes after them."""

    rows: tuple[Row, ...]
    next: Place | None
