"""Streams that tell what a test wrote down, and a watch that is run until something is so."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from ltsys.domain.stream import Channel
from ltsys.ports.stream import Frame, StreamLostError
from ltsys.usecases.hear_stream import Kicks
from ltsys.usecases.watch_streams import StreamWatch

LIMIT_S = 10


class ScriptedConnection:
    """Tells its frames in turn; an error is raised, a function is called. Then it is silent."""

    def __init__(self, script) -> None:
        self.script = list(script)
        self.followed: list[tuple[str, ...]] = []
        self.is_open = True

    async def listen(self) -> Frame:
        while True:
            # whoever else wants to do something does it first
            await asyncio.sleep(0)
            if not self.script:
                await asyncio.Event().wait()
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            if isinstance(step, Frame):
                return step
            await step()

    async def follow(self, tokens) -> None:
        self.followed.append(tuple(tokens))

    async def close(self) -> None:
        self.is_open = False


class ScriptedStreams:
    """Each connection has its script; when there is none left, none can be had.

    `has_come_back` tells whether another one can be had after the first.
    """

    def __init__(self, *user, market=(), has_come_back: Callable[[], object] = bool) -> None:
        self.has_come_back = has_come_back
        self.scripts = {Channel.USER: list(user), Channel.MARKET: list(market)}
        self.opened: dict[Channel, list[ScriptedConnection]] = defaultdict(list)

    async def user(self) -> ScriptedConnection:
        return self._open(Channel.USER)

    async def market(self, tokens) -> ScriptedConnection:
        connection = self._open(Channel.MARKET)
        await connection.follow(tokens)
        return connection

    def _open(self, channel: Channel) -> ScriptedConnection:
        is_away = self.opened[channel] and not self.has_come_back()
        if is_away or not self.scripts[channel]:
            raise StreamLostError("no connection")
        connection = ScriptedConnection(self.scripts[channel].pop(0))
        self.opened[channel].append(connection)
        return connection


class Watched:
    """A watch at work. Its pauses take no time, and are kept."""

    def __init__(self, floor, streams: ScriptedStreams, *, desk=None) -> None:
        self.kicked = Kicks()
        self.kicks: list[Kicks] = []
        """Each one, as the queues were told of it."""
        self.before_kick: Callable[[], object] = bool
        self.paused: list[float] = []
        self.watch = StreamWatch(
            desk=desk or floor.desk,
            streams=streams,
            kick=self._kick,
            jitter=lambda: 1.0,
            pause=self._pause,
        )

    def until(self, condition: Callable[[], object]) -> None:
        """It has run until the condition held, and was then stopped as SIGTERM stops it."""
        asyncio.run(self._until(condition))

    async def _until(self, condition: Callable[[], object]) -> None:
        running = asyncio.create_task(self.watch.run())
        try:
            await holds(lambda: running.done() or condition())
        finally:
            running.cancel()
            await asyncio.wait((running,))
        assert running.cancelled(), running.exception()

    def _kick(self, kicks: Kicks) -> None:
        self.before_kick()
        self.kicks.append(kicks)
        self.kicked += kicks

    async def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        await asyncio.sleep(0)


async def holds(condition: Callable[[], object]) -> None:
    """Returns once the condition holds; fails when that takes too long."""
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - the condition is about rows, which tell nobody
            await asyncio.sleep(0)
