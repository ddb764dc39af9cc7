"""`lt orders`: what became of each signal, and why."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.pretty import Pretty

from ltsys.cli import views
from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, dollars, plain, print_json, table
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.order import OrderStatus, readers_word
from ltsys.ports.queries import OrderDetails, OrderRow, StrategyRow
from ltsys.usecases.queries import statuses_of_word, why

_WORDS = "PENDING, PARTIAL, FILLED, REJECTED or CANCELED"
_SECRET = frozenset({"signature", "owner"})
"""Of an envelope: who has them may post it, or knows the API key (LESSONS L62)."""

app = typer.Typer(no_args_is_help=True, help="See what became of each signal, and why.")


@app.command("list")
def list_orders(
    strategy: Annotated[str | None, typer.Option(help="Only of this strategy.")] = None,
    status: Annotated[str | None, typer.Option(help=f"Only {_WORDS}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List orders, newest first, each with its status and why."""
    statuses = None if status is None else _statuses(status)
    own = attach(data_dir)
    chosen = None if strategy is None else _known(strategy, own.queries.strategies())
    rows = own.queries.orders(strategy_id=chosen, statuses=statuses, limit=limit)
    if as_json:
        print_json([facts(row) for row in rows])
    else:
        console().print(views.orders(rows, now=own.clock.wall()))


@app.command()
def show(
    order: Annotated[str, typer.Argument(help="lto_… as `lt orders list` shows it.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show one order: its history, what was signed, and its fills."""
    found = attach(data_dir).queries.order(LtOrderId(order))
    if found is None:
        raise SettingsError(f"there is no order {order}")
    if as_json:
        print_json(_all_facts(found))
    else:
        _show(found)


def facts(row: OrderRow) -> dict[str, object]:
    """An order as JSON, with the reader's word and the sentence."""
    named = plain(row)
    kept = dict(named) if isinstance(named, Mapping) else {}
    return {**kept, "status": readers_word(row.status), "state": row.status.value, "why": why(row)}


def _all_facts(found: OrderDetails) -> dict[str, object]:
    return {
        **facts(found.order),
        "order_id": found.order_id,
        "answer": found.answer,
        "envelope": unsigned(found.envelope),
        "events": found.events,
        "fills": found.fills,
    }


def unsigned(envelope: Mapping[str, object] | None) -> dict[str, object] | None:
    """What was signed, without the signature and the API key."""
    if envelope is None:
        return None
    return {
        key: unsigned(value) if isinstance(value, Mapping) else value
        for key, value in envelope.items()
        if key not in _SECRET
    }


def _show(found: OrderDetails) -> None:
    out, row = console(), found.order
    out.print(f"[bold]{row.lt_order_id}[/]  {readers_word(row.status)}: {escape(why(row))}")
    out.print(f"{row.strategy_id}, {escape(row.token_label)} of {escape(row.title)}")
    history = table("History", "time", "from", "to", "event", "detail")
    for event in found.events:
        moved = (event.from_status or "", event.to_status, event.event, event.detail or "")
        history.add_row(f"{event.at:%H:%M:%S.%f}", *(escape(text) for text in moved))
    out.print(history)
    if found.envelope is not None:
        out.print(f"signed as {found.order_id} (the signature is not shown)")
        out.print(Pretty(unsigned(found.envelope)))
    fills = table("Fills", "trade", "status", "shares", "price", "cost", "fee")
    for fill in found.fills:
        numbers = (f"{fill.shares.count:f}", f"{fill.price:f}", dollars(fill.cost), f"{fill.fee}")
        fills.add_row(fill.trade_id, fill.status, *numbers)
    out.print(fills)


def _statuses(word: str) -> frozenset[OrderStatus]:
    found = statuses_of_word(word)
    if not found:
        raise SettingsError(f"--status: {word!r} is not {_WORDS}")
    return found


def _known(strategy: str, rows: Sequence[StrategyRow]) -> StrategyId:
    """A name that nobody knows is a mistake, not an empty list (LESSONS L54)."""
    names = [row.strategy.strategy_id for row in rows]
    if strategy not in names:
        raise SettingsError(
            f"there is no strategy {strategy}; there are: {', '.join(names) or 'none'}"
        )
    return StrategyId(strategy)
