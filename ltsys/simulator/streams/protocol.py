"""uvicorn's WebSocket connection, told how to end badly and what not to complain about."""

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from ltsys.simulator.http import DROP

MAX_FRAGMENTS = 1000
"""Pieces of one message; that empty ones weigh nothing must not make them free."""

MAX_UNREAD_BYTES = 1 << 22
"""What may wait for a client who has control frames answered and does not read."""

_NOT_UTF8 = 1007


class StreamProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with four changes.

    An application may end the connection without a closing handshake, through the ASGI
    extension `ltsys.drop`, even while its client does not read. Text that is not UTF-8 and
    a handshake that was answered with a status are the client's affair, and not logged.
    Nobody fills the memory with crumbs of a message, or with pongs that he does not read.
    """

    async def run_asgi(self) -> None:
        """Offer the application the drop."""
        offered = self.scope["extensions"] or {}
        self.scope["extensions"] = {**offered, DROP: {"reset": self.transport.abort}}
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a status in place of the handshake completes it."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True

    def handle_cont(self, event: Frame) -> None:
        """Keep a piece of a message, if it does not have too many."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def handle_ping(self) -> None:
        """Answer, if the answers before it were read."""
        super().handle_ping()
        if self.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Pass on a whole message; text is checked first."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.conn.send_close(_NOT_UTF8)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
