"""The one place that speaks HTTP: what was certainly not sent is told from what may have been."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import httpx

from ltsys.adapters.polymarket.restraint import Restraint, kind_of
from ltsys.domain.errors import OutcomeUnknownError, VenueUnavailableError

Method = Literal["GET", "POST", "DELETE"]
Params = tuple[tuple[str, str], ...]

_CONNECT_S = 2.0
_READ_S = 10.0
_MAX_CONNECTIONS = 32
_KEEPALIVE_S = 30.0
_USER_AGENT = "ltsys"
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response that arrived whole, not yet believed. Header names are in lower case."""

    request: str
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def retry_after_s(self) -> float | None:
        """What the Retry-After header asks for; None when it is absent or a date (LESSONS L53)."""
        return seconds(self.headers.get("retry-after", ""))


class Http:
    """One pool of HTTP/1.1 connections, to be shared by the threads of one process.

    A process that forks makes a new one afterwards. HTTP/2 is off on purpose: a server closing
    such a connection fails requests that it never answered (ENGINE §3.4).
    """

    def __init__(
        self,
        *,
        connect_s: float = _CONNECT_S,
        read_s: float = _READ_S,
        max_connections: int = _MAX_CONNECTIONS,
        proxy: str | None = None,
        restraint: Restraint | None = None,
    ) -> None:
        self._restraint = restraint or Restraint()
        self._client = httpx.Client(
            http1=True,
            http2=False,
            trust_env=False,
            proxy=proxy,
            timeout=httpx.Timeout(read_s, connect=connect_s, pool=connect_s),
            limits=httpx.Limits(
                max_connections=max_connections,
                max_keepalive_connections=max_connections,
                keepalive_expiry=_KEEPALIVE_S,
            ),
            headers={"User-Agent": _USER_AGENT, "Accept": "application/json"},
        )

    def read(
        self,
        url: str,
        *,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> Answer:
        """Ask something that changes nothing; a body makes it a POST.

        Raises VenueUnavailableError for every kind of silence: asking again is harmless; and
        without asking, as long as the venue wants to be left alone (LESSONS L53).
        """
        try:
            return self._send("GET" if body is None else "POST", url, params, headers, body)
        except httpx.HTTPError as error:
            raise VenueUnavailableError(_lost(url, error)) from error

    def write(
        self, method: Method, url: str, *, headers: Mapping[str, str], body: str | None = None
    ) -> Answer:
        """Ask for a change, once.

        Raises VenueUnavailableError if it was certainly not sent, also because the venue wants to
        be left alone; OutcomeUnknownError for every other silence (LESSONS L03, L53).
        """
        try:
            return self._send(method, url, (), headers, body)
        except _NOT_SENT as error:
            raise VenueUnavailableError(_lost(url, error)) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknownError(_lost(url, error)) from error

    def close(self) -> None:
        """No connection stays open."""
        self._client.close()

    def _send(
        self,
        method: Method,
        url: str,
        params: Params,
        headers: Mapping[str, str] | None,
        body: str | None,
    ) -> Answer:
        parts = httpx.URL(url)
        kind = kind_of(method, parts.netloc.decode(), parts.path)
        self._restraint.refuse_early(kind)
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        content = None if body is None else body.encode()
        response = self._client.request(
            method, parts, params=params or None, headers=sent, content=content
        )
        answer = Answer(
            request=f"{method} {parts.path}",
            status=response.status_code,
            text=response.text,
            headers={name.lower(): value for name, value in response.headers.items()},
        )
        self._restraint.heed(kind, answer.status, answer.retry_after_s)
        return answer


def seconds(text: str) -> float | None:
    """A duration that can be waited for: finite and not negative."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _lost(url: str, error: httpx.HTTPError) -> str:
    """Names the path and the kind of error only: both are free of secrets (LESSONS L62)."""
    return f"no answer from {_path(url)}: {type(error).__name__}"


def _path(url: str) -> str:
    return httpx.URL(url).path
