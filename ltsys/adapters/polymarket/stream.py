"""The venue's two streams: how one connects, subscribes and shows that one is alive (VENUE §13)."""

import json
import time
from collections.abc import Callable, Mapping, Sequence

from ltsys.adapters.polymarket.auth import ApiCredentials
from ltsys.adapters.polymarket.stream_facts import frame_of
from ltsys.adapters.polymarket.stream_transport import Dial, Transport, dial
from ltsys.domain.ids import TokenId
from ltsys.domain.stream import Channel
from ltsys.ports.stream import Frame, StreamLostError

PING_S = 10.0
SILENCE_S = 30.0
"""Longer than any that a living connection leaves, since each PING is answered."""

_PING, _PONG = "PING", "PONG"
_REFUSED = "INVALID OPERATION"
Monotonic = Callable[[], float]


class PolymarketStreams:
    """Opens connections of one API key. Nothing here retries."""

    def __init__(
        self,
        url: str,
        credentials: ApiCredentials,
        *,
        dial: Dial = dial,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/")
        self._credentials = credentials
        self._dial = dial
        self._monotonic = monotonic

    async def user(self) -> "Connection":
        """Wrong credentials are answered by silence or an end: REST has to tell (VENUE §13.2)."""
        transport = await self._dial(f"{self._url}/ws/user")
        auth = {
            "apiKey": self._credentials.api_key,
            "secret": self._credentials.secret,
            "passphrase": self._credentials.passphrase,
        }
        await _say(transport, {"auth": auth, "type": "user"})
        return Connection(transport, Channel.USER, monotonic=self._monotonic)

    async def market(self, tokens: Sequence[TokenId]) -> "MarketConnection":
        """Without the first books; ends of markets are among the features one has to ask for."""
        transport = await self._dial(f"{self._url}/ws/market")
        subscription = {
            "assets_ids": list(tokens),
            "type": "market",
            "initial_dump": False,
            "custom_feature_enabled": True,
        }
        await _say(transport, subscription)
        return MarketConnection(transport, tokens, monotonic=self._monotonic)


class Connection:
    """One subscribed connection: says PING every 10 s, and is lost after 30 s of silence."""

    def __init__(
        self, transport: Transport, channel: Channel, *, monotonic: Monotonic = time.monotonic
    ) -> None:
        self._transport = transport
        self._channel = channel
        self._monotonic = monotonic
        self._heard_s = monotonic()
        self._ping_s = self._heard_s + PING_S
        self._followed: frozenset[TokenId] = frozenset()

    async def listen(self) -> Frame:
        """The next word from the venue, its answers to our PING among them."""
        while True:
            now_s = self._monotonic()
            if now_s >= self._heard_s + SILENCE_S:
                raise StreamLostError(f"not a word for {now_s - self._heard_s:.0f} s")
            if now_s >= self._ping_s:
                self._ping_s = now_s + PING_S
                await self._transport.send(_PING)
            until_s = min(self._ping_s, self._heard_s + SILENCE_S)
            text = await self._transport.receive(until_s - now_s)
            if text is not None:
                self._heard_s = self._monotonic()
                return self._frame(text)

    async def close(self) -> None:
        await self._transport.close()

    def _frame(self, text: str) -> Frame:
        """Raises StreamLostError when the venue refused us: we hear less than we think."""
        if text == _PONG:
            return Frame()
        if text == _REFUSED:
            raise StreamLostError("the venue refused what we subscribed to")
        return frame_of(text, self._channel, followed=self._followed)


class MarketConnection(Connection):
    """The market channel, whose tokens change."""

    def __init__(
        self,
        transport: Transport,
        tokens: Sequence[TokenId],
        *,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        super().__init__(transport, Channel.MARKET, monotonic=monotonic)
        self._followed = frozenset(tokens)

    async def follow(self, tokens: Sequence[TokenId]) -> None:
        """Says what is new and what is gone; nothing when that is nothing."""
        wanted = frozenset(tokens)
        for operation, changed in (
            ("subscribe", wanted - self._followed),
            ("unsubscribe", self._followed - wanted),
        ):
            if changed:
                said = {"operation": operation, "assets_ids": sorted(changed)}
                await _say(self._transport, said)
        self._followed = wanted


async def _say(transport: Transport, message: Mapping[str, object]) -> None:
    await transport.send(json.dumps(message, separators=(",", ":")))
