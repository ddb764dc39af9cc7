"""The exchange: takes orders, matches them, keeps the book while the world's time passes."""

from collections import Counter, defaultdict
from math import inf

from ltsys.simulator.exchange import rules
from ltsys.simulator.exchange.book import Level, Resting
from ltsys.simulator.exchange.envelope import Envelope, decode
from ltsys.simulator.exchange.events import Events
from ltsys.simulator.exchange.keys import ApiKey
from ltsys.simulator.exchange.ledger import Ledger
from ltsys.simulator.exchange.matching import Match, Matcher, is_filled, plan_matches
from ltsys.simulator.exchange.order import HOUSE, Fill, Order
from ltsys.simulator.exchange.redemption import Redeemer
from ltsys.simulator.units import DUST, taker_fee
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.world import World


class Exchange:
    """Everything that depends on what was posted.

    Together with the world's facts, the same orders at the same simulated times give
    the same fills: what happens between two requests is worked out moment by moment
    in `advance`, however long the gap was.
    """

    def __init__(self, world: World, *, settle_s: float = 0) -> None:
        """Nobody has an account, an order or a key yet."""
        self.world = world
        self.events = Events()
        self.ledger = Ledger()
        self.redeemer = Redeemer(self.ledger)
        self.orders: dict[str, Order] = {}
        self.fills_by_owner: defaultdict[str, list[Fill]] = defaultdict(list)
        self.refused: Counter[str] = Counter()
        self.posts = 0
        self._wallets = {HOUSE: HOUSE}
        self._derived: dict[tuple[str, int], str] = {}
        self._resting: dict[str, Resting] = {}
        self._due = inf
        self._rulings = 0
        self._matcher = Matcher(self.ledger, self.fills_by_owner, settle_s=settle_s)

    def submit(self, key: ApiKey, payload: object, now: float) -> Order:
        """The accepted order, matched as far as it goes and resting if it may.

        Raises:
            VenueError: refused or killed; either is counted under its kind.
        """
        self.posts += 1
        try:
            return self._submit(key, decode(payload), now)
        except VenueError as error:
            self.refused[error.kind] += 1
            raise

    def cancel(self, order_id: str, key: ApiKey) -> str | None:
        """Take an order off the book; otherwise the reason why not (VENUE §7)."""
        order = self.orders.get(order_id.lower())
        if order is None or order.owner_address != key.address:
            return "Order not found or already canceled"
        if order.status == "MATCHED":
            return "order already matched"
        if order.status != "LIVE":
            return "already canceled or matched"
        self._drop(order, "CANCELED")
        return None

    def working(self, key: ApiKey) -> list[Order]:
        """The caller's orders on the book, oldest first."""
        return [
            order
            for resting in self._resting.values()
            for order in resting.orders.values()
            if order.owner_address == key.address
        ]

    def book(self, market: Market) -> Resting:
        """The market's book; one that nobody uses is made for the asking and forgotten."""
        return self._resting.get(market.condition_id) or Resting(market, seen_until=0)

    def wallet_of(self, key: ApiKey, signature_type: int) -> str:
        """The wallet that the venue derives from signer and signature type (VENUE §10)."""
        return self._derived.get((key.address, signature_type), key.address)

    def bind_wallet(self, wallet: str, signer: str, signature_type: int) -> bool:
        """Let a signer trade for a wallet; False if it is another's."""
        if self._wallets.setdefault(wallet, signer) != signer:
            return False
        self._derived[signer, signature_type] = wallet
        return True

    def advance(self, now: float) -> None:
        """Let happen, in order of time, all that happens up to now."""
        self.world.look(now)
        if self._rulings != self.world.rulings:
            self._rulings, self._due = self.world.rulings, -inf
        while self._due <= now:
            at, resting = min(
                ((self._next_event(each), each) for each in self._resting.values()),
                key=lambda event: event[0],
                default=(inf, None),
            )
            if resting is None or at > now:
                self._due = at
                return
            self._happen(resting, at)

    def _submit(self, key: ApiKey, envelope: Envelope, now: float) -> Order:
        found = self.world.by_token.get(envelope.token_id)
        if found is None:
            raise rules.no_orderbook(envelope.token_id)
        market, outcome_index = found
        order_id = rules.proven_order_id(envelope, market, key)
        if order_id in self.orders:
            raise rules.duplicated(order_id)
        signed = envelope.signed
        if not self.bind_wallet(signed.maker, key.address, signed.signature_type):
            text = "maker address not allowed, please use the deposit wallet flow"
            raise VenueError(400, text, kind="maker")
        if not market.is_open(now):
            raise rules.no_orderbook(market.condition_id)
        rules.check_lifetime(envelope, order_id, now)
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
            price=rules.price_on_tick(envelope, order_id, market),
            created_at=now,
            expiration=envelope.expiration,
            remaining=signed.maker_amount,
        )
        rules.check_size(envelope, order_id, market)
        self._trade(order, envelope, now)
        return order

    def _trade(self, order: Order, envelope: Envelope, now: float) -> None:
        point = self.world.last_price(order.market, now)
        resting = self._track(order.market, now)
        matches = plan_matches(order, resting.levels(point, bids=not order.is_bid))
        is_immediate = order.order_type in {"FOK", "FAK"}
        if is_immediate or matches:
            rules.check_marketable_minimum(envelope)
        self._check_balance(order, matches)
        if envelope.post_only and matches:
            raise rules.would_cross(order.order_id)
        self.orders[order.order_id] = order
        if order.order_type == "FOK" and not is_filled(order, matches):
            matches = []
        if is_immediate and not matches:
            order.status = "KILLED"
            raise rules.killed(envelope, order.order_id)
        for match in matches:
            self._matcher.execute(order, match, now)
            self._finish_if_done(match.level)
        if is_immediate or order.is_done:
            order.status = "MATCHED"
            return
        resting.orders[order.order_id] = order
        self.ledger.reserve(order, order.remaining)
        self._due = -inf

    def _check_balance(self, order: Order, matches: list[Match]) -> None:
        """Cash covers the whole order with its fee, or shares cover the sale (VENUE §5.2)."""
        if order.is_buy:
            market = order.market
            rate, exponent = market.fee_rate, market.fee_exponent
            fees = (taker_fee(m.shares, m.price, rate=rate, exponent=exponent) for m in matches)
            needed, free = order.maker_units + sum(fees), self.ledger.free_cash(order.maker)
        else:
            needed, free = order.maker_units, self.ledger.free_shares(order.maker, order.token)
        if needed > free:
            raise rules.not_enough(free, needed)

    def _track(self, market: Market, now: float) -> Resting:
        resting = self._resting.get(market.condition_id)
        if resting is None:
            resting = self._resting[market.condition_id] = Resting(market, seen_until=now)
            self._due = -inf
        resting.seen_until = now
        return resting

    def _finish_if_done(self, level: Level) -> None:
        if level.order is not None and level.order.is_done:
            self._drop(level.order, "MATCHED")

    def _drop(self, order: Order, status: str) -> None:
        order.status = status
        self.ledger.reserve(order, -order.remaining)
        del self._resting[order.market.condition_id].orders[order.order_id]

    def _next_event(self, resting: Resting) -> float:
        """When something happens next in a market that somebody has a stake in."""
        market = resting.market
        times: list[float] = []
        if market.payouts is not None and market.resolves_at is not None:
            times.append(market.resolves_at)
        if resting.orders:
            price_at = self.world.next_price_at(market, resting.seen_until)
            times += [at for at in (price_at, market.ends_at) if at is not None]
            times += [_expires_at(order) for order in resting.orders.values()]
        return min(times, default=inf)

    def _happen(self, resting: Resting, at: float) -> None:
        """Expire, close, trade with the house at a new price, and redeem, whatever is due."""
        market = resting.market
        for order in list(resting.orders.values()):
            if not market.is_open(at):
                self._drop(order, "CANCELED_MARKET_RESOLVED")
            elif _expires_at(order) <= at:
                self._drop(order, "CANCELED")
        resting.seen_until = max(resting.seen_until, at)
        self._meet_house(resting, at)
        if market.is_resolved(at):
            self.redeemer.resolved(market, at)
            del self._resting[market.condition_id]

    def _meet_house(self, resting: Resting, at: float) -> None:
        """Fill resting orders that the house's new quotes have reached, at the orders' prices."""
        bids, asks = resting.quotes(self.world.last_price(resting.market, at))
        for is_bid, house in ((True, asks), (False, bids)):
            sign = -1 if is_bid else 1
            mine = [order for order in resting.orders.values() if order.is_bid == is_bid]
            traded = 0
            for order in sorted(mine, key=lambda each: (sign * each.book_price, each.sequence)):
                depth = sum(
                    level.shares for level in house if sign * (level.price - order.book_price) >= 0
                )
                shares = min(order.open_shares, depth - traded)
                if shares < DUST:
                    continue
                traded += shares
                self._matcher.hit(order, shares, at)
                self._finish_if_done(Level(order.book_price, 0, order))


def _expires_at(order: Order) -> float:
    """A GTD order dies a minute before its stated second (VENUE §5.2)."""
    return order.expiration - rules.GTD_EARLY_S if order.order_type == "GTD" else inf
