"""The database, as far as stages, changes that wait, and the paper venue are concerned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ltsys.domain.change import ChangeEvent, ChangeRequest, PendingChange
from ltsys.domain.ids import Address, FtWalletId, StrategyId, TokenId, VenueOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Shares, Usd
from ltsys.domain.promotion import Record
from ltsys.domain.shadow import ShadowOrder
from ltsys.domain.stage import StageStep
from ltsys.domain.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRow:
    """A drill that somebody ran and recorded."""

    recorded_at: datetime
    """Machine time."""
    recorded_by: str
    is_clean: bool
    certificate: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class FtCopy:
    """What a strategy last saw of its FT wallet's settings, each in words by its name."""

    strategy_id: StrategyId
    wallet_id: FtWalletId
    seen: dict[str, str] | None
    """None where it never looked."""


class ShadowStore(Protocol):
    """What the paper venue remembers."""

    def order_of_envelope(self, order_id: VenueOrderId) -> LiveOrder | None:
        """The order whose newest envelope it is."""
        ...

    def add_shadow_order(self, order: ShadowOrder) -> None:
        """Raises AlreadyRecordedError where the envelope was offered before."""
        ...

    def shadow_order(self, order_id: VenueOrderId) -> ShadowOrder | None: ...

    def shadow_shares(self, wallet: Address, token_id: TokenId) -> Shares:
        """Of all paper fills of the wallet whose outcome is not booked yet."""
        ...


class StageStore(Protocol):
    """Stages and what is known for the next one."""

    def set_stage(self, step: StageStep, *, is_new_mode: bool) -> None:
        """Compare-and-set on the stage before, with its row of history. Raises StaleWriteError.

        With a new mode the time in which the mode's numbers count begins.
        """
        ...

    def log_stage(self, step: StageStep) -> None:
        """The row of history alone, for a strategy that was just launched."""
        ...

    def stage_steps(self, strategy_id: StrategyId) -> tuple[StageStep, ...]:
        """Oldest first."""
        ...

    def live_strategies(self) -> tuple[StrategyId, ...]:
        """Those that are active and may send real orders."""
        ...

    def stage_record(self, strategy_id: StrategyId) -> Record: ...

    def save_drill(self, drill: DrillRow) -> None: ...

    def last_drill(self) -> DrillRow | None: ...


class ChangeStore(Protocol):
    """Changes that wait, and what strategies know of their FT wallets."""

    def add_change(self, request: ChangeRequest) -> PendingChange:
        """Raises AlreadyRecordedError where one of the same subject is open."""
        ...

    def end_change(self, change: PendingChange, event: ChangeEvent, *, by: str, why: str) -> None:
        """Compare-and-set on the status. Raises StaleWriteError."""
        ...

    def confirm_change(self, change: PendingChange, *, by: str, effective_at: datetime) -> None:
        """The wait of a proposed change begins. Raises StaleWriteError."""
        ...

    def change(self, change_id: int) -> PendingChange | None: ...

    def changes(
        self, strategy_id: StrategyId | None, *, only_open: bool
    ) -> tuple[PendingChange, ...]:
        """Newest first."""
        ...

    def due_changes(self, wall: datetime) -> tuple[PendingChange, ...]:
        """Those whose cooling-off time is over, oldest first."""
        ...

    def ft_copies(self) -> tuple[FtCopy, ...]:
        """Of every active strategy."""
        ...

    def save_ft_copy(self, strategy_id: StrategyId, seen: dict[str, str]) -> None: ...

    def set_bet_cap(self, strategy_id: StrategyId, cap: Usd | None) -> None:
        """Raises StaleWriteError where there is no such strategy."""
        ...

    def save_settings(self, strategy: Strategy) -> None:
        """Tolerance, time in force, signal age and cooldown are the strategy's; nothing else is.

        The caller holds its lock. Raises StaleWriteError where there is no such strategy.
        """
        ...
