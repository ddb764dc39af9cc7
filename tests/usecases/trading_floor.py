"""One strategy on one FT wallet, with a scripted world around it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from live_made import (
    ACCOUNT,
    LEADER,
    MARKET,
    NO_LIMITS,
    NOON,
    STRATEGY,
    WALLET,
    YES,
    a_book,
    a_market,
    a_match,
    a_strategy,
    a_wallet,
    an_ft_order,
)

from ltsys.adapters.memory import (
    DigestSigner,
    HandClock,
    KeptHaltFile,
    MemoryStore,
    ScriptedMarketData,
    ScriptedModelScores,
    ScriptedTradeFeed,
    ScriptedVenue,
)
from ltsys.adapters.memory.tables import OrderRow
from ltsys.adapters.shadow import ShadowVenue
from ltsys.domain.alert import OpenAlert, parked_key
from ltsys.domain.breaker import Breaker, BreakerKind, BreakerRule
from ltsys.domain.errors import OutcomeUnknownError
from ltsys.domain.ledger import Account, Balances, Book
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.stage import Standing
from ltsys.domain.strategy import RiskState
from ltsys.domain.trader import TraderStatistics
from ltsys.domain.venue import (
    Accepted,
    AcceptedStatus,
    SignedOrder,
    VenueFill,
    VenueOrder,
    VenueOrderStatus,
)
from ltsys.ports.records import SignalKey, WalletDecisions
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.change_stage import put_at
from ltsys.usecases.clear_breaker import clear_breaker
from ltsys.usecases.desk import Desk, Oversight, Watch
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.launch_strategy import launch_strategy
from ltsys.usecases.record_fill import record_fill
from ltsys.usecases.set_breaker_rule import set_breaker_rule
from ltsys.usecases.track_order import track_order


class OutsideTransactions:
    """A port that fails the test when it is asked while a transaction is open (L57)."""

    def __init__(self, port, store: MemoryStore) -> None:
        self._port, self._store = port, store

    def __getattr__(self, name: str):
        assert not self._store.is_in_transaction, f"{name} was asked within a transaction"
        return getattr(self._port, name)


class VenueTime(HandClock):
    """The venue's time may be far away, so it is not asked for within a transaction either."""

    store: MemoryStore | None = None

    def now(self) -> datetime:
        assert self.store is None or not self.store.is_in_transaction
        return super().now()


