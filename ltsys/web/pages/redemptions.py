"""Redemptions: what resolved positions paid, and since when it can be used again."""

from fastapi import APIRouter, Response

from ltsys.ports.dashboard import DashboardReads, PayoutRow, Place
from ltsys.web.pages import tables
from ltsys.web.pages.fills import strategy_of
from ltsys.web.pages.frame import Visiting, page, with_query
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/redemptions")
def redemptions(seen: Visiting) -> Response:
    def read(books: DashboardReads) -> dict[str, object]:
        found = books.payouts(strategy_of(seen), tables.place(seen.request))
        return {"payouts": found, "next": with_query(seen.request, after=found.after)}

    return page(seen, "redemptions.html", read, title="Redemptions", here="/redemptions")


@router.get("/redemptions.csv")
def redemptions_csv(seen: Visiting) -> Response:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        found = books.payouts(strategy_of(seen), Place(limit=tables.CSV_LIMIT))
    return tables.as_csv("redemptions", _HEAD, (_cells(row) for row in found.rows))


_HEAD = (
    "resolved_at",
    "lt_order_id",
    "strategy_id",
    "mode",
    "market",
    "outcome_bought",
    "result",
    "shares",
    "cost_usd",
    "payout_usd",
    "pnl_usd",
    "available_at",
)


def _cells(row: PayoutRow) -> tuple[object, ...]:
    return (
        row.resolved_at.isoformat(),
        row.lt_order_id,
        row.strategy_id,
        row.mode.value,
        row.title,
        row.token_label,
        row.outcome,
        row.shares.count,
        row.cost.amount,
        row.payout.amount,
        row.pnl.amount,
        None if row.settles_at is None else row.settles_at.isoformat(),
    )
