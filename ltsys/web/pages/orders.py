"""Orders: every signal and what became of it."""

from fastapi import APIRouter, Response

from ltsys.domain.ids import StrategyId
from ltsys.domain.order import readers_word
from ltsys.ports.dashboard import DashboardReads, OrderFilter, Place
from ltsys.ports.queries import OrderRow
from ltsys.usecases.queries import statuses_of_word, why
from ltsys.web.pages import tables
from ltsys.web.pages.frame import Visit, Visiting, page, with_query
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)
WORDS = ("PENDING", "PARTIAL", "FILLED", "REJECTED", "CANCELED")


@router.get("/orders")
def orders(seen: Visiting) -> Response:
    wanted = _wanted(seen)

    def read(books: DashboardReads) -> dict[str, object]:
        found = books.orders(wanted, tables.place(seen.request))
        return {
            "orders": found,
            "next": with_query(seen.request, after=found.after),
            "csv": with_query(seen.request, after=None).replace("/orders", "/orders.csv", 1),
            "words": WORDS,
            "why": why,
        }

    return page(seen, "orders.html", read, title="Orders", here="/orders")


@router.get("/orders.csv")
def orders_csv(seen: Visiting) -> Response:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        found = books.orders(_wanted(seen), Place(limit=tables.CSV_LIMIT))
    return tables.as_csv("orders", _HEAD, (_cells(row) for row in found.rows))


_HEAD = (
    "created_at",
    "lt_order_id",
    "strategy_id",
    "status",
    "state",
    "is_force_test",
    "market",
    "outcome_bought",
    "size_usd",
    "signal_price",
    "limit_price",
    "fill_price",
    "shares",
    "cost_usd",
    "fees_usd",
    "slippage_ratio",
    "fill_rate",
    "latency_ms",
    "result",
    "pnl_usd",
    "denial_code",
    "why",
)


def _cells(row: OrderRow) -> tuple[object, ...]:
    return (
        row.created_at.isoformat(),
        row.lt_order_id,
        row.strategy_id,
        readers_word(row.status),
        row.status.value,
        row.is_force_test,
        row.title,
        row.token_label,
        row.signal_size.amount,
        row.signal_price,
        row.limit_price,
        row.executed_price,
        row.executed_shares.count,
        row.executed.amount,
        row.fees.amount,
        row.slippage_ratio,
        row.fill_rate,
        row.latency_ms,
        row.outcome,
        None if row.pnl is None else row.pnl.amount,
        row.denial_code,
        why(row),
    )


def _wanted(seen: Visit) -> OrderFilter:
    """What the address asks for; an unknown word admits nothing, as it would say so."""
    asked = seen.request.query_params
    word = asked.get("status")
    strategy = asked.get("strategy")
    return OrderFilter(
        strategy_id=StrategyId(strategy) if strategy else None,
        statuses=statuses_of_word(word) if word else None,
        code=asked.get("code") or None,
        text=asked.get("text") or None,
    )
