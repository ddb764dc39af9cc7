"""What the venue says of our wallet against what our books say of it (LESSONS L05, L54, L60).

Both sides move while they are read, and news takes its time to reach everybody. So money is
compared as spans: whatever is under way, or younger than the grace, may be counted already or
not. At rest a span is one number.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.ids import Address, ConditionId, LtOrderId, TokenId, VenueOrderId, VenueTradeId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import ENDED, OrderStatus
from ltsys.domain.venue import FillStatus, VenueFill, VenueOrder

CASH_TOLERANCE = Decimal("0.01")
"""Dollars. Compared with what was seen at first, not with the last time: leaks add up."""

SHARES_TOLERANCE = Decimal("0.01")
"""Fills may be dust-short (VENUE §5.1)."""

_ZERO = Decimal(0)


class Result(StrEnum):
    CLEAN = "clean"
    DRIFT = "drift"
    INCOMPLETE = "incomplete"
    """Something could not be asked: nothing is known, and nothing follows."""


class Kind(StrEnum):
    """What differs."""

    UNKNOWN_ORDER = "unknown_order"
    """The venue works an order that we never signed."""
    REVIVED_ORDER = "revived_order"
    """The venue works an order that is over in our books."""
    ORDER_NOT_SHOWN = "order_not_shown"
    """We think that an order rests, and the venue does not show it."""
    MISSED_FILL = "missed_fill"
    FAILED_FILL = "failed_fill"
    """We count a fill that failed to settle."""
    FILL_DIFFERS = "fill_differs"
    PHANTOM_FILL = "phantom_fill"
    """We count a fill that the venue does not list."""
    UNKNOWN_TRADE = "unknown_trade"
    """Our wallet traded, by an order that is not ours."""
    TOKEN_BALANCE = "token_balance"  # noqa: S105  a token of a market, no secret
    COLLATERAL = "collateral"


class Action(StrEnum):
    """What was done about a finding."""

    WATCHED = "watched"
    """Seen for the first time: told only if it stands in the next reconciliation too."""
    ALERTED = "alerted"
    ASKED = "asked"
    """Handed to whoever asks the venue about single orders; no drift by itself."""
    CORRECTED = "corrected"


CORRECTABLE = frozenset({Kind.MISSED_FILL, Kind.FAILED_FILL})
"""What the books may follow without a person: a fill of our own order, told by the venue."""

AMOUNTS = frozenset({Kind.TOKEN_BALANCE, Kind.COLLATERAL})
"""Of these what is accepted is how much it is now; of the others that it is so at all."""

FindingKey = tuple[Kind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference. `difference` is theirs − ours in dollars or shares, None for no number."""

    kind: Kind
    key: str
    ours: str
    theirs: str
    difference: Decimal | None = None
    action: Action = Action.WATCHED
    lt_order_id: LtOrderId | None = None

    @property
    def name(self) -> FindingKey:
        """The same difference has the same name in every reconciliation."""
        return self.kind, self.key

    def __str__(self) -> str:
        by = "" if self.difference is None else f" (difference {self.difference:+f})"
        return f"{self.kind} {self.key}: ours {self.ours}, the venue's {self.theirs}{by}"


def alert_key(wallet: Address, finding: Finding) -> str:
    """The alert of a difference that stands."""
    return f"{alert_prefix(wallet)}{finding.kind}:{finding.key}"


