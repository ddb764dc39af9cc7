"""The database, in the domain's words: one transaction at a time, none across an HTTP call (L57).

Every method may raise what its database raises when it is down; the task base lets such errors
end the task, and a sweep starts it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ltsys.domain.denial import Denial
from ltsys.domain.ft_order import FtOrder
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ids import (
    Address,
    ConditionId,
    FtWalletId,
    LtOrderId,
    SourceTradeId,
    StrategyId,
    UserId,
    VenueOrderId,
)
from ltsys.domain.ledger import Book, Posting
from ltsys.domain.live_order import Fill, LiveOrder
from ltsys.domain.market import Market
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderEvent
from ltsys.domain.restatement import Booked
from ltsys.domain.source_trade import SourceTrade
from ltsys.domain.strategy import Mode, RiskRules, RiskState, Signal, Strategy
from ltsys.domain.trader import TraderStatistics
from ltsys.domain.venue import SignedOrder
from ltsys.ports.accounts import AccountStore
from ltsys.ports.answers import AnswerStore
from ltsys.ports.breakers import BreakerStore
from ltsys.ports.decisions import DecisionStore
from ltsys.ports.halts import HaltStore
from ltsys.ports.keys import KeyStore
from ltsys.ports.operations import OperationsStore
from ltsys.ports.reconciliation import ReconciliationStore
from ltsys.ports.records import (
    Execution,
    LogEntry,
    Outbox,
    PreparedOrder,
    Sighting,
    SignalKey,
    Tracking,
    WalletDecisions,
    WalletWork,
)
from ltsys.ports.stages import ChangeStore, ShadowStore, StageStore
from ltsys.ports.stream import StreamStore


class FeedStore(Protocol):
    """Leaders, their trades, and markets."""

    def followed_leaders(self) -> tuple[Address, ...]:
        """Everybody whom an active wallet follows."""
        ...

    def leaders_to_refresh(self, before: datetime) -> tuple[Address, ...]:
        """Followed leaders whose statistics are older than that, or not there."""
        ...

    def trade_cursor(self, trader: Address) -> datetime | None: ...

    def add_source_trades(
        self, trader: Address, trades: Sequence[SourceTrade], *, cursor_at: datetime | None
    ) -> int:
        """Adds those not known yet, in the order of commits; returns how many (LESSONS L50)."""
        ...

    def note_synced(self, trader: Address, *, at: datetime) -> None:
        """The leader's feed was read to its end at that moment (LESSONS L51)."""
        ...

    def unknown_markets(self, condition_ids: Iterable[ConditionId]) -> tuple[ConditionId, ...]:
        """Those that we hold nothing of, or not what event they belong to."""
        ...

    def save_markets(self, markets: Sequence[Market], *, checked_at: datetime) -> None:
        """Writes what the venue says; a resolved price never changes again (LESSONS L44)."""
        ...

    def markets(self, condition_ids: Iterable[ConditionId]) -> dict[ConditionId, Market]: ...

    def average_trades(self, trader: Address, since: datetime) -> tuple[Usd | None, Usd | None]:
        """The trader's mean trade since a moment, and over everything we hold of them."""
        ...

    def save_statistics(self, statistics: TraderStatistics, *, at: datetime) -> None: ...

    def statistics(self, traders: Iterable[Address]) -> dict[Address, TraderStatistics]: ...

    def save_pool(self, pool: str, traders: Sequence[Address], *, at: datetime) -> None: ...

    def pool_refreshed_at(self, pool: str) -> datetime | None: ...

    def wanted_pools(self) -> tuple[str, ...]: ...

    def save_probabilities(self, scores: Mapping[SourceTradeId, Decimal]) -> None: ...

    def open_markets(self, now: datetime) -> tuple[Market, ...]:
        """Some markets that accept orders now, the ones with the latest trades first."""
        ...


