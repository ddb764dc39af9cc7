"""`lt force-test`: one marked order of a dollar or two through the whole live path."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ltsys.bootstrap import Services
from ltsys.broker import send
from ltsys.cli.environment import attach
from ltsys.cli.order_page import facts
from ltsys.cli.output import AsJson, DataDir, console, print_json
from ltsys.cli.status import mode
from ltsys.cli.strategies import dollars_of
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.order import ENDED, OrderStatus, readers_word
from ltsys.domain.pricing import MIN_MARKETABLE_BUY
from ltsys.ports.queries import EventRow, OrderDetails
from ltsys.ports.records import SignalKey
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.queries import why

_PATIENCE_S = 30
_POLL_S = 0.05
_MOST = Usd.of(100)


def force_test(
    strategy: Annotated[str, typer.Argument(help="As `lt strategies list` shows it.")],
    size: Annotated[str, typer.Option(help="Dollars, 1 to 100.")] = "2",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Send one marked test order down the live path and wait up to 30 s for its end.

    Its money is booked apart: no balance, limit or counter of the strategy moves.
    """
    amount = _size(size)
    own = attach(data_dir)
    errors = Console(stderr=True, highlight=False)
    errors.print(f"force test of {amount} on {mode(own)}: {strategy}")
    key = queue_force_test(
        StrategyId(strategy),
        run_id=secrets.token_hex(8),
        size=amount,
        store=own.store,
        market_data=own.market_data,
        clock=own.clock,
    )
    send(own.settings.redis_url, "execution.execute_order", *key)
    with errors.status("waiting for the workers"):
        found = _followed(key, own, on_event=_silent if as_json else _say)
    _report(found, as_json=as_json)


def _size(text: str) -> Usd:
    amount = dollars_of("--size", text)
    if not MIN_MARKETABLE_BUY <= amount <= _MOST:
        raise SettingsError(f"--size: {amount} is not within {MIN_MARKETABLE_BUY} and {_MOST}")
    return amount


def _followed(
    key: SignalKey, own: Services, *, on_event: Callable[[EventRow], None]
) -> OrderDetails:
    """The order once it has ended. Raises SettingsError when it does not in time."""
    seen, pause, deadline = 0, threading.Event(), time.monotonic() + _PATIENCE_S
    found: OrderDetails | None = None
    while time.monotonic() < deadline:
        order_id = own.queries.force_test(*key)
        found = own.queries.order(order_id) if order_id else None
        for event in found.events[seen:] if found else ():
            on_event(event)
            seen += 1
        if found is not None and found.order.status in ENDED:
            return found
        pause.wait(_POLL_S)
    where = (
        "no worker took it up; see `lt doctor`" if found is None else f"it is {why(found.order)}"
    )
    raise SettingsError(f"the test order did not end within {_PATIENCE_S} s: {where}")


def _say(event: EventRow) -> None:
    detail = f"  {escape(event.detail)}" if event.detail else ""
    console().print(f"  {event.at:%H:%M:%S.%f}  {event.to_status:<16}{event.event}{detail}")


def _silent(_: EventRow) -> None:
    """Scripts read the JSON alone."""


def _report(found: OrderDetails, *, as_json: bool) -> None:
    row = found.order
    if as_json:
        print_json({**facts(row), "attempts": len(found.attempts), "events": found.events})
    else:
        mark = "[green]✓[/]" if row.status is OrderStatus.FILLED else "[yellow]•[/]"
        latency = "" if row.latency_ms is None else f", answered after {row.latency_ms} ms"
        console().print(f"{mark} {readers_word(row.status)}: {escape(why(row))}{latency}")
        console().print(f"  lt orders show {row.lt_order_id}")
    if row.status in {OrderStatus.DENIED, OrderStatus.REJECTED}:
        raise typer.Exit(1)
