"""Strategies: forward tests and what mirrors them, side by side; and a new one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from ltsys.domain.account import Scope
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.ports.dashboard import Board, DashboardReads, StepRow, Timeline
from ltsys.trading_account import taken_account
from ltsys.usecases.open_strategy import open_strategy
from ltsys.web.pages import tables
from ltsys.web.pages.board_lines import chosen, groups, sorted_groups
from ltsys.web.pages.charts import Chart, Series
from ltsys.web.pages.forms import Answers, Posted
from ltsys.web.pages.frame import Visit, Visiting, done, page, with_query
from ltsys.web.pages.launch_form import FORM, asked_of
from ltsys.web.pages.page_route import PageRoute

router = APIRouter(route_class=PageRoute)
_Cells = Sequence[StepRow | None]
_MOST_LINES = 6
_MOST_COMPARED = 20
_STATES = ("LIVE", "SHADOW", "PAUSED", "BREAKER", "INACTIVE", "PROBLEM")


@router.get("/")
def home() -> RedirectResponse:
    return RedirectResponse("/strategies", 303)


@router.get("/strategies")
def performance(seen: Visiting) -> Response:
    asked = seen.request.query_params
    sort = tables.Sort.of(seen.request, "pnl")

    def read(books: DashboardReads) -> dict[str, object]:
        board = books.board(today(seen))
        found = chosen(
            groups(board),
            text=asked.get("text", ""),
            kind=asked.get("kind", ""),
            state=asked.get("state", ""),
        )
        return {
            "tab": "performance",
            "groups": sorted_groups(found, sort),
            "sort": sort,
            "states": _STATES,
            **_counts(board),
        }

    return page(seen, "strategies.html", read, title="Strategies", here="/strategies")


@router.get("/strategies.csv")
def performance_csv(seen: Visiting) -> Response:
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        found = groups(books.board(today(seen)))
    lines = [line for group in found for line in group.lines]
    rows = [
        (
            line.kind,
            line.name,
            line.balance.amount,
            line.results.pnl.amount,
            line.return_ratio,
            line.results.order_count,
            line.results.win_rate,
            line.results.open_count,
            line.denied,
            line.fill_rate,
            line.slippage,
            line.latency_ms,
            line.results.drawdown_ratio,
            line.results.sharpe,
        )
        for line in lines
    ]
    return tables.as_csv("strategies", _HEAD, rows)


_HEAD = (
    "kind",
    "name",
    "balance_usd",
    "pnl_usd",
    "return_ratio",
    "trades",
    "win_rate_ratio",
    "open",
    "denied",
    "fill_rate_ratio",
    "slippage_ratio",
    "latency_ms",
    "drawdown_ratio",
    "sharpe",
)


@router.get("/strategies/compare")
def compare(seen: Visiting, first: Annotated[int, Query(ge=0, le=100_000)] = 0) -> Response:
    def read(books: DashboardReads) -> dict[str, object]:
        board = books.board(today(seen))
        shown = board.live[first : first + _MOST_COMPARED]
        gaps = books.gaps([row.strategy.strategy_id for row in shown])
        more = first + _MOST_COMPARED
        return {
            "tab": "compare",
            "pairs": [(row, gaps[row.strategy.strategy_id]) for row in shown],
            "next": with_query(seen.request, first=f"{more}") if len(board.live) > more else None,
            **_counts(board),
        }

    return page(seen, "compare.html", read, title="Compare", here="/strategies")


@router.get("/strategies/charts")
def charts(seen: Visiting) -> Response:
    picked = seen.request.query_params.getlist("bot")

    def read(books: DashboardReads) -> dict[str, object]:
        board = books.board(today(seen))
        names = [line.name for group in groups(board) for line in group.lines]
        shown = [name for name in names if name in picked] or names[:_MOST_LINES]
        return {
            "tab": "charts",
            "names": names,
            "shown": shown[:_MOST_LINES],
            "most": _MOST_LINES,
            "charts": drawn(books.timeline(shown[:_MOST_LINES]), shown[:_MOST_LINES]),
            **_counts(board),
        }

    return page(seen, "charts.html", read, title="Charts", here="/strategies", is_live=False)


def drawn(timeline: Timeline, names: Sequence[str]) -> list[Chart]:
    """Cumulative and single results, win rate and trades, a line or bar each name."""
    steps = sorted({row.at for row in timeline.rows})
    found = {(row.name, row.at): row for row in timeline.rows}

    def chart(title: str, of: Callable[[_Cells], list[Decimal | None]], **look: Any) -> Chart:  # noqa: ANN401 - the chart's own
        series = [
            Series(label=name, values=of([found.get((name, at)) for at in steps])) for name in names
        ]
        return Chart(title=title, steps=steps, step=timeline.step, series=series, **look)

    each = "Daily" if timeline.step.days else "Each step's"
    return [
        chart("Cumulative P&L, dollars", cumulative),
        chart(f"{each} P&L, dollars", _single, is_bars=True),
        chart("Win rate", _win_rates, unit="%"),
        chart("Resolved orders", _trades, unit="", is_bars=True),
    ]


def cumulative(cells: _Cells) -> list[Decimal | None]:
    """A day without a result leaves the sum where it was."""
    gains = [cell.pnl.amount if cell else Decimal(0) for cell in cells]
    return list(accumulate(gains))


def _single(cells: _Cells) -> list[Decimal | None]:
    return [cell.pnl.amount if cell else None for cell in cells]


def _win_rates(cells: _Cells) -> list[Decimal | None]:
    return [
        Decimal(cell.won_count) / (cell.won_count + cell.lost_count)
        if cell and cell.won_count + cell.lost_count
        else None
        for cell in cells
    ]


def _trades(cells: _Cells) -> list[Decimal | None]:
    return [Decimal(cell.resolved_count) if cell else None for cell in cells]


@router.get("/strategies/new")
def new(seen: Visiting) -> Response:
    return _form(seen, Answers(dict(seen.request.query_params)))


@router.post("/strategies/new")
def create(seen: Visiting, answers: Posted) -> Response:
    """Review first, then launch; a form that makes no sense comes back with what is wrong."""
    seen.must(Scope.TRADE)
    asked = asked_of(answers)
    if asked is None or answers.text("step") != "launch":
        return _form(seen, answers, is_reviewed=asked is not None)
    try:
        own, user = seen.own, seen.caller.user_id
        account = taken_account(user, own)
        strategy_id = open_strategy(
            asked, user_id=user, account=account, store=own.store, clock=own.clock
        )
    except (SettingsError, RefusedError) as error:
        return _form(seen, answers, wrong=f"{error}")
    return done(f"/strategies/{strategy_id}", "created")


def _form(
    seen: Visit, answers: Answers, *, is_reviewed: bool = False, wrong: str | None = None
) -> Response:
    def read(books: DashboardReads) -> Mapping[str, object]:
        board = books.board(today(seen))
        return {
            "tab": "new",
            "wallets": [row for row in board.forward if row.is_active and not row.problem],
            "form": FORM,
            "answers": answers,
            "is_reviewed": is_reviewed,
            **_counts(board),
        }

    has_failed = bool(answers.problems) or wrong is not None
    return page(
        seen,
        "new.html",
        read,
        title="New live strategy",
        here="/strategies",
        status=422 if has_failed else 200,
        wrong=wrong,
        is_live=False,
    )


def today(seen: Visit) -> date:
    """The UTC day of the venue."""
    return seen.own.clock.now().date()


def _counts(board: Board) -> dict[str, object]:
    return {"forward_count": len(board.forward), "live_count": len(board.live)}