class Floor:
    """Everything a use case is given, and short words for what tests do all the time."""

    def __init__(self, *, wallet=None, rules=NO_LIMITS, repost: bool = False, **strategy) -> None:
        self.clock = VenueTime(NOON)
        self.store = MemoryStore(self.clock)
        self.clock.store = self.store
        self.venue, self.feed = ScriptedVenue(), ScriptedTradeFeed()
        self.market_data, self.scores = ScriptedMarketData(), ScriptedModelScores()
        self.market_data.shown[MARKET] = a_market()
        self.market_data.books[YES] = a_book()
        outside = [
            OutsideTransactions(port, self.store)
            for port in (self.venue, self.feed, self.market_data, self.scores, DigestSigner())
        ]
        venue, feed, market_data, scores, signer = outside
        self.halt_file = KeptHaltFile()
        shadow = OutsideTransactions(
            ShadowVenue(self.store, self.market_data, self.clock, ACCOUNT), self.store
        )
        self.desk = Desk(
            store=self.store,
            market_data=market_data,
            signer=signer,
            venue=venue,
            shadow=shadow,
            clock=self.clock,
            halt_file=self.halt_file,
            account=ACCOUNT,
            repost_identical=repost,
        )
        self.oversight = Oversight(store=self.store, clock=self.clock)
        self.watch = Watch(
            store=self.store, feed=feed, market_data=market_data, scores=scores, clock=self.clock
        )
        add_ft_wallet(wallet or a_wallet(), leader_pool=None, store=self.store)
        add_account("ann", ACCOUNT, signature_type=2, key_reference="env:KEY", store=self.store)
        launch_strategy(a_strategy(**strategy), rules, store=self.store)
        with self.store.transaction() as tx:
            tx.save_markets([a_market()], checked_at=NOON)
            tx.note_collateral(ACCOUNT, self.venue.cash, read_at=self.clock.wall())

    # what happens

    def signal(self, number: int = 1, **order) -> SignalKey:
        """The wallet took a trade, and it waits in the outbox."""
        taken = an_ft_order(number, **order)
        with self.store.transaction() as tx:
            decisions = WalletDecisions(
                wallet_id=WALLET,
                from_cursor_seq=0,
                to_cursor_seq=0,
                decisions=(),
                opened=(taken,),
                closed=(),
            )
            tx.save_decisions(decisions)
            (key,) = tx.queue_signals(taken.order_time, None)
        return key

    def execute(self, number: int = 1, *answers, **order) -> LiveOrder | None:
        """A signal is executed against these answers; its order as it stands then."""
        self.venue.answers.extend(answers)
        key = self.signal(number, **order)
        execute_order(key, desk=self.desk)
        return self.row(key).order

    def track(self, order: LiveOrder) -> LiveOrder:
        track_order(order.lt_order_id, desk=self.desk)
        return self.order(order)

    def reports(self, order: LiveOrder, number: int = 1, **match) -> VenueFill:
        """The venue lists a match of the order, in its newest status."""
        fill = a_match(order.order_id, number=number, **match)
        others = [m for m in self.venue.matches if m.trade_id != fill.trade_id]
        self.venue.matches[:] = [*others, fill]
        return fill

    def stream(self, order: LiveOrder, number: int = 1, **match) -> LiveOrder:
        """The stream tells of a match, whatever we think of the order."""
        fill = a_match(order.order_id, number=number, **match)
        now, wall = self.clock.now(), self.clock.wall()
        with self.store.transaction() as tx:
            tracking = tx.lock_tracking(order.lt_order_id)
            record_fill(fill, tracking, now=now, look_at=wall, tx=tx)
        return self.order(order)

    def shows(self, order: LiveOrder, status: VenueOrderStatus, matched: str = "0") -> None:
        self.venue.shown[order.order_id] = VenueOrder(
            order_id=order.order_id,
            condition_id=MARKET,
            token_id=YES,
            status=status,
            original=Shares.of(25),
            matched=Shares.of(matched),
        )

    def tables_market(self, market) -> None:
        """What we know of the market is this."""
        with self.store.transaction() as tx:
            tx.save_markets([market], checked_at=self.clock.wall())

    def stands_at(self, standing: Standing) -> None:
        """Somebody changed the strategy's stage."""
        row = self.store.tables.lt_strategies[STRATEGY]
        with self.store.transaction() as tx:
            put_at(row.strategy, standing, by="ann", cause="a test", now=NOON, tx=tx)

    # what is then so

    def row(self, key: SignalKey) -> OrderRow:
        return next(r for r in self.store.tables.lt_orders.values() if r.key == key)

    def order(self, order: LiveOrder) -> LiveOrder:
        return self.store.tables.lt_orders[order.lt_order_id].order

    def outcome(self, key: SignalKey) -> tuple[str, str | None]:
        seen = self.store.tables.lt_seen_trades[key]
        return seen.outcome, seen.skip_reason

    @property
    def state(self) -> RiskState:
        return self.store.tables.lt_strategies[STRATEGY].state

    @property
    def balances(self) -> Balances:
        return self.state.balances

    def change_state(self, **changes) -> None:
        with self.store.transaction() as tx:
            tx.save_state(STRATEGY, replace(tx.lock_state(STRATEGY), **changes))

    @property
    def tripped(self) -> dict[BreakerKind, str]:
        """The cause of each breaker that is tripped."""
        breakers = self.store.tables.lt_breakers
        return {each.kind: each.cause for each in breakers if each.cleared_at is None}

    def watch_for(self, *rules: BreakerRule) -> None:
        """These rules hold from now on."""
        for rule in rules:
            set_breaker_rule(rule, by="ann", store=self.store)

    def clear(self, kind: BreakerKind, strategy_id=STRATEGY) -> Breaker:
        return clear_breaker(
            kind, strategy_id, by="ann", because="it was looked into", store=self.store
        )

    def messages(self, stage: str) -> list[str]:
        return [e.message for e in self.store.tables.lt_execute_logs if e.stage == stage]

    def sums(self, book: Book = Book.LIVE) -> dict[Account, Usd]:
        """Each account as the sum of its entries."""
        totals: dict[Account, Usd] = defaultdict(lambda: ZERO_USD)
        for (_, _, _, account), entry in self.store.tables.lt_ledger.items():
            if entry.book is book:
                totals[account] += entry.amount
        return {account: totals[account] for account in Account}

    def check_books(self) -> None:
        """Postings sum to zero, kept balances are the sums, and no money appeared (L29, L41)."""
        postings: dict[tuple[str, str], Usd] = defaultdict(lambda: ZERO_USD)
        for (_, cause, kind, _), entry in self.store.tables.lt_ledger.items():
            postings[cause, kind] += entry.amount
        assert not any(postings.values())
        kept = self.balances
        assert self.sums() == {account: getattr(kept, account.value) for account in Account}
        assert kept.equity == -kept.capital - kept.realized_pnl - kept.fees
        orders = [r.order for r in self.store.tables.lt_orders.values() if r.order is not None]
        live = [order for order in orders if order.book is Book.LIVE]
        assert kept.reserved == total(order.reserved for order in live)
        assert kept.fees == total(order.fees for order in live)


def total(amounts: Iterable[Usd]) -> Usd:
    return sum(amounts, ZERO_USD)


def accepted(matched: str | None = None, *, status=AcceptedStatus.LIVE):
    """The venue takes whatever order it is offered."""

    def answer(signed: SignedOrder) -> Accepted:
        return Accepted(
            order_id=signed.order_id,
            status=status,
            matched_usd=None if matched is None else Usd.of(matched),
            matched_shares=None,
        )

    return answer


def good_statistics(trader=LEADER) -> TraderStatistics:
    return TraderStatistics(
        trader=trader,
        win_rate_30d=Decimal("0.7"),
        win_rate=Decimal("0.7"),
        resolved_count_30d=50,
        resolved_count=50,
        average_trade_30d=Usd.of(100),
        average_trade=Usd.of(100),
    )


def parked(floor: Floor, answer=None) -> LiveOrder:
    """An order whose shares seem to be there, but nothing says that it bought them."""
    order = floor.execute(1, answer or OutcomeUnknownError("timed out"))
    floor.venue.held[YES] = Shares.of(25)
    for _ in range(8):
        floor.track(order)
    floor.clock.move(timedelta(minutes=15))
    return floor.track(order)


def parked_alert(floor: Floor, order: LiveOrder) -> OpenAlert | None:
    return floor.store.tables.lt_alerts.get(parked_key(order.lt_order_id))


def events(floor: Floor, order: LiveOrder) -> list[str]:
    """What the order's history says, in its order."""
    logged = floor.store.tables.order_events_log
    return [each.event for each in logged if each.lt_order_id == order.lt_order_id]
