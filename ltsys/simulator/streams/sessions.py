"""What each client has asked for, and what it is told (VENUE §13)."""

from typing import Protocol

from ltsys.simulator.admission.keys import KeyRing
from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.exchange.events import OrderChanged, TradeChanged
from ltsys.simulator.streams.connection import Connection
from ltsys.simulator.streams.delivery import StreamFaults
from ltsys.simulator.streams.market_feed import MarketFeed, News
from ltsys.simulator.streams.requests import (
    Change,
    MarketSubscription,
    UserSubscription,
    read_change,
    read_market_subscription,
    read_user_subscription,
)
from ltsys.simulator.streams.user_events import order_event, trade_event

MAX_NAMES = 5000
"""Tokens or markets that one connection may follow; the venue's own limit is unknown."""

_POLICY_VIOLATION = 1008
_INVALID = "INVALID OPERATION"


class Session(Protocol):
    """One client of a channel."""

    @property
    def connection(self) -> Connection:
        """Where its frames go."""

    def hear(self, text: str | None, at: float) -> None:
        """Answer what the client says; None is a frame that is not text."""

    def end(self) -> None:
        """The client has left."""


class UserSession:
    """Orders and trades of one API key, in some markets or in all."""

    def __init__(self, connection: Connection, *, keys: KeyRing, faults: StreamFaults) -> None:
        """Wait for the credentials."""
        self.connection = connection
        self._keys = keys
        self._faults = faults
        self._is_subscribed = False
        self._key: ApiKey | None = None
        self._markets: set[str] = set()

    def hear(self, text: str | None, at: float) -> None:
        """Prove the credentials first; then answer PING and change the markets."""
        if not self._is_subscribed:
            self._subscribe(read_user_subscription(text or ""), at)
            return
        change = read_later(self.connection, text, at, field="markets")
        if change is None:
            return
        names = {each.lower() for each in change.names}
        markets = self._markets | names if change.subscribes else self._markets - names
        if len(markets) > MAX_NAMES:
            self.connection.say(_INVALID, at)
        else:
            self._markets = markets

    def end(self) -> None:
        """Nothing is kept for it elsewhere."""

    def hear_order(self, change: OrderChanged) -> None:
        """Tell of the key's own orders."""
        order = change.order
        if self._is_told({order.owner}, order.market.condition_id):
            self.connection.tell(order_event(change), change.at)

    def hear_trade(self, change: TradeChanged) -> None:
        """Tell of trades with the key on either side."""
        fill = change.fill
        owners = {leg.owner for leg in fill.legs}
        if self._key is not None and self._is_told(owners, fill.market.condition_id):
            self.connection.tell(trade_event(change, viewer=self._key.key), change.at)

    def _is_told(self, owners: set[str], condition_id: str) -> bool:
        """No markets means all: the venue's SDK drops the last one to widen its view again."""
        if self._key is None or self._key.key not in owners:
            return False
        return not self._markets or condition_id in self._markets

    def _subscribe(self, asked: UserSubscription | None, at: float) -> None:
        if asked is None:
            refuse_first(self.connection)
            return
        self._is_subscribed = True
        self._markets = set(asked.markets)
        self._key = self._keys.owner_of(asked.key, asked.secret, asked.passphrase)
        if self._key is None and self._faults.closes_strangers(at):
            self.connection.hang_up()


class MarketSession:
    """Books and prices of some tokens."""

    def __init__(self, connection: Connection, *, feed: MarketFeed) -> None:
        """Wait for the first tokens."""
        self.connection = connection
        self._feed = feed
        self._is_subscribed = False
        self._wants_dump = True
        self.wants_custom = False
        self._tokens: set[str] = set()

    def hear(self, text: str | None, at: float) -> None:
        """Take the subscription first; then answer PING and change the tokens."""
        if not self._is_subscribed:
            self._subscribe(read_market_subscription(text or ""), at)
            return
        change = read_later(self.connection, text, at, field="assets_ids")
        if change is None:
            return
        if change.wants_custom is not None:
            self.wants_custom = change.wants_custom
        if change.subscribes:
            self._follow(change.names, at)
        else:
            self._leave(self._tokens.intersection(change.names))

    def end(self) -> None:
        """Let go of what was followed."""
        self._leave(set(self._tokens))

    def hear_news(self, news: News) -> None:
        """Tell what concerns a token that is followed, or everybody."""
        if news.is_custom and not self.wants_custom:
            return
        if news.is_general or not self._tokens.isdisjoint(news.tokens):
            self.connection.tell(news.event, news.at)

    def _subscribe(self, asked: MarketSubscription | None, at: float) -> None:
        if asked is None:
            refuse_first(self.connection)
            return
        self._is_subscribed = True
        self._wants_dump, self.wants_custom = asked.wants_dump, asked.wants_custom
        self._follow(asked.tokens, at)

    def _follow(self, tokens: tuple[str, ...], at: float) -> None:
        """Follow what is new, with its books as one array if they are wanted."""
        new = [token for token in tokens if token not in self._tokens]
        if len(self._tokens) + len(new) > MAX_NAMES:
            self.connection.say(_INVALID, at)
            return
        self._tokens.update(new)
        books = self._feed.follow(new, at)
        if books and self._wants_dump:
            self.connection.tell_all(books, at)

    def _leave(self, tokens: set[str]) -> None:
        self._tokens -= tokens
        self._feed.leave(tokens)


def read_later(connection: Connection, text: str | None, at: float, *, field: str) -> Change | None:
    """The change that a later message asks for, or None once it is answered otherwise.

    The venue was seen to answer a second subscription with these two words; that it does so
    with everything else that it does not understand is a guess.
    """
    if text == "PING":
        connection.say("PONG", at)
        return None
    change = None if text is None else read_change(text, field=field)
    if change is None:
        connection.say(_INVALID, at)
    return change


def refuse_first(connection: Connection) -> None:
    """A first message that subscribes to nothing ends the connection, even a PING.

    Seen on the market channel in August 2026; that the user channel does the same is a guess.
    """
    connection.close(_POLICY_VIOLATION, "invalid subscription payload")
