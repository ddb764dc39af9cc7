"""The WebSocket side of the venue: who is connected, and what each of them hears."""

import asyncio
from collections import deque
from functools import partial

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.events import BookChanged, Event, OrderChanged, TradeChanged
from ltsys.simulator.http import DROP, Message, Receive, Send
from ltsys.simulator.streams.connection import Connection
from ltsys.simulator.streams.delivery import NoStreamFaults, StreamFaults
from ltsys.simulator.streams.market_feed import MarketFeed, News
from ltsys.simulator.streams.sessions import MarketSession, Session, UserSession

PUMP_S = 0.03
"""Real seconds between two looks at the clock while somebody is connected."""

STRETCH_S = 3600
"""So many simulated seconds are looked ahead at once while time is lived through."""

_CHANNELS = {"/ws/user": "user", "/ws/market": "market"}


class Streams:
    """An ASGI application for the scope `websocket`.

    Orders and trades are told at the moment when the exchange tells them. What the world
    brings is told as its time passes: `pump` lives through it moment by moment, so that the
    same requests at the same simulated times are followed by the same frames.
    """

    def __init__(self, box: Box, *, faults: StreamFaults | None = None) -> None:
        """Listen to the exchange and watch the time from now on."""
        self._box = box
        self._faults = NoStreamFaults() if faults is None else faults
        self._feed = MarketFeed(box)
        self._users: list[UserSession] = []
        self._markets: list[MarketSession] = []
        self._connections = 0
        self._lived_until = box.clock.start
        self._pumping: asyncio.Task[None] | None = None
        box.exchange.events.listen(self._hear)
        box.spectators.append(self.pump)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends."""
        await receive()
        channel = _CHANNELS.get(str(scope["path"]))
        if channel is None:
            await _refuse(send, 404)
            return
        if self._faults.refuses(channel, self._box.now()):
            await _refuse(send, 503)
            return
        await send({"type": "websocket.accept"})
        session = self.open(channel)
        self._keep_pumping()
        try:
            await session.connection.serve(receive, send, hear=partial(self.hear, session))
        finally:
            self.close(session)
        if session.connection.is_hung_up:
            _drop(scope)

    def open(self, channel: str) -> Session:
        """A new client of `user` or `market`, who has yet to subscribe."""
        self._connections += 1
        connection = Connection(channel, self._connections, faults=self._faults)
        if channel == "user":
            user = UserSession(connection, keys=self._box.keys, faults=self._faults)
            self._users.append(user)
            return user
        market = MarketSession(connection, feed=self._feed)
        self._markets.append(market)
        return market

    def hear(self, session: Session, text: str | None) -> None:
        """Answer what a client says."""
        session.hear(text, self._box.now())

    def close(self, session: Session) -> None:
        """Forget a client."""
        session.end()
        self._users = [each for each in self._users if each is not session]
        self._markets = [each for each in self._markets if each is not session]

    def hang_up(self) -> None:
        """End every open connection without a word."""
        sessions: list[Session] = [*self._users, *self._markets]
        for session in sessions:
            session.connection.hang_up()

    def pump(self, now: float) -> None:
        """Live through the time since the last call, telling what each moment brings."""
        after = self._lived_until
        self._lived_until = max(after, now)
        if not self._markets:
            return
        self._box.world.look(now)
        while after < now:
            until = min(now, after + STRETCH_S)
            self._live_through(after, until)
            after = until

    def _live_through(self, after: float, until: float) -> None:
        """Tell what the exchange and the world bring in (after, until], each at its time.

        A trade has moments of its own, when the depth that it took comes back; after one
        the rest of the moments is looked up anew.
        """
        exchange, feed = self._box.exchange, self._feed
        is_general = any(session.wants_custom for session in self._markets)
        moments = deque(feed.moments(after, until, is_general=is_general))
        while moments or exchange.next_at <= until:
            if exchange.next_at <= (moments[0].at if moments else until):
                known = feed.trade_count
                exchange.advance(exchange.next_at)
                if feed.trade_count != known:
                    moments = deque(feed.moments(after, until, is_general=is_general))
                continue
            moment = moments.popleft()
            after = moment.at
            self._publish(feed.live(moment))

    def _hear(self, event: Event) -> None:
        match event:
            case OrderChanged():
                for user in self._users:
                    user.hear_order(event)
            case TradeChanged():
                for user in self._users:
                    user.hear_trade(event)
                self._publish(self._feed.hear_trade(event))
            case BookChanged():
                self._publish(self._feed.hear_book(event))

    def _publish(self, news: list[News]) -> None:
        for each in news:
            for session in self._markets:
                session.hear_news(each)

    def _keep_pumping(self) -> None:
        if self._pumping is None or self._pumping.done():
            self._pumping = asyncio.create_task(self._pump_on())

    async def _pump_on(self) -> None:
        """Let time pass for the connected even if nobody asks the venue for anything."""
        while self._users or self._markets:
            self._box.now()
            await asyncio.sleep(PUMP_S)


def _drop(scope: Message) -> None:
    """Reset the connection, where the server offers that; otherwise it is closed plainly."""
    extensions = scope.get("extensions")
    offered = extensions.get(DROP) if isinstance(extensions, dict) else None
    if offered is not None:
        offered["reset"]()


async def _refuse(send: Send, status: int) -> None:
    """Answer the handshake with a plain status."""
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})
