"""One client's socket: what waits to be sent, and the faults it meets on the way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from ltsys.simulator.http import Receive, Send
from ltsys.simulator.streams.delivery import Delivery, OutgoingFrame, StreamFaults

MAX_WAITING = 16_384
"""Frames that may wait for a slow reader before it is left behind; enough for every book of an
invented world while the clock jumps by an hour."""

View = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Frame:
    text: str
    delay_s: float


@dataclass(frozen=True, slots=True)
class _Goodbye:
    """The last thing; without a code there is no closing handshake."""

    code: int | None
    reason: str


class Connection:
    """Frames leave in the order in which they were given, as far as the faults let them.

    Giving never waits. A client that reads too slowly loses the connection, and nobody
    else notices.
    """

    def __init__(
        self, channel: str, number: int, *, faults: StreamFaults, max_waiting: int = MAX_WAITING
    ) -> None:
        """Nothing waits yet."""
        self._channel = channel
        self._number = number
        self._faults = faults
        self._waiting: asyncio.Queue[_Frame | _Goodbye] = asyncio.Queue(max_waiting)
        self._swapped: list[_Frame] = []
        self._hung_up = asyncio.Event()

    @property
    def is_hung_up(self) -> bool:
        """Whether it was ended without a closing handshake."""
        return self._hung_up.is_set()

    def say(self, text: str, at: float) -> None:
        """Answer in plain text."""
        self._give(text, self._delivery(text, at))

    def tell(self, event: View, at: float) -> None:
        """Send one event, as an object unless a fault wraps it."""
        delivery = self._delivery(str(event["event_type"]), at)
        self._give(_json([event] if delivery.as_array else event), delivery)

    def tell_all(self, events: list[View], at: float) -> None:
        """Send several events as one array."""
        self._give(_json(events), self._delivery(str(events[0]["event_type"]), at))

    def close(self, code: int, reason: str) -> None:
        """Say goodbye after what waits already."""
        self._put(_Goodbye(code, reason))

    def hang_up(self) -> None:
        """End it at once, without a closing handshake."""
        self._hung_up.set()

    async def serve(
        self, receive: Receive, send: Send, *, hear: Callable[[str | None], None]
    ) -> None:
        """Read and write until either side ends it; `hear` gets None for what is not text."""
        tasks = [
            asyncio.create_task(each)
            for each in (_read(receive, hear), self._write(send), self._hung_up.wait())
        ]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            task.result()

    def drain(self) -> list[str]:
        """Take what waits, unsent, as texts; a goodbye is its code, if any, and reason."""
        texts = []
        while not self._waiting.empty():
            match self._waiting.get_nowait():
                case _Frame(text=text):
                    texts.append(text)
                case _Goodbye(code=code, reason=reason):
                    texts.append(reason if code is None else f"{code} {reason}")
        return texts

    def _delivery(self, kind: str, at: float) -> Delivery:
        return self._faults.delivery(
            OutgoingFrame(channel=self._channel, connection=self._number, kind=kind, at=at)
        )

    def _give(self, text: str, delivery: Delivery) -> None:
        if delivery.hangs_up:
            self._put(_Goodbye(None, "hung up"))
            return
        frames = [_Frame(text, delivery.delay_s)] * delivery.copies
        if delivery.swaps:
            self._swapped += frames
            return
        for frame in frames + self._swapped:
            self._put(frame)
        self._swapped = []

    def _put(self, item: _Frame | _Goodbye) -> None:
        if self.is_hung_up:
            return
        try:
            self._waiting.put_nowait(item)
        except asyncio.QueueFull:
            self.hang_up()

    async def _write(self, send: Send) -> None:
        """Send what waits; a client that has left is no error."""
        try:
            while True:
                item = await self._waiting.get()
                if isinstance(item, _Goodbye):
                    await self._leave(item, send)
                    return
                if item.delay_s:
                    await asyncio.sleep(item.delay_s)
                await send({"type": "websocket.send", "text": item.text})
        except OSError:
            return

    async def _leave(self, goodbye: _Goodbye, send: Send) -> None:
        if goodbye.code is None:
            self.hang_up()
            return
        await send({"type": "websocket.close", "code": goodbye.code, "reason": goodbye.reason})


async def _read(receive: Receive, hear: Callable[[str | None], None]) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        hear(text if isinstance(text, str) else None)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
