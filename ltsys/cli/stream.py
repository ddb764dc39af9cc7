"""`lt stream`: hears what becomes of our orders, for as long as it runs."""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from typing import Annotated

import typer

from ltsys.broker import sending
from ltsys.cli.environment import attach
from ltsys.cli.output import DataDir
from ltsys.observability import configure_logging
from ltsys.usecases.hear_stream import Kicks
from ltsys.usecases.watch_streams import StreamWatch

_STOP = (signal.SIGTERM, signal.SIGINT)


def stream(
    once_synced: Annotated[
        bool, typer.Option(help="End as soon as nothing is missing, for tests and checks.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Listen to the venue's user and market channels until SIGTERM or Ctrl-C.

    Each fact becomes a row, each fill is booked once, and new orders are planned only while this
    runs and hears: 15 s after the last word from the venue nothing new is started.
    """
    own = attach(data_dir)
    configure_logging(os.environ.get("LTSYS_LOG_LEVEL", "WARNING"))
    with sending(own.settings.redis_url) as send:
        watch = StreamWatch(
            desk=own.desk,
            streams=own.streams,
            kick=lambda kicks: kick(kicks, send),
            jitter=random.random,
        )
        asyncio.run(until_stopped(watch, once_synced=once_synced))


async def until_stopped(watch: StreamWatch, *, once_synced: bool) -> None:
    """Says when nothing is missing, and ends in order: what is known is saved before it returns."""
    running = asyncio.create_task(watch.run())
    loop = asyncio.get_running_loop()
    for number in _STOP:
        loop.add_signal_handler(number, running.cancel)
    synced = asyncio.create_task(watch.synced.wait())
    await asyncio.wait((running, synced), return_when=asyncio.FIRST_COMPLETED)
    if synced.done():
        typer.echo("the venue is heard and nothing is missing")
    synced.cancel()
    if once_synced:
        running.cancel()
    await asyncio.wait((running,))
    if not running.cancelled():
        running.result()


def kick(kicks: Kicks, send: Callable[..., None]) -> None:
    """The queues are told of orders to look at and of markets that may have an outcome."""
    for lt_order_id in kicks.orders:
        send("fills.track_order", lt_order_id)
    for condition_id in kicks.markets:
        send("resolution.resolve_market", condition_id)
