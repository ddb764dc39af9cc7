"""Pages of a list: where one begins, and the address of the next."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, Field

from ltsys.domain.errors import SettingsError
from ltsys.ports.queries import Page, Place

Shape = TypeVar("Shape", bound=BaseModel)
Row = TypeVar("Row")

_BIGGEST = (1 << 63) - 1
_DIVIDES = "\n"

Limit = Annotated[int, Query(ge=1, le=500, description="At most so many rows.")]
After = Annotated[
    str | None,
    Query(
        max_length=1_000,
        pattern=r"^[A-Za-z0-9_-]*$",
        description="Where the page begins: as `next_after` of the page before says.",
    ),
]


class Listed(BaseModel, Generic[Shape]):
    """Some rows of a list."""

    rows: list[Shape]
    next_after: str | None = Field(
        description="`after` of the next page; null where nothing comes after these rows."
    )
    next_url: str | None = Field(description="The whole address of the next page.")


def listed(page: Page[Row], made: Callable[[Row], Shape], request: Request) -> Listed[Shape]:
    """The page as it is answered."""
    after = None if page.next is None else _written(page.next)
    path = request.url.path
    url = None if after is None else f"{path}?{request.url.include_query_params(after=after).query}"
    return Listed(rows=[made(row) for row in page.rows], next_after=after, next_url=url)


def timed_place(after: str | None) -> Place | None:
    """For lists by a time. Raises SettingsError for what no page of such a list has said."""
    place = _read(after)
    if place is not None and place.at is None:
        raise _unknown()
    return place


def numbered_place(after: str | None) -> Place | None:
    """For lists by a number. Raises SettingsError as `timed_place` does."""
    place = _read(after)
    if place is not None and not (place.key.isdecimal() and int(place.key) <= _BIGGEST):
        raise _unknown()
    return place


def named_place(after: str | None) -> Place | None:
    """For lists by an id. Raises SettingsError as `timed_place` does."""
    return _read(after)


def _written(place: Place) -> str:
    at = "" if place.at is None else place.at.isoformat()
    return base64.urlsafe_b64encode(f"{at}{_DIVIDES}{place.key}".encode()).decode().rstrip("=")


def _read(after: str | None) -> Place | None:
    if not after:
        return None
    try:
        padded = after + "=" * (-len(after) % 4)
        at, divides, key = base64.urlsafe_b64decode(padded).decode().partition(_DIVIDES)
        moment = datetime.fromisoformat(at) if at else None
    except (ValueError, binascii.Error):
        raise _unknown() from None
    if not divides or not key.isprintable() or (moment is not None and moment.tzinfo is None):
        raise _unknown()
    return Place(key=key, at=moment)


def _unknown() -> SettingsError:
    return SettingsError("after: no page has said this; begin without it")
