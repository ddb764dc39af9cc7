"""One order from its signal to its payout, lived through by processes that may end at any step."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
from live_made import NO_LIMITS, WALLET, a_strategy, a_wallet
from mortal import Crash, Fate, MortalHttp, MortalSigner, MortalStore
from psycopg.rows import dict_row

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.memory import HandClock, KeptHaltFile, ScriptedVenue
from ltsys.adapters.polymarket.auth import (
    ApiCredentials,
    RequestSigner,
    create_or_derive_credentials,
)
from ltsys.adapters.polymarket.client import PolymarketVenue
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.market_data import PolymarketMarketData
from ltsys.adapters.polymarket.signing import PolymarketSigner
from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.ids import Address
from ltsys.domain.money import Usd
from ltsys.stack import Simulator, World, played
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.desk import Desk
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.launch_strategy import launch_strategy
from ltsys.usecases.queue_signals import due_signals, queue_signals
from ltsys.usecases.resolve_market import markets_to_resolve, resolve_market, settle_due
from ltsys.usecases.track_order import due_orders, track_order
from ltsys.workload import Target, write_ft_order

Act = Callable[[], None]

KEY = "0x" + "5" * 64
CHAIN_ID = 137
PLENTY_USD = 1_000_000_000
BEGINS = "2026-09-21T14:15:00+00:00"
SETTLE_S = 10
COOLDOWN_S = 60
RESOLVED_AFTER = timedelta(seconds=90)
"""Of a market's end; longer than a cooldown too."""
ROUND = timedelta(seconds=61)
"""As long as the longest pause between two looks: in every round everything is due."""
MOST_ROUNDS = 12
"""More than an order that was never posted needs to be given up."""


@dataclass(frozen=True)
class Signal:
    """One life's work: an offer of two prices, and an order that takes all of it and asks more."""

    number: int
    target: Target
    size_usd: int
    given_at: datetime

    @property
    def trade_id(self) -> str:
        return f"crash:{self.number:04d}"


class Life:
    """The system as one process, from a signal to its payout; ends where its fate says."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def take(self) -> None:
        """What the workers do at once: each stage's kick reaches the next."""
        for key in queue_signals(store=self.desk.store, clock=self.desk.clock):
            self._execute(key)

    def look(self) -> None:
        for lt_order_id in due_orders(desk=self.desk):
            track_order(lt_order_id, desk=self.desk)

    def resolve(self) -> None:
        desk = self.desk
        for condition_id in markets_to_resolve(store=desk.store, clock=desk.clock):
            resolve_market(
                condition_id, store=desk.store, market_data=desk.market_data, clock=desk.clock
            )

    def settle(self) -> None:
        settle_due(store=self.desk.store, clock=self.desk.clock)

    def sweep(self) -> None:
        """What the beats start, whatever happened before."""
        self.take()
        for key in due_signals(desk=self.desk):
            self._execute(key)
        self.look()
        self.resolve()
        self.settle()

    def _execute(self, key) -> None:
        placed = execute_order(key, desk=self.desk)
        if placed is not None:
            track_order(placed, desk=self.desk)


