"""The tables that several commands show."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ltsys.broker import Waiting
from ltsys.checkup.ages import age
from ltsys.cli.output import dollars, percent, signed, table
from ltsys.domain.breaker import explained
from ltsys.domain.order import readers_word
from ltsys.domain.rule_change import LIMITS, Limit, Unit, Value
from ltsys.domain.setting_change import NUMBERS, TIME_IN_FORCE
from ltsys.domain.strategy import Mode, Strategy
from ltsys.ports.queries import LogRow, OrderRow, Pulse, StrategyRow
from ltsys.usecases.queries import Overview, why

_COLORS = {
    "FILLED": "green",
    "PARTIAL": "yellow",
    "PENDING": "cyan",
    "REJECTED": "red",
    "CANCELED": "magenta",
}
_MODES = {Mode.SHADOW: "shadow", Mode.FORCE_TEST: "test"}
_NUMBERS = ("capital", "available", "exposure", "FT P&L", "LT P&L", "FT", "LT", "denied", "filled")
_RATIOS = ("fill rate", "slippage")


def whole(view: Overview, waiting: Mapping[str, Waiting], *, mode: str) -> Group:
    """Everything of an overview, one below the other."""
    return Group(
        header(view, mode=mode),
        strategies(view.strategies),
        orders(view.orders, now=view.wall_time, wide=False),
        queues(view.pulse, waiting, now=view.wall_time),
        logs(view.logs),
    )


def header(view: Overview, *, mode: str) -> Panel:
    """The mode first: nobody may mistake simulated money for real (DESIGN §8)."""
    color = "bold white on blue" if mode == "SIMULATOR" else "bold white on red"
    pulse = view.pulse
    line = Text.assemble(
        (f" {mode} ", color),
        f"  venue {view.venue_time:%Y-%m-%d %H:%M:%S} UTC",
        f"   {pulse.source_trade_count:,} leaders' trades",
        f"  {pulse.ft_order_count:,} FT orders",
        f"  {pulse.fill_count:,} fills",
        f"  {pulse.resolved_market_count:,} markets resolved",
        ("  no critical alerts", "dim")
        if not view.critical_count
        else (f"  {view.critical_count} CRITICAL: lt alerts list", "bold red"),
    )
    return Panel(line, expand=False)


def strategies(rows: Sequence[StrategyRow]) -> Table:
    made = table(
        "Strategies", "strategy", "stage", "state", *_NUMBERS, *_RATIOS, right=(*_NUMBERS, *_RATIOS)
    )
    for row in rows:
        balances = row.state.balances
        made.add_row(
            row.strategy.strategy_id,
            str(row.strategy.standing),
            state_of(row),
            dollars(row.strategy.initial_capital),
            dollars(balances.available),
            dollars(balances.exposure),
            signed(row.ft_pnl),
            signed(row.lt_pnl),
            f"{row.ft_order_count}",
            f"{row.order_count}",
            f"{row.denied_count}",
            f"{row.filled_count}",
            percent(row.fill_rate),
            percent(row.slippage_ratio),
        )
    return made


def state_of(row: StrategyRow) -> str:
    """Whether it takes signals, in one word and its reason."""
    if not row.strategy.is_active:
        return "inactive"
    if row.state.is_paused:
        return f"[yellow]paused[/]: {escape(row.state.pause_reason or '')}"
    if row.breakers:
        return f"[red]stopped[/]: {escape(explained(row.breakers[0]))}"
    return "[green]active[/]"


def limits(row: StrategyRow) -> Group:
    """Every limit of a strategy, those that are none included (LESSONS L31)."""
    made = table("", "limit", "value", "name for --set")
    for words, value in setting_words(row).items():
        made.add_row(words, value, "")
    for each in LIMITS.values():
        made.add_row(each.words, limit_word(each, getattr(row.rules, each.name)), each.name)
    heading = Text(f"{row.strategy.strategy_id} has these limits and no other", style="bold")
    return Group(heading, made)


def settings(strategy: Strategy) -> Table:
    """How the strategy's orders are sent, each by the name that changes it."""
    title = f"How orders of {strategy.strategy_id} are sent"
    made = table(title, "setting", "value", "name for --set")
    for each in NUMBERS.values():
        value = getattr(strategy, each.name)
        shown = f"{value} s" if each.is_whole else percent(value)
        made.add_row(each.words, shown, each.name)
    made.add_row("time in force", strategy.time_in_force.value, TIME_IN_FORCE)
    return made


