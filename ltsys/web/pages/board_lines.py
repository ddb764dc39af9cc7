"""Wallets and strategies as lines of one table, each live one under its forward test."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from ltsys.domain.breaker import explained
from ltsys.domain.money import Usd
from ltsys.domain.strategy import Mode
from ltsys.ports.dashboard import Board, FtBoardRow, LtBoardRow, Results
from ltsys.web.pages.tables import Sort, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table; what does not apply to a forward test is None."""

    kind: str
    name: str
    words: str
    badges: tuple[tuple[str, str], ...]
    """Each with what it says on hover."""
    is_running: bool
    capital: Usd
    balance: Usd
    results: Results
    drawdown_now: Decimal | None = None
    denied: int | None = None
    fill_rate: Decimal | None = None
    slippage: Decimal | None = None
    latency_ms: int | None = None

    @property
    def return_ratio(self) -> Decimal | None:
        return self.results.pnl.over(self.capital) if self.capital else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A forward test with the live strategies that mirror it."""

    forward: Line | None
    live: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return (*((self.forward,) if self.forward else ()), *self.live)

    def value(self, of: Callable[[Line], object]) -> object:
        """What the group is sorted by: its forward test's value, or else its first strategy's."""
        known = (of(line) for line in self.lines)
        return next((value for value in known if value is not None), None)


_VALUES: dict[str, Callable[[Line], object]] = {
    "pnl": lambda line: line.results.pnl,
    "balance": lambda line: line.balance,
    "pnl_today": lambda line: line.results.pnl_today,
    "return": lambda line: line.return_ratio,
    "trades": lambda line: line.results.order_count,
    "win_rate": lambda line: line.results.win_rate,
    "open": lambda line: line.results.open_count,
    "denied": lambda line: line.denied,
    "fill_rate": lambda line: line.fill_rate,
    "slippage": lambda line: line.slippage,
    "latency": lambda line: line.latency_ms,
    "drawdown": lambda line: line.results.drawdown_ratio,
    "sharpe": lambda line: line.results.sharpe,
    "name": lambda line: line.name,
}


def groups(board: Board) -> list[Group]:
    """Every line, the forward tests by their names."""
    live: dict[str, list[Line]] = {}
    for row in board.live:
        live.setdefault(row.strategy.ft_wallet_id, []).append(live_line(row))
    known = [
        Group(forward=forward_line(row), live=tuple(live.pop(row.wallet_id, ())))
        for row in board.forward
    ]
    # a strategy whose wallet the user may no longer see is still theirs
    return [*known, *(Group(forward=None, live=tuple(lines)) for lines in live.values())]


def chosen(all_groups: list[Group], *, text: str, kind: str, state: str) -> list[Group]:
    """Those lines that match; a group without any is left out."""

    def admits(line: Line) -> bool:
        words = {word for word, _ in line.badges}
        return (
            text.lower() in f"{line.name} {line.words}".lower()
            and (not kind or line.kind == kind)
            and (not state or state in words)
        )

    kept = [
        Group(
            forward=each.forward if each.forward and admits(each.forward) else None,
            live=tuple(line for line in each.live if admits(line)),
        )
        for each in all_groups
    ]
    return [each for each in kept if each.lines]


def sorted_groups(found: list[Group], sort: Sort) -> list[Group]:
    """By the column; strategies within a group by the same."""
    inner = [
        Group(forward=each.forward, live=tuple(in_order(each.live, sort, _VALUES)))
        for each in found
    ]
    outer = {key: partial(Group.value, of=of) for key, of in _VALUES.items()}
    return in_order(inner, sort, outer)


def forward_line(row: FtBoardRow) -> Line:
    badges = [("FT", "Forward test: virtual money")]
    if row.problem:
        badges.append(("PROBLEM", row.problem))
    elif not row.is_active:
        badges.append(("INACTIVE", "It decides about no trade"))
    return Line(
        kind="FT",
        name=row.wallet_id,
        words=row.display_name,
        badges=tuple(badges),
        is_running=row.is_active and not row.problem,
        capital=row.starting_balance,
        balance=row.starting_balance + row.results.pnl,
        results=row.results,
    )


def live_line(row: LtBoardRow) -> Line:
    return Line(
        kind="LT",
        name=row.strategy.strategy_id,
        words="",
        badges=state_badges(row),
        is_running=row.strategy.is_active and not row.state.is_paused and not row.breakers,
        capital=row.strategy.initial_capital,
        balance=row.state.balances.equity,
        results=row.results,
        drawdown_now=row.state.drawdown_ratio,
        denied=row.denied_count,
        fill_rate=row.fill_rate,
        slippage=row.slippage_ratio,
        latency_ms=row.latency_ms,
    )


def state_badges(row: LtBoardRow) -> tuple[tuple[str, str], ...]:
    """What it is and whether it takes signals, each with its reason."""
    strategy, stage = row.strategy, row.strategy.standing.stage
    mode = (
        ("LIVE", f"stage {stage}: its orders are posted to the venue")
        if strategy.mode is Mode.LIVE
        else ("SHADOW", "on paper: against the real book, nothing is posted")
    )
    badges = [("LT", "It mirrors a forward test"), mode]
    if not strategy.is_active:
        badges.append(("INACTIVE", "It acts on no signal"))
    if row.state.is_paused:
        badges.append(("PAUSED", row.state.pause_reason or "nobody said why"))
    if row.breakers:
        badges.append(("BREAKER", "; ".join(explained(each) for each in row.breakers)))
    return tuple(badges)
