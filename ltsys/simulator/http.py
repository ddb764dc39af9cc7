"""A small HTTP application: a table of routes over raw ASGI, JSON in and out."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import orjson

from ltsys.simulator.venue_error import VenueError

MAX_BODY_BYTES = 1 << 20

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Request:
    """One request; `tail` is what follows the prefix of a prefix route."""

    method: str
    path: str
    query_string: bytes
    headers: dict[bytes, bytes]
    body: bytes
    tail: str = ""
    _query: dict[str, list[str]] | None = field(default=None)

    @property
    def query(self) -> dict[str, list[str]]:
        """Query parameters, each with all its values."""
        if self._query is None:
            text = self.query_string.decode("latin-1")
            self._query = parse_qs(text, max_num_fields=1000)
        return self._query

    def param(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def count(self, name: str, default: int, *, most: int, strict: bool = False) -> int:
        """A whole number from the query, cut to `most`, or refused when over it and strict."""
        text = self.param(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise VenueError(400, f"invalid {name}")
        value = int(text)
        if strict and value > most:
            raise VenueError(400, f"max historical activity offset of {most} exceeded")
        return min(value, most)

    def header(self, name: bytes) -> str:
        """A header's text; empty if absent."""
        return self.headers.get(name, b"").decode("latin-1")

    def json(self) -> object:
        """The body as JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise VenueError(400, "Invalid payload", kind="payload") from error


Handler = Callable[[Request], object]


class Router:
    """Which handler answers which method and path; a path may end in one free segment."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str, str], Handler] = {}
        self._prefixes: list[tuple[str, str, Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Serve a path, or with a trailing `/*` everything one segment below it."""
        if path.endswith("/*"):
            self._prefixes.append((method, path[:-1], handler))
        else:
            self._exact[method, path] = handler

    def answer(self, request: Request) -> object:
        """The handler's answer, or the venue's 404 or 405."""
        handler = self._exact.get((request.method, request.path))
        if handler is not None:
            return handler(request)
        for method, prefix, below in self._prefixes:
            if method == request.method and request.path.startswith(prefix):
                request.tail = request.path[len(prefix) :]
                return below(request)
        if any(path == request.path for _, path in self._exact):
            raise VenueError(405, "Method Not Allowed")
        raise VenueError(404, "Not Found")


class Application:
    """The ASGI callable: reads a request, asks the router, writes JSON."""

    def __init__(self, router: Router, *, latency_s: float = 0) -> None:
        """Delay every answer but the operator's by `latency_s`, without holding up others."""
        self._router = router
        self._latency_s = latency_s

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _read_body(receive)
        status, payload = 413, b'{"error":"request entity too large"}'
        if body is not None:
            status, payload = self._respond(scope, body)
        if self._latency_s and not str(scope["path"]).startswith("/sim/"):
            await asyncio.sleep(self._latency_s)
        await _write(send, status, payload)

    def _respond(self, scope: Message, body: bytes) -> tuple[int, bytes]:
        headers, query_string = scope["headers"], scope["query_string"]
        assert isinstance(headers, list)  # noqa: S101 - the ASGI contract
        assert isinstance(query_string, bytes)  # noqa: S101 - the ASGI contract
        request = Request(
            method=str(scope["method"]),
            path=str(scope["path"]),
            query_string=query_string,
            headers=dict(headers),
            body=body,
        )
        try:
            return 200, orjson.dumps(self._router.answer(request))
        except VenueError as error:
            return error.status, orjson.dumps(error.body())
        except ValueError:
            return 400, b'{"error":"Bad Request"}'


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body; None, after reading it to its end, where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        part = message.get("body", b"")
        assert isinstance(part, bytes)  # noqa: S101 - the ASGI contract
        size += len(part)
        if size <= MAX_BODY_BYTES:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= MAX_BODY_BYTES else None


async def _write(send: Send, status: int, payload: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(payload)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})
