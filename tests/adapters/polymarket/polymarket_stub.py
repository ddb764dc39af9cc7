"""A venue of a few lines that answers as it is told and misbehaves for real."""

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

SHARED = Path(__file__).parents[4] / "shared"
TEST_KEY = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
TEST_ADDRESS = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"


@dataclass
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: str

    def first(self, name: str) -> str:
        return dict(self.query)[name]


@dataclass
class Reply:
    body: object = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return text.encode()


class Drop:
    """Close the connection without a word, after the request was read."""


class Truncate:
    """Promise more than is sent."""


class Hang:
    """Say nothing until the test is over."""


Behaviour = Callable[[Asked], Reply | Drop | Truncate | Hang]


class Stub:
    """Answers every request as `behave` says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.behave: Behaviour = lambda _: Reply(status=500)
        self.over = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def says(self, body: object, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.behave = lambda _: Reply(body, status, named)

    def does(self, thing: Drop | Truncate | Hang) -> None:
        self.behave = lambda _: thing

    def _handler(stub) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - two selves meet here
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                asked = self._read()
                stub.asked.append(asked)
                match stub.behave(asked):
                    case Reply() as reply:
                        self._write(reply, len(reply.content))
                    case Truncate():
                        self._write(Reply("{"), 100)
                        self.close_connection = True
                    case Drop():
                        self.close_connection = True
                    case Hang():
                        stub.over.wait()
                        self.close_connection = True

            do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names http.server wants

            def _read(self) -> Asked:
                split = urlsplit(self.path)
                length = int(self.headers.get("Content-Length", 0))
                return Asked(
                    method=self.command,
                    path=split.path,
                    query=parse_qsl(split.query),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(length).decode(),
                )

            def _write(self, reply: Reply, length: int) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(reply.content)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler


@contextmanager
def running_stub():
    stub = Stub()
    thread = threading.Thread(target=stub.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.over.set()
        stub.server.shutdown()
        thread.join()
        stub.server.server_close()


def shared(relative: str) -> Path:
    """A file of the shared data; the test is skipped where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"the shared data is absent: {relative}")
    return path


def recorded(relative: str) -> object:
    return json.loads(shared(f"recorded/{relative}").read_text())
