"""Stay connected to the venue's streams, and know at every moment whether we are (VENUE §13)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from ltsys.domain.ids import TokenId
from ltsys.domain.stream import Channel
from ltsys.ports.stream import Listening, MarketListening, StreamLostError, Streams
from ltsys.usecases.desk import Desk
from ltsys.usecases.hear_stream import Kicks, Resync, hear
from ltsys.usecases.note_sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Machine seconds. A sign of life is trusted for 15, so it is noted well within them."""

    note_every_s: float = 3.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0

    def pauses(self, jitter: Callable[[], float]) -> Iterator[float]:
        """Before each further try: doubling to a limit, each between half of it and all."""
        pause_s = self.first_pause_s
        while True:
            yield pause_s * (1 + jitter()) / 2
            pause_s = min(2 * pause_s, self.longest_pause_s)


@dataclass(slots=True, kw_only=True)
class StreamWatch:
    """One account's two channels, each connected again for as long as this runs.

    `jitter` gives numbers from 0 to 1; `kick` tells the queues and raises nothing. Whatever
    waits for the database or for REST does so in a thread, so that the connections are served
    meanwhile.
    """

    desk: Desk
    streams: Streams
    kick: Callable[[Kicks], None]
    jitter: Callable[[], float]
    rhythm: Rhythm = field(default_factory=Rhythm)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    synced: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the user channel is heard and nothing is missing."""
    _tokens: tuple[TokenId, ...] = ()
    _has_tokens: asyncio.Event = field(default_factory=asyncio.Event)
    _market: MarketListening | None = None
    _kicks: Kicks = field(default_factory=Kicks)
    _has_kicks: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Listens until it is cancelled. Raises what the database raises at the very start."""
        sight = Sight(desk=self.desk)
        await asyncio.to_thread(sight.recall)
        await self._note(sight)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_noting(sight))
                group.create_task(self._keep_kicking())
                group.create_task(self._keep_listening(Channel.USER, self.streams.user, sight))
                group.create_task(self._keep_listening(Channel.MARKET, self._open_market, sight))
        finally:
            for channel in Channel:
                if sight[channel].connected_at is not None:
                    sight.lost(channel)
            await self._note(sight)

    async def _keep_listening(
        self, channel: Channel, open_one: Callable[[], Awaitable[Listening]], sight: Sight
    ) -> None:
        """One connection after another, for ever."""
        pauses = self.rhythm.pauses(self.jitter)
        while True:
            try:
                if channel is Channel.MARKET:
                    await self._until_something_is_at_stake(sight)
                await self._listen(channel, await open_one(), sight)
            except Exception as error:  # noqa: BLE001 - the outer loop: nothing ends the listening
                if sight[channel].blind_since is None:
                    pauses = self.rhythm.pauses(self.jitter)
                sight.lost(channel, error)
            await self.pause(next(pauses))

    async def _listen(self, channel: Channel, connection: Listening, sight: Sight) -> None:
        """Facts are booked while what was missed is asked for: each counts once anyway.

        Ends by raising: StreamLostError, or what the database raises, for a fact that could not
        be kept is one that was missed.
        """
        sight.connected(channel)
        catching_up = asyncio.create_task(self._catch_up(channel, sight))
        try:
            while True:
                frame = await connection.listen()
                sight.heard(
                    channel,
                    ignored_count=frame.ignored_count,
                    malformed_count=frame.malformed_count,
                )
                if frame.heard:
                    # added after the wait: what was told meanwhile must not come back
                    told = await asyncio.to_thread(hear, frame.heard, desk=self.desk)
                    self._kicks += told
                    self._has_kicks.set()
        finally:
            catching_up.cancel()
            if connection is self._market:
                self._market = None
            await connection.close()

    async def _catch_up(self, channel: Channel, sight: Sight) -> None:
        """What the market channel missed is found by the sweeps; the user channel is asked for."""
        if channel is Channel.MARKET:
            sight.sighted(channel, "")
            return
        count = await self._resync(sight)
        sight.sighted(channel, f", {count} orders were asked about")
        await self._note(sight)
        self.synced.set()

    async def _resync(self, sight: Sight) -> int:
        """Until it succeeds, the gate stays shut; as long as it gets on, it does not wait long."""
        pauses, catching_up, known = self.rhythm.pauses(self.jitter), Resync(desk=self.desk), 0
        while True:
            try:
                return await asyncio.to_thread(catching_up.go_on)
            except Exception as error:  # noqa: BLE001 - asking is repeated, whatever failed
                sight.failed(Channel.USER, "resync failed", error)
            if len(catching_up.asked) > known:
                pauses, known = self.rhythm.pauses(self.jitter), len(catching_up.asked)
            await self.pause(next(pauses))

    async def _keep_kicking(self) -> None:
        """Beside the listening, which a broker that is away must not hold up."""
        while True:
            await self._has_kicks.wait()
            self._has_kicks.clear()
            kicks, self._kicks = self._kicks, Kicks()
            await asyncio.to_thread(self.kick, kicks)

    async def _keep_noting(self, sight: Sight) -> None:
        while True:
            await self.pause(self.rhythm.note_every_s)
            await self._note(sight)

    async def _note(self, sight: Sight) -> None:
        """While the database is away no lease is renewed, and what is known waits in memory."""
        try:
            self._tokens = await sight.note()
        except Exception as error:  # noqa: BLE001 - a database that is away comes back
            sight.failed(Channel.USER, "state cannot be saved", error)
            return
        if self._tokens:
            self._has_tokens.set()
        else:
            self._has_tokens.clear()
        if self._market is not None:
            # one that is lost is noticed by whoever listens to it
            with suppress(StreamLostError):
                await self._market.follow(self._tokens)

    async def _until_something_is_at_stake(self, sight: Sight) -> None:
        if not self._tokens:
            sight.idle(Channel.MARKET)
            await self._has_tokens.wait()
            sight.lost(Channel.MARKET)

    async def _open_market(self) -> Listening:
        self._market = await self.streams.market(self._tokens)
        return self._market
