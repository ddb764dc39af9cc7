"""One HTTP connection as the venue's edge treats it: impatient, and able to die."""

import asyncio
import socket
import struct
from collections.abc import Callable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ltsys.simulator.http import DROP

_RESET = struct.pack("ii", 1, 0)
_BAD_REQUEST = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 23\r\n"
    b'connection: close\r\n\r\n{"error":"Bad Request"}'
)


MAX_HEAD_BYTES = 1 << 16
"""The longest request line with all headers; the venue's own limit is not known."""


class HttpConnection(HttpToolsProtocol):
    """uvicorn's protocol with three additions.

    An application may end the connection without an answer, through the ASGI extension
    `ltsys.drop`. A request that does not arrive whole within `patience_s` real seconds
    ends it too, so that nobody holds a socket by sending a byte a minute. So does a head
    beyond the limit, of which the parser would keep every byte.
    """

    patience_s = 30.0
    _patience: asyncio.TimerHandle | None = None
    _is_in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to wait for the first request."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what uvicorn serves
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head becomes too long; the read in which it began is free."""
        was_in_head = self._is_in_head
        super().data_received(data)
        if was_in_head and self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("")

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        """Wait for the rest of this request, and offer the application the drop."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0
        self._stop_waiting()
        self._wait()
        ways: dict[object, Callable[[], None]] = {
            "close": self.transport.close,
            "reset": self._reset,
        }
        self.scope["extensions"] = {DROP: dict(ways)}

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._stop_waiting()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """What is not HTTP is refused in the venue's shape."""
        self.transport.write(_BAD_REQUEST)
        self.transport.close()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(self.patience_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _reset(self) -> None:
        """Lingering for no time makes the kernel answer with RST instead of FIN."""
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()
