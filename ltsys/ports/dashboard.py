"""What the pages ask of the books: one snapshot a page, so that its numbers agree.

The records are read models: sums and sentences for showing, never inputs to a decision.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, Protocol, Self, TypeVar

from ltsys.domain.breaker import Breaker
from ltsys.domain.errors import LtsysError
from ltsys.domain.halt import Halt
from ltsys.domain.ids import ConditionId, FtWalletId, LtOrderId, StrategyId, UserId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.strategy import Mode, RiskRules, RiskState, Strategy
from ltsys.ports.accounts import AccountFacts
from ltsys.ports.queries import AlertRow, FillRow, LogRow, OrderRow

RowT = TypeVar("RowT")


class BadPlaceError(LtsysError):
    """No slice of that table begins there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Generic[RowT]):
    """Some rows of many. `after` asks for the next ones; None at the end."""

    rows: tuple[RowT, ...]
    total: int
    """How many the filters admit, shown here or not."""
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a slice begins, and how many rows it may have."""

    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """None admits everything."""

    strategy_id: StrategyId | None = None
    statuses: frozenset[OrderStatus] | None = None
    code: str | None = None
    """Of a denial."""
    text: str | None = None
    """Part of the market's title or the whole id of an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """None admits everything."""

    strategy_id: StrategyId | None = None
    level: str | None = None
    stage: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the resolved orders of somebody came to, in one row; fees apart (LESSONS L41)."""

    order_count: int
    open_count: int
    resolved_count: int
    won_count: int
    lost_count: int
    pnl: Usd
    pnl_today: Usd
    """Of orders resolved in the running UTC day of the venue."""
    drawdown_ratio: Decimal
    """The deepest fall of capital + cumulative results, as a ratio of the peak before it."""
    sharpe: Decimal | None
    """Mean ÷ sample deviation of the results of single orders; None below two."""

    @property
    def win_rate(self) -> Decimal | None:
        """Won ÷ (won + lost); None before the first."""
        decided = self.won_count + self.lost_count
        return Decimal(self.won_count) / decided if decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FtBoardRow:
    """A forward-test wallet and its results since it began."""

    wallet_id: FtWalletId
    display_name: str
    is_active: bool
    problem: str | None
    starting_balance: Usd
    at_risk: Usd
    """Dollars in open virtual orders."""
    started_at: datetime
    method: str
    results: Results


@dataclass(frozen=True, slots=True, kw_only=True)
class LtBoardRow:
    """A live strategy and its results since it trades with the money it trades with now."""

    strategy: Strategy
    rules: RiskRules
    state: RiskState
    breakers: tuple[Breaker, ...]
    """Those that are tripped and stop it now."""
    results: Results
    denied_count: int
    rejected_count: int
    filled_count: int
    working_count: int
    fill_rate: Decimal | None
    slippage_ratio: Decimal | None
    latency_ms: int | None
    """The mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Every wallet and every strategy."""

    forward: tuple[FtBoardRow, ...]
    live: tuple[LtBoardRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """What was resolved in one step of time, of one wallet or strategy; venue time."""

    name: str
    at: datetime
    """When the step begins."""
    pnl: Usd
    resolved_count: int
    won_count: int
    lost_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Results step by step, oldest first; a step without a result is left out.

    A step is a UTC day, or less where the results span less than three of them.
    """

    step: timedelta
    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One cause of the difference between a strategy and its forward test, in dollars."""

    cause: str
    order_count: int
    amount: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The forward test's results since the launch, and how they became the strategy's.

    `forward + sum of the rows == live`, over orders whose results are known on each side.
    """

    forward: Usd
    live: Usd
    rows: tuple[GapRow, ...]
    order_count: int
    """FT orders since the launch."""
    compared_count: int
    """Those whose results both sides know, or of which only the forward test had an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """Shares of one outcome that a strategy holds, with one kind of money; no tests."""

    strategy_id: StrategyId
    mode: Mode
    condition_id: ConditionId
    title: str
    slug: str | None
    event_slug: str | None
    token_label: str
    shares: Shares
    cost: Usd
    fees: Usd
    order_count: int
    price: Decimal | None
    """The last price that the market was seen at; None is not known (LESSONS L42)."""
    priced_at: datetime | None
    end_at: datetime | None
    is_provisional: bool
    """Whether a fill of it may still fail."""

    @property
    def worth(self) -> Usd | None:
        return None if self.price is None else self.shares.paying(self.price)

    @property
    def open_pnl(self) -> Usd | None:
        worth = self.worth
        return None if worth is None else worth - self.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRow:
    """The end of a position: what its shares paid, and since when it can be used."""

    lt_order_id: LtOrderId
    strategy_id: StrategyId
    title: str
    slug: str | None
    event_slug: str | None
    token_label: str
    outcome: str
    mode: Mode
    shares: Shares
    cost: Usd
    pnl: Usd
    resolved_at: datetime
    settles_at: datetime | None
    """Venue time at which the payout becomes available; None once it is."""

    @property
    def payout(self) -> Usd:
        return self.cost + self.pnl


@dataclass(frozen=True, slots=True, kw_only=True)
class FillLine:
    """A fill with the order and the market that it belongs to."""

    fill: FillRow
    lt_order_id: LtOrderId
    strategy_id: StrategyId
    title: str
    slug: str | None
    event_slug: str | None
    token_label: str
    signal_price: Decimal
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalCount:
    """How often one code refused."""

    code: str
    is_ours: bool
    """Denied by us; else the venue said no."""
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipCount:
    """How often forward tests passed a leader's trade by, for one reason."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """The moments of an order's way, each None until it came; of two clocks (DESIGN §4)."""

    condition_id: ConditionId
    trader: str
    ft_order_id: str | None
    traded_at: datetime | None
    """Venue time of the leader's trade."""
    ingested_at: datetime | None
    ft_booked_at: datetime | None
    queued_at: datetime | None
    decided_at: datetime
    prepared_at: datetime | None
    answered_at: datetime | None
    first_fill_at: datetime | None
    resolved_at: datetime | None
    """Venue time."""
    settles_at: datetime | None
    ft_size: Usd | None
    ft_price: Decimal | None
    ft_outcome: str | None
    ft_pnl: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFacts:
    """What stands above every page."""

    ticked_at: datetime | None
    working_count: int
    unknown_count: int
    parked_count: int
    critical_count: int
    warning_count: int
    last_error: LogRow | None
    gates: Mapping[str, bool]
    """Whether each gate is open now."""
    halts: tuple[Halt, ...]
    """Those that stand and that the user may know of."""


