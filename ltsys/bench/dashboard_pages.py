"""What each page of the dashboard reads, from its head to its last table, in one snapshot."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from ltsys.domain.ids import FtWalletId, LtOrderId, StrategyId
from ltsys.domain.order import OrderStatus
from ltsys.ports.dashboard import Dashboard, DashboardReads, LogFilter, OrderFilter, Place
from ltsys.ports.queries import Queries

_FIRST: Final = Place()
_REFUSED: Final = frozenset({OrderStatus.DENIED, OrderStatus.REJECTED})
_MOST_LINES = 6
_COMPARED = 20
_MOST = 100


def dashboard_reads(
    dashboard: Dashboard,
    queries: Queries,
    *,
    one: StrategyId,
    wallet: FtWalletId,
    order: LtOrderId,
    now: datetime,
) -> Mapping[str, Callable[[], object]]:
    """By the name of the page."""
    today = now.date()

    def page(*reads: Callable[[DashboardReads], object]) -> Callable[[], object]:
        def whole() -> object:
            with dashboard.reading() as books:
                return [books.head(), *(read(books) for read in reads)]

        return whole

    def listed(**wanted: object) -> Callable[[DashboardReads], object]:
        return lambda books: books.orders(OrderFilter(**wanted), _FIRST)  # type: ignore[arg-type]  # named below

    drawn = [f"LT_FT_BENCH_{number}" for number in range(_MOST_LINES)]
    at_work = frozenset({OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED})
    twenty = [StrategyId(f"LT_FT_BENCH_{number}") for number in range(_COMPARED)]
    recent = LogFilter(since=now - timedelta(days=7))
    return {
        "page: strategies": page(lambda books: books.board(today)),
        "page: compare": page(lambda b: b.board(today), lambda b: b.gaps(twenty)),
        "page: charts": page(lambda b: b.board(today), lambda b: b.timeline(drawn)),
        "page: a strategy": page(
            lambda books: books.board(today, one),
            lambda books: books.gaps([one]),
            lambda books: books.timeline([one]),
            lambda books: books.positions(one),
            listed(strategy_id=one, statuses=at_work),
            listed(strategy_id=one, statuses=frozenset({OrderStatus.FILLED})),
            listed(strategy_id=one, statuses=_REFUSED),
            lambda _: queries.changes(one, is_open=True, limit=_MOST),
        ),
        "page: a wallet": page(
            lambda books: books.board(today, wallet), lambda books: books.timeline([wallet])
        ),
        "page: orders": page(listed()),
        "page: orders by a market's words": page(listed(text="a market that never was")),
        "page: an order": page(lambda books: books.timings(order)),
        "page: fills": page(lambda books: books.fills(None, _FIRST)),
        "page: refused": page(
            listed(statuses=_REFUSED), lambda b: b.refusals(None), lambda b: b.skips()
        ),
        "page: positions": page(lambda books: books.positions(None)),
        "page: redemptions": page(lambda books: books.payouts(None, _FIRST)),
        "page: logs": page(lambda b: b.logs(LogFilter(), _FIRST)),
        "page: logs of a week": page(lambda b: b.logs(recent, _FIRST)),
        "page: risk": page(
            lambda books: books.board(today),
            lambda _: queries.breakers(_MOST),
            lambda _: queries.breaker_rules(),
        ),
        "page: halts": page(lambda _: queries.halts(_MOST)),
        "page: system": page(
            lambda _: queries.pulse(),
            lambda _: queries.hearing(),
            lambda _: queries.reconciled(),
            lambda _: queries.halts(_MOST),
        ),
        "page: account": page(lambda books: books.account()),
        "page: alerts": page(lambda books: books.alerts(is_open=True, place=_FIRST)),
    }