class Floor:
    """A real database and a real venue, with one account and one strategy without limits.

    `books` is a connection that nobody of the system uses, `store` is what prepares a signal.
    """

    def __init__(
        self,
        simulator: Simulator,
        database_url: str,
        store: PostgresStore,
        books: psycopg.Connection,
        http: Http,
    ) -> None:
        self.simulator, self.books = simulator, books
        self._database_url, self._store, self._http = database_url, store, http
        self._data = PolymarketMarketData(http, simulator.url, simulator.url)
        self._machine = SystemClock()
        self.clock = HandClock(datetime.fromisoformat(BEGINS), self._machine.wall())
        self._credentials = _credentials(http, simulator.url, self._machine)
        self._signer = PolymarketSigner(KEY, CHAIN_ID, 0, owner=self._credentials.api_key)
        self.account = Address(self._signer.address.lower())
        self._numbers = count(1)
        self._launch()

    def _launch(self) -> None:
        deposit = {"address": self.account, "cash_usd": str(PLENTY_USD)}
        self.simulator.ask("POST", "/sim/accounts", deposit)
        now, store = self.clock.now(), self._store
        strategy = a_strategy(
            wallet_address=self.account,
            launched_at=now,
            initial_capital=Usd.of(PLENTY_USD),
            slippage_tolerance=0,
            cooldown_s=COOLDOWN_S,
        )
        add_account("ann", self.account, signature_type=0, key_reference="file", store=store)
        add_ft_wallet(a_wallet(started_at=now), leader_pool=None, store=store)
        assert launch_strategy(strategy, NO_LIMITS, store=store)

    @contextmanager
    def process(self, fate: Fate, *, repost: bool) -> Iterator[Life]:
        """A process with the real adapters and connections of its own to the database."""
        url = self.simulator.url
        http = MortalHttp(self._http, fate)
        requests = RequestSigner(self._signer.address, self._credentials)
        with MortalStore(self._database_url, fate) as store:
            desk = Desk(
                store=store,
                market_data=PolymarketMarketData(http, url, url),
                signer=MortalSigner(self._signer, fate),
                venue=PolymarketVenue(http, url, requests, self._machine, signature_type=0),
                shadow=ScriptedVenue(),
                clock=self.clock,
                halt_file=KeptHaltFile(),
                account=self.account,
                repost_identical=repost,
            )
            yield Life(desk)

    def signal(self) -> Signal:
        """A fresh one, in a market of its own, committed as another system would write it."""
        # of a market that has not begun both outcomes are offered at many prices
        *_, row = self.simulator.ask("GET", "/markets?limit=10")
        (market,) = self._data.markets([row["conditionId"]])
        outcome = market.outcomes[0]
        book = self._data.book(outcome.token_id)
        best, second, *_ = sorted(book.asks, key=lambda level: level.price)
        on_offer = sum((level.price * level.shares).amount for level in (best, second))
        target = Target(
            market=market,
            token_id=outcome.token_id,
            label=outcome.label,
            # at a tolerance of nothing this is the limit, and the better price is below it
            price=second.price.per_share,
        )
        signal = Signal(next(self._numbers), target, int(on_offer) + 100, self.clock.now())
        self._write(signal)
        return signal

    def _write(self, signal: Signal) -> None:
        with self._store.transaction() as tx:
            tx.save_markets([signal.target.market], checked_at=signal.given_at)
        # nobody knows the wallet's cash any more, so that its reading is a step of each life
        self.books.execute("UPDATE wallets SET collateral_usd = NULL, collateral_at = NULL")
        write_ft_order(
            self.books,
            signal.target,
            wallet_id=WALLET,
            trade_id=signal.trade_id,
            size_usd=signal.size_usd,
            at=signal.given_at,
        )

    def repeat(self, act: Act, *, while_any: str) -> None:
        """A round after another while such rows exist, for as many as any order needs.

        Only machine time passes: the venue stands still, so that its book stays as it was.
        """
        for _ in range(MOST_ROUNDS):
            if self.books.execute(while_any).fetchone()["n"] == 0:
                return
            self.clock.set(wall=self.clock.wall() + ROUND)
            act()

    def set_clock(self) -> None:
        """Machine time is this machine's again, which the database's own stamps are of."""
        self.clock.set(wall=self._machine.wall())

    def confirm(self, signal: Signal) -> None:
        """The venue's trades are final."""
        self._advance_to(signal.given_at + timedelta(seconds=2 * SETTLE_S))

    def end_market(self, signal: Signal) -> None:
        """The signal's outcome, the first of its market, has won."""
        market = signal.target.market
        ruling = {"condition_id": market.condition_id, "ruling": "settle", "winner": 0}
        if self.clock.now() < market.end_at:
            self.simulator.ask("POST", "/sim/markets", ruling)
        self._advance_to(market.end_at + RESOLVED_AFTER)

    def end_cooldown(self, signal: Signal) -> None:
        """The payout may be used again."""
        self._advance_to(signal.target.market.end_at + 2 * RESOLVED_AFTER)

    def _advance_to(self, moment: datetime) -> None:
        if moment > self.clock.now():
            self.simulator.advance_to(moment.timestamp())
            self.clock.set(now=moment)


UNDONE = """
    SELECT (SELECT count(*) FROM ft_orders f WHERE NOT EXISTS (
                   SELECT 1 FROM lt_seen_trades s WHERE s.source_trade_id = f.source_trade_id))
         + (SELECT count(*) FROM lt_seen_trades WHERE outcome = 'queued')
         + (SELECT count(*) FROM lt_orders
             WHERE status IN ('planned', 'submitting', 'unknown', 'live', 'partially_filled')) AS n
"""
UNCONFIRMED = "SELECT count(*) AS n FROM lt_orders WHERE next_check_at IS NOT NULL"
UNRESOLVED = "SELECT count(*) AS n FROM lt_orders WHERE outcome = 'OPEN' AND executed_shares > 0"
UNSETTLED = "SELECT count(*) AS n FROM lt_orders WHERE settles_at IS NOT NULL"


def live(life: Life, floor: Floor, signal: Signal) -> None:
    """The signal is taken and carried to its payout, with no step more than that needs."""
    life.take()
    _carry(floor, signal, look=life.look, resolve=life.resolve, settle=life.settle)


def recover(life: Life, floor: Floor, signal: Signal) -> None:
    """As `live`, by the sweeps alone; the last one finds nothing to do."""
    _carry(floor, signal, look=life.sweep, resolve=life.sweep, settle=life.sweep)
    life.sweep()


def _carry(floor: Floor, signal: Signal, *, look: Act, resolve: Act, settle: Act) -> None:
    floor.repeat(look, while_any=UNDONE)
    floor.confirm(signal)
    floor.repeat(look, while_any=UNCONFIRMED)
    floor.end_market(signal)
    floor.repeat(resolve, while_any=UNRESOLVED)
    floor.end_cooldown(signal)
    floor.repeat(settle, while_any=UNSETTLED)


def crashes(floor: Floor, signal: Signal, fate: Fate, *, repost: bool) -> bool:
    """Whether the process died of its fate on the way."""
    with floor.process(fate, repost=repost) as life:
        try:
            live(life, floor, signal)
        except Crash:
            return True
    return False


@contextmanager
def open_floor(folder: Path, database_url: str) -> Iterator[Floor]:
    """Leaves no process and no connection."""
    alike = ("--category", "crypto", "--market-minutes", "5", "--settle-s", str(SETTLE_S))
    alike += ("--start", BEGINS)
    world = World(seed=7, is_paused=True, extra=alike)
    with (
        played(world, folder) as simulator,
        PostgresStore(database_url, pool_size=1) as store,
        psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as books,
        closing(Http()) as http,
    ):
        yield Floor(simulator, database_url, store, books, http)


def _credentials(http: Http, url: str, machine: SystemClock) -> ApiCredentials:
    now_s = int(machine.wall().timestamp())
    return create_or_derive_credentials(http, url, KEY, CHAIN_ID, timestamp_s=now_s)