def alert_prefix(wallet: Address) -> str:
    """What the keys of all such alerts of a wallet begin with."""
    return f"reconciliation:{wallet}:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A number that is somewhere from `least` to `most`; None is without an end."""

    least: Decimal
    most: Decimal | None

    def __add__(self, other: "Span") -> "Span":
        ends = (self.most, other.most)
        most = None if None in ends else sum((end for end in ends if end is not None), _ZERO)
        return Span(least=self.least + other.least, most=most)

    def minus(self, amount: Decimal) -> "Span":
        most = None if self.most is None else self.most - amount
        return Span(least=self.least - amount, most=most)

    def distance(self, other: "Span") -> Decimal:
        """How far this lies above (+) or below (−) the other; nought where they meet."""
        if other.most is not None and self.least > other.most:
            return self.least - other.most
        if self.most is not None and self.most < other.least:
            return self.most - other.least
        return _ZERO

    def __str__(self) -> str:
        if self.most == self.least:
            return f"{self.least:f}"
        return f"{self.least:f} to {'any' if self.most is None else f'{self.most:f}'}"


def exactly(amount: Decimal) -> Span:
    return Span(least=amount, most=amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedOrder:
    """One envelope of ours. `is_young` says that its order moved within the grace."""

    lt_order_id: LtOrderId
    status: OrderStatus
    is_newest: bool
    is_young: bool
    is_parked: bool

    @property
    def is_over(self) -> bool:
        return self.status in ENDED or not self.is_newest


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedFill:
    lt_order_id: LtOrderId
    order_id: VenueOrderId
    trade_id: VenueTradeId
    status: FillStatus
    shares: Shares
    cost: Usd
    is_young: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Shares of a token that all strategies and modes of the wallet bought.

    `payout` is dollars a share as our books have the outcome, None while it is open there.
    """

    token_id: TokenId
    condition_id: ConditionId
    bought: Span
    payout: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Our side at one moment.

    `holdings` leaves out tokens whose redemption was seen; `redeemed` are the dollars those paid.
    """

    orders: Mapping[VenueOrderId, BookedOrder]
    fills: tuple[BookedFill, ...]
    holdings: tuple[Holding, ...]
    spent: Span
    redeemed: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The venue's side. `cash` spans what it said before and after the tokens were asked for."""

    asked_at: datetime
    """Venue time."""
    since: datetime
    """Venue time from which on `trades` is complete."""
    orders: tuple[VenueOrder, ...]
    trades: tuple[VenueFill, ...]
    """Our part of each."""
    shares: Mapping[TokenId, Shares]
    cash: Span
    over: Mapping[TokenId, Decimal | None] = field(default_factory=dict)
    """Dollars a share in markets that ended, None where the outcome is not out yet."""

    @property
    def named(self) -> tuple[VenueOrderId, ...]:
        """Every order that the venue speaks of."""
        names = {order.order_id for order in self.orders}
        return tuple(sorted(names | {trade.order_id for trade in self.trades}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What earlier reconciliations left.

    `unexplained` are dollars of the wallet that our books do not know of: the owner's own, which
    stay the same but for what he moves and says so. `accepted` is what an operator said is right:
    shares by their number, everything else by its name.
    """

    unexplained: Span | None = None
    accepted: Mapping[FindingKey, Decimal] = field(default_factory=dict)
    standing: Collection[FindingKey] = ()
    """What the last complete reconciliation found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    findings: tuple[Finding, ...]
    missed: Mapping[FindingKey, VenueFill]
    """The venue's word on each fill that can be corrected."""
    observed: Span | None
    """What of the cash did not come from our orders, as it looks now."""
    unexplained: Span | None
    """The same, as all looks agree on it."""
    arrived: tuple[Holding, ...]
    """Winners whose shares have left the wallet: their redemption was seen."""

    @property
    def is_clean(self) -> bool:
        return all(finding.action is Action.ASKED for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much was compared."""

    orders: int = 0
    trades: int = 0
    tokens: int = 0
    corrections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One comparison of one wallet; `_at` is machine time but for `asked_at`, venue time."""

    wallet: Address
    started_at: datetime
    ended_at: datetime
    result: Result
    asked_at: datetime | None = None
    cash: Span | None = None
    observed: Span | None = None
    unexplained: Span | None = None
    counts: Counts = field(default_factory=Counts)
    findings: tuple[Finding, ...] = ()
    why: str = ""
    """What could not be asked."""