class ForwardTestStore(Protocol):
    """Forward-test wallets and what they decided."""

    def add_ft_wallet(
        self,
        wallet: FtWallet,
        *,
        leader_pool: str | None,
        problem: str | None,
        owner: UserId | None = None,
    ) -> bool:
        """False if it exists; it is then left alone. Without an owner it is everybody's."""
        ...

    def active_wallets(self, *, seen_by: str | None = None) -> tuple[FtWalletId, ...]:
        """All, or those that this user may mirror: their own and those that are shared."""
        ...

    def wallet_work(self, wallet_id: FtWalletId, limit: int, *, lock: bool) -> WalletWork | None:
        """None when the wallet is inactive, broken, or (with `lock`) busy elsewhere."""
        ...

    def open_ft_orders(self, wallet_id: FtWalletId) -> tuple[FtOrder, ...]: ...

    def save_decisions(self, decisions: WalletDecisions) -> None:
        """Raises StaleWriteError when the cursor moved meanwhile."""
        ...

    def note_evaluated(self, wallet_id: FtWalletId, *, at: datetime) -> None:
        """The wallet had decided about everything known at that moment (LESSONS L51)."""
        ...

    def queue_signals(self, now: datetime, wallet_id: FtWalletId | None) -> tuple[SignalKey, ...]:
        """Puts every open FT order of the look-back into the outbox of its strategies, once.

        With a wallet only its strategies, else all of them. Returns what was added.
        """
        ...

    def markets_to_resolve(self, now: datetime) -> tuple[ConditionId, ...]:
        """Markets in which something is open: often just after their end, else now and then.

        A market may be closed before its end, or end at no stated time.
        """
        ...

    def open_ft_orders_in(self, condition_id: ConditionId) -> tuple[FtOrder, ...]: ...

    def close_ft_orders(self, orders: Sequence[FtOrder]) -> None: ...


