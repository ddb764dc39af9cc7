"""One live strategy: how it does, against its forward test, what binds it, and how to stop it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from fastapi import APIRouter, Response

from ltsys.domain.account import Scope
from ltsys.domain.breaker import explained
from ltsys.domain.ids import FtWalletId, StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.stage import Stage
from ltsys.ports.dashboard import Board, DashboardReads, LtBoardRow, OrderFilter, Place
from ltsys.usecases.launch_strategy import pause_strategy, resume_strategy
from ltsys.usecases.queries import statuses_of_word, why
from ltsys.web.pages.board_lines import state_badges
from ltsys.web.pages.charts import Chart, Series
from ltsys.web.pages.forms import Posted
from ltsys.web.pages.frame import PageError, Visit, Visiting, done, page
from ltsys.web.pages.ft_rules import Rule, ft_rules
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.positions import totals
from ltsys.web.pages.rule_fields import RULES
from ltsys.web.pages.strategies import cumulative, today

router = APIRouter(route_class=PageRoute)
_FEW = 10
MOST_CHANGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How much of a limit is used. A limit of None is none, and has no bar."""

    label: str
    used: Usd | Decimal | int
    limit: Usd | Decimal | int | None

    @property
    def share(self) -> Decimal | None:
        """Of the limit, at most 1."""
        if self.limit is None:
            return None
        used, limit = _plain(self.used), _plain(self.limit)
        return min(Decimal(1), used / limit) if limit else Decimal(1)


def _plain(value: Usd | Decimal | int) -> Decimal:
    return value.amount if isinstance(value, Usd) else Decimal(value)


@router.get("/strategies/{strategy_id}")
def strategy(strategy_id: str, seen: Visiting) -> Response:
    name = StrategyId(strategy_id)
    mine = seen.own.queries.as_user(seen.caller.user_id)

    def read(books: DashboardReads) -> dict[str, object]:
        board = books.board(today(seen), name)
        row = row_of(board, name)
        wallet = row.strategy.ft_wallet_id
        forward = next((f for f in board.forward if f.wallet_id == wallet), None)
        positions = books.positions(name)
        rules = ft_wallet_rules(seen, wallet) if forward else {}
        return {
            "row": row,
            "forward": forward,
            "ft_rules": rules,
            "stages": tuple(Stage),
            "place": tuple(Stage).index(row.strategy.standing.stage),
            "changes": mine.changes(name, is_open=True, limit=MOST_CHANGES),
            "badges": state_badges(row),
            "gap": books.gaps([name])[name],
            "bars": bars(row),
            "charts": _charts(books, name, row),
            "positions": positions,
            "totals": totals(positions),
            "rules": [(each, getattr(row.rules, each.name)) for each in RULES],
            "pending": books.orders(_words(name, "PENDING", "PARTIAL"), Place(limit=_FEW)),
            "closed": books.orders(_words(name, "FILLED", "CANCELED"), Place(limit=_FEW)),
            "refused": books.orders(_words(name, "REJECTED"), Place(limit=_FEW)),
            "why": why,
            "explained": explained,
        }

    return page(seen, "strategy.html", read, title=strategy_id, here="/strategies")


@router.post("/strategies/{strategy_id}/pause")
def pause(strategy_id: str, seen: Visiting, answers: Posted) -> Response:
    name = owned(seen, strategy_id)
    said = answers.text("reason") or "from the dashboard"
    pause_strategy(name, f"{said} ({seen.caller.user_id})", store=seen.own.store)
    return done(f"/strategies/{name}", "paused")


@router.post("/strategies/{strategy_id}/resume")
def resume(strategy_id: str, seen: Visiting) -> Response:
    name = owned(seen, strategy_id)
    resume_strategy(name, store=seen.own.store)
    return done(f"/strategies/{name}", "resumed")


def ft_wallet_rules(seen: Visit, wallet_id: str) -> dict[str, tuple[Rule, ...]]:
    """Of a wallet that the caller sees; empty where it is not active."""
    with seen.own.store.reading() as tx:
        work = tx.wallet_work(FtWalletId(wallet_id), 1, lock=False)
    return ft_rules(work.wallet) if work else {}


def owned(seen: Visit, strategy_id: str) -> StrategyId:
    """The name of a strategy of the caller, who may trade. Raises PageError (LESSONS L63)."""
    seen.must(Scope.TRADE)
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        return found(books, seen, StrategyId(strategy_id)).strategy.strategy_id


def found(books: DashboardReads, seen: Visit, name: StrategyId) -> LtBoardRow:
    """Raises as `row_of`."""
    return row_of(books.board(today(seen), name), name)


def row_of(board: Board, name: StrategyId) -> LtBoardRow:
    """Raises PageError for a strategy that is not there or not the caller's."""
    for row in board.live:
        if row.strategy.strategy_id == name:
            return row
    raise PageError(404, f"There is no strategy {name[:80]}.")


def bars(row: LtBoardRow) -> list[Bar]:
    """How near each limit that counts up is."""
    rules, state = row.rules, row.state
    exposure = state.balances.exposure
    return [
        Bar(label="Spent today", used=state.daily_spent, limit=rules.daily_budget),
        Bar(label="Spent this week", used=state.weekly_spent, limit=rules.weekly_budget),
        Bar(label="Spent this month", used=state.monthly_spent, limit=rules.monthly_budget),
        Bar(
            label="Lost today",
            used=max(Usd(Decimal(0)), -state.daily_result),
            limit=rules.max_daily_loss,
        ),
        Bar(label="Exposure", used=exposure, limit=rules.max_total_exposure),
        Bar(
            label="Losses in a row",
            used=state.consecutive_losses,
            limit=rules.max_consecutive_losses,
        ),
        Bar(label="Drawdown now", used=state.drawdown_ratio, limit=rules.max_drawdown_ratio),
    ]


def _charts(books: DashboardReads, name: StrategyId, row: LtBoardRow) -> list[Chart]:
    timeline = books.timeline([name])
    steps, total = [each.at for each in timeline.rows], cumulative(timeline.rows)
    falls = _falls(row.strategy.initial_capital.amount, total)
    return [
        Chart(
            title="Cumulative P&L, dollars",
            steps=steps,
            step=timeline.step,
            series=[Series(label=name, values=total)],
        ),
        Chart(
            title="Drawdown at the end of each step",
            steps=steps,
            step=timeline.step,
            series=[Series(label=name, values=falls)],
            unit="%",
        ),
    ]


def _falls(capital: Decimal, total: Sequence[Decimal | None]) -> list[Decimal | None]:
    """How far capital + results are below their peak, as a ratio of it."""
    equity = [capital + (value or 0) for value in total]
    peaks = accumulate(equity, max)
    return [(p - e) / p if p > 0 else None for p, e in zip(peaks, equity, strict=True)]


def _words(name: StrategyId, *words: str) -> OrderFilter:
    statuses = frozenset(status for word in words for status in statuses_of_word(word))
    return OrderFilter(strategy_id=name, statuses=statuses)
