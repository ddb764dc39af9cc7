"""The books that somebody follows: how they were last told, and what has happened to them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.events import BookChanged, TradeChanged
from ltsys.simulator.routes.book_views import BookViews
from ltsys.simulator.streams import market_events as events
from ltsys.simulator.streams import timeline
from ltsys.simulator.streams.market_events import View
from ltsys.simulator.streams.timeline import Moment
from ltsys.simulator.world.facts import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An event for those who follow one of the tokens, or a general one for everybody.

    Custom ones go only to those who asked for them (`custom_feature_enabled`).
    """

    event: View
    at: float
    tokens: tuple[str, ...] = ()
    is_custom: bool = False
    is_general: bool = False


class MarketFeed:
    """Compares books with what was told of them; a book that nobody follows costs nothing.

    `trade_count` is that of users' trades in such books, each of which may bring moments.
    """

    def __init__(self, box: Box) -> None:
        """Nobody follows anything."""
        self.trade_count = 0
        self._world = box.world
        self._views = BookViews(box)
        self._followers: Counter[str] = Counter()
        self._told: dict[str, tuple[View, View]] = {}
        self._traded: set[str] = set()
        self._taken_at: dict[str, float] = {}

    def follow(self, tokens: Iterable[str], at: float) -> list[View]:
        """Count a follower of each token; the books of those that trade by now.

        A token without a market may be followed, too, and stays silent until there is one.
        """
        dump = []
        for token in tokens:
            self._followers[token] += 1
            found = self._world.by_token.get(token)
            if found is not None:
                market, index = found
                books = self._books(market, at)
                self._told.setdefault(market.condition_id, books)
                dump += [events.book_event(books[index])] if market.is_open(at) else []
        return dump

    def leave(self, tokens: Iterable[str]) -> None:
        """Count a follower less of each; the last one of a market takes its books along."""
        for token in tokens:
            self._followers[token] -= 1
            if self._followers[token] == 0:
                del self._followers[token]
        followed = {market.condition_id for market in self._followed()}
        self._told = {key: books for key, books in self._told.items() if key in followed}

    def moments(self, after: float, until: float, *, is_general: bool) -> list[Moment]:
        """What the world brings in (after, until], in order of time.

        General moments, which concern every market, are left out where nobody asks for them.
        """
        followed, world = self._followed(), self._world
        found = list(timeline.lifecycle(world, after, until)) if is_general else []
        for market in followed:
            found += timeline.moves(world, market, after, until)
            taken_at = self._taken_at.get(market.condition_id)
            if taken_at is not None:
                found += timeline.refills(world, market, taken_at, after, until)
        found += timeline.trades(world, followed, after, until)
        return sorted(found, key=lambda moment: moment.at)

    def live(self, moment: Moment) -> list[News]:
        """The news of a moment, once its time has come."""
        market, at = moment.market, moment.at
        match moment.kind:
            case "moved":
                return self._look(market, at)
            case "new":
                event = events.new_market_event(market)
                return [News(event=event, at=at, is_custom=True, is_general=True)]
            case "resolved":
                event = events.market_resolved_event(market, at)
                return [News(event=event, at=at, is_custom=True, is_general=True)]
        if moment.trade is None:
            return []
        token = market.tokens[moment.trade.outcome_index]
        event = events.leader_trade_event(moment.trade)
        return [News(event=event, at=at, tokens=(token,)), *self._snapshots(market, at)]

    def hear_trade(self, change: TradeChanged) -> list[News]:
        """A user's trade is news when it is matched; its book follows when that has changed."""
        fill, condition_id = change.fill, change.fill.market.condition_id
        if change.status != "MATCHED":
            return []
        self._taken_at[condition_id] = change.at
        if condition_id not in self._told:
            return []
        self.trade_count += 1
        self._traded.add(condition_id)
        token = fill.market.tokens[fill.taker.outcome_index]
        return [News(event=events.fill_event(fill), at=change.at, tokens=(token,))]

    def hear_book(self, change: BookChanged) -> list[News]:
        """An order or a taker changed it."""
        if change.market.condition_id not in self._told:
            return []
        return self._look(change.market, change.at)

    def _followed(self) -> list[Market]:
        """Markets with a follower, in the order in which they were first named."""
        found = (self._world.by_token.get(token) for token in self._followers)
        distinct = {entry[0].condition_id: entry[0] for entry in found if entry is not None}
        return list(distinct.values())

    def _look(self, market: Market, at: float) -> list[News]:
        """What has changed, and after a trade the whole books, too (VENUE §13.3)."""
        news = self._changes(market, at)
        if market.condition_id in self._traded:
            self._traded.discard(market.condition_id)
            news += self._snapshots(market, at)
        return news

    def _changes(self, market: Market, at: float) -> list[News]:
        """How the books of both tokens differ from what was told last."""
        after = self._books(market, at)
        before = self._told.get(market.condition_id, tuple(map(events.emptied, after)))
        self._told[market.condition_id] = after
        pairs = list(zip(before, after, strict=True))
        news = [
            News(event=events.tick_size_change_event(old, new, at), at=at, tokens=_tokens(new))
            for old, new in pairs
            if old["tick_size"] != new["tick_size"]
        ]
        changes = [each for old, new in pairs for each in events.price_changes(old, new)]
        if changes:
            event = events.price_change_event(market, changes, at)
            news.append(News(event=event, at=at, tokens=market.tokens))
        return news + [
            News(
                event=events.best_bid_ask_event(new, at),
                at=at,
                tokens=_tokens(new),
                is_custom=True,
            )
            for old, new in pairs
            if events.touch(old) != events.touch(new)
        ]

    def _snapshots(self, market: Market, at: float) -> list[News]:
        books = self._books(market, at)
        return [News(event=events.book_event(b), at=at, tokens=_tokens(b)) for b in books]

    def _books(self, market: Market, at: float) -> tuple[View, View]:
        """Both tokens' books as GET /book serves them; empty ones where nothing trades."""
        first, second = (self._views.book(market, index, at) for index in range(2))
        if market.is_open(at):
            return first, second
        return events.emptied(first), events.emptied(second)


def _tokens(book: View) -> tuple[str, ...]:
    return (str(book["asset_id"]),)