class LiveStore(Protocol):
    """Strategies, their orders, and their money."""

    def due_signals(self, kicked_before: datetime, limit: int) -> tuple[SignalKey, ...]:
        """Queued signals that nobody has been told of since then; marks them as told."""
        ...

    def markets_of_queued_signals(self) -> tuple[ConditionId, ...]:
        """Markets of waiting signals that we do not know yet, or not the event of."""
        ...

    def signal(self, strategy_id: StrategyId, source_trade_id: SourceTradeId) -> Signal | None:
        """Read without a lock; None when there is no such row."""
        ...

    def queued_signal(
        self, strategy_id: StrategyId, source_trade_id: SourceTradeId
    ) -> Signal | None:
        """As `signal`, and None too when it has been decided and answered."""
        ...

    def lock_execution(
        self, strategy_id: StrategyId, source_trade_id: SourceTradeId
    ) -> Execution | None: ...

    def add_denied(
        self, signal: Signal, denial: Denial, *, mode: Mode, planned_at: datetime
    ) -> None:
        """The order that was not, with its code and sentence; the signal leaves the outbox."""
        ...

    def note_denied(self, lt_order_id: LtOrderId, denial: Denial) -> None:
        """Why an order that was planned is denied after all."""
        ...

    def add_planned(self, order: LiveOrder, *, trader: Address, token_label: str) -> None:
        """Raises AlreadyRecordedError when the signal has its order, and StaleWriteError at the
        commit where the wallet's cash does not cover all that then works (LESSONS L30).
        """
        ...

    def save_envelope(self, order: LiveOrder, signed: SignedOrder, *, attempt: int) -> None:
        """The envelope as a row, and the order on its way for ANSWER_PATIENCE.

        Raises StaleWriteError, also under a halt (LESSONS L61) and where a live one was demoted.
        """
        ...

    def attempts(self, lt_order_id: LtOrderId) -> tuple[PreparedOrder, ...]:
        """Every envelope of an order, the newest last (LESSONS L08)."""
        ...

    def plan_again(self, before: LiveOrder, now: LiveOrder, *, detail: str) -> None:
        """An ended order has a new plan for its next attempt. Raises as `add_planned`."""
        ...

    def save_answer(
        self,
        order_id: VenueOrderId,
        *,
        state: str,
        text: str,
        matched: Usd | None,
        answered_at: datetime,
    ) -> None: ...

    def note_latency(self, lt_order_id: LtOrderId, latency_ms: int) -> None:
        """For an answer that moves nothing any more; a latency that was told stays."""
        ...

    def move_order(
        self,
        before: LiveOrder,
        now: LiveOrder,
        event: OrderEvent,
        *,
        detail: str,
        next_check_at: datetime | None,
        latency_ms: int | None = None,
    ) -> None:
        """Compare-and-set on the status, with its row of history. Raises StaleWriteError.

        `latency_ms` is told once, with the move that the venue's answer caused. An order that
        was parked is so no more.
        """
        ...

    def note_checked(
        self,
        before: LiveOrder,
        now: LiveOrder,
        event: OrderEvent | None,
        *,
        next_check_at: datetime | None,
        seen: Sighting | None = None,
        is_parked: bool = False,
    ) -> None:
        """The order was looked at once more; it moves if its status changed.

        With PARK or a new status as the event the history has a row of it.
        """
        ...

    def finish_signal(self, key: SignalKey, *, outcome: str, reason: str | None) -> None: ...

    def post(self, strategy_id: StrategyId, book: Book, posting: Posting) -> None:
        """Adds the entries. A second posting of one (cause, kind) raises AlreadyRecordedError,
        at the latest when the transaction commits.
        """
        ...

    def save_state(self, strategy_id: StrategyId, state: RiskState) -> None:
        """In the state's own book."""
        ...

    def due_orders(self, now: datetime, limit: int) -> tuple[LtOrderId, ...]:
        """Orders whose next look at the venue has come; it is put off by ANSWER_PATIENCE."""
        ...

    def lock_tracking(self, lt_order_id: LtOrderId, *, with_fills: bool = True) -> Tracking | None:
        """Without fills, which are most of the reading, there is no market either."""
        ...

    def order(self, lt_order_id: LtOrderId) -> LiveOrder | None: ...

    def add_fill(self, order: LiveOrder, fill: Fill) -> None: ...

    def move_fill(self, fill: Fill) -> None: ...

    def held_shares(self, order: LiveOrder) -> Shares:
        """Unresolved shares of the order's token in our books for its wallet.

        Of a shadow order those of all shadow orders; else those of all others (LESSONS L36).
        """
        ...

    def executed_orders_in(self, condition_id: ConditionId) -> tuple[LtOrderId, ...]:
        """Orders with shares and no outcome yet, of every strategy."""
        ...

    def working_orders_in(self, condition_id: ConditionId) -> tuple[LtOrderId, ...]: ...

    def close_order(
        self, order: LiveOrder, *, was: RiskState, resolved_at: datetime, settles_at: datetime
    ) -> None:
        """The order's outcome and result are booked; its payout settles later.

        `was` is how things stood before, kept to take the result back exactly (LESSONS L23).
        """
        ...

    def booked(self, order: LiveOrder) -> Booked | None:
        """How the outcome of an order was booked; None while it is open."""
        ...

    def restate_result(self, order: LiveOrder) -> None:
        """The result of an order with an outcome follows what is filled of it now."""
        ...

    def outbox(self) -> Outbox: ...

    def add_strategy(self, strategy: Strategy, rules: RiskRules, state: RiskState) -> bool:
        """False if it exists; its limits and state are then left alone."""
        ...

    def overdue_counters(self, now: datetime, limit: int) -> tuple[StrategyId, ...]:
        """Strategies of which a counter should have started anew by then, or never did (L33)."""
        ...

    def open_book(self, strategy_id: StrategyId, state: RiskState) -> None:
        """The strategy has balances and counters in the state's book, where it had none.

        Raises AlreadyRecordedError where it had.
        """
        ...

    def lock_state(self, strategy_id: StrategyId, book: Book | None = None) -> RiskState | None:
        """In the book in which the strategy trades now, unless another is named.

        None where it was never opened. The lock is on all books of the strategy.
        """
        ...

    def add_force_test(self, signal: Signal) -> None: ...

    def rules(self, strategy_id: StrategyId) -> tuple[Strategy, RiskRules]: ...

    def save_rules(self, strategy_id: StrategyId, rules: RiskRules) -> None:
        """The strategy's limits are these; the caller holds its lock."""
        ...

    def mark_resolved(self, condition_id: ConditionId, at: datetime) -> None: ...

    def due_settlements(self, now: datetime, limit: int) -> tuple[LtOrderId, ...]: ...

    def mark_settled(self, lt_order_id: LtOrderId) -> None: ...


class Transaction(
    FeedStore,
    ForwardTestStore,
    LiveStore,
    OperationsStore,
    BreakerStore,
    StreamStore,
    ReconciliationStore,
    AccountStore,
    KeyStore,
    DecisionStore,
    AnswerStore,
    HaltStore,
    StageStore,
    ChangeStore,
    ShadowStore,
    Protocol,
):
    """What can be read and written together."""

    def log(self, entry: LogEntry) -> None: ...

    def claim_slot(self, job: str, slot: int) -> bool:
        """True for the first to claim this tick of a job (LESSONS L59)."""
        ...

    def forget_slots(self, before: datetime) -> None:
        """Claims older than that are of no use any more."""
        ...


class Store(Protocol):
    """Opens transactions; leaving the block commits, an error rolls back."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...

    def reading(self) -> AbstractContextManager[Transaction]:
        """For reads that need not agree with each other; nothing may be written."""
        ...
