"""The exchange: takes orders, matches them, keeps the book while the world's time passes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ltsys.simulator.exchange import rules
from ltsys.simulator.exchange.accounts import Accounts
from ltsys.simulator.exchange.agenda import Action, Agenda
from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.exchange.book import Book
from ltsys.simulator.exchange.books import Books
from ltsys.simulator.exchange.clearing import Clearing
from ltsys.simulator.exchange.eip712 import exchange_of
from ltsys.simulator.exchange.envelope import Envelope, decode
from ltsys.simulator.exchange.events import BookChanged, Events, OrderChanged
from ltsys.simulator.exchange.heartbeats import Heartbeats
from ltsys.simulator.exchange.ledger import COLLATERAL, Ledger
from ltsys.simulator.exchange.lifecycle import Lifecycle
from ltsys.simulator.exchange.matching import Match, by_price, fee_of, is_filled, plan_matches
from ltsys.simulator.exchange.notifications import Notifications
from ltsys.simulator.exchange.order import Fill, Leg, Order
from ltsys.simulator.exchange.redemption import Redeemer
from ltsys.simulator.exchange.settlement import Settlement
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.world import World

_NOT_FOUND = "Order not found or already canceled"


@dataclass(frozen=True, slots=True)
class Parking:
    """What takers meet beyond their market's own delay (VENUE §5.3).

    Parked for `delay_s` simulated seconds more; where the processing `fails`, unmatched.
    """

    delay_s: float = 0
    fails: bool = False


class Exchange:
    """Everything that depends on what was posted.

    Together with the world's facts, the same orders at the same simulated times give
    the same fills: what happens between two requests is worked out moment by moment
    in `advance`, however long the gap was.

    `orders` holds every order whose hash was ever burnt, killed ones included (VENUE §3.3).
    For `hide_matched_orders_s` after a full match an order cannot be read (VENUE §8.1).
    `admit` may raise a VenueError for an order that the venue takes at other times.
    """

    def __init__(self, world: World, *, settle_s: float = 0) -> None:
        """Nobody has an account, an order or a key yet."""
        self.world = world
        self.events = Events()
        self.ledger = Ledger()
        self.accounts = Accounts()
        self.redeemer = Redeemer(self.ledger)
        self.orders: dict[str, Order] = {}
        self.refused: Counter[str] = Counter()
        self.refused_by_signer: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.posts = 0
        self.hide_matched_orders_s = 0.0
        self.parking = Parking()
        self.admit: Callable[[Envelope], None] = lambda _: None
        self.notifications = Notifications(self.orders)
        self.events.listen(self.notifications.hear)
        self._agenda = Agenda()
        self._books = Books(world, self.ledger, self.events)
        self.settlement = Settlement(self.ledger, self._agenda, self.events, settle_s=settle_s)
        self.heartbeats = Heartbeats(self._agenda, self._lapse)
        self._clearing = Clearing(self.ledger, self._books, self.settlement)
        self._lifecycle = Lifecycle(
            world, self._books, self._clearing, self.settlement, self.ledger, self.redeemer
        )

    @property
    def fills_by_owner(self) -> Mapping[str, list[Fill]]:
        """Everybody's trades by the address of his key, oldest first."""
        return self._clearing.fills_by_owner

    @property
    def fills_by_builder(self) -> Mapping[str, list[tuple[Fill, Leg]]]:
        """Trades with the side that a builder code brought, oldest first."""
        return self._clearing.fills_by_builder

    def submit(self, key: ApiKey, payload: object, now: float) -> Order:
        """The accepted order, matched as far as it goes and resting if it may.

        Raises:
            VenueError: refused or killed; either is counted under its kind.
        """
        self.posts += 1
        try:
            envelope = decode(payload)
            self.admit(envelope)
            return self._submit(key, envelope, now)
        except VenueError as error:
            self.refused[error.kind] += 1
            self.refused_by_signer[key.address][error.kind] += 1
            raise

    def cancel(self, order_id: str, key: ApiKey, now: float) -> str | None:
        """Take an order off the book; otherwise the reason why not (VENUE §7).

        That a delayed order's refusal is worded like this is a guess.
        """
        order = self.orders.get(order_id.lower())
        if order is None or order.owner_address != key.address or order.status == "KILLED":
            return _NOT_FOUND
        if order.status == "MATCHED":
            return "order already matched"
        if order.status == "DELAYED":
            return "order match delayed due to market conditions"
        if order.finished_at is not None:
            return "already canceled or matched"
        self._books.drop(order, "CANCELED", now)
        return None

    def find(self, order_id: str, key: ApiKey, now: float) -> Order | None:
        """An order of the caller that may be read: no killed one, no matched one at once."""
        order = self.orders.get(order_id.lower())
        if order is None or order.owner_address != key.address or order.status == "KILLED":
            return None
        if order.status == "MATCHED" and order.finished_at is not None:
            return order if now >= order.finished_at + self.hide_matched_orders_s else None
        return order

    def working(self, key: ApiKey) -> list[Order]:
        """The caller's orders on the book, oldest first."""
        return self._books.working(key.address)

    def book(self, market: Market) -> Book:
        """The market's book, to be read."""
        return self._books.book(market)

    def wallet_of(self, key: ApiKey, signature_type: int) -> str:
        """The wallet that the venue derives from signer and signature type (VENUE §10)."""
        return self.accounts.wallet_of(key.address, signature_type)

    def bind_wallet(self, wallet: str, signer: str, signature_type: int) -> bool:
        """Let a signer trade for a wallet; False if it is another's."""
        return self.accounts.bind(wallet, signer, signature_type)

    def schedule(self, at: float, action: Action) -> None:
        """Let something happen at a simulated time, in order with everything else."""
        self._agenda.add(at, action)

    def split(self, address: str, market: Market, units: int, now: float) -> bool:
        """Turn free dollars into pairs of a market; False if they do not suffice (VENUE §10)."""
        self._books.track(market, now)
        return self.ledger.split(address, market, units)

    def merge(self, address: str, market: Market, units: int) -> bool:
        """Turn free pairs of a market into dollars; False if they do not suffice."""
        return self.ledger.merge(address, market, units)

    @property
    def next_at(self) -> float:
        """When something happens next, as far as the world is known; infinity if nothing does."""
        return min(self._agenda.next_at, self._books.next_at)

    def advance(self, now: float) -> None:
        """Let happen, in order of time, all that happens up to now."""
        self.world.look(now)
        while self.next_at <= now:
            books_at = self._books.next_at
            if self._agenda.next_at <= books_at:
                self._agenda.run_next()
            else:
                self._lifecycle.happen(self._books.next_market(), books_at)

    def _submit(self, key: ApiKey, envelope: Envelope, now: float) -> Order:
        found = self.world.by_token.get(envelope.token_id)
        if found is None:
            raise rules.no_orderbook(envelope.token_id)
        market, outcome_index = found
        order_id = rules.proven_order_id(envelope, market, key)
        if order_id in self.orders:
            raise rules.duplicated(order_id)
        signed = envelope.signed
        self.accounts.check_may_trade(key.address, is_buy=envelope.is_buy)
        if not self.bind_wallet(signed.maker, key.address, signed.signature_type):
            text = "maker address not allowed, please use the deposit wallet flow"
            raise VenueError(400, text, kind="maker")
        rules.check_open(market, now)
        rules.check_lifetime(envelope, now)
        order = Order(
            order_id=order_id,
            sequence=len(self.orders),
            market=market,
            outcome_index=outcome_index,
            is_buy=envelope.is_buy,
            order_type=envelope.order_type,
            maker=signed.maker,
            owner=key.key,
            owner_address=key.address,
            maker_units=signed.maker_amount,
            taker_units=signed.taker_amount,
            price=rules.price_on_tick(envelope, order_id, self.world.tick(market, now)),
            created_at=now,
            expiration=envelope.expiration,
            remaining=signed.maker_amount,
            builder=envelope.builder,
        )
        rules.check_size(envelope, order_id, market)
        self._open(order, envelope, now)
        return order

    def _open(self, order: Order, envelope: Envelope, now: float) -> None:
        """Check what depends on the book, burn the hash, and trade or wait."""
        self._books.track(order.market, now)
        matches = self._plan(order, now)
        if order.is_immediate or matches:
            rules.check_marketable_minimum(envelope)
        self._check_funds(order, matches)
        if envelope.post_only and matches:
            raise rules.would_cross(order.order_id)
        self.orders[order.order_id] = order
        delay_s = order.market.seconds_delay + self.parking.delay_s
        if matches and delay_s:
            self._park(order, now, delay_s)
            return
        if _is_killed(order, matches):
            order.finish("KILLED", now)
            order.reason = rules.kill_reason(order.order_type)
            self.events.tell(OrderChanged(order=order, kind="CANCELLATION", at=now))
            raise rules.killed(order)
        self.events.tell(OrderChanged(order=order, kind="PLACEMENT", at=now))
        self._trade(order, matches, now)

    def _plan(self, order: Order, now: float) -> list[Match]:
        point = self.world.last_price(order.market, now)
        book = self._books.book(order.market)
        return plan_matches(order, book.levels(point, now, bids=not order.is_bid))

    def _check_funds(self, order: Order, matches: list[Match]) -> None:
        """Cash covers the whole order with its fee, or shares cover the sale (VENUE §5.2)."""
        needed, asset = order.maker_units, order.token
        if order.is_buy:
            needed += sum(fee_of(order, trade) for trade in by_price(matches))
            asset = COLLATERAL
        free = self.ledger.free(order.maker, asset)
        if needed > free:
            raise rules.not_enough(free, needed)
        spender = exchange_of(int(order.token), neg_risk=order.market.neg_risk)
        allowance = self.ledger.allowance(order.maker, asset, spender)
        if needed > allowance:
            raise rules.not_allowed(allowance, needed)

    def _trade(self, order: Order, matches: list[Match], now: float) -> None:
        """Carry the matches out; what is left rests, if it may."""
        book = self._books.book(order.market)
        for match in matches:
            book.take(match.level, match.shares, now, is_bid=not order.is_bid)
        self._clearing.sweep(order, matches, now)
        if order.is_immediate or order.is_done:
            order.finish("MATCHED", now)
        else:
            self._books.rest(order, now)
        if matches:
            self.events.tell(OrderChanged(order=order, kind="UPDATE", at=now))
        self.events.tell(BookChanged(market=order.market, at=now))

    def _park(self, order: Order, now: float, delay_s: float) -> None:
        """Hold a marketable order back (VENUE §5.3)."""
        order.status = "DELAYED"
        self.ledger.reserve(order, order.remaining)
        self.events.tell(OrderChanged(order=order, kind="PLACEMENT", at=now))
        release = partial(self._release, order, fails=self.parking.fails)
        self._agenda.add(now + delay_s, release)

    def _release(self, order: Order, at: float, *, fails: bool) -> None:
        """The delay is over: match with what is there now, or rest, or go."""
        self.ledger.reserve(order, -order.remaining)
        order.status = "LIVE"
        matches = [] if fails else self._plan(order, at)
        ending = self._ending(order, matches, at)
        if ending:
            order.finish(ending, at)
            self.events.tell(OrderChanged(order=order, kind="CANCELLATION", at=at))
            return
        if not matches:
            order.status = "UNMATCHED"
            self.events.tell(OrderChanged(order=order, kind="UPDATE", at=at))
            order.status = "LIVE"
        self._books.track(order.market, at)
        self._trade(order, matches, at)

    def _ending(self, order: Order, matches: list[Match], at: float) -> str:
        """The status with which a delayed order ends unmatched; empty if it does not."""
        if not order.market.is_open(at):
            return "CANCELED_MARKET_RESOLVED"
        try:
            self._check_funds(order, matches)
        except VenueError:
            return "CANCELED_NOT_ENOUGH_BALANCE"
        if _is_killed(order, matches):
            return "CANCELED_" + rules.kill_reason(order.order_type)
        return ""

    def _lapse(self, key: ApiKey, at: float) -> None:
        """Cancel all orders of an API key whose heartbeat stopped (VENUE §8.4)."""
        for order in self.working(key):
            if order.owner == key.key:
                self._books.drop(order, "CANCELED", at)


def _is_killed(order: Order, matches: list[Match]) -> bool:
    """Whether an immediate order finds too little: a FAK nothing, a FOK less than all."""
    if order.order_type == "FOK":
        return not is_filled(order, matches)
    return order.is_immediate and not matches
