"""Fills: each match of our orders, and whether it is final."""

from fastapi import APIRouter, Response

from ltsys.domain.ids import StrategyId
from ltsys.ports.dashboard import DashboardReads, FillLine, Place
from ltsys.web.pages import tables
from ltsys.web.pages.frame import Visit, Visiting, page, with_query
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/fills")
def fills(seen: Visiting) -> Response:
    def read(books: DashboardReads) -> dict[str, object]:
        found = books.fills(strategy_of(seen), tables.place(seen.request))
        return {
            "fills": found,
            "next": with_query(seen.request, after=found.after),
            "csv": with_query(seen.request, after=None).replace("/fills", "/fills.csv", 1),
        }

    return page(seen, "fills.html", read, title="Fills", here="/fills")


@router.get("/fills.csv")
def fills_csv(seen: Visiting) -> Response:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        found = books.fills(strategy_of(seen), Place(limit=tables.CSV_LIMIT))
    return tables.as_csv("fills", _HEAD, (_cells(row) for row in found.rows))


def strategy_of(seen: Visit) -> StrategyId | None:
    """The strategy that the address asks for; None for all."""
    asked = seen.request.query_params.get("strategy")
    return StrategyId(asked) if asked else None


_HEAD = (
    "matched_at",
    "trade_id",
    "lt_order_id",
    "strategy_id",
    "status",
    "mode",
    "market",
    "outcome_bought",
    "shares",
    "price",
    "signal_price",
    "cost_usd",
    "fee_usd",
)


def _cells(row: FillLine) -> tuple[object, ...]:
    fill = row.fill
    return (
        fill.matched_at.isoformat(),
        fill.trade_id,
        row.lt_order_id,
        row.strategy_id,
        fill.status,
        row.mode.value,
        row.title,
        row.token_label,
        fill.shares.count,
        fill.price,
        row.signal_price,
        fill.cost.amount,
        fill.fee.amount,
    )
