"""`lt status`: the running system at a glance."""

import threading
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from ltsys.bootstrap import Services
from ltsys.broker import waiting
from ltsys.checkup import comparing, standing_halts
from ltsys.checkup.ages import seconds_since
from ltsys.cli import comparisons, halted, hearing, views
from ltsys.cli.environment import attach
from ltsys.cli.output import AsJson, DataDir, console, print_json
from ltsys.usecases.queries import Overview, overview

_EVERY_S = 1.0


def status(
    watch: Annotated[bool, typer.Option(help="Go on until Ctrl-C.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show strategies, last orders, queues and the last decisions."""
    own = attach(data_dir)
    if as_json:
        print_json(_facts(own))
    elif watch:
        _watch(own)
    else:
        console().print(picture(own))


def mode(own: Services) -> str:
    """Which venue the money goes to, in capitals."""
    return own.settings.venue.upper()


def picture(own: Services) -> Group:
    """The overview as it is now."""
    whole = views.whole(_overview(own), waiting(own.settings.redis_url), mode=mode(own))
    now = own.clock.wall()
    compared = comparing.sentence(own.queries.reconciled(), now)
    halts = standing_halts.standing(own)
    shown = Group(whole, hearing.view(own.queries.hearing(), now), Text(compared))
    return Group(halted.view(halts), shown) if halts else shown


def _overview(own: Services) -> Overview:
    return overview(queries=own.queries, clock=own.clock)


def _facts(own: Services) -> dict[str, object]:
    view = _overview(own)
    heard = own.queries.hearing()
    queues = waiting(own.settings.redis_url)
    return {
        "mode": mode(own),
        "venue_time": view.venue_time,
        "queues": {name: queue.count for name, queue in queues.items()},
        "queue_ages_s": {
            name: seconds_since(queue.oldest_at, view.wall_time) for name, queue in queues.items()
        },
        "streams": hearing.facts(heard, view.wall_time),
        "stream_gate": heard.gate,
        "halts": standing_halts.standing(own),
        "reconciliation": comparisons.facts(own.queries.reconciled()),
        "pulse": view.pulse,
        "outbox_ages_s": view.outbox_ages_s,
        "alerts": view.alerts,
        "strategies": view.strategies,
        "orders": view.orders,
        "logs": view.logs,
    }


def _watch(own: Services) -> None:
    pause = threading.Event()
    with Live(picture(own), console=console(), auto_refresh=False) as live:
        try:
            while not pause.wait(_EVERY_S):
                live.update(picture(own), refresh=True)
        except KeyboardInterrupt:
            return
