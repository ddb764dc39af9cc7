"""The collaborators of the use cases, put together once a process."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ltsys.domain.gate import Gate
from ltsys.domain.ids import Address
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.promotion import Gates
from ltsys.domain.strategy import Mode
from ltsys.ports import Clock, MarketData, ModelScores, OrderVenue, Signer, TradeFeed, Venue
from ltsys.ports.halts import HaltFile
from ltsys.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long we wait before we look again; machine time."""

    kick_again_after: timedelta = timedelta(seconds=15)
    first_check_after: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(seconds=60)
    repost_after_checks: int = 2
    """The one look at which the envelope is posted again, if at all."""
    repost_within: timedelta = timedelta(minutes=2)
    """Of the plan, in venue time: what is older is asked about and never placed late."""
    conclude_after_checks: int = 7
    """More than a minute of looks ever further apart (VENUE §3.5)."""
    warn_after_checks: int = 10
    """An order that is still not over by then is one that somebody should look at (L27)."""
    park_after: timedelta = timedelta(minutes=15)
    """Of the post, in machine time: what is not settled by then waits for an operator."""
    cancel_again_after: timedelta = timedelta(seconds=20)
    """A killed order that still works is asked to be canceled again."""
    overdue_after: timedelta = timedelta(minutes=2)
    """A signal or an answer that waits longer is alerted about (LESSONS L51)."""
    reconcile_every: timedelta = timedelta(seconds=60)
    """The tick of the comparison with the venue; a clean one is trusted for three."""
    reconcile_grace: timedelta = timedelta(seconds=30)
    """What is younger may not have reached everybody: it is not compared yet."""

    cash_is_fresh_for: timedelta = timedelta(seconds=5)
    """Machine time: an older reading is asked for again before it may deny an order."""

    def pause(self, check_count: int) -> timedelta:
        """Twice as long each time, up to the longest."""
        doubled = self.first_check_after * (1 << min(check_count, 10))
        return min(doubled, self.longest_pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that the money path works with."""

    store: Store
    market_data: MarketData
    signer: Signer
    venue: Venue
    shadow: OrderVenue
    """Fills orders on paper, by the real book."""
    clock: Clock
    halt_file: HaltFile
    """Read right before every plan and every post."""
    account: str
    """Names the trading account inside derived salts; never secret."""
    patience: Patience = field(default_factory=Patience)
    required_gates: frozenset[Gate] = frozenset()
    """Those that must be open before a new order may be planned."""
    books_since: datetime | None = None
    """Machine time before which nothing is known to a simulator, which forgets when it ends."""
    repost_identical: bool = False
    """Whether an unknown order may be asked about by posting its envelope again (VENUE §3.5)."""

    def venue_of(self, order: LiveOrder) -> OrderVenue:
        """Where the order is posted and looked at: nothing of a shadow order reaches the venue."""
        return self.shadow if order.mode is Mode.SHADOW else self.venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """What promotions and changes of limits work with; nobody needs a trading key for them."""

    store: Store
    clock: Clock
    gates: Gates = field(default_factory=Gates)
    """What a strategy must have shown before it goes on to its next stage."""
    cooling_off: timedelta = timedelta(minutes=10)
    """Machine time between an order that raises risk and its effect (LESSONS L61)."""
    books_since: datetime | None = None
    """As the desk's: comparisons with the venue before it are not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the forward tests work with."""

    store: Store
    feed: TradeFeed
    market_data: MarketData
    scores: ModelScores
    clock: Clock
    excluded_leaders: frozenset[Address] = frozenset()
    """Nobody follows them by way of a pool."""
