"""What each page of the dashboard reads, from its head to its last table, in one snapshot."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from ltsys.domain.ids import FtWalletId, LtOrderId, StrategyId
from ltsys.domain.order import OrderStatus
from ltsys.ports.dashboard import Dashboard, DashboardReads, LogFilter, OrderFilter, Place
from ltsys.ports.queries import Queries

_Read = Callable[[DashboardReads], object]
_Reads = tuple[_Read, ...]
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
    pages = {
        **_strategies(queries, one=one, wallet=wallet, today=now.date()),
        **_lists(order, now),
        **_operations(queries, now.date()),
    }

    def whole(reads: _Reads) -> Callable[[], object]:
        def read() -> object:
            with dashboard.reading() as books:
                return [books.head(), *(each(books) for each in reads)]

        return read

    return {f"page: {name}": whole(reads) for name, reads in pages.items()}


def _strategies(
    queries: Queries, *, one: StrategyId, wallet: FtWalletId, today: date
) -> Mapping[str, _Reads]:
    drawn = [f"LT_FT_BENCH_{number}" for number in range(_MOST_LINES)]
    at_work = frozenset({OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED})
    twenty = [StrategyId(f"LT_FT_BENCH_{number}") for number in range(_COMPARED)]
    return {
        "strategies": (lambda books: books.board(today),),
        "compare": (lambda b: b.board(today), lambda b: b.gaps(twenty)),
        "charts": (lambda b: b.board(today), lambda b: b.timeline(drawn)),
        "a strategy": (
            lambda books: books.board(today, one),
            lambda books: books.gaps([one]),
            lambda books: books.timeline([one]),
            lambda books: books.positions(one),
            _listed(strategy_id=one, statuses=at_work),
            _listed(strategy_id=one, statuses=frozenset({OrderStatus.FILLED})),
            _listed(strategy_id=one, statuses=_REFUSED),
            lambda _: queries.changes(one, is_open=True, limit=_MOST),
        ),
        "a wallet": (
            lambda books: books.board(today, wallet),
            lambda books: books.timeline([wallet]),
        ),
    }


def _lists(order: LtOrderId, now: datetime) -> Mapping[str, _Reads]:
    recent = LogFilter(since=now - timedelta(days=7))
    return {
        "orders": (_listed(),),
        "orders by a market's words": (_listed(text="a market that never was"),),
        "an order": (lambda books: books.timings(order),),
        "fills": (lambda books: books.fills(None, _FIRST),),
        "refused": (
            _listed(statuses=_REFUSED),
            lambda books: books.refusals(None),
            lambda books: books.skips(),
        ),
        "positions": (lambda books: books.positions(None),),
        "redemptions": (lambda books: books.payouts(None, _FIRST),),
        "logs": (lambda books: books.logs(LogFilter(), _FIRST),),
        "logs of a week": (lambda books: books.logs(recent, _FIRST),),
        "alerts": (lambda books: books.alerts(is_open=True, place=_FIRST),),
    }


def _operations(queries: Queries, today: date) -> Mapping[str, _Reads]:
    return {
        "risk": (
            lambda books: books.board(today),
            lambda _: queries.breakers(_MOST),
            lambda _: queries.breaker_rules(),
        ),
        "halts": (lambda _: queries.halts(_MOST),),
        "system": (
            lambda _: queries.pulse(),
            lambda _: queries.hearing(),
            lambda _: queries.reconciled(),
            lambda _: queries.halts(_MOST),
        ),
        "account": (lambda books: books.account(),),
    }


def _listed(**wanted: object) -> _Read:
    return lambda books: books.orders(OrderFilter(**wanted), _FIRST)  # type: ignore[arg-type]  # named above
