"""`lt orders`: what became of each signal, and why; and an operator's word where nobody knows."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape

from ltsys.bootstrap import Services
from ltsys.cli import views
from ltsys.cli.decision_page import decision_facts, show_decision
from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, confirm, who
from ltsys.cli.order_page import all_facts, facts, show_page
from ltsys.cli.output import AsJson, DataDir, console, print_json
from ltsys.cli.status import mode
from ltsys.domain.denial import Denial
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import LtOrderId, StrategyId
from ltsys.domain.order import OrderStatus, readers_word
from ltsys.ports.queries import OrderDetails, StrategyRow
from ltsys.usecases.explain_decision import explain_decision
from ltsys.usecases.queries import statuses_of_word, why
from ltsys.usecases.resolve_order import Word, declare_ended, declare_killed, look_again
from ltsys.usecases.retry_order import retry_order

_WORDS = "PENDING, PARTIAL, FILLED, REJECTED or CANCELED"

app = typer.Typer(no_args_is_help=True, help="See what became of each signal, and settle it.")

OrderArgument = Annotated[str, typer.Argument(help="lto_… as `lt orders list` shows it.")]


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
    chosen = None if strategy is None else known_strategy(strategy, own.queries.strategies())
    rows = own.queries.orders(strategy_id=chosen, statuses=statuses, limit=limit)
    if as_json:
        print_json([facts(row) for row in rows])
    else:
        console().print(views.orders(rows, now=own.clock.wall()))


@app.command()
def show(order: OrderArgument, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show everything known of one order, from its history to the ledger, alerts and log."""
    found = _found(order, attach(data_dir))
    if as_json:
        print_json(all_facts(found))
    else:
        show_page(found)


@app.command()
def explain(order: OrderArgument, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show what decided about an order, check by check, and decide it once more.

    Every attempt has a decision of its own. Ends with 1 when this code would answer differently.
    """
    own = attach(data_dir)
    _found(order, own)
    made = explain_decision(LtOrderId(order), store=own.store)
    if not made:
        raise SettingsError(f"no decision about {order} is kept any more")
    if as_json:
        print_json([decision_facts(each) for each in made])
    else:
        for each in made:
            show_decision(each)
    if not all(each.is_same for each in made):
        raise typer.Exit(1)


class _Deed(StrEnum):
    """What an operator can do about an order, and what it means."""

    KILLED = "killed"
    ENDED = "ended"
    LOOK = "look"
    RETRY = "retry"


_MEANING = {
    _Deed.KILLED: "The order never bought anything; {reserved} becomes available again.",
    _Deed.ENDED: "What is filled stays; {reserved} becomes available again.",
    _Deed.LOOK: "The venue is asked again.",
    _Deed.RETRY: "A new order is signed and posted, for {size}.",
}


@app.command()
def resolve(
    order: OrderArgument,
    reason: Annotated[str, typer.Option(help="Why; written beside what was done.")],
    killed: Annotated[bool, typer.Option("--killed", help="It never bought anything.")] = False,
    ended: Annotated[
        bool, typer.Option("--ended", help="It is over; what is filled stays, the rest is free.")
    ] = False,
    look: Annotated[bool, typer.Option("--look", help="Ask the venue again, at once.")] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Make a new attempt after a definite end.")
    ] = False,
    even_if_old: Annotated[
        bool, typer.Option("--even-if-old", help="Retry a signal over its age limit, too.")
    ] = False,
    operator: Operator = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Settle an order that the venue's answers do not; refused where it would not be safe."""
    deed = _deed({_Deed.KILLED: killed, _Deed.ENDED: ended, _Deed.LOOK: look, _Deed.RETRY: retry})
    own = attach(data_dir)
    found = _found(order, own)
    meaning = _MEANING[deed].format(reserved=found.reserved, size=found.order.signal_size)
    question = f"{mode(own)}: {order} is {found.order.status}. {meaning}"
    confirm(question, deed.value, is_sure=yes or deed is _Deed.LOOK)
    word = Word(operator=who(operator), reason=reason)
    _do(deed, LtOrderId(order), word, own, even_if_old=even_if_old)
    after = _found(order, own)
    if as_json:
        print_json(all_facts(after))
        return
    sentence = escape(why(after.order))
    console().print(f"[green]✓[/] {mode(own)}: {readers_word(after.order.status)}: {sentence}")


def _do(deed: _Deed, order: LtOrderId, word: Word, own: Services, *, even_if_old: bool) -> None:
    match deed:
        case _Deed.KILLED:
            declare_killed(order, word, desk=own.desk)
        case _Deed.ENDED:
            declare_ended(order, word, desk=own.desk)
        case _Deed.LOOK:
            look_again(order, word, desk=own.desk)
        case _Deed.RETRY:
            done = retry_order(order, word, even_if_old=even_if_old, desk=own.desk)
            if isinstance(done, Denial):
                raise RefusedError(f"the retry was denied: {done}")


def _deed(wanted: dict[_Deed, bool]) -> _Deed:
    chosen = [deed for deed, is_wanted in wanted.items() if is_wanted]
    if len(chosen) != 1:
        names = ", ".join(f"--{deed}" for deed in _Deed)
        raise SettingsError(f"say one of {names}; {len(chosen)} were said")
    return chosen[0]


def _found(order: str, own: Services) -> OrderDetails:
    found = own.queries.order(LtOrderId(order))
    if found is None:
        raise SettingsError(f"there is no order {order}")
    return found


def _statuses(word: str) -> frozenset[OrderStatus]:
    found = statuses_of_word(word)
    if not found:
        raise SettingsError(f"--status: {word!r} is not {_WORDS}")
    return found


def known_strategy(strategy: str, rows: Sequence[StrategyRow]) -> StrategyId:
    """A name that nobody knows is a mistake, not an empty list (LESSONS L54)."""
    names = [row.strategy.strategy_id for row in rows]
    if strategy not in names:
        raise SettingsError(
            f"there is no strategy {strategy}; there are: {', '.join(names) or 'none'}"
        )
    return StrategyId(strategy)
