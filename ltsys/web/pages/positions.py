"""Positions: what is held now, what it cost, and what it would fetch where that is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.pnl import total_open
from ltsys.ports.dashboard import DashboardReads, PositionRow
from ltsys.web.pages import tables
from ltsys.web.pages.fills import strategy_of
from ltsys.web.pages.frame import Visiting, page
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Sums that say how much of them is known (LESSONS L42)."""

    cost: Usd
    fees: Usd
    worth: Usd
    open_pnl: Usd
    count: int
    priced_count: int

    @classmethod
    def of(cls, rows: Sequence[PositionRow]) -> "Total":
        gains = total_open([row.open_pnl for row in rows])
        return cls(
            cost=sum((row.cost for row in rows), ZERO_USD),
            fees=sum((row.fees for row in rows), ZERO_USD),
            worth=sum((row.worth for row in rows if row.worth is not None), ZERO_USD),
            open_pnl=gains.known,
            count=len(rows),
            priced_count=len(rows) - gains.unpriced_count,
        )


@router.get("/positions")
def positions(seen: Visiting) -> Response:
    def read(books: DashboardReads) -> dict[str, object]:
        rows = books.positions(strategy_of(seen))
        return {"rows": rows, "totals": totals(rows)}

    return page(seen, "positions.html", read, title="Positions", here="/positions")


def totals(rows: Sequence[PositionRow]) -> dict[str, Total]:
    """Apart for each kind of money: paper is never added to real dollars (LESSONS L36)."""
    modes = sorted({row.mode.value for row in rows})
    return {mode: Total.of([row for row in rows if row.mode == mode]) for mode in modes}


@router.get("/positions.csv")
def positions_csv(seen: Visiting) -> Response:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        rows = books.positions(strategy_of(seen))
    return tables.as_csv("positions", _HEAD, (_cells(row) for row in rows))


_HEAD = (
    "strategy_id",
    "mode",
    "condition_id",
    "market",
    "outcome_bought",
    "shares",
    "cost_usd",
    "fees_usd",
    "order_count",
    "price",
    "priced_at",
    "worth_usd",
    "open_pnl_usd",
    "is_provisional",
)


def _cells(row: PositionRow) -> tuple[object, ...]:
    return (
        row.strategy_id,
        row.mode.value,
        row.condition_id,
        row.title,
        row.token_label,
        row.shares.count,
        row.cost.amount,
        row.fees.amount,
        row.order_count,
        row.price,
        None if row.priced_at is None else row.priced_at.isoformat(),
        None if row.worth is None else row.worth.amount,
        None if row.open_pnl is None else row.open_pnl.amount,
        row.is_provisional,
    )
