"""How long each page's data takes with months of trading in the database."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Final

import psycopg

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.postgres.dashboard.keeping import PostgresBoardKeeping
from ltsys.adapters.postgres.dashboard.reads import PostgresDashboard
from ltsys.adapters.postgres.queries import PostgresQueries
from ltsys.bench.dashboard_pages import dashboard_reads
from ltsys.bench.stock import OWNER, stock
from ltsys.domain.ids import FtWalletId, LtOrderId, StrategyId, UserId
from ltsys.domain.order import OrderStatus
from ltsys.embedded import servers_from_environment
from ltsys.ports.queries import Page, Place, Queries, WantedLogs, WantedOrders
from ltsys.stack import migrate

LIMIT_MS: Final = 300.0
"""What a page's data may take at the 95th percentile."""
_CLOCK = SystemClock()
_ONE = StrategyId("LT_FT_BENCH_7")
_WALLET = FtWalletId("FT_BENCH_7")
_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesPlan:
    """How much lies in the database, and how often each read is measured."""

    strategies: int = 200
    orders: int = 100_000
    rounds: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTime:
    """Of one read, with the connection that it makes."""

    name: str
    p50_ms: float
    p95_ms: float

    @property
    def is_quick(self) -> bool:
        return self.p95_ms < LIMIT_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesResult:
    """Every read of the plan, the slowest first."""

    plan: PagesPlan
    reads: tuple[ReadTime, ...]

    @property
    def is_quick(self) -> bool:
        """Whether every page's data is ready in time."""
        return all(read.is_quick for read in self.reads)

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "limit_ms": LIMIT_MS, "is_quick": self.is_quick}


def measure(data_dir: Path, plan: PagesPlan, on_step: Callable[[str], None]) -> PagesResult:
    """Every read as the owner of all the rows, on servers of its own.

    Raises SettingsError when something cannot be started.
    """
    on_step("starting the database")
    with servers_from_environment({}, data_dir) as servers:
        migrate(servers.database_url)
        on_step(f"writing {plan.orders} orders of {plan.strategies} strategies")
        now = _CLOCK.wall()
        stock(servers.database_url, strategies=plan.strategies, orders=plan.orders, now=now)
        _keep_all(servers.database_url, plan)
        queries = PostgresQueries(servers.database_url).as_user(UserId(OWNER))
        times = []
        dashboard = PostgresDashboard(servers.database_url).as_user(UserId(OWNER))
        order = _order(plan)
        pages = dashboard_reads(dashboard, queries, one=_ONE, wallet=_WALLET, order=order, now=now)
        for name, read in {**_reads(queries, plan), **pages}.items():
            on_step(f"reading {name}")
            times.append(_timed(name, read, plan.rounds))
    return PagesResult(
        plan=plan, reads=tuple(sorted(times, key=lambda each: each.p95_ms, reverse=True))
    )


def _keep_all(url: str, plan: PagesPlan) -> None:
    """The board as the sweeps leave it, with a twentieth of all strategies changed since."""
    keeping = PostgresBoardKeeping(url)
    while keeping.keep():
        pass
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CHANGED, {"most": plan.strategies // 20})
        connection.execute("VACUUM ANALYZE")


_CHANGED: Final = """
    UPDATE lt_orders SET latency_ms = latency_ms + 1 WHERE lt_order_id IN (
           SELECT min(lt_order_id) FROM lt_orders GROUP BY strategy_id
            ORDER BY strategy_id LIMIT %(most)s)
"""


def _order(plan: PagesPlan) -> LtOrderId:
    """One in the middle."""
    return LtOrderId(f"lto_{plan.orders // 2:012d}")


def _timed(name: str, read: Callable[[], object], rounds: int) -> ReadTime:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        read()
        taken.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(taken, n=20, method="inclusive")
    return ReadTime(name=name, p50_ms=round(cuts[9], 1), p95_ms=round(cuts[18], 1))


def _reads(queries: Queries, plan: PagesPlan) -> Mapping[str, Callable[[], object]]:
    """What the pages and the API ask; deep pages begin in the middle of the list."""
    middle = Place(key="lto_x", at=_CLOCK.wall() - timedelta(days=30))
    order = _order(plan)
    denied = frozenset({OrderStatus.DENIED})
    working = frozenset({OrderStatus.LIVE})

    def orders(after: Place | None = None, **wanted: object) -> Page[object]:
        return queries.order_page(WantedOrders(**wanted), after=after, limit=_PAGE)  # type: ignore[arg-type, return-value]  # named below

    return {
        "strategies, all": queries.strategies,
        "strategies, a page": lambda: queries.strategy_page(after=None, limit=_PAGE),
        "one strategy": lambda: queries.strategy(_ONE),
        "orders, newest": orders,
        "orders, deep": lambda: orders(middle),
        "orders of a strategy": lambda: orders(strategy_id=_ONE),
        "orders of a strategy, deep": lambda: orders(middle, strategy_id=_ONE),
        "orders denied": lambda: orders(statuses=denied),
        "orders denied by a code": lambda: orders(denial_code="DAILY_BUDGET_EXCEEDED"),
        "orders denied by a code that never was": lambda: orders(denial_code="DEAD_MARKET"),
        "orders working": lambda: orders(statuses=working),
        "force tests, of which there is none": lambda: orders(is_force_test=True),
        "one order": lambda: queries.order(order),
        "logs, newest": lambda: queries.log_page(WantedLogs(), after=None, limit=100),
        "logs of a strategy": lambda: queries.log_page(
            WantedLogs(strategy_id=_ONE), after=None, limit=100
        ),
        "warnings in the log": lambda: queries.log_page(
            WantedLogs(levels=frozenset({"WARNING"})), after=None, limit=100
        ),
        "errors in the log, of which there is none": lambda: queries.log_page(
            WantedLogs(levels=frozenset({"ERROR"})), after=None, limit=100
        ),
        "alerts": lambda: queries.alert_page(is_open=None, after=None, limit=_PAGE),
        "open alerts": queries.alerts,
        "FT wallets, all": queries.wallets,
        "FT wallets, a page": lambda: queries.wallet_page(after=None, limit=_PAGE),
        "FT orders of a wallet": lambda: queries.ft_order_page(
            _WALLET, outcome=None, after=None, limit=_PAGE
        ),
        "health of 24 hours": lambda: queries.activity(_CLOCK.wall() - timedelta(hours=24)),
        "pulse": queries.pulse,
    }
