"""What the world consists of: markets, leaders' trades and prices.

None of it ever changes, but for a market's course of resolution, which the operator may
override from now on (`World.override_resolution`).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import sha256

from ltsys.simulator.units import ONE

_V2_MASK = ((1 << 64) - 1) << 40


@dataclass(frozen=True, slots=True)
class ResolutionStep:
    """From `at` on the oracle says this: `proposed`, with these payouts, or `disputed`."""

    at: int
    status: str
    payouts: tuple[int, int] | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Market:
    """One market with two outcomes; times are unix seconds, amounts are units.

    `steps` lead to `resolves_at`, in order of time; a market without them is settled in one
    step, as short crypto markets are (VENUE §16.5). A market that names no event is the only
    one of an event that is called like itself. Takers wait `seconds_delay`; a game's book is
    cleared when it starts (VENUE §5.3). `rebate_ratio` of the fees goes to makers (VENUE §11).
    """

    condition_id: str
    gamma_id: str
    slug: str
    title: str
    category: str
    outcomes: tuple[str, str]
    tokens: tuple[str, str]
    opens_at: int
    starts_at: int
    ends_at: int | None
    resolves_at: int | None
    payouts: tuple[int, int] | None
    steps: tuple[ResolutionStep, ...] = ()
    event_slug: str = ""
    event_title: str = ""
    neg_risk: bool = False
    tick: int = 10_000
    min_size: int = 5 * ONE
    fee_rate: int = 70_000
    fee_exponent: int = 1
    rebate_ratio: int = 200_000
    seconds_delay: int = 0
    game_starts_at: int | None = None

    def __post_init__(self) -> None:
        """Name the event of a market that stands alone."""
        self.event_slug = self.event_slug or self.slug
        self.event_title = self.event_title or self.title

    @property
    def event_id(self) -> str:
        """The event's number, derived from its slug; 31 bits are what the SDK takes."""
        return str(int(sha256(f"event|{self.event_slug}".encode()).hexdigest()[:8], 16) >> 1)

    @property
    def question_id(self) -> str:
        """The oracle's name for the question."""
        return "0x" + sha256(f"question|{self.condition_id}".encode()).hexdigest()

    @property
    def neg_risk_id(self) -> str:
        """The name of the event whose markets share one "yes"; empty for a standard market."""
        if not self.neg_risk:
            return ""
        return "0x" + sha256(f"neg_risk|{self.event_slug}".encode()).hexdigest()

    @property
    def has_taker_delay(self) -> bool:
        """Whether takers are held for 50 ms inside the call: crypto and finance (VENUE §5.3)."""
        return self.category in {"crypto", "finance"}

    def starts_game(self, after: float, until: float) -> bool:
        """Whether its game starts in (after, until], which clears its book (VENUE §5.3)."""
        return self.game_starts_at is not None and after < self.game_starts_at <= until

    def is_open(self, now: float) -> bool:
        """Whether it accepts orders."""
        ends_at = self.ends_at
        return (
            self.opens_at <= now and (ends_at is None or now < ends_at) and not self.is_closed(now)
        )

    def is_closed(self, now: float) -> bool:
        """Whether Gamma calls it closed."""
        return self.resolves_at is not None and now >= self.resolves_at

    def is_resolved(self, now: float) -> bool:
        """Whether it is closed with a result; an unknown winner never comes (L44)."""
        return self.payouts is not None and self.is_closed(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderTrade:
    """A trade as the Data API will show it; size and price are as recorded, off-grid included."""

    wallet: str
    name: str
    market: Market
    outcome_index: int
    side: str
    size: Decimal
    price: Decimal
    usdc_size: Decimal
    timestamp: int
    transaction_hash: str


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A market's last price from `at` on: the price in units of one of its outcomes."""

    at: int
    outcome_index: int
    price: int


def to_units(value: Decimal) -> int:
    """A decimal to the nearest millionth (half to even; neither side is favoured)."""
    return int((value * ONE).to_integral_value(ROUND_HALF_EVEN))


def is_second_protocol(token_id: int) -> bool:
    """Whether an id is of the venue's second protocol: its bits 40 to 103 are nought (VENUE §0)."""
    return not token_id & _V2_MASK


def derived_condition_id(slug: str) -> str:
    """The condition id of a market for which none was recorded."""
    return "0x" + sha256(f"condition|{slug}".encode()).hexdigest()


def derived_gamma_id(slug: str) -> str:
    """The number by which Gamma knows a market for which none was recorded."""
    return str(int(sha256(slug.encode()).hexdigest()[:8], 16))


def derived_token_id(slug: str, outcome: str) -> str:
    """The token id of an outcome without a recorded one; never of the v2 form (VENUE §0)."""
    seed = f"token|{slug}|{outcome}"
    while True:
        token = int(sha256(seed.encode()).hexdigest(), 16)
        if not is_second_protocol(token):
            return str(token)
        seed += "|again"
