"""The process: builds the box, serves it, says when it is ready, and goes when told to."""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path

import uvicorn

from ltsys.simulator.admission.geoblock import Geoblock
from ltsys.simulator.admission.keys import KeyRing
from ltsys.simulator.admission.limits import Limits, Mode
from ltsys.simulator.box import Box
from ltsys.simulator.clock import SimClock
from ltsys.simulator.exchange.exchange import Exchange
from ltsys.simulator.faults.faults import Faults
from ltsys.simulator.faults.frames import FrameFaults
from ltsys.simulator.faults.layer import connect_faults
from ltsys.simulator.http import Application, Layer, Message, Receive, Router, Send
from ltsys.simulator.http_connection import HttpConnection
from ltsys.simulator.indexer.indexer import Indexer
from ltsys.simulator.indexer.portfolio import Portfolio
from ltsys.simulator.options import SimulatorOptions, parse
from ltsys.simulator.routes import model_stub
from ltsys.simulator.routes.account import AccountRoutes
from ltsys.simulator.routes.admin import AdminRoutes
from ltsys.simulator.routes.auth import AuthRoutes
from ltsys.simulator.routes.data import DataRoutes
from ltsys.simulator.routes.data_v2 import DataV2Routes
from ltsys.simulator.routes.fault_admin import FaultAdminRoutes
from ltsys.simulator.routes.gamma import GammaRoutes
from ltsys.simulator.routes.history import HistoryRoutes
from ltsys.simulator.routes.market import MarketRoutes
from ltsys.simulator.routes.order_scoring import ScoringRoutes
from ltsys.simulator.routes.positions import PositionRoutes
from ltsys.simulator.routes.positions_v2 import PositionV2Routes
from ltsys.simulator.routes.prices import PriceRoutes
from ltsys.simulator.routes.relayer import RelayerRoutes
from ltsys.simulator.routes.trading import TradingRoutes
from ltsys.simulator.streams.protocol import StreamProtocol
from ltsys.simulator.streams.streams import Streams
from ltsys.simulator.world.categories import CATEGORIES
from ltsys.simulator.world.invented import Invented
from ltsys.simulator.world.quotes import REFILL_S, House
from ltsys.simulator.world.recording import Recording
from ltsys.simulator.world.world import Source, World

TOKEN_VARIABLE = "LTSYS_SIM_TOKEN"  # noqa: S105 - the name of a variable, not a secret
MAX_FRAME_BYTES = 1 << 18
"""What a client may say at once on a stream; 500 tokens are a sixth of it (VENUE §13.3)."""

_WATCH_S = 0.5


def build_box(options: SimulatorOptions, *, admin_token: str) -> Box:
    """The world, the exchange and the clock, ready to be asked."""
    start = options.start
    source: Source
    if options.recording is not None:
        source = Recording(options.recording, resolve_delay_s=options.resolve_delay_s)
    else:
        source = Invented(
            options.seed,
            start=int(time.time()) if start is None else start,
            market_minutes=options.market_minutes,
            resolve_delay_s=options.resolve_delay_s,
            categories=options.category or CATEGORIES,
        )
    begin = source.start if start is None else start
    world = World(source, data_lag_s=options.data_lag_s, house=_house(options))
    world.look(begin)
    clock = SimClock(float(begin), rate=options.speed, paused=options.paused)
    return Box(
        world=world,
        exchange=Exchange(world, settle_s=options.settle_s),
        clock=clock,
        keys=KeyRing(seed=options.seed, clocks=(time.time, clock.now)),
        admin_token=admin_token,
        faults=Faults(options.rules(), seed=options.seed),
    )


def _house(options: SimulatorOptions) -> House:
    """Recordings are replayed against plain books that refill at once, unless told otherwise."""
    is_measured = options.measured_books or options.recording is None
    refill_s = options.refill_s
    if refill_s is None:
        refill_s = REFILL_S if is_measured else 0
    return House(is_measured=is_measured, refill_s=refill_s)