class DashboardReads(Protocol):
    """The questions, all answered from one snapshot."""

    def head(self) -> HeadFacts: ...

    def board(self, today: date, only: str | None = None) -> Board:
        """Of all, or of one wallet or strategy and what belongs to it."""
        ...

    def timeline(self, names: Sequence[str]) -> Timeline:
        """Of these wallets and strategies together."""
        ...

    def gaps(self, strategy_ids: Sequence[StrategyId]) -> Mapping[StrategyId, Gap]:
        """Of each that the user may see."""
        ...

    def orders(self, wanted: OrderFilter, place: Place) -> Slice[OrderRow]:
        """Newest first."""
        ...

    def timings(self, lt_order_id: LtOrderId) -> Timings | None: ...

    def fills(self, strategy_id: StrategyId | None, place: Place) -> Slice[FillLine]:
        """Newest first."""
        ...

    def refusals(self, strategy_id: StrategyId | None) -> tuple[RefusalCount, ...]:
        """The most frequent first."""
        ...

    def skips(self) -> tuple[SkipCount, ...]:
        """The most frequent first."""
        ...

    def positions(self, strategy_id: StrategyId | None) -> tuple[PositionRow, ...]:
        """The dearest first."""
        ...

    def payouts(self, strategy_id: StrategyId | None, place: Place) -> Slice[PayoutRow]:
        """Newest first."""
        ...

    def logs(self, wanted: LogFilter, place: Place) -> Slice[LogRow]:
        """Newest first."""
        ...

    def alerts(self, *, is_open: bool, place: Place) -> Slice[AlertRow]:
        """Open ones by severity, cleared ones by time."""
        ...

    def account(self) -> AccountFacts | None:
        """Of the user who asks; None where nobody in particular does."""
        ...


class Dashboard(Protocol):
    """Opens snapshots."""

    def as_user(self, user_id: UserId) -> Self:
        """The same, with that user's rows alone (LESSONS L63)."""
        ...

    def reading(self) -> AbstractContextManager[DashboardReads]:
        """Raises StoreUnavailableError."""
        ...
