"""Two strategies on one wallet, many workers at once, and a venue that keeps its word."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import cycle

from live_made import (
    ACCOUNT,
    NOON,
    STRATEGY,
    WALLET,
    a_book,
    a_market,
    a_match,
    a_strategy,
    a_wallet,
    an_ft_order,
)
from stocked import taken

from ltsys.adapters.memory import (
    DigestSigner,
    HandClock,
    KeptHaltFile,
    ScriptedMarketData,
    ScriptedVenue,
)
from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.breaker import BreakerRule
from ltsys.domain.errors import (
    HaltedError,
    OutcomeUnknownError,
    RefusedError,
    VenueUnavailableError,
)
from ltsys.domain.fees import taker_fee
from ltsys.domain.ids import ConditionId, FtOrderId, FtWalletId, SourceTradeId, StrategyId, TokenId
from ltsys.domain.market import Market, Outcome
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.strategy import RiskRules
from ltsys.domain.venue import (
    Accepted,
    AcceptedStatus,
    FillStatus,
    Killed,
    SignedOrder,
    VenueBalance,
    VenueFill,
    VenueOrder,
    VenueOrderStatus,
)
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.desk import Desk, Patience
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.launch_strategy import launch_strategy
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.set_breaker_rule import set_breaker_rule
from ltsys.usecases.track_order import track_order

OTHER = StrategyId("LT_FT_OTHER")
OTHER_WALLET = FtWalletId("FT_OTHER")
WALLETS = {STRATEGY: WALLET, OTHER: OTHER_WALLET}
SLOTS = (("77", True), ("77", True), ("78", False), ("79", False))
"""The event of each market that is traded at a time, and whether it is neg-risk."""
_MICRO = Decimal("0.000001")
_MAY_FAIL = (HaltedError, VenueUnavailableError, RefusedError)
"""What a worker meets and tries again later, or was refused."""
Job = Callable[[], object]


class MachineClock(HandClock):
    """The venue's time is moved by hand; the machine's is the one that Postgres has too."""

    def wall(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class HonestVenue(ScriptedVenue):
    """Matches no more than was asked for, and shows cash without what has settled.

    `fates` say what becomes of each post in turn: an error that is raised, or the parts of the
    order, in hundredths, that are matched one after the other.
    """

    fates: Iterable[Exception | Killed | tuple[int, ...]] = ()
    taken: dict[str, tuple[tuple[int, ...], datetime]] = field(default_factory=dict)
    hidden: deque[VenueFill] = field(default_factory=deque)
    known: set[str] = field(default_factory=set)
    fee_rate: Decimal = Decimal(0)
    clock: HandClock = field(default_factory=lambda: HandClock(NOON))
    guard: threading.Lock = field(default_factory=threading.Lock)

    def post(self, signed: SignedOrder) -> Accepted | Killed:
        with self.guard:
            self.posted.append(signed)
            fate = next(self.fates)
            if isinstance(fate, Killed):
                return fate
            is_lost = isinstance(fate, OutcomeUnknownError)
            if isinstance(fate, Exception) and not is_lost:
                raise fate
            parts = (60, 40) if is_lost else fate
            assert signed.order_id not in self.known, "what may have happened was sent again"
            self.known.add(signed.order_id)
            self.taken[signed.order_id] = (parts, self.clock.now())
        if is_lost:
            raise fate
        return Accepted(
            order_id=signed.order_id,
            status=AcceptedStatus.LIVE,
            matched_usd=None,
            matched_shares=None,
        )

    def balance(self) -> VenueBalance:
        settled = [m for m in self.matches if m.status is FillStatus.CONFIRMED]
        return VenueBalance(cash=self.cash - sum(map(self._cost, settled), ZERO_USD))

    def _cost(self, match: VenueFill) -> Usd:
        cost = (match.price * match.shares).rounded_down()
        if not match.is_taker:
            return cost
        return cost + taker_fee(match.shares, match.price, rate=self.fee_rate, exponent=Decimal(1))

    def match(self, row, *, late: bool) -> None:
        """The order's matches are fixed, and told one by one; it is over at the venue."""
        parts, posted_at = self.taken.pop(row["order_id"])
        total = Decimal(0)
        for number, part in enumerate(parts):
            dollars = Decimal(row["maker_units"]) * part / 10**8
            shares = (dollars / row["limit_price"]).quantize(_MICRO, rounding=ROUND_DOWN)
            total += shares
            fill = a_match(
                row["order_id"],
                number=len(self.matches) + len(self.hidden),
                shares=str(shares),
                price=str(row["limit_price"]),
                status=FillStatus.MATCHED,
                matched_at=posted_at,
                condition_id=row["condition_id"],
                token_id=row["token_id"],
                is_taker=number == 0,
            )
            self.hidden.append(fill) if late else self.matches.append(fill)
        self.shown[row["order_id"]] = VenueOrder(
            order_id=row["order_id"],
            condition_id=row["condition_id"],
            token_id=row["token_id"],
            status=VenueOrderStatus.MATCHED if parts else VenueOrderStatus.CANCELED,
            original=Shares(total),
            matched=Shares(total),
        )

    def tell(self, count: int) -> None:
        """Some matches that it kept to itself so far."""
        for _ in range(min(count, len(self.hidden))):
            self.matches.append(self.hidden.popleft())

    def settle(self, count: int, status: FillStatus) -> None:
        """The oldest matches that are not final yet get their end."""
        open_ones = [n for n, m in enumerate(self.matches) if m.status is FillStatus.MATCHED]
        for number in open_ones[:count]:
            self.matches[number] = replace(self.matches[number], status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is fixed for a whole sequence; `limits` are of the two strategies."""

    limits: tuple[RiskRules, RiskRules]
    cash: Usd
    fee_rate: Decimal
    fates: tuple[object, ...]
    breaker_rules: tuple[BreakerRule, ...] = ()
    workers: int = 8


class Crowd:
    """The workers, what they work on, and what a sequence of news does to it."""

    def __init__(self, url: str, world: World) -> None:
        self.store = PostgresStore(url, pool_size=world.workers).open()
        self.world, self.clock = world, MachineClock(NOON)
        self.rules = dict(zip(WALLETS, world.limits, strict=True))
        self.venue = HonestVenue(
            fates=cycle(world.fates), fee_rate=world.fee_rate, clock=self.clock, cash=world.cash
        )
        self.desk = Desk(
            store=self.store,
            market_data=ScriptedMarketData(),
            signer=DigestSigner(),
            venue=self.venue,
            shadow=ScriptedVenue(),
            clock=self.clock,
            halt_file=KeptHaltFile(),
            account=ACCOUNT,
            patience=Patience(cash_is_fresh_for=timedelta(0)),
        )
        self.number, self.generation = 0, [0] * len(SLOTS)
        self.slots: list[Market] = []
        self.ended: list[ConditionId] = []
        self.later: dict[datetime, datetime] = {}
        self._open()

    def _open(self) -> None:
        add_account("ann", ACCOUNT, signature_type=2, key_reference="env:KEY", store=self.store)
        for strategy_id, wallet_id in WALLETS.items():
            add_ft_wallet(a_wallet(wallet_id=wallet_id), leader_pool=None, store=self.store)
            strategy = a_strategy(
                strategy_id=strategy_id, ft_wallet_id=wallet_id, max_signal_age_s=10**7
            )
            launch_strategy(strategy, self.rules[strategy_id], store=self.store)
        for rule in self.world.breaker_rules:
            set_breaker_rule(rule, by="ann", store=self.store)
        self.slots = [self._next_market(slot) for slot in range(len(SLOTS))]

    def _next_market(self, slot: int) -> Market:
        self.generation[slot] += 1
        event_id, is_neg_risk = SLOTS[slot]
        name = f"{slot}{self.generation[slot]:03}"
        condition_id = ConditionId(f"0x{name:0>64}")
        tokens = [TokenId(f"{name}{side}") for side in (1, 2)]
        market = a_market(
            condition_id=condition_id,
            event_id=event_id,
            is_neg_risk=is_neg_risk,
            fee_rate=self.world.fee_rate,
            outcomes=tuple(
                Outcome(label=label, token_id=token, price=Decimal("0.4"))
                for label, token in zip(("Yes", "No"), tokens, strict=True)
            ),
        )
        self.desk.market_data.shown[condition_id] = market
        for token in tokens:
            self.desk.market_data.books[token] = a_book(
                token_id=token, condition_id=condition_id, is_neg_risk=is_neg_risk
            )
        with self.store.transaction() as tx:
            tx.save_markets([market], checked_at=self.clock.wall())
        return market

    # news, one after the other

    def signal(self, strategy_id: StrategyId, slot: int, side: int, size: int) -> None:
        """The forward test of the strategy took a trade."""
        self.number += 1
        market = self.slots[slot]
        outcome = market.outcomes[side]
        order = an_ft_order(
            self.number,
            source_trade_id=SourceTradeId(f"trade-{self.number}"),
            ft_order_id=FtOrderId(f"ft-{self.number}"),
            wallet_id=WALLETS[strategy_id],
            condition_id=market.condition_id,
            token_id=outcome.token_id,
            token_label=outcome.label,
            size=Usd.of(size),
            order_time=self.clock.now(),
        )
        taken(self.store, [order], wallet_id=order.wallet_id)

    def end(self, slot: int, *, first_wins: bool) -> None:
        """The market of the slot is over, and another one of its event takes its place."""
        market = self.slots[slot]
        prices = (Decimal(1), Decimal(0)) if first_wins else (Decimal(0), Decimal(1))
        outcomes = zip(market.outcomes, prices, strict=True)
        self.desk.market_data.shown[market.condition_id] = replace(
            market,
            is_closed=True,
            is_resolved=True,
            accepts_orders=False,
            outcomes=tuple(replace(each, price=price) for each, price in outcomes),
        )
        self.ended.append(market.condition_id)
        self.slots[slot] = self._next_market(slot)

    def move(self, hours: int) -> None:
        """Venue time passes, while the workers are at it."""
        before = self.clock.now()
        self.clock.set(now=before + timedelta(hours=hours))
        self.later[before] = self.clock.now()

    def match_what_was_posted(self, *, late: bool) -> None:
        posted = list(self.venue.taken)
        for row in self.rows("SELECT * FROM lt_orders WHERE order_id = ANY (%s)", posted):
            self.venue.match(row, late=late)

    # work, many at once

    def queued(self) -> list[Job]:
        """Every signal that waits, delivered twice."""
        with self.store.transaction() as tx:
            tx.queue_signals(self.clock.now(), None)
        waiting = self.rows("SELECT * FROM lt_seen_trades WHERE outcome = 'queued'")
        keys = [(row["strategy_id"], row["source_trade_id"]) for row in waiting]
        return [lambda key=key: execute_order(key, desk=self.desk) for key in keys * 2]

    def looks(self) -> list[Job]:
        """Every order that is not over, looked at twice."""
        rows = self.rows(
            "SELECT lt_order_id FROM lt_orders WHERE status <> 'denied' AND outcome = 'OPEN'"
            " AND (reserved_usd > 0 OR EXISTS (SELECT 1 FROM lt_fills f WHERE f.lt_order_id ="
            " lt_orders.lt_order_id AND f.status = 'matched'))"
        )
        ids = [row["lt_order_id"] for row in rows]
        return [lambda each=each: track_order(each, desk=self.desk) for each in ids * 2]

    def resolutions(self) -> list[Job]:
        """Every market that is over, by two workers."""
        world = {"store": self.store, "market_data": self.desk.market_data, "clock": self.clock}
        return [lambda each=each: resolve_market(each, **world) for each in self.ended * 2]

    def work(self, jobs: Sequence[Job]) -> None:
        """All of it, by as many workers as there are; what one may meet is met again later."""

        def run(job: Job) -> None:
            with suppress(*_MAY_FAIL):
                job()

        with ThreadPoolExecutor(self.world.workers) as pool:
            list(pool.map(run, jobs))

    def rows(self, query: str, *values) -> list[dict]:
        """What plain SQL says."""
        with self.store._pool.connection() as connection:
            return connection.execute(query, values or None).fetchall()