def build_application(
    box: Box, *, latency_s: float = 0, limits: Mode = "off", country: str = "IE"
) -> Application:
    """All routes on one application, behind the layers that a request has to pass."""
    router = Router()
    AuthRoutes(box).install(router)
    TradingRoutes(box).install(router)
    AccountRoutes(box).install(router)
    ScoringRoutes(box).install(router)
    MarketRoutes(box).install(router)
    PriceRoutes(box).install(router)
    HistoryRoutes(box).install(router)
    indexer = Indexer(box.world, box.exchange)
    portfolio = Portfolio(box.world, indexer)
    GammaRoutes(box, indexer).install(router)
    DataRoutes(box, portfolio).install(router)
    PositionRoutes(box, portfolio).install(router)
    DataV2Routes(box, portfolio).install(router)
    PositionV2Routes(box, portfolio).install(router)
    RelayerRoutes(box).install(router)
    AdminRoutes(box).install(router)
    FaultAdminRoutes(box).install(router)
    model_stub.install(router)
    geoblock = Geoblock(country)
    geoblock.install(router)
    layers: list[Layer] = [geoblock, connect_faults(box)]
    if limits == "off":
        return Application(router, layers=layers, latency_s=latency_s)
    limiter = Limits(box, mode=limits)
    return Application(
        router, layers=[limiter, *layers], hold_s=limiter.hold_s, latency_s=latency_s
    )


class Venue:
    """The ASGI callable of the whole venue: requests to one side, streams to the other."""

    def __init__(self, application: Application, streams: Streams) -> None:
        self._application = application
        self._streams = streams

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a connection on."""
        side = self._streams if scope["type"] == "websocket" else self._application
        await side(scope, receive, send)


def serve(options: SimulatorOptions) -> None:
    """Serve until a signal comes or the parent goes."""
    token = os.environ.get(TOKEN_VARIABLE) or secrets.token_urlsafe(24)
    box = build_box(options, admin_token=token)
    application = build_application(
        box,
        latency_s=options.latency_ms / 1000,
        limits=options.limits,
        country=options.country,
    )
    streams = Streams(box, faults=FrameFaults(box))
    box.faults.hang_up = streams.hang_up
    config = uvicorn.Config(
        Venue(application, streams),
        host=options.host,
        port=options.port,
        http=HttpConnection,
        loop="asyncio",
        ws=StreamProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_level="error",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )
    asyncio.run(_run(uvicorn.Server(config), options, token))


def main(argv: list[str] | None = None) -> int:
    """Run the simulator with a command line's options; 0 after a clean end."""
    options = parse(sys.argv[1:] if argv is None else argv)
    if options.recording is not None and not options.recording.is_dir():
        print(f"no such directory: {options.recording}", file=sys.stderr)  # noqa: T201 - a command
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops on these and raises them again afterwards; that time they mean nothing.
        signal.signal(number, lambda *_: None)
    serve(options)
    return 0


async def _run(server: uvicorn.Server, options: SimulatorOptions, token: str) -> None:
    watch = asyncio.create_task(_watch(server, options, token))
    try:
        await server.serve()
    finally:
        watch.cancel()
        if options.ready_file is not None:
            options.ready_file.unlink(missing_ok=True)


async def _watch(server: uvicorn.Server, options: SimulatorOptions, token: str) -> None:
    """Tell the ready file once the socket listens; then keep an eye on the parent."""
    while not server.started:  # noqa: ASYNC110 - uvicorn offers a flag, no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://{options.host}:{port}"
    if options.ready_file is not None:
        ready = {"url": url, "pid": os.getpid(), "token": token}
        _write_private(options.ready_file, json.dumps(ready))
    else:
        print(url, file=sys.stderr, flush=True)  # noqa: T201 - how a person finds the port
    while options.parent_pid is not None:
        await asyncio.sleep(_WATCH_S)
        if not _is_alive(options.parent_pid):
            server.should_exit = True
            return


def _write_private(path: Path, text: str) -> None:
    """The file appears whole, and readable by its owner alone (L62)."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    draft.replace(path)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
