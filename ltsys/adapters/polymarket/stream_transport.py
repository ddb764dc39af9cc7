"""One WebSocket, as text frames in both directions."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from ltsys.ports.stream import StreamLostError

_OPEN_S = 10.0
_SEND_S = 5.0
_CLOSE_S = 2.0
_MOST_BYTES = 16 << 20
"""Of one frame: the first array of books of 500 tokens is a few millions."""


class Transport(Protocol):
    """Each method may raise StreamLostError, after which nothing more comes or goes."""

    async def send(self, text: str) -> None: ...

    async def receive(self, within_s: float) -> str | None:
        """The next frame, or None when none came in time."""
        ...

    async def close(self) -> None:
        """Never fails."""
        ...


Dial = Callable[[str], Awaitable[Transport]]


async def dial(url: str) -> Transport:
    """An open connection. Raises StreamLostError.

    The library's own PING frames are off, because the venue wants its words (VENUE §13.1), and
    so is its log of frames, which would show the first message with its credentials (LESSONS L62).
    """
    quiet = logging.getLogger("ltsys.websocket")
    quiet.setLevel(logging.WARNING)
    try:
        connection = await connect(
            url,
            open_timeout=_OPEN_S,
            close_timeout=_CLOSE_S,
            ping_interval=None,
            max_size=_MOST_BYTES,
            proxy=None,
            logger=quiet,
        )
    except (OSError, WebSocketException) as error:
        raise StreamLostError(f"no connection: {type(error).__name__}") from error
    return WebSocketTransport(connection)


class WebSocketTransport:
    """`Transport` on the package `websockets`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """A peer that takes nothing for five seconds is lost."""
        try:
            async with asyncio.timeout(_SEND_S):
                await self._connection.send(text)
        except (OSError, WebSocketException) as error:
            raise StreamLostError(f"nothing can be said: {type(error).__name__}") from error

    async def receive(self, within_s: float) -> str | None:
        """Bytes are read as text. Nothing is lost when the time is over."""
        try:
            async with asyncio.timeout(within_s):
                frame = await self._connection.recv()
        except TimeoutError:
            return None
        except (OSError, WebSocketException) as error:
            raise StreamLostError(f"the connection ended: {type(error).__name__}") from error
        return frame if isinstance(frame, str) else frame.decode(errors="replace")

    async def close(self) -> None:
        await self._connection.close()
