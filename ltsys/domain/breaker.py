"""Circuit breakers: a rule that stops trading by itself, and what starts it again (DESIGN §7, L34).

A rule is one kind of number over one scope, a strategy or all of them. When the number goes
beyond its threshold the breaker trips: it stays until its own resume rule or a person clears
it. What led to one trip is not counted again after that.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.ids import StrategyId

LONGEST_WINDOW = 1000


class BreakerKind(StrEnum):
    """What is measured. Ratios, unless another unit stands here."""

    MEAN_SLIPPAGE = "mean_slippage"
    """Fill against signal price, on average over the last fills; positive is worse."""
    WORST_SLIPPAGE = "worst_slippage"
    """The same, of the worst of the last fills."""
    SPREAD = "spread"
    """Best ask less best bid of the book that a plan looks at; dollars a share."""
    LATENCY = "latency"
    """95th percentile of the last answers, from the committed FT order; milliseconds."""
    LIQUIDITY = "liquidity"
    """Offered within an order's limit price, in the book that its plan looks at; dollars."""
    REJECTIONS = "rejections"
    """Rejected by the venue, of its last answers."""
    CONSECUTIVE_LOSSES = "consecutive_losses"
    """Results below zero without another between them; a count."""
    DRAWDOWN = "drawdown"
    """Equity below its peak. Of all strategies: of the sum of their peaks."""


class Resume(StrEnum):
    """What ends a tripped breaker. A person may end any."""

    BY_HAND = "by_hand"
    AFTER_A_TIME = "after_a_time"
    WHEN_CLEAR = "when_clear"
    """The next book that a plan looks at is within the threshold again."""


_K = BreakerKind
FILL_KINDS = frozenset({_K.MEAN_SLIPPAGE, _K.WORST_SLIPPAGE})
ANSWER_KINDS = frozenset({_K.LATENCY, _K.REJECTIONS})
RESULT_KINDS = frozenset({_K.CONSECUTIVE_LOSSES, _K.DRAWDOWN})
"""A strategy's own thresholds of these are its risk limits, so that a number has one place."""
BOOK_KINDS = frozenset({_K.SPREAD, _K.LIQUIDITY})
"""Only these can come to be clear by themselves: what is stopped brings no other news."""
NEWS_KINDS = FILL_KINDS | ANSWER_KINDS | RESULT_KINDS
_WINDOWED = FILL_KINDS | ANSWER_KINDS
_MOST = {
    _K.MEAN_SLIPPAGE: Decimal(1),
    _K.WORST_SLIPPAGE: Decimal(1),
    _K.REJECTIONS: Decimal(1),
    _K.DRAWDOWN: Decimal(1),
    _K.SPREAD: Decimal(1),
}
_ABOVE_ZERO = RESULT_KINDS | {_K.LATENCY, _K.LIQUIDITY}
"""A threshold of 0 would stop everything for ever, or never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRule:
    """When a breaker trips and what resumes. Raises ValueError for what makes no sense (L39).

    `strategy_id` None stands for all strategies together. `window` counts fills or answers.
    """

    kind: BreakerKind
    strategy_id: StrategyId | None
    threshold: Decimal | None
    """None only where it is the strategy's own limit (`RESULT_KINDS`)."""
    window: int = 1
    resume: Resume = Resume.BY_HAND
    resume_after_s: int | None = None

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise ValueError(f"{self.kind}: {problem}")

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in the one order in which breakers are tripped and cleared."""
        return self.strategy_id or "", self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A rule's number went beyond its threshold: the news before it is a tripped breaker."""

    rule: BreakerRule
    value: Decimal
    threshold: Decimal
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A breaker that tripped, for as long as `cleared_at` is None. Times are machine time."""

    kind: BreakerKind
    strategy_id: StrategyId | None
    cause: str
    value: Decimal
    threshold: Decimal
    resume: Resume
    tripped_at: datetime
    resumes_at: datetime | None = None
    cleared_at: datetime | None = None
    cleared_by: str | None = None
    cleared_because: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """As its rule's."""
        return self.strategy_id or "", self.kind

    @property
    def key(self) -> str:
        """Its alert's name."""
        return f"breaker:{self.strategy_id or 'global'}:{self.kind}"

    def is_due(self, now: datetime) -> bool:
        """Whether its time is over."""
        is_open = self.cleared_at is None
        return is_open and self.resumes_at is not None and self.resumes_at <= now


def explained(breaker: Breaker) -> str:
    """Why it tripped, with both numbers, and what will resume, in one sentence (LESSONS L32)."""
    scope = breaker.strategy_id or "all strategies"
    return f"{breaker.kind} of {scope}: {breaker.cause}; stopped {_until(breaker)}"


def loosens(before: BreakerRule | None, after: BreakerRule | None) -> bool:
    """Whether the change may let through what was stopped before (LESSONS L61).

    Another window counts as looser: more fills may hide a bad one, fewer may miss a trend.
    """
    if before is None:
        return False
    if after is None or after.window != before.window:
        return True
    if _firmness(after) < _firmness(before):
        return True
    old, new = before.threshold, after.threshold
    if old is None or new is None:
        return False
    return new < old if after.kind is _K.LIQUIDITY else new > old


def _firmness(rule: BreakerRule) -> tuple[int, int]:
    order = (Resume.WHEN_CLEAR, Resume.AFTER_A_TIME, Resume.BY_HAND)
    return order.index(rule.resume), rule.resume_after_s or 0


def _until(breaker: Breaker) -> str:
    match breaker.resume:
        case Resume.BY_HAND:
            return "until a person clears it"
        case Resume.AFTER_A_TIME:
            return f"until {breaker.resumes_at:%Y-%m-%d %H:%M:%S} UTC"
        case Resume.WHEN_CLEAR:
            return "until the next book is better"


def _problem(rule: BreakerRule) -> str | None:
    return _of_threshold(rule) or _of_window(rule) or _of_resume(rule)


def _of_threshold(rule: BreakerRule) -> str | None:
    kind, threshold = rule.kind, rule.threshold
    if rule.strategy_id is not None and kind in RESULT_KINDS:
        own = "a strategy's own threshold is its risk limit; only what resumes is set here"
        return None if threshold is None else own
    if threshold is None:
        return "a threshold is missing"
    if threshold < 0 or (kind in _ABOVE_ZERO and threshold == 0):
        return f"a threshold of {threshold} is too small"
    if threshold > _MOST.get(kind, threshold):
        return f"a threshold of {threshold} is over {_MOST[kind]}: it is no percentage"
    if kind is _K.CONSECUTIVE_LOSSES and threshold != rule.window:
        return f"a run of {threshold} losses needs a window of as many, not {rule.window}"
    return None


def _of_window(rule: BreakerRule) -> str | None:
    if not 1 <= rule.window <= LONGEST_WINDOW:
        return f"a window of {rule.window} is not within 1 and {LONGEST_WINDOW}"
    is_free = rule.kind in _WINDOWED or rule.kind is _K.CONSECUTIVE_LOSSES
    if rule.window != 1 and not is_free:
        return "it looks at one number and has no window"
    return None


def _of_resume(rule: BreakerRule) -> str | None:
    has_time = rule.resume_after_s is not None
    if has_time != (rule.resume is Resume.AFTER_A_TIME):
        return "seconds to wait belong to a breaker that resumes after a time, and only there"
    if rule.resume_after_s is not None and rule.resume_after_s < 1:
        return f"{rule.resume_after_s} s is no time to wait"
    if rule.resume is Resume.WHEN_CLEAR and rule.kind not in BOOK_KINDS:
        return "it cannot come to be clear by itself, for what is stopped brings no news"
    return None
