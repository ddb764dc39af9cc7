"""Changes that raise risk: they wait, may be withdrawn, and then take effect (LESSONS L61)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ltsys.domain.errors import IllegalTransitionError
from ltsys.domain.ids import StrategyId


class ChangeKind(StrEnum):
    STAGE = "stage"
    """Go on to the next stage."""
    LIMIT = "limit"
    """Loosen one limit."""
    SETTING = "setting"
    """Loosen how orders are sent: the slippage tolerance, the age of signals, a rest."""
    SIZING = "sizing"
    """Take over how the FT wallet sizes its bets now; only its owner can start the wait."""


class ChangeStatus(StrEnum):
    """What became of a change; only the first two are still open."""

    PROPOSED = "proposed"
    """Nobody has confirmed it yet: no time runs."""
    PENDING = "pending"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    """When its time had come it was not safe any more."""
    REPLACED = "replaced"
    """A newer change of the same subject took its place."""


class ChangeEvent(StrEnum):
    CONFIRM = "confirm"
    APPLY = "apply"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    REPLACE = "replace"


_S, _E = ChangeStatus, ChangeEvent

TRANSITIONS: dict[tuple[ChangeStatus, ChangeEvent], ChangeStatus] = {
    (_S.PROPOSED, _E.CONFIRM): _S.PENDING,
    (_S.PROPOSED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.PROPOSED, _E.REPLACE): _S.REPLACED,
    (_S.PENDING, _E.APPLY): _S.APPLIED,
    (_S.PENDING, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.PENDING, _E.REFUSE): _S.REFUSED,
    (_S.PENDING, _E.REPLACE): _S.REPLACED,
}

OPEN = frozenset({ChangeStatus.PROPOSED, ChangeStatus.PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """What somebody wants. `subject` is the one thing that changes: the stage, or a limit."""

    strategy_id: StrategyId
    kind: ChangeKind
    subject: str
    before: str | None
    """In words that its use case reads back; None is no limit."""
    after: str | None
    requested_at: datetime
    """Machine time, as all times of a change."""
    requested_by: str
    effective_at: datetime | None
    """When it takes effect; None while nobody has confirmed it."""

    @property
    def status(self) -> ChangeStatus:
        """As it begins."""
        return ChangeStatus.PROPOSED if self.effective_at is None else ChangeStatus.PENDING

    def __str__(self) -> str:
        return f"{self.subject} from {self.before or 'none'} to {self.after or 'none'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingChange:
    """A request as it stands now."""

    change_id: int
    request: ChangeRequest
    status: ChangeStatus
    ended_at: datetime | None = None
    ended_by: str | None = None
    why: str | None = None
    """What ended it, in a sentence."""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def is_due(self, wall: datetime) -> bool:
        """Whether its cooling-off time is over."""
        at = self.request.effective_at
        return self.status is ChangeStatus.PENDING and at is not None and at <= wall


def after(status: ChangeStatus, event: ChangeEvent) -> ChangeStatus:
    """The status that follows. Raises IllegalTransitionError where the table has no such row."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransitionError(f"a change that is {status} cannot {event}") from None
