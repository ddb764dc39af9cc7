"""A small HTTP application: a table of routes over raw ASGI, JSON in and out."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal
from urllib.parse import parse_qs

import orjson

from ltsys.simulator.venue_error import VenueError

MAX_BODY_BYTES = 1 << 20
DROP = "ltsys.drop"
JSON = b"application/json"
HTML = b"text/html; charset=UTF-8"

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Request:
    """One request; `tail` is what follows the prefix of a prefix route, `client` an address."""

    method: str
    path: str
    query_string: bytes
    headers: dict[bytes, bytes]
    body: bytes
    client: str = ""
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

    def is_for(self, method: str, pattern: str) -> bool:
        """Whether it is for this method and path; an empty one is any, and `*` ends a prefix."""
        if method not in {"", self.method}:
            return False
        if pattern.endswith("*"):
            return self.path.startswith(pattern[:-1])
        return pattern in {"", self.path}

    def json(self) -> object:
        """The body as JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise VenueError(400, "Invalid payload", kind="payload") from error


@dataclass(slots=True, kw_only=True)
class Response:
    """What goes over the wire, `delay_s` real seconds after it was decided.

    A `lost` one is never sent: the connection closes, or is reset, in its place.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = JSON
    delay_s: float = 0
    lost: Literal["", "close", "reset"] = ""


Handler = Callable[[Request], object]
Call = Callable[[Request], Response]
Layer = Callable[[Request, Call], Response]


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
    """The ASGI callable: reads a request, asks the router through the layers, writes JSON."""

    def __init__(
        self,
        router: Router,
        *,
        layers: Sequence[Layer] = (),
        hold_s: Callable[[Request], float] | None = None,
        latency_s: float = 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Put the layers around the router, the first outermost.

        A request is asked about how many real seconds it has to wait before the layers see
        it. Every answer but the operator's is `latency_s` late. Neither holds up others.
        """
        self._hold_s = hold_s
        self._latency_s = latency_s
        self._sleep = sleep
        self._answer: Call = partial(_ask, router)
        for layer in reversed(layers):
            self._answer = _around(layer, self._answer)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _read_body(receive)
        if body is None:
            return
        response = _TOO_LARGE
        if len(body) <= MAX_BODY_BYTES:
            request = _request(scope, body)
            held_s = self._hold_s(request) if self._hold_s is not None else 0
            if held_s:
                await self._sleep(held_s)
            response = self._answer(request)
        delay_s = response.delay_s
        if self._latency_s and not str(scope["path"]).startswith("/sim/"):
            delay_s += self._latency_s
        if delay_s:
            await self._sleep(delay_s)
        if response.lost:
            await _drop(scope, receive, how=response.lost)
        else:
            await _write(send, response)


def refusal(error: VenueError) -> Response:
    """The response that a refusal becomes."""
    return Response(status=error.status, body=orjson.dumps(error.body()), headers=error.headers)


_TOO_LARGE = Response(status=413, body=b'{"error":"request entity too large"}')


def _around(layer: Layer, call: Call) -> Call:
    return lambda request: layer(request, call)


def _ask(router: Router, request: Request) -> Response:
    try:
        return Response(body=orjson.dumps(router.answer(request)))
    except VenueError as error:
        return refusal(error)
    except ValueError:
        return Response(status=400, body=b'{"error":"Bad Request"}')


def _request(scope: Message, body: bytes) -> Request:
    headers, query_string, client = scope["headers"], scope["query_string"], scope.get("client")
    assert isinstance(headers, list)  # noqa: S101 - the ASGI contract
    assert isinstance(query_string, bytes)  # noqa: S101 - the ASGI contract
    return Request(
        method=str(scope["method"]),
        path=str(scope["path"]),
        query_string=query_string,
        headers=dict(headers),
        body=body,
        client=str(client[0]) if isinstance(client, Sequence) and client else "",
    )


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body; None if the client left in the middle of it.

    Of one that is too large no more is kept than shows it.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        assert isinstance(part, bytes)  # noqa: S101 - the ASGI contract
        if size <= MAX_BODY_BYTES:
            parts.append(part)
        size += len(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _drop(scope: Message, receive: Receive, *, how: str) -> None:
    """End the connection without an answer, where the server offers that; wait for its end."""
    extensions = scope.get("extensions")
    offered = extensions.get(DROP) if isinstance(extensions, dict) else None
    if offered is not None:
        offered[how]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _write(send: Send, response: Response) -> None:
    headers = [
        (b"content-type", response.content_type),
        (b"content-length", str(len(response.body)).encode()),
        *response.headers,
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
