"""Sorting, slices and CSV: what long tables have in common."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request, Response

from ltsys.ports.dashboard import Place
from ltsys.web.pages.frame import HEADERS, with_query

_Row = TypeVar("_Row")
SLICE = 50
CSV_LIMIT = 100_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column a table is sorted, and the addresses that sort it otherwise."""

    request: Request
    key: str
    down: bool

    @classmethod
    def of(cls, request: Request, default: str) -> "Sort":
        asked = request.query_params
        return cls(request, asked.get("sort", default), asked.get("dir", "desc") != "asc")

    def link(self, key: str) -> str:
        way = "asc" if key == self.key and self.down else "desc"
        return with_query(self.request, sort=key, dir=way)


def in_order(
    rows: Iterable[_Row], sort: Sort, values: Mapping[str, Callable[[_Row], object]]
) -> list[_Row]:
    """Rows whose value is not known come last, whichever way the others go."""
    value = values.get(sort.key) or next(iter(values.values()))
    known = [row for row in rows if value(row) is not None]
    unknown = [row for row in rows if value(row) is None]
    return [*sorted(known, key=value, reverse=sort.down), *unknown]  # type: ignore[arg-type] # each column holds one kind


def place(request: Request) -> Place:
    """Where the slice begins."""
    return Place(after=request.query_params.get("after"), limit=SLICE)


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file to keep; text that a spreadsheet would run as a formula is quoted."""
    out = io.StringIO()
    written = csv.writer(out)
    written.writerow(head)
    written.writerows([_plain(cell) for cell in row] for row in rows)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    text = f"{cell}"
    is_number = not isinstance(cell, str)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