def setting_words(row: StrategyRow) -> dict[str, str]:
    """What a strategy was launched with, beside its limits."""
    strategy = row.strategy
    return {
        "stage": str(strategy.standing),
        "capital": dollars(strategy.initial_capital),
        "largest bet taken over": limit_word(Limit(name="", words=""), strategy.bet_cap),
        "slippage tolerance": percent(strategy.slippage_tolerance),
        "oldest signal": f"{strategy.max_signal_age_s} s",
        "time in force": strategy.time_in_force.value,
        "payouts rest for": f"{strategy.cooldown_s} s",
    }


def limit_word(kind: Limit, value: Value) -> str:
    """A limit in its unit; none is said, never hidden (LESSONS L31)."""
    match kind.unit:
        case _ if value is None:
            return "none"
        case Unit.RATIO:
            return f"{value:.2%}"
        case Unit.DOLLARS_A_SHARE:
            return f"${value} a share"
        case Unit.FLAG:
            return "yes" if value else "no"
        case _:
            return str(value)


def orders(rows: Sequence[OrderRow], *, now: datetime, wide: bool = True) -> Table:
    """Newest first. `wide` adds what one needs to look further."""
    extra = ("id",) if wide else ()
    made = table(
        "Last orders", "age", "strategy", "status", "size", "market", "why", *extra, right=("size",)
    )
    if not wide:
        made.columns[4].no_wrap = True
    for row in rows:
        word = readers_word(row.status)
        market = f"{row.token_label}: {row.title}" if row.title else row.token_label
        cells = [
            age(row.created_at, now),
            row.strategy_id + ("" if row.mode is Mode.LIVE else f" ({_MODES[row.mode]})"),
            f"[{_COLORS[word]}]{word}[/]",
            dollars(row.signal_size),
            escape(market),
            escape(why(row)),
        ]
        made.add_row(*cells, *((row.lt_order_id,) if wide else ()))
    return made


def queues(pulse: Pulse, waiting: Mapping[str, Waiting], *, now: datetime) -> Table:
    """What waits, and how long the oldest of it has."""
    cells = {
        **{
            f"in {name}": _waiting(queue.count, age(queue.oldest_at, now))
            for name, queue in waiting.items()
        },
        "to execute": _waiting(pulse.queued_count, age(pulse.oldest_queued_at, now)),
        "to look at": _waiting(pulse.working_count, age(pulse.oldest_due_at, now)),
        "unknown": _waiting(pulse.unknown_count, age(pulse.oldest_unknown_at, now)),
        "for an operator": f"{pulse.parked_count}",
        "last tick": age(pulse.ticked_at, now),
    }
    made = table("Queues: messages, then rows, with the age of the oldest", *cells, right=cells)
    made.add_row(*cells.values())
    return made


def _waiting(count: int, oldest: str) -> str:
    return f"{count}, {oldest}" if count else "0"


def logs(rows: Sequence[LogRow]) -> Table:
    made = table("Last decisions", "time", "level", "stage", "strategy", "message")
    for row in rows:
        color = "red" if row.level == "ERROR" else "yellow" if row.level == "WARNING" else "dim"
        made.add_row(
            f"{row.at:%H:%M:%S}",
            f"[{color}]{row.level}[/]",
            row.stage,
            row.strategy_id or "",
            escape(row.message),
        )
    return made
